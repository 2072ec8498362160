"""Runs that call others: what an entry starts is written with it, and nobody waits for a run that is over."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import event as happening

from hub.model import RunStatus
from hub.ports import Arrival, ClaimedRun, Entry, RunChange
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import LEASE, NOW, claim_one, finish, make_arrival, make_entry, make_event, make_run

FAR = NOW + 900.0
LATER = NOW + 5.0


def make_call(caller: str, name: str) -> Arrival:
    """The event and the run of a call."""
    called = make_event(name, type="call", source="call:other", cause_run_id=f"run_{caller}", hop=1)
    return Arrival(called, (make_run(called, name, "other"),))


def lie_down(claimed: ClaimedRun, *awaits: str, arrivals: tuple[Arrival, ...] = ()) -> Entry:
    """The entry of a caller that goes to wait."""
    change = RunChange(RunStatus.QUEUED, due_at=FAR, awaits=awaits)
    return Entry(claimed.run.id, claimed.run.claim, change=change, arrivals=arrivals)


def end_call(claimed: ClaimedRun, status: RunStatus = RunStatus.SUCCEEDED, **more: Any) -> Entry:
    """The entry that ends a called run."""
    change = RunChange(status, finished_at=LATER, wakes=claimed.event.cause_run_id, **more)
    return make_entry(claimed, change=change)


def due_at(db: Database, run_id: str) -> float:
    page = Views(db).run(run_id)
    assert page is not None
    return page.run.due_at


def rest(ledger: SqlLedger) -> ClaimedRun:
    """A caller that waits for the run that it has called, and that run, claimed."""
    ledger.admit([make_arrival("1")])
    ledger.record([lie_down(claim_one(ledger), "run_c", arrivals=(make_call("1", "c"),))])
    return claim_one(ledger)


def test_what_an_entry_starts_is_written_with_it_or_not_at_all(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    lost = Entry("run_1", claimed.run.claim + 1, arrivals=(make_call("1", "lost"),))
    assert ledger.record([lost]) == {"run_1"}
    assert Views(db).run("run_lost") is None
    assert ledger.record([lie_down(claimed, "run_c", arrivals=(make_call("1", "c"),))]) == set()
    assert ledger.look_at("run_c") == make_call("1", "c").runs[0]
    assert ledger.look_at("run_lost") is None


def test_the_same_call_twice_is_one_run(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    twice = (make_call("1", "c"), make_call("1", "c"))
    ledger.record([Entry("run_1", claimed.run.claim, arrivals=twice), lie_down(claimed, arrivals=twice)])
    assert [each.id for each in Views(db).runs(limit=10).items if each.recipe_id == "other"] == ["run_c"]


@pytest.mark.parametrize("status", [RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.SKIPPED])
def test_the_end_of_a_called_run_makes_its_caller_due(db: Database, ledger: SqlLedger, status: RunStatus) -> None:
    called = rest(ledger)
    assert due_at(db, "run_1") == FAR
    ledger.record([end_call(called, status, result={"id": 7})])
    assert due_at(db, "run_1") == LATER
    over = ledger.look_at("run_c")
    assert over is not None
    assert (over.status, over.result) == (status, {"id": 7})


def test_a_pause_of_the_called_run_wakes_nobody(db: Database, ledger: SqlLedger) -> None:
    called = rest(ledger)
    change = RunChange(RunStatus.QUEUED, due_at=NOW + 60)
    ledger.record([make_entry(called, change=change)])
    assert due_at(db, "run_1") == FAR


def test_a_called_run_that_is_cancelled_makes_its_caller_due(db: Database, ledger: SqlLedger) -> None:
    rest(ledger)
    assert ledger.cancel("run_c", now=LATER, by="Ana")
    assert due_at(db, "run_1") == LATER


def test_a_caller_that_is_over_stays_as_it_is(db: Database, ledger: SqlLedger) -> None:
    called = rest(ledger)
    ledger.cancel("run_1", now=NOW, by="Ana")
    ledger.record([end_call(called)])
    page = Views(db).run("run_1")
    assert page is not None
    assert (page.run.status, page.run.due_at) == (RunStatus.CANCELLED, FAR)


def test_who_lies_down_to_wait_for_a_run_that_is_over_is_due_at_once(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    caller = claim_one(ledger)
    ledger.record([Entry("run_1", caller.run.claim, arrivals=(make_call("1", "c"), make_call("1", "d")))])
    called = {each.run.id: each for each in ledger.claim("other", limit=10, now=NOW, lease=LEASE)}
    ledger.record([end_call(called["run_c"])])
    ledger.record([lie_down(caller, "run_d")])
    assert due_at(db, "run_1") == FAR, "it does not wait for the one that is over"
    [again] = [each for each in ledger.claim("again", limit=10, now=FAR, lease=LEASE) if each.run.id == "run_1"]
    ledger.record([lie_down(again, "run_c", "run_d")])
    assert due_at(db, "run_1") == LATER


def test_nobody_oversleeps_however_the_two_ends_meet(db: Database, ledger: SqlLedger) -> None:
    """Callers lie down while their called runs end, many at once and in opposite orders."""
    pairs = 40
    ledger.admit([make_arrival(f"{number:02d}") for number in range(pairs)])
    callers = ledger.claim("callers", limit=pairs, now=NOW, lease=LEASE)
    calls = {each.run.id: make_call(each.run.id.removeprefix("run_"), f"c{each.run.id[-2:]}") for each in callers}
    ledger.record([Entry(each.run.id, each.run.claim, arrivals=(calls[each.run.id],)) for each in callers])
    called = ledger.claim("called", limit=pairs, now=NOW, lease=LEASE)
    start, wrong = threading.Barrier(2, timeout=20), []

    def write(entries: list[Entry]) -> None:
        start.wait()
        try:
            for first in range(0, pairs, 4):
                assert ledger.record(entries[first : first + 4]) == set()
        except BaseException as problem:  # whatever it is, the test must hear of it
            wrong.append(problem)

    downs = [lie_down(each, calls[each.run.id].runs[0].id) for each in callers]
    ends = [end_call(each) for each in called]
    threads = [threading.Thread(target=write, args=(part,)) for part in (downs, list(reversed(ends)))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert wrong == []
    assert {due_at(db, each.run.id) for each in callers} == {LATER}


def test_runs_that_neither_call_nor_were_called_pay_nothing(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    seen: list[str] = []
    happening.listen(db._engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    finish(ledger, claimed)
    assert not any("min(run.finished_at)" in each or "event" in each for each in seen), seen
    assert len([each for each in seen if each.startswith("SELECT run.id")]) <= 1, seen
