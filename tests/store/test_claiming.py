"""Claims: the right run at the right time, to one holder only, with a lease that ends."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from hub.model import RunStatus, StepStatus
from hub.ports import Arrival, RunChange
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.tables import run
from tests.store.samples import LEASE, NOW, claim_one, finish, make_arrival, make_entry, make_event, make_run, make_step


def claim_ids(ledger: SqlLedger, limit: int = 10, now: float = NOW) -> list[str]:
    return [each.run.id for each in ledger.claim("worker", limit=limit, now=now, lease=LEASE)]


def test_a_claim_takes_the_run_with_event_number_and_lease(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger, owner="one")
    assert claimed.run.status is RunStatus.RUNNING
    assert (claimed.run.claim, claimed.run.owner, claimed.run.lease_until) == (1, "one", NOW + LEASE)
    assert (claimed.run.started_at, claimed.run.crashes) == (NOW, 0)
    assert claimed.event.key == "1"
    assert ledger.claim("two", limit=10, now=NOW, lease=LEASE) == []


def test_highest_priority_first_then_longest_due(ledger: SqlLedger) -> None:
    ledger.admit(
        [
            make_arrival("low", priority=-1, due_at=NOW - 100),
            make_arrival("late", priority=0, due_at=NOW - 1),
            make_arrival("early", priority=0, due_at=NOW - 50),
            make_arrival("high", priority=7, due_at=NOW),
            make_arrival("not yet", priority=9, due_at=NOW + 1),
        ]
    )
    assert claim_ids(ledger, limit=3) == ["run_high", "run_early", "run_late"]
    assert claim_ids(ledger) == ["run_low"]
    assert claim_ids(ledger, now=NOW + 1) == ["run_not yet"]


def test_who_has_waited_long_goes_with_the_next_higher_priority(ledger: SqlLedger) -> None:
    ledger.admit(
        [
            make_arrival("high", priority=10, due_at=NOW),
            make_arrival("normal", priority=0, due_at=NOW - 599),
            make_arrival("low", priority=-10, due_at=NOW - 599),
            make_arrival("patient", priority=-10, due_at=NOW - 601),
            make_arrival("forgotten", priority=-10, due_at=NOW - 1201),
        ]
    )
    order = [run_id for _ in range(5) for run_id in claim_ids(ledger, limit=1)]
    assert order == ["run_forgotten", "run_high", "run_patient", "run_normal", "run_low"]


def test_low_priority_gets_its_turn_under_a_steady_load_of_high(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("low", priority=-10)])
    for minute in range(30):
        now = NOW + 60 * minute
        ledger.admit([make_arrival(f"{minute}-{n}", priority=10, due_at=now) for n in range(2)])
        [taken] = ledger.claim("worker", limit=1, now=now, lease=LEASE)
        finish(ledger, taken, now=now)
        if taken.run.id == "run_low":
            break
    assert minute == 20


def test_no_more_than_the_limit(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival(str(number)) for number in range(5)])
    assert len(claim_ids(ledger, limit=2)) == 2
    assert claim_ids(ledger, limit=0) == []
    assert len(claim_ids(ledger, limit=10)) == 3


def test_only_queued_runs_are_due(ledger: SqlLedger) -> None:
    waiting = [status for status in RunStatus if status not in (RunStatus.QUEUED, RunStatus.RUNNING)]
    ledger.admit([make_arrival(status, status=status) for status in waiting])
    assert claim_ids(ledger) == []


def test_an_ended_lease_goes_to_another_and_counts_as_a_crash(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    first = claim_one(ledger, owner="one")
    ledger.record([make_entry(first, make_step("run_1", status=StepStatus.OK, output=1))])
    assert ledger.claim("two", limit=1, now=NOW + LEASE - 0.1, lease=LEASE) == []
    second = claim_one(ledger, owner="two", now=NOW + LEASE)
    assert (second.run.claim, second.run.crashes, second.run.owner) == (2, 1, "two")
    assert second.run.started_at == NOW
    assert second.journal["greet"].output == 1


def test_a_run_that_was_given_back_is_no_crash(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    change = RunChange(RunStatus.QUEUED, due_at=NOW + 5, reason="tries again")
    ledger.record([make_entry(claim_one(ledger), change=change)])
    assert claim_ids(ledger) == []
    again = claim_one(ledger, now=NOW + 5)
    assert (again.run.claim, again.run.crashes, again.run.reason) == (2, 0, "tries again")


def test_an_ended_lease_keeps_its_place_by_priority(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("crashed", priority=0)])
    claim_one(ledger)
    ledger.admit([make_arrival("high", priority=1), make_arrival("low", priority=-1)])
    assert claim_ids(ledger, limit=2, now=NOW + LEASE) == ["run_high", "run_crashed"]


def test_renewing_lengthens_what_is_held_and_names_what_is_lost(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("kept"), make_arrival("taken"), make_arrival("over")])
    held = {each.run.id: each for each in ledger.claim("one", limit=3, now=NOW, lease=LEASE)}
    finish(ledger, held["run_over"])
    lost = ledger.renew([("run_kept", 1), ("run_taken", 7), ("run_over", 1), ("run_nowhere", 1)], until=NOW + 500)
    assert lost == {"run_taken", "run_over", "run_nowhere"}
    assert claim_ids(ledger, now=NOW + 400) == ["run_taken"]
    assert ledger.renew([], until=NOW) == set()


@pytest.mark.postgres
def test_a_claim_waits_for_nobody(postgres_db: Database) -> None:
    ledger = SqlLedger(postgres_db)
    ledger.admit([make_arrival("busy"), make_arrival("free")])
    with postgres_db.write() as other:
        other.execute(select(run).where(run.c.id == "run_busy").with_for_update())
        assert claim_ids(ledger) == ["run_free"]
    assert claim_ids(ledger) == ["run_busy"]


def test_runs_of_one_event_share_it(ledger: SqlLedger) -> None:
    event = make_event("1")
    ledger.admit([Arrival(event, (make_run(event, "a", "one"), make_run(event, "b", "two")))])
    first, second = ledger.claim("worker", limit=2, now=NOW, lease=LEASE)
    assert first.event is second.event


def test_threads_never_get_the_same_run(ledger: SqlLedger) -> None:
    ledger.admit([make_arrival(str(number)) for number in range(300)])

    def drain(owner: int) -> list[str]:
        taken: list[str] = []
        while batch := ledger.claim(f"worker {owner}", limit=7, now=NOW, lease=LEASE):
            taken.extend(each.run.id for each in batch)
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [run_id for batch in pool.map(drain, range(6)) for run_id in batch]
    assert len(taken) == 300
    assert len(set(taken)) == 300


def drain_in_a_process(url: str, owner: str) -> list[str]:
    db = Database.open(url)
    ledger = SqlLedger(db)
    taken: list[str] = []
    while batch := ledger.claim(owner, limit=5, now=NOW, lease=LEASE):
        taken.extend(each.run.id for each in batch)
        ledger.record([make_entry(each, change=RunChange(RunStatus.SUCCEEDED, finished_at=NOW)) for each in batch])
    db.close()
    return taken


def test_processes_never_get_the_same_run(db_url: str, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival(str(number)) for number in range(200)])
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        batches = pool.starmap(drain_in_a_process, [(db_url, f"worker {number}") for number in range(3)])
    taken = [run_id for batch in batches for run_id in batch]
    assert len(taken) == 200
    assert len(set(taken)) == 200
