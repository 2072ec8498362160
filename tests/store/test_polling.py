"""Cursors, pages and passes: one poller at a time, a page with its events or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hub.model import Cursor, RunStatus, Snapshot, StepStatus
from hub.ports import KeptPage, Passing, RunChange, SeenRecord
from hub.store.ledger import SqlLedger
from tests.store.samples import LEASE, NOW, claim_one, make_arrival, make_entry, make_step

UNTIL = NOW + LEASE


def take(ledger: SqlLedger, owner: str = "poller", now: float = NOW) -> Cursor:
    cursor = ledger.take_cursor("jobs", owner=owner, now=now, lease=LEASE)
    assert cursor is not None
    return cursor


def see(
    ledger: SqlLedger, cursor: Cursor, *seen: SeenRecord, shown: tuple[str, ...] = (), pass_no: int = 1
) -> KeptPage | None:
    ids = [*(each.record_id for each in seen), *shown]
    return ledger.poll_page("jobs", cursor.claim, seen, shown=ids, passing=Passing(pass_no, NOW), until=UNTIL)


def claimed_ids(ledger: SqlLedger) -> list[str]:
    return [each.run.id for each in ledger.claim("worker", limit=50, now=NOW, lease=LEASE)]


def test_a_list_starts_with_an_empty_cursor_and_is_held_by_one(ledger: SqlLedger) -> None:
    assert take(ledger) == Cursor("jobs", claim=1)
    assert ledger.take_cursor("jobs", owner="other", now=UNTIL - 1, lease=LEASE) is None
    assert ledger.take_cursor("contacts", owner="other", now=NOW, lease=LEASE) is not None
    assert take(ledger, "other", now=UNTIL).claim == 2


def test_many_pollers_at_once_get_one_claim(ledger: SqlLedger) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(
            pool.map(lambda owner: ledger.take_cursor("jobs", owner=str(owner), now=NOW, lease=LEASE), range(16))
        )
    assert len([cursor for cursor in taken if cursor is not None]) == 1


def test_a_page_keeps_snapshots_events_and_runs(ledger: SqlLedger) -> None:
    cursor = take(ledger)
    assert see(ledger, cursor, SeenRecord("7", 1, {"id": "7"}, make_arrival("7")), SeenRecord("8", 1, {"id": "8"}))
    assert ledger.snapshots("jobs", ["7", "8", "9"]) == {
        "7": Snapshot("jobs", "7", 1, {"id": "7"}),
        "8": Snapshot("jobs", "8", 1, {"id": "8"}),
    }
    assert claimed_ids(ledger) == ["run_7"]


def test_a_gone_record_loses_its_snapshot_and_fires(ledger: SqlLedger) -> None:
    cursor = take(ledger)
    see(ledger, cursor, SeenRecord("7", 1, {"id": "7"}))
    assert see(ledger, cursor, SeenRecord("7", 2, None, make_arrival("gone")))
    assert ledger.snapshots("jobs", ["7"]) == {}
    assert claimed_ids(ledger) == ["run_gone"]


def test_a_stale_poller_writes_nothing(ledger: SqlLedger) -> None:
    stale = take(ledger)
    take(ledger, "other", now=UNTIL)
    assert not see(ledger, stale, SeenRecord("7", 1, {"id": "7"}, make_arrival("7")))
    assert not ledger.poll_done(replace(stale, passes=1))
    assert ledger.snapshots("jobs", ["7"]) == {}
    assert claimed_ids(ledger) == []


def test_a_page_lengthens_the_claim(ledger: SqlLedger) -> None:
    cursor = take(ledger)
    ledger.poll_page("jobs", cursor.claim, [], shown=[], passing=Passing(1, NOW), until=UNTIL + 100)
    assert ledger.take_cursor("jobs", owner="other", now=UNTIL + 99, lease=LEASE) is None


def test_a_closed_pass_keeps_the_cursor_and_frees_it(ledger: SqlLedger) -> None:
    done = replace(take(ledger), position="2026-05-28T10:00:00Z", baseline_at=NOW, last_ok_at=NOW, passes=1, checked=7)
    assert ledger.poll_done(done)
    assert not see(ledger, done, SeenRecord("7", 1, {})), "the claim was given up"
    assert not ledger.poll_done(done)
    assert take(ledger, "other") == replace(done, claim=2)


def test_absent_are_those_that_no_page_has_shown_since(ledger: SqlLedger) -> None:
    cursor = take(ledger)
    see(ledger, cursor, *(SeenRecord(number, 1, {"id": number}) for number in ("1", "2", "3")))
    see(ledger, cursor, SeenRecord("4", 1, {"id": "4"}), shown=("1",), pass_no=2)
    see(ledger, cursor, shown=("3",), pass_no=3)
    assert [each.record_id for each in ledger.absent("jobs", since_pass=2)] == ["2"]
    assert [each.record_id for each in ledger.absent("jobs", since_pass=3)] == ["1", "2", "4"]
    assert ledger.absent("contacts", since_pass=9) == []


def test_only_full_passes_count_as_missed_and_showing_up_clears_it(ledger: SqlLedger) -> None:
    cursor = take(ledger)
    see(ledger, cursor, SeenRecord("1", 1, {}), SeenRecord("2", 1, {}), SeenRecord("3", 1, {}))
    ledger.poll_done(replace(cursor, passes=1, last_full_at=NOW))

    def missed_after(number: int, shown: tuple[str, ...], full_at: float) -> dict[str, int]:
        cursor = take(ledger)
        see(ledger, cursor, shown=shown, pass_no=number)
        ledger.poll_done(replace(cursor, passes=number, last_full_at=full_at))
        return {each.record_id: each.missed for each in ledger.snapshots("jobs", ["1", "2", "3"]).values()}

    assert missed_after(2, ("1",), full_at=NOW) == {"1": 0, "2": 0, "3": 0}, "not a full pass"
    assert missed_after(3, ("1",), full_at=NOW + 1) == {"1": 0, "2": 1, "3": 1}
    assert missed_after(4, ("1", "2"), full_at=NOW + 2) == {"1": 0, "2": 0, "3": 2}


@pytest.mark.parametrize(
    ("status", "change", "expected"),
    [
        (StepStatus.STARTED, RunChange(RunStatus.RUNNING), True),
        (StepStatus.UNKNOWN, RunChange(RunStatus.QUEUED, due_at=NOW + 90), True),
        (StepStatus.OK, RunChange(RunStatus.RUNNING), False),
        (StepStatus.ERROR, RunChange(RunStatus.QUEUED, due_at=NOW + 5), False),
        (StepStatus.UNKNOWN, RunChange(RunStatus.HELD), False),
        (StepStatus.STARTED, RunChange(RunStatus.FAILED, finished_at=NOW), False),
    ],
)
def test_a_write_is_in_flight_while_its_outcome_is_open(
    ledger: SqlLedger, status: StepStatus, change: RunChange, expected: bool
) -> None:
    ledger.admit([make_arrival("1")])
    sent = make_step("run_1", status=status, resource="jobs", sent_at=NOW)
    ledger.record([make_entry(claim_one(ledger), sent, change=change)])
    assert ledger.writes_in_flight("jobs", sent_before=NOW + 1) is expected
    assert not ledger.writes_in_flight("jobs", sent_before=NOW)
    assert not ledger.writes_in_flight("contacts", sent_before=NOW + 1)


def test_a_step_that_has_not_sent_yet_is_not_in_flight(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    ledger.record([make_entry(claim_one(ledger), make_step("run_1", resource="jobs"))])
    assert not ledger.writes_in_flight("jobs", sent_before=NOW + 1)
