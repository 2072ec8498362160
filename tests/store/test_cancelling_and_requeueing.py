"""What people do to runs, and what the database itself refuses: a run that is over stays as it ended."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from hub.model import FINAL, Run, RunStatus
from hub.ports import RunChange
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.tables import run as run_table
from hub.store.views import Views
from tests.store.samples import LEASE, NOW, claim_one, finish, make_arrival, make_entry


def run_of(db: Database, run_id: str = "run_1") -> Run:
    page = Views(db).run(run_id)
    assert page is not None
    return page.run


def test_a_waiting_run_is_cancelled_and_audited(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    assert ledger.cancel("run_1", now=NOW + 1, by="ana@example.com", where="198.51.100.7")
    run = run_of(db)
    assert (run.status, run.finished_at, run.reason) == (RunStatus.CANCELLED, NOW + 1, "Cancelled by ana@example.com.")
    assert ledger.claim("worker", limit=1, now=NOW + 9, lease=LEASE) == []
    [row] = Views(db).audit_log().items
    assert (row.who, row.what, row.where) == ("ana@example.com", "run.cancel", "198.51.100.7")
    assert (row.before, row.after) == ({"status": "queued"}, {"run": "run_1", "status": "cancelled"})


def test_cancelling_takes_the_run_from_whoever_works_on_it(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    assert ledger.cancel("run_1", now=NOW, by="ana")
    assert ledger.record([make_entry(claimed, change=RunChange(RunStatus.SUCCEEDED, finished_at=NOW))]) == {"run_1"}
    assert ledger.renew([("run_1", claimed.run.claim)], until=NOW) == {"run_1"}
    assert run_of(db).status is RunStatus.CANCELLED


def test_what_is_over_or_unknown_cannot_be_cancelled(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1")])
    finish(ledger, claim_one(ledger))
    assert not ledger.cancel("run_1", now=NOW, by="ana")
    assert not ledger.cancel("run_0", now=NOW, by="ana")
    assert Views(db).audit_log().items == ()


def test_only_held_and_parked_runs_are_requeued(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival(status, status=status, due_at=NOW + 99) for status in RunStatus])
    assert ledger.requeue([f"run_{status}" for status in RunStatus], now=NOW + 1) == 2
    assert ledger.requeue([], now=NOW) == 0
    for status in (RunStatus.HELD, RunStatus.PARKED):
        run = run_of(db, f"run_{status}")
        assert (run.status, run.due_at, run.variables) == (RunStatus.QUEUED, NOW + 1, {})
    assert run_of(db, "run_failed").status is RunStatus.FAILED


def test_a_decision_becomes_the_variables(db: Database, ledger: SqlLedger) -> None:
    ledger.admit([make_arrival("1", status=RunStatus.HELD, variables={"n": 1})])
    assert ledger.requeue(["run_1"], now=NOW, decision="repeat") == 1
    assert run_of(db).variables == {"decision": "repeat"}


@pytest.mark.parametrize("final", sorted(FINAL))
def test_no_statement_gets_a_run_out_of_a_final_state(db: Database, ledger: SqlLedger, final: RunStatus) -> None:
    ledger.admit([make_arrival("1")])
    finish(ledger, claim_one(ledger), final)
    for status in set(RunStatus) - {final}:
        with pytest.raises(IntegrityError, match="a run that is over keeps its status"), db.write() as connection:
            connection.execute(update(run_table).values(status=status))
    with db.write() as connection:
        connection.execute(update(run_table).values(reason="still the same"))
    assert (run_of(db).status, run_of(db).reason) == (final, "still the same")
