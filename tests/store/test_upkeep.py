"""Retention: what ended long ago goes, what is needed stays, in bounded bites, and the file shrinks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from hub.model import Attempt, RunStatus, StepStatus
from hub.ports import Arrival, Entry, RunChange
from hub.store.database import Database
from hub.store.ledger import Pruned, SqlLedger
from hub.store.tables import attempt, delivery, event, run, step
from hub.store.views import Views
from tests.store.samples import LEASE, NOW, make_arrival, make_delivery, make_event, make_run, make_step

DAY = 86_400.0


def count(db: Database, *tables: object) -> list[int]:
    with db.read() as connection:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]  # type: ignore[arg-type]


def close_run(ledger: SqlLedger, name: str, status: RunStatus, at: float, recipe: str = "greet") -> None:
    """A run with a delivery, a step and an attempt, that came in and ended at this time."""
    happened = make_event(name, time=at)
    given = make_run(happened, name, recipe, due_at=at, created_at=at)
    ledger.accept(make_delivery(name, received_at=at), Arrival(happened, (given,)))
    [claimed] = ledger.claim("worker", limit=1, now=at, lease=LEASE)
    steps = (make_step(given.id, status=StepStatus.OK),)
    tried = (Attempt(given.id, "greet", 1, at, at, "ok"),)
    ledger.record([Entry(given.id, claimed.run.claim, steps, tried, RunChange(status, finished_at=at))])


def ids(db: Database) -> set[str]:
    return {each.id for each in Views(db).runs().items}


def test_runs_go_by_how_they_ended_with_all_that_hangs_on_them(db: Database, ledger: SqlLedger) -> None:
    for status in (RunStatus.SUCCEEDED, RunStatus.SKIPPED, RunStatus.CANCELLED, RunStatus.FAILED):
        close_run(ledger, f"old {status}", status, NOW - 10 * DAY)
        close_run(ledger, f"new {status}", status, NOW - 6 * DAY)
    pruned = ledger.prune(NOW, keep_succeeded=7 * DAY, keep_failed=30 * DAY)
    assert pruned == Pruned(runs=3, events=0, deliveries=0, more=False)
    assert {each for each in ids(db) if "old" in each} == {"run_old failed"}
    assert count(db, run, step, attempt) == [5, 5, 5]
    assert ledger.prune(NOW, keep_succeeded=7 * DAY, keep_failed=7 * DAY).runs == 1
    assert count(db, run, event, delivery) == [4, 4, 4]


def test_a_late_repeat_is_still_known_after_its_run_is_gone(db: Database, ledger: SqlLedger) -> None:
    close_run(ledger, "1", RunStatus.SUCCEEDED, NOW - 10 * DAY)
    ledger.prune(NOW, keep_succeeded=7 * DAY, keep_failed=30 * DAY)
    assert count(db, run) == [0]
    assert ledger.admit([Arrival(make_event("late", key="1"))])[0].duplicate


def test_what_is_not_over_stays_with_its_event(db: Database, ledger: SqlLedger) -> None:
    waiting = [status for status in RunStatus if status not in ("succeeded", "failed", "skipped", "cancelled")]
    old: dict[str, Any] = {"created_at": NOW - 99 * DAY, "due_at": NOW - 99 * DAY}
    for status in waiting:
        happened = make_event(status, time=NOW - 99 * DAY)
        ledger.admit([Arrival(happened, (make_run(happened, status, status=status, **old),))])
    ledger.admit([Arrival(make_event("unused", time=NOW - 99 * DAY))])
    pruned = ledger.prune(NOW, keep_succeeded=DAY, keep_failed=DAY)
    assert pruned == Pruned(runs=0, events=1, deliveries=0, more=False)
    assert count(db, run, event) == [4, 4]


def test_a_recipe_may_keep_its_own_time(db: Database, ledger: SqlLedger) -> None:
    for recipe in ("short", "long", "greet"):
        for status in (RunStatus.SUCCEEDED, RunStatus.FAILED):
            close_run(ledger, f"{recipe} {status}", status, NOW - 10 * DAY, recipe)
    own = {"short": DAY, "long": 365 * DAY}
    pruned = ledger.prune(NOW, keep_succeeded=7 * DAY, keep_failed=30 * DAY, keep_recipes=own)
    assert pruned.runs == 3
    assert ids(db) == {"run_long succeeded", "run_long failed", "run_greet failed"}


def test_one_call_takes_a_bounded_bite_of_the_oldest(db: Database, ledger: SqlLedger) -> None:
    for number in range(8):
        close_run(ledger, str(number), RunStatus.SUCCEEDED, NOW - 30 * DAY + number)
    first = ledger.prune(NOW, keep_succeeded=DAY, keep_failed=DAY, most=3)
    assert (first.runs, first.more) == (3, True)
    assert ids(db) == {f"run_{number}" for number in range(3, 8)}
    while first.more:
        first = ledger.prune(NOW, keep_succeeded=DAY, keep_failed=DAY, most=3)
    assert count(db, run, event, delivery) == [0, 0, 0]


def test_ended_sessions_and_silent_processes_are_forgotten(db: Database, ledger: SqlLedger) -> None:
    ledger.create_user("usr_1", email="a@example.com", password_hash="x", role="office", now=NOW, by="setup")
    ledger.open_session("usr_1", "old", now=NOW - DAY, lifetime=DAY)
    ledger.open_session("usr_1", "new", now=NOW, lifetime=DAY)
    ledger.heartbeat("web", "gone", now=NOW - DAY - 1)
    ledger.heartbeat("web", "here", now=NOW - DAY)
    ledger.prune(NOW, keep_succeeded=DAY, keep_failed=DAY)
    assert [each.id for each in Views(db).heartbeats()] == ["here"]
    assert ledger.end_sessions("usr_1") == 1


def test_the_space_is_given_back(db: Database, ledger: SqlLedger) -> None:
    for number in range(20):
        body = b"x" * 500_000
        ledger.reject(make_delivery(str(number), body=body, received_at=NOW - 9 * DAY), reason="unknown")
    ledger.vacuum()
    full = size(db)
    ledger.prune(NOW, keep_succeeded=DAY, keep_failed=DAY)
    ledger.vacuum()
    assert full > 9_000_000 or not db.is_sqlite
    assert size(db) < 1_000_000
    ledger.admit([make_arrival("1")])
    assert len(ledger.claim("worker", limit=1, now=NOW, lease=LEASE)) == 1


def size(db: Database) -> int:
    if db.is_sqlite:
        file = Path(str(db.url.database))
        return sum(part.stat().st_size for part in file.parent.glob("hub.db*"))
    with db.read() as connection:
        return int(connection.exec_driver_sql("SELECT pg_table_size('delivery')").scalar_one())
