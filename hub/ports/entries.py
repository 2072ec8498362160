"""What goes through the door of the ledger: what is to be written together, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.model import Attempt, Event, Record, Run, RunStatus, StepRecord, Write

REPLAY_GUARD = 86400.0
"""Seconds for which an old delivery under a new id is recognised, where the sender does not sign its ids."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What intake did. `duplicate`: the event was there already, nothing was added and `event_id` names the first."""

    event_id: str
    duplicate: bool
    run_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event and the runs that it starts, to be written together."""

    event: Event
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that is ours until `run.lease_until`, with its event and what its journal holds already, by path."""

    run: Run
    event: Event
    journal: Mapping[str, StepRecord]


@dataclass(frozen=True, slots=True)
class RunChange:
    """The new state of a run. Fields that are None stay as they are. Leaving RUNNING gives the lease up.

    `variables` replaces the run's variables. `finished_at` is set by the ledger's caller with a final status.
    """

    status: RunStatus
    due_at: float | None = None
    reason: str = ""
    error: Mapping[str, Any] | None = None
    verdict: Mapping[str, Any] | None = None
    variables: Mapping[str, Any] | None = None
    finished_at: float | None = None
    crashes: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What the holder of a claim writes about its run at one moment, all or nothing.

    Written only where the run is RUNNING under this very `claim`. `steps` are inserted or replaced by (run, path); a
    step with a recorded result (OK, SKIPPED) is never changed. `writes` go into the poller's snapshots.
    """

    run_id: str
    claim: int
    steps: tuple[StepRecord, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    change: RunChange | None = None
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenRecord:
    """One record of a poll page that is new, changed or gone, and the event that says so (None in a baseline).

    `record` None means: gone, drop the snapshot. `rev` is the snapshot's new revision.
    """

    record_id: str
    rev: int
    record: Record | None
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A recipe file as it is made current. `problems` are Problem.as_dict() rows; with an error among them the file
    has no usable version and starts nothing, but is shown. `enabled` is what the file says."""

    recipe_id: str
    name: str
    version: str
    source: str
    file: str
    enabled: bool = True
    description: str = ""
    was: str = ""
    problems: tuple[Mapping[str, Any], ...] = ()
