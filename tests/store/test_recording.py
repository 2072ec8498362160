"""Recording: only the holder of a claim writes, in order, all or nothing, and what is recorded stays."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import StatementError

from hub.model import Attempt, Run, RunStatus, StepRecord, StepStatus
from hub.ports import Entry, RunChange
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import LEASE, NOW, claim_one, finish, make_arrival, make_entry, make_step


def steps_of(db: Database, run_id: str = "run_1") -> dict[str, StepRecord]:
    page = Views(db).run(run_id)
    assert page is not None
    return {each.step.path: each.step for each in page.steps}


def run_of(db: Database, run_id: str = "run_1") -> Run:
    page = Views(db).run(run_id)
    assert page is not None
    return page.run


def test_an_entry_is_written_whole(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    step = make_step(
        "run_1",
        status=StepStatus.OK,
        key="run_1/greet",
        request={"to": ["a", 1.5, None]},
        verdict={"value": True},
        output={"id": "7"},
        note="nothing to change",
        resource="jobs",
        sent_at=NOW + 1,
        finished_at=NOW + 2,
    )
    tried = Attempt("run_1", "greet", 1, NOW, NOW + 2, "error", {"message": "no"})
    change = RunChange(RunStatus.SUCCEEDED, reason="done", verdict={"all": []}, finished_at=NOW + 2)
    assert ledger.record([Entry("run_1", claimed.run.claim, (step,), (tried,), change)]) == set()
    page = Views(db).run("run_1")
    assert page is not None
    assert page.steps[0].step == step
    assert page.steps[0].attempts == (tried,)
    assert (page.run.status, page.run.reason, page.run.verdict) == (RunStatus.SUCCEEDED, "done", {"all": []})
    assert (page.run.finished_at, page.run.owner, page.run.lease_until) == (NOW + 2, "", 0.0)


def test_a_stale_claim_writes_nothing_and_is_named(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1"), make_arrival("2")])
    stale, other = ledger.claim("one", limit=2, now=NOW, lease=LEASE)
    taken = ledger.claim("two", limit=1, now=NOW + LEASE, lease=LEASE)[0]
    assert taken.run.id == stale.run.id
    change = RunChange(RunStatus.FAILED, finished_at=NOW)
    lost = ledger.record(
        [make_entry(stale, make_step(stale.run.id), change=change), make_entry(other, make_step(other.run.id))]
    )
    assert lost == {stale.run.id}
    assert steps_of(db, stale.run.id) == {}
    assert (run_of(db, stale.run.id).status, run_of(db, stale.run.id).owner) == (RunStatus.RUNNING, "two")
    assert list(steps_of(db, other.run.id)) == ["greet"]


def test_nobody_writes_about_a_run_that_is_not_running(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    finish(ledger, claimed)
    assert ledger.record([make_entry(claimed, make_step("run_1"))]) == {"run_1"}
    assert ledger.record([Entry("run_0", 1, (make_step("run_0"),))]) == {"run_0"}
    assert steps_of(db) == {}


@pytest.mark.parametrize("recorded", [StepStatus.OK, StepStatus.SKIPPED])
def test_a_recorded_result_never_changes(db: Database, ledger: SqlLedger, recorded: StepStatus) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    first = make_step("run_1", status=recorded, output={"n": 1}, finished_at=NOW)
    ledger.record([make_entry(claimed, first)])
    for later in (StepStatus.STARTED, StepStatus.ERROR, StepStatus.OK):
        ledger.record([make_entry(claimed, make_step("run_1", status=later, output={"n": 2}))])
    assert steps_of(db)["greet"] == first


def test_other_steps_are_replaced(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    ledger.record([make_entry(claimed, make_step("run_1", "a"), make_step("run_1", "b"))])
    ledger.record([make_entry(claimed, make_step("run_1", "a", StepStatus.ERROR, tries=2, error={"message": "no"}))])
    found = steps_of(db)
    assert list(found) == ["a", "b"], "in the order in which they were first written"
    assert (found["a"].status, found["a"].tries) == (StepStatus.ERROR, 2)


def test_a_batch_keeps_its_order_within_a_run(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    lost = ledger.record(
        [
            make_entry(claimed, make_step("run_1"), change=RunChange(RunStatus.RUNNING, variables={"n": 1})),
            make_entry(claimed, make_step("run_1", status=StepStatus.OK, output=1)),
            make_entry(claimed, make_step("run_1", status=StepStatus.ERROR)),
            make_entry(claimed, change=RunChange(RunStatus.RUNNING, variables={"n": 2})),
            make_entry(claimed, change=RunChange(RunStatus.QUEUED, due_at=NOW + 9, reason="waits")),
        ]
    )
    assert lost == set()
    assert steps_of(db)["greet"].output == 1
    run = run_of(db)
    assert (run.status, run.due_at, run.reason, run.variables) == (RunStatus.QUEUED, NOW + 9, "waits", {"n": 2})


def test_what_comes_after_the_end_of_a_claim_is_lost(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    lost = ledger.record(
        [
            make_entry(claimed, change=RunChange(RunStatus.HELD, reason="asks")),
            make_entry(claimed, make_step("run_1"), change=RunChange(RunStatus.FAILED, finished_at=NOW)),
        ]
    )
    assert lost == {"run_1"}
    assert steps_of(db) == {}
    assert run_of(db).status is RunStatus.HELD


def test_a_change_leaves_what_it_does_not_name(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1", variables={"n": 1})])
    first = RunChange(RunStatus.RUNNING, error={"message": "no"}, verdict={"value": True}, crashes=3)
    claimed = claim_one(ledger)
    ledger.record([make_entry(claimed, change=first)])
    ledger.record([make_entry(claimed, change=RunChange(RunStatus.RUNNING))])
    run = run_of(db)
    assert (run.error, run.verdict, run.crashes) == ({"message": "no"}, {"value": True}, 3)
    assert (run.variables, run.due_at, run.lease_until) == ({"n": 1}, NOW, NOW + LEASE)


def test_one_bad_entry_spoils_the_whole_commit(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1"), make_arrival("2")])
    one, two = ledger.claim("worker", limit=2, now=NOW, lease=LEASE)
    bad = make_step(two.run.id, output=object())
    with pytest.raises(StatementError, match="cannot be kept as JSON"):
        ledger.record([make_entry(one, make_step(one.run.id)), make_entry(two, bad)])
    assert steps_of(db, one.run.id) == {}


def test_the_same_attempt_twice_is_kept_once(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    tried = Attempt("run_1", "greet", 1, NOW, NOW + 1, "error")
    entry = Entry("run_1", claimed.run.claim, (make_step("run_1"),), (tried,))
    ledger.record([entry, entry])
    page = Views(db).run("run_1")
    assert page is not None
    assert page.steps[0].attempts == (tried,)


def test_no_entries_are_no_trouble(ledger: SqlLedger) -> None:
    assert ledger.record([]) == set()
