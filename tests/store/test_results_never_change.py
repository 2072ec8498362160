"""Recorded results and the ends of runs are held by the database itself, against any statement."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from hub.model import RunStatus, StepStatus
from hub.ports import Entry, RunChange
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.rows import step_row
from hub.store.tables import run, step
from tests.store.samples import NOW, claim_one, make_arrival, make_recipe, make_step

GUARD = "a recorded result of a step never changes"
DONE = [StepStatus.OK, StepStatus.SKIPPED]
OPEN = [each for each in StepStatus if each not in DONE]


def keep(ledger: SqlLedger, status: StepStatus) -> None:
    """A finished run with one step of this status."""
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    record = make_step("run_1", "first", status, output={"id": "7"}, finished_at=NOW)
    change = RunChange(RunStatus.FAILED, finished_at=NOW)
    ledger.record([Entry("run_1", claimed.run.claim, (record,), change=change)])


def all_rows(db: Database) -> list[object]:
    with db.read() as connection:
        return [tuple(row) for row in connection.execute(select(step))]


@pytest.mark.parametrize("status", DONE)
@pytest.mark.parametrize(
    "change",
    [
        {"status": "error"},
        {"output": {"id": "8"}},
        {"output": None},
        {"note": "Better."},
        {"request": {"a": 1}},
        {"key": "other"},
        {"path": "second"},
        {"finished_at": NOW + 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_column_of_a_result_can_be_changed(
    ledger: SqlLedger, db: Database, status: StepStatus, change: dict[str, object]
) -> None:
    keep(ledger, status)
    before = all_rows(db)
    with pytest.raises(DBAPIError, match=GUARD), db.write() as connection:
        connection.execute(update(step).values(**change))
    assert all_rows(db) == before


@pytest.mark.parametrize("status", DONE)
def test_a_result_cannot_be_removed_from_its_run(ledger: SqlLedger, db: Database, status: StepStatus) -> None:
    keep(ledger, status)
    with pytest.raises(DBAPIError, match=GUARD), db.write() as connection:
        connection.execute(delete(step))
    assert len(all_rows(db)) == 1


@pytest.mark.parametrize("status", DONE)
def test_a_result_cannot_be_replaced(ledger: SqlLedger, db: Database, status: StepStatus) -> None:
    keep(ledger, status)
    before = all_rows(db)
    row = step_row(make_step("run_1", "first", StepStatus.OK, output={"id": "8"}))
    with pytest.raises(DBAPIError), db.write() as connection:
        if db.is_sqlite:
            connection.execute(insert(step).prefix_with("OR REPLACE"), row)
        else:
            connection.execute(insert(step), row)
    assert all_rows(db) == before


@pytest.mark.parametrize("status", OPEN)
def test_what_is_no_result_yet_may_change(ledger: SqlLedger, db: Database, status: StepStatus) -> None:
    keep(ledger, status)
    with db.write() as connection:
        assert connection.execute(update(step).values(note="Better.")).rowcount == 1
        assert connection.execute(delete(step)).rowcount == 1


def test_pruning_removes_runs_with_their_results(ledger: SqlLedger, db: Database) -> None:
    keep(ledger, StepStatus.OK)
    assert ledger.prune(NOW + 100, keep_succeeded=10, keep_failed=10).runs == 1
    assert all_rows(db) == []


def test_a_recipe_with_results_can_be_renamed(ledger: SqlLedger, db: Database) -> None:
    ledger.publish([make_recipe("greet")], now=NOW)
    keep(ledger, StepStatus.OK)
    ledger.publish([make_recipe("welcome", was="greet")], now=NOW + 1)
    with db.read() as connection:
        assert connection.execute(select(run.c.recipe_id)).scalar() == "welcome"


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.SUCCEEDED])
def test_the_end_of_a_run_stays(ledger: SqlLedger, db: Database, status: RunStatus) -> None:
    keep(ledger, StepStatus.OK)
    with pytest.raises(DBAPIError, match="a run that is over keeps its status"), db.write() as connection:
        connection.execute(update(run).values(status=status))
