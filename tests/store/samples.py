"""Nouns for the store's tests, made from as little as a test cares about."""

from __future__ import annotations

from typing import Any

from hub.model import Delivery, Event, Run, RunStatus, StepRecord, StepStatus, Write
from hub.ports import Arrival, ClaimedRun, Entry, Published, RunChange
from hub.store.ledger import SqlLedger

NOW = 1_780_000_000.0
LEASE = 60.0


def make_event(name: str = "1", **more: Any) -> Event:
    """An event whose id and key come from `name`."""
    fields: dict[str, Any] = {"type": "webhook", "source": "webhook:leads", "key": name, "time": NOW, "data": {}} | more
    return Event(id=f"evt_{name}", **fields)


def make_run(event: Event, name: str = "", recipe: str = "greet", **more: Any) -> Run:
    """A run of `recipe` on the event, due at NOW."""
    run_id = f"run_{name or event.id.removeprefix('evt_')}"
    fields: dict[str, Any] = {
        "recipe_version": "v1",
        "trigger_id": "hook",
        "root_id": run_id,
        "status": RunStatus.QUEUED,
        "due_at": NOW,
        "created_at": NOW,
    }
    return Run(id=run_id, event_id=event.id, recipe_id=recipe, **fields | more)


def make_arrival(name: str = "1", recipe: str = "greet", **more: Any) -> Arrival:
    """An event and one run of it; `more` is about the run."""
    event = make_event(name)
    return Arrival(event, (make_run(event, name, recipe, **more),))


def make_delivery(name: str = "1", **more: Any) -> Delivery:
    """A request at the gate."""
    fields: dict[str, Any] = {
        "path": "leads",
        "method": "POST",
        "url": "https://hub.example.com/hooks/leads",
        "query": "",
        "headers": (("Content-Type", "application/json"), ("X-Twice", "a"), ("X-Twice", "b")),
        "body": b'{"name": "Ana"}',
        "received_at": NOW,
    } | more
    return Delivery(id=f"dlv_{name}", **fields)


def make_step(run_id: str, path: str = "greet", status: StepStatus = StepStatus.STARTED, **more: Any) -> StepRecord:
    """A line of the journal."""
    fields: dict[str, Any] = {"step_id": path, "action": "http.request", "started_at": NOW, "tries": 1} | more
    return StepRecord(run_id=run_id, path=path, status=status, **fields)


def claim_one(ledger: SqlLedger, owner: str = "worker", now: float = NOW) -> ClaimedRun:
    """The only run that is due."""
    [claimed] = ledger.claim(owner, limit=10, now=now, lease=LEASE)
    return claimed


def make_entry(
    claimed: ClaimedRun, *steps: StepRecord, change: RunChange | None = None, writes: tuple[Write, ...] = ()
) -> Entry:
    """What the holder of this claim writes."""
    return Entry(claimed.run.id, claimed.run.claim, tuple(steps), change=change, writes=writes)


def finish(ledger: SqlLedger, claimed: ClaimedRun, status: RunStatus = RunStatus.SUCCEEDED, now: float = NOW) -> None:
    """Close the run."""
    assert ledger.record([make_entry(claimed, change=RunChange(status, finished_at=now))]) == set()


def make_recipe(recipe_id: str = "greet", **more: Any) -> Published:
    """A published recipe without problems."""
    fields: dict[str, Any] = {
        "name": "Greet a lead",
        "version": "v1",
        "source": "recipe: 1\n",
        "file": f"recipes/{recipe_id}.yaml",
    } | more
    return Published(recipe_id=recipe_id, **fields)
