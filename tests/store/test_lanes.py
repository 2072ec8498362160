"""`mode`: runs of one recipe and key go one at a time, in their order, or take each other's place."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.model import FINAL, RunStatus
from hub.ports import Arrival, RunChange
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.tables import run
from hub.store.views import Views
from tests.store.lane_steps import HELD, PARKED, RETRY, WAIT, arrive, claim, leave, see
from tests.store.samples import LEASE, NOW, finish, make_entry, make_event, make_recipe, make_run

# ---- queued


def test_one_at_a_time_in_the_order_of_arrival(ledger: SqlLedger) -> None:
    for name in ("first", "second", "third"):
        arrive(ledger, name, due_at=NOW)
    arrive(ledger, "other", lane="greet/2")
    now = claim(ledger)
    assert set(now) == {"first", "other"}
    assert claim(ledger) == {}
    finish(ledger, now["first"])
    now = claim(ledger)
    assert set(now) == {"second"}
    finish(ledger, now["second"], RunStatus.FAILED)
    assert set(claim(ledger)) == {"third"}


@pytest.mark.parametrize("change", [WAIT, RETRY, HELD, PARKED], ids=lambda change: change.status + change.reason)
def test_whoever_is_not_over_blocks_and_is_named(ledger: SqlLedger, change: RunChange) -> None:
    arrive(ledger, "first")
    arrive(ledger, "second")
    leave(ledger, claim(ledger)["first"], change)
    assert claim(ledger) == {}
    waiting = see(ledger, "second")
    assert waiting.status is RunStatus.QUEUED
    assert waiting.behind == "run_first"
    assert "run_first" in waiting.reason


@pytest.mark.parametrize("status", sorted(FINAL))
def test_any_end_lets_the_next_one_begin(ledger: SqlLedger, status: RunStatus) -> None:
    arrive(ledger, "first")
    arrive(ledger, "second")
    finish(ledger, claim(ledger)["first"], status)
    assert see(ledger, "second").reason == ""
    assert set(claim(ledger)) == {"second"}


def test_a_cancelled_one_in_the_middle_does_not_let_others_past_the_first(ledger: SqlLedger) -> None:
    for name in ("first", "second", "third"):
        arrive(ledger, name)
    first = claim(ledger)["first"]
    assert claim(ledger) == {}
    ledger.cancel("run_second", now=NOW, by="Ana")
    assert claim(ledger) == {}
    finish(ledger, first)
    assert set(claim(ledger)) == {"third"}


def test_a_killed_worker_leaves_nothing_behind(ledger: SqlLedger) -> None:
    arrive(ledger, "first")
    arrive(ledger, "second")
    claim(ledger)
    again = claim(ledger, now=NOW + LEASE)
    assert set(again) == {"first"}
    assert claim(ledger, now=NOW + LEASE) == {}
    finish(ledger, again["first"])
    assert set(claim(ledger, now=NOW + LEASE)) == {"second"}


def test_runs_that_sleep_are_not_due(ledger: SqlLedger) -> None:
    views = Views(ledger.db)
    for name in ("first", "second", "third"):
        arrive(ledger, name)
    leave(ledger, claim(ledger)["first"], HELD)
    assert claim(ledger) == {}
    assert views.due_count(NOW) == 0
    assert views.next_due() is None


def test_a_long_line_is_walked_once(ledger: SqlLedger) -> None:
    arrivals = []
    for number in range(2500):
        event = make_event(str(number))
        arrivals.append(Arrival(event, (make_run(event, str(number), mode="queued", lane="greet"),)))
    event = make_event("free")
    arrivals.append(Arrival(event, (make_run(event, "free", "other", due_at=NOW + 1),)))
    ledger.admit(arrivals)
    taken = [name for _ in range(4) for name in claim(ledger, 1, now=NOW + 2)]
    assert taken == ["0", "free"]
    with ledger.db.read() as connection:
        awake = select(run.c.id).where(run.c.behind == "", run.c.status == RunStatus.QUEUED)
        assert connection.execute(awake).scalars().all() == []


def test_a_recipe_that_gets_another_id_keeps_its_lanes(ledger: SqlLedger) -> None:
    ledger.publish([make_recipe("greet")], now=NOW)
    arrive(ledger, "first")
    first = claim(ledger)["first"]
    ledger.publish([make_recipe("welcome", was="greet")], now=NOW)
    arrive(ledger, "second", lane="welcome/1", recipe="welcome")
    assert claim(ledger) == {}
    finish(ledger, first)
    assert set(claim(ledger)) == {"second"}


# ---- single


def test_single_passes_over_what_comes_meanwhile(ledger: SqlLedger) -> None:
    for name in ("first", "second"):
        arrive(ledger, name, "single")
    skipped = see(ledger, "second")
    assert (skipped.status, skipped.reason) == (RunStatus.SKIPPED, "Another run is still on its way: run_first.")
    assert skipped.finished_at == NOW
    leave(ledger, claim(ledger)["first"], HELD)
    arrive(ledger, "third", "single")
    assert see(ledger, "third").status is RunStatus.SKIPPED
    ledger.cancel("run_first", now=NOW, by="Ana")
    arrive(ledger, "fourth", "single")
    assert set(claim(ledger)) == {"fourth"}


def test_single_in_one_batch(ledger: SqlLedger) -> None:
    arrivals = []
    for name in ("a", "b", "c"):
        event = make_event(name)
        arrivals.append(Arrival(event, (make_run(event, name, mode="single", lane="greet"),)))
    ledger.admit(arrivals)
    assert [see(ledger, name).status for name in ("a", "b", "c")] == ["queued", "skipped", "skipped"]


# ---- restart


def test_restart_cancels_what_is_unfinished(ledger: SqlLedger) -> None:
    arrive(ledger, "first", "restart")
    first = claim(ledger)["first"]
    arrive(ledger, "second", "restart")
    assert (see(ledger, "first").status, see(ledger, "first").reason) == (
        RunStatus.CANCELLED,
        "The newer run run_second took its place.",
    )
    assert ledger.record([make_entry(first, change=RunChange(RunStatus.SUCCEEDED, finished_at=NOW))]) == {"run_first"}
    assert set(claim(ledger)) == {"second"}


def test_the_same_event_again_cancels_nobody(ledger: SqlLedger) -> None:
    arrive(ledger, "first", "restart")
    arrive(ledger, "second", "restart")
    arrive(ledger, "first", "restart")
    assert see(ledger, "second").status is RunStatus.QUEUED
    assert set(claim(ledger)) == {"second"}


@pytest.mark.postgres
def test_restart_waits_for_nobody(postgres_db: Database) -> None:
    ledger = SqlLedger(postgres_db)
    arrive(ledger, "first", "restart")
    claim(ledger)
    with postgres_db.write() as other:
        other.execute(select(run).where(run.c.id == "run_first").with_for_update())
        arrive(ledger, "second", "restart")
        assert claim(ledger) == {}
    assert set(claim(ledger)) == {"second"}
    assert see(ledger, "first").status is RunStatus.CANCELLED


def test_of_several_that_came_at_once_only_the_newest_begins(ledger: SqlLedger) -> None:
    arrivals = []
    for name in ("a", "b", "c"):
        event = make_event(name)
        arrivals.append(Arrival(event, (make_run(event, name, mode="restart", lane="greet"),)))
    ledger.admit(arrivals)
    assert set(claim(ledger, 1)) == {"c"}
    assert [see(ledger, name).status for name in ("a", "b")] == ["cancelled", "cancelled"]
