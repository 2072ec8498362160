"""What goes through the door of the ledger: what is to be written together, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.model import Attempt, DeliveryStatus, Event, Record, Run, RunStatus, StepRecord, Write

REPLAY_GUARD = 86400.0
"""Seconds for which an old delivery under a new id is recognised, where the sender does not sign its ids."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What intake did. `duplicate`: the event was there already, nothing was added and `event_id` names the first.
    `became` is the status that the delivery was kept with, where there was one."""

    event_id: str
    duplicate: bool
    run_ids: tuple[str, ...] = ()
    became: DeliveryStatus = field(default=DeliveryStatus.ACCEPTED, compare=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event and the runs that it starts, to be written together.

    `matches` is for a delivery that is believed: what the expressions come to by which runs wait for one (a key each,
    see hub.engine.flow.deliveries). None: no run waits for such an event.
    """

    event: Event
    runs: tuple[Run, ...] = ()
    matches: Mapping[str, str] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a delivery that is kept already: released, judged again, or run again.

    Done only while the delivery's status is still `was`; it then `becomes` the new one, or a duplicate when the event
    of the arrival turns out to be known. With `renews`, an event that has no runs takes over the arrival's data.
    `item` names the part of a replay that this is, (replay id, position), which is then done as well.
    """

    delivery_id: str
    was: DeliveryStatus
    becomes: DeliveryStatus
    arrival: Arrival
    reason: str = ""
    renews: bool = False
    item: tuple[str, int] | None = None


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

    `keeps_lane`: a run that is QUEUED again stays at work on its record; nobody else's run about it may go on before.
    `over` is the limit that it is HELD for. `waits_for` is the key, by connection and version, that it is PARKED for:
    where another version is in force by then, or that one works again, it is QUEUED instead.

    `awaits` are runs that this one waits for: it is due at once when one of them is over already. `wakes` is the run
    that waits for this one: it is due at once when this one is over.
    """

    status: RunStatus
    due_at: float | None = None
    reason: str = ""
    error: Mapping[str, Any] | None = None
    verdict: Mapping[str, Any] | None = None
    variables: Mapping[str, Any] | None = None
    finished_at: float | None = None
    crashes: int | None = None
    result: Any = None
    awaits: tuple[str, ...] = ()
    wakes: str = ""
    keeps_lane: bool = False
    over: str = ""
    waits_for: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What the holder of a claim writes about its run at one moment, all or nothing.

    Written only where the run is RUNNING under this very `claim`. `steps` are inserted or replaced by (run, path); a
    step with a recorded result (OK, SKIPPED) is never changed. `writes` go into the poller's snapshots. `arrivals` are
    what the run itself makes happen: runs that it calls, and what other recipes hear of its end.
    """

    run_id: str
    claim: int
    steps: tuple[StepRecord, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    change: RunChange | None = None
    writes: tuple[Write, ...] = ()
    arrivals: tuple[Arrival, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenRecord:
    """One record of a poll page that is new, changed or gone, and the event that says so. None where there is a reason
    for none: a baseline, or a field that the list has only begun to have.

    `record` None means: gone, bury the snapshot. `rev` is the snapshot's new revision.
    """

    record_id: str
    rev: int
    record: Record | None
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """Where a trigger that watches something stands: when it looks again, what its last look left behind, and why it
    failed, if it did."""

    next_at: float
    state: Any
    error: str = ""


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
