"""Floods, backlogs and lists that are held, on both databases: kept with their page, decided once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.model import Cursor, RunStatus
from hub.ports import Backlog, KeptPage, Passing, SeenRecord
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import LEASE, NOW, make_arrival, make_recipe

UNTIL = NOW + LEASE


@pytest.fixture
def cursor(ledger: SqlLedger) -> Cursor:
    """The list of jobs, in our hands."""
    ledger.publish([make_recipe()], now=NOW)
    taken = ledger.take_cursor("jobs", owner="poller", now=NOW, lease=LEASE)
    assert taken is not None
    return taken


def see(ledger: SqlLedger, cursor: Cursor, *names: str, last: bool = True) -> KeptPage:
    seen = [SeenRecord(name, 1, {"id": name}, make_arrival(name)) for name in names]
    passing = Passing(cursor.passes + 1, NOW, last, flood=2, grace=30.0)
    kept = ledger.poll_page("jobs", cursor.claim, seen, shown=names, passing=passing, until=UNTIL)
    assert kept is not None
    return kept


def statuses(db: Database) -> dict[str, tuple[RunStatus, float]]:
    return {each.id: (each.status, each.due_at - NOW) for each in Views(db).runs().items}


def close(ledger: SqlLedger, cursor: Cursor) -> None:
    assert ledger.poll_done(replace(cursor, passes=cursor.passes + 1, last_ok_at=NOW, last_full_at=NOW))


def test_over_several_pages_they_are_counted_and_taken_back(ledger: SqlLedger, db: Database, cursor: Cursor) -> None:
    assert not see(ledger, cursor, "1", last=False).held
    assert statuses(db) == {"run_1": (RunStatus.QUEUED, 30.0)}
    assert see(ledger, cursor, "2", "3", last=False).held == {"greet"}
    assert see(ledger, cursor, "4").held == {"greet"}
    close(ledger, cursor)
    assert {status for status, _ in statuses(db).values()} == {RunStatus.HELD}
    (line,) = Views(db).floods()
    assert (line.held, line.begun, len(line.preview)) == (4, 0, 4)
    assert ledger.release_flood(line.id, by="ana", now=NOW, per_minute=60) == 4
    assert sorted(due for _, due in statuses(db).values()) == [0.0, 1.0, 2.0, 3.0]
    assert Views(db).floods() == []


def test_what_is_no_flood_is_due_at_the_end_of_the_pass(ledger: SqlLedger, db: Database, cursor: Cursor) -> None:
    see(ledger, cursor, "1", last=False)
    see(ledger, cursor, "2")
    close(ledger, cursor)
    assert statuses(db) == {"run_1": (RunStatus.QUEUED, 0.0), "run_2": (RunStatus.QUEUED, 0.0)}


def test_dropped_runs_are_cancelled_and_nothing_is_left_to_decide(
    ledger: SqlLedger, db: Database, cursor: Cursor
) -> None:
    see(ledger, cursor, "1", "2", "3")
    (line,) = Views(db).floods(recipe_id="greet")
    assert ledger.drop_flood(line.id, by="ana", now=NOW) == 3
    assert ledger.drop_flood(line.id, by="ana", now=NOW) == 0
    assert ledger.release_flood(line.id, by="ana", now=NOW) == 0
    assert {status for status, _ in statuses(db).values()} == {RunStatus.CANCELLED}


def test_each_event_is_accounted_for(ledger: SqlLedger, db: Database, cursor: Cursor) -> None:
    see(ledger, cursor, "1", "2")
    close(ledger, cursor)
    assert ledger.count_unexplained("jobs") == 0
    again = ledger.take_cursor("jobs", owner="poller", now=NOW, lease=LEASE)
    assert again is not None
    twice = SeenRecord("1", 2, {"id": "1", "a": 1}, make_arrival("1"))  # an event that is there already
    assert ledger.poll_page(
        "jobs", again.claim, [twice], shown=["1"], passing=Passing(2, NOW), until=UNTIL
    ) == KeptPage(0)
    assert ledger.count_unexplained("jobs") == 1


def test_a_backlog_moves_only_from_where_it_was(ledger: SqlLedger, db: Database, cursor: Cursor) -> None:
    first = Backlog("greet", "hook", "jobs", "all", "counting", 2, NOW)
    assert ledger.open_backlog(first, claim=cursor.claim)
    counted = replace(first, state="waiting", counted=3, position="9", preview=["Miller"])
    assert ledger.move_backlog(counted, claim=cursor.claim, was=first, until=UNTIL)
    assert not ledger.move_backlog(counted, claim=cursor.claim, was=first, until=UNTIL), "it is not there any more"
    assert not ledger.move_backlog(counted, claim=cursor.claim + 1, was=counted, until=UNTIL), "the claim is lost"
    (line,) = Views(db).waiting_backlogs()
    assert (line.recipe_name, line.counted, line.preview) == ("Greet a lead", 3, ("Miller",))
    assert ledger.release_backlog("greet", "hook", by="ana", now=NOW, per_minute=5)
    assert not ledger.release_backlog("greet", "hook", by="ana", now=NOW)
    assert not ledger.drop_backlog("greet", "hook", by="ana", now=NOW)
    released = ledger.backlogs("jobs")[0]
    assert (released.state, released.position, released.per_minute) == ("released", "", 5)
    done = replace(released, state="done", started=1)
    assert ledger.move_backlog(done, claim=cursor.claim, was=released, arrivals=[make_arrival("b")], until=UNTIL)
    assert statuses(db) == {"run_b": (RunStatus.QUEUED, 0.0)}


def test_a_list_that_is_held_is_accepted_once_and_a_pass_under_way_begins_anew(
    ledger: SqlLedger, cursor: Cursor
) -> None:
    see(ledger, cursor, "1", "2")
    assert not ledger.accept_list("jobs", by="ana", now=NOW)
    assert ledger.poll_done(replace(cursor, passes=2, last_ok_at=NOW, held="Two were missing."))
    under_way = ledger.take_cursor("jobs", owner="poller", now=NOW, lease=LEASE)
    assert under_way is not None
    assert ledger.accept_list("jobs", by="ana", now=NOW)
    assert not ledger.poll_done(under_way)
    again = ledger.take_cursor("jobs", owner="poller", now=NOW, lease=LEASE)
    assert again is not None
    assert (again.accepted, again.held, again.full_wanted) == (2, "", True)
