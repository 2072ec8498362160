"""Intake: a delivery, its event and its runs are kept together, once, however often they are reported."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from hub.model import DeliveryStatus
from hub.ports import Arrival
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.tables import delivery, event, run
from tests.store.samples import (
    LEASE,
    NOW,
    claim_one,
    finish,
    make_arrival,
    make_delivery,
    make_event,
    make_run,
)


def count(db: Database, table: object) -> int:
    with db.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def delivery_statuses(db: Database) -> dict[str, tuple[str, str]]:
    with db.read() as connection:
        rows = connection.execute(select(delivery.c.id, delivery.c.status, delivery.c.event_id))
        return {row.id: (row.status, row.event_id) for row in rows}


def test_a_delivery_is_kept_with_its_event_and_runs(db: Database, ledger: SqlLedger) -> None:
    arrived = make_event("1")
    runs = (make_run(arrived, "a", "first"), make_run(arrived, "b", "second"))
    accepted = ledger.accept(make_delivery(), Arrival(arrived, runs))
    assert accepted.event_id == "evt_1"
    assert not accepted.duplicate
    assert accepted.run_ids == ("run_a", "run_b")
    assert delivery_statuses(db) == {"dlv_1": ("accepted", "evt_1")}
    assert count(db, run) == 2


def test_a_repeat_keeps_only_the_delivery_and_names_the_first_event(db: Database, ledger: SqlLedger) -> None:
    ledger.accept(make_delivery("1"), make_arrival("1"))
    again = Arrival(make_event("2", key="1"), (make_run(make_event("2"), "2"),))
    accepted = ledger.accept(make_delivery("2"), again)
    assert accepted.duplicate
    assert (accepted.event_id, accepted.run_ids) == ("evt_1", ())
    assert delivery_statuses(db)["dlv_2"] == ("duplicate", "evt_1")
    assert (count(db, event), count(db, run)) == (1, 1)


def test_the_same_key_from_another_source_is_another_event(db: Database, ledger: SqlLedger) -> None:
    ledger.accept(make_delivery("1"), make_arrival("1"))
    other = Arrival(make_event("2", key="1", source="webhook:forms"))
    assert not ledger.accept(make_delivery("2"), other).duplicate
    assert count(db, event) == 2


def test_fifty_at_once_make_one_event(db: Database, ledger: SqlLedger) -> None:
    def deliver(number: int) -> bool:
        arrived = make_event(f"try{number}", key="same")
        arrival = Arrival(arrived, (make_run(arrived, f"try{number}"),))
        return ledger.accept(make_delivery(str(number)), arrival).duplicate

    with ThreadPoolExecutor(16) as pool:
        duplicates = list(pool.map(deliver, range(50)))
    assert duplicates.count(False) == 1
    assert (count(db, event), count(db, run), count(db, delivery)) == (1, 1, 50)
    assert len({event_id for _, event_id in delivery_statuses(db).values()}) == 1


def test_the_same_call_again_changes_nothing(db: Database, ledger: SqlLedger) -> None:
    first = ledger.accept(make_delivery(), make_arrival())
    again = ledger.accept(make_delivery(), make_arrival())
    assert again.event_id == first.event_id
    assert delivery_statuses(db) == {"dlv_1": ("accepted", "evt_1")}
    assert count(db, run) == 1


def test_an_unparsed_and_a_rejected_delivery_say_so(db: Database, ledger: SqlLedger) -> None:
    ledger.accept(make_delivery("1"), Arrival(make_event("1")), status=DeliveryStatus.UNPARSED)
    ledger.reject(make_delivery("2"), reason="The signature does not match.", recipe_id="greet")
    assert delivery_statuses(db) == {"dlv_1": ("unparsed", "evt_1"), "dlv_2": ("rejected", "")}
    assert count(db, event) == 1


def test_when_a_run_cannot_be_kept_nothing_is(db: Database, ledger: SqlLedger) -> None:
    broken = make_run(make_event("1"), variables={"when": object()})
    with pytest.raises(Exception, match="cannot be kept as JSON"):
        ledger.accept(make_delivery(), Arrival(make_event("1"), (broken,)))
    assert (count(db, delivery), count(db, event), count(db, run)) == (0, 0, 0)


def test_admitting_many_says_for_each_what_became_of_it(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    twice = make_event("4", key="3")
    accepted = ledger.admit([make_arrival("2"), make_arrival("1"), make_arrival("3"), Arrival(twice)])
    assert [each.duplicate for each in accepted] == [False, True, False, True]
    assert [each.event_id for each in accepted] == ["evt_2", "evt_1", "evt_3", "evt_3"]
    assert [each.run_ids for each in accepted] == [("run_2",), (), ("run_3",), ()]


def test_a_replay_adds_a_run_to_the_old_event_once(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    finish(ledger, claim_one(ledger))
    replay = Arrival(make_event("1"), (make_run(make_event("1"), "r1", replay_of="run_1", replay_no=1),))
    [accepted] = ledger.admit([replay])
    assert (accepted.event_id, accepted.duplicate, accepted.run_ids) == ("evt_1", False, ("run_r1",))
    claimed = claim_one(ledger)
    assert (claimed.run.id, claimed.journal) == ("run_r1", {})
    [again] = ledger.admit([replay])
    assert again.duplicate


def test_an_event_id_is_never_used_for_something_else(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    with pytest.raises(ValueError, match="evt_1 belongs to another event"):
        ledger.admit([Arrival(make_event("1", key="other"))])


def test_what_was_accepted_is_claimed_as_it_was_given(ledger: SqlLedger) -> None:
    arrived = make_event("1", data={"body": {"name": "Ana"}}, origin="hub", cause_run_id="run_0", hop=2)
    given = make_run(arrived, variables={"n": [1, 2.5, None, True]}, priority=3, due_at=NOW - 0.1)
    ledger.admit([Arrival(arrived, (given,))])
    claimed = ledger.claim("worker", limit=1, now=NOW, lease=LEASE)[0]
    assert claimed.event == arrived
    assert claimed.run.variables == given.variables
    assert (claimed.run.priority, claimed.run.due_at, claimed.run.created_at) == (3, NOW - 0.1, NOW)
