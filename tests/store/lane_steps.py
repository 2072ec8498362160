"""What the tests of lanes do all the time."""

from __future__ import annotations

from typing import Any

from hub.model import Run, RunStatus
from hub.ports import Arrival, ClaimedRun, RunChange
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import LEASE, NOW, make_entry, make_event, make_run

WAIT = RunChange(RunStatus.QUEUED, due_at=NOW + 3600, reason="Waiting, as the recipe says.")
RETRY = RunChange(RunStatus.QUEUED, due_at=NOW + 30, reason="Trying again.", keeps_lane=True)
HELD = RunChange(RunStatus.HELD, reason="A person must decide.")
PARKED = RunChange(RunStatus.PARKED, reason="Waiting for a key.")


def arrive(ledger: SqlLedger, name: str, mode: str = "queued", lane: str = "greet/1", **more: Any) -> None:
    """A run in a lane of its recipe."""
    event = make_event(name)
    ledger.admit([Arrival(event, (make_run(event, name, mode=mode, lane=lane, **more),))])


def happen(ledger: SqlLedger, name: str, *recipes: str, record: str = "7", waits: bool = True, **more: Any) -> None:
    """Something about a job happens, and starts recipes."""
    data = {"resource": "jobs", "record_id": record, "record": {"id": record}}
    event = make_event(name, source="poll:jobs", type="jobs.updated", data=data)
    runs = [
        make_run(event, f"{name} {recipe}", recipe, record_lane=f"jobs/{record}" if waits else "", **more)
        for recipe in recipes or ("greet",)
    ]
    ledger.admit([Arrival(event, tuple(runs))])


def claim(ledger: SqlLedger, limit: int = 10, now: float = NOW) -> dict[str, ClaimedRun]:
    """What can be taken now, by the end of its id."""
    claimed = ledger.claim("worker", limit=limit, now=now, lease=LEASE)
    return {each.run.id.removeprefix("run_"): each for each in claimed}


def leave(ledger: SqlLedger, claimed: ClaimedRun, change: RunChange) -> None:
    """The holder gives the run up."""
    assert ledger.record([make_entry(claimed, change=change)]) == set()


def see(ledger: SqlLedger, name: str) -> Run:
    """A run as it stands."""
    page = Views(ledger.db).run(f"run_{name}")
    assert page is not None
    return page.run
