"""What the views answer: frozen, and with nothing in them that a page would have to look up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from hub.model import Attempt, Delivery, DeliveryStatus, Event, Run, RunStatus, StepRecord

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item]):
    """A part of a long list, newest first. `next` is what `after` must be for the part that follows, "" at the end."""

    items: tuple[Item, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as one line of a list. `subject` is what the event is about, in small letters."""

    id: str
    recipe_id: str
    recipe_name: str
    recipe_version: str
    event_id: str
    event_type: str
    resource: str
    record_id: str
    subject: str
    status: RunStatus
    created_at: float
    due_at: float
    started_at: float | None
    finished_at: float | None
    crashes: int
    reason: str
    error: Mapping[str, Any] | None
    replay_of: str
    replay_no: int


@dataclass(frozen=True, slots=True)
class StepPage:
    """A step with its attempts, oldest first."""

    step: StepRecord
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery as one line of a list. `size` is that of its body, in bytes."""

    id: str
    path: str
    method: str
    received_at: float
    remote: str
    status: DeliveryStatus
    event_id: str
    recipe_id: str
    reason: str
    size: int
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Found(Generic[Item]):
    """What a search found, newest first: `looked` deliveries were looked through, back to `until` (None: to the end).
    `next` is what `after` must be to go on."""

    items: tuple[Item, ...]
    looked: int
    until: float | None
    next: str = ""


@dataclass(frozen=True, slots=True)
class AddressLine:
    """An address that somebody paused or listens to. `waiting` deliveries are kept back, `samples` were caught; each
    number up to views.inbox.COUNTED."""

    path: str
    state: str
    changed_at: float
    changed_by: str
    listens_until: float
    waiting: int
    samples: int


@dataclass(frozen=True, slots=True)
class Refused:
    """How many deliveries to an address were turned away without being kept, between two moments (to the minute)."""

    path: str
    kind: str
    count: int
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class ReplayItem:
    """One delivery, or run, of a replay. `state` is "due", "done" or "refused"."""

    position: int
    delivery_id: str
    state: str
    note: str
    run_ids: tuple[str, ...]
    run_id: str = ""


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """A replay of many deliveries or, where `kind` is "runs", of runs, in the `way` that was chosen. `state`: "first",
    "waiting", "going", "done" or "stopped"."""

    id: str
    made_at: float
    made_by: str
    state: str
    note: str
    filters: Mapping[str, Any]
    total: int
    done: int
    refused: int
    items: tuple[ReplayItem, ...]
    kind: str = ""
    way: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run stands. When it is `over`, `result` is what its last step came to."""

    run_id: str
    status: RunStatus
    over: bool
    result: Any


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """A delivery as it came, and what became of it."""

    delivery: Delivery
    line: DeliveryLine


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything about a run. `replays` are all runs of the same recipe on the same event but this one. `in_front` is
    the run that it waits for, None when it waits for none."""

    run: Run
    recipe_name: str
    event: Event
    steps: tuple[StepPage, ...]
    delivery: DeliveryLine | None
    replays: tuple[RunLine, ...]
    in_front: RunLine | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """An event, the runs that it started and the deliveries that reported it."""

    event: Event
    runs: tuple[RunLine, ...]
    deliveries: tuple[DeliveryLine, ...]


@dataclass(frozen=True, slots=True)
class RecipeLine:
    """A recipe as the office sees it.

    `enabled`: it starts runs. Behind that stand what its file says (`enabled_by_file`), what the office said since
    (`switched_on`, None if nothing), `usable` (its file has no error) and `removed_at` (when its file went away).
    `recent` counts its runs of the last 24 hours by status, each number up to views.recipes.RECENT.
    """

    recipe_id: str
    name: str
    description: str
    version: str
    file: str
    enabled: bool
    enabled_by_file: bool
    switched_on: bool | None
    switched_by: str
    switched_at: float | None
    usable: bool
    problems: tuple[Mapping[str, Any], ...]
    published_at: float
    removed_at: float | None
    last_status: RunStatus | None
    last_run_at: float | None
    recent: Mapping[RunStatus, int]


@dataclass(frozen=True, slots=True)
class RecipeVersion:
    """One version of a recipe that could be used."""

    version: str
    name: str
    published_at: float


@dataclass(frozen=True, slots=True)
class RecipePage:
    """A recipe with the present text of its file, and its versions, newest first."""

    line: RecipeLine
    source: str
    versions: tuple[RecipeVersion, ...]


@dataclass(frozen=True, slots=True)
class StoredLine:
    """What is kept under one name. `recipe_id` is "" for what all recipes share; `kind` is "value", "turns" or
    "digest"; `changed_by` is a run's id or a person's name."""

    recipe_id: str
    kind: str
    name: str
    value: Any
    expires_at: float | None
    changed_at: float
    changed_by: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A process as it was last seen."""

    kind: str
    id: str
    seen_at: float
    detail: Mapping[str, Any]

    def is_there(self, now: float, *, within: float) -> bool:
        """Whether the process has been seen within so many seconds, and has not said that it ends."""
        return now - self.seen_at < within and not self.detail.get("ended")


@dataclass(frozen=True, slots=True)
class Scheduled:
    """When a recipe's trigger is next due."""

    recipe_id: str
    trigger_id: str
    next_at: float


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One deed. `before` and `after` are JSON values."""

    seq: int
    at: float
    who: str
    what: str
    before: Any
    after: Any
    where: str


@dataclass(frozen=True, slots=True)
class FloodLine:
    """Runs of one recipe that one look at a list has started, too many to begin unasked. `held` still wait, `begun` had
    begun before it was known. `preview` tells of the first ones: (type of the event, what it is about)."""

    id: str
    recipe_id: str
    recipe_name: str
    resource: str
    held_at: float
    begun: int
    held: int
    preview: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BacklogLine:
    """Records from before a recipe that it wants, too. `counted` runs would start, or do; `state` as in
    hub.ports.Backlog."""

    recipe_id: str
    trigger_id: str
    recipe_name: str
    resource: str
    start: str
    state: str
    counted: int
    started: int
    per_minute: int
    preview: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that has failed or is held. `subject` is what its event is about, in small letters."""

    id: str
    recipe_id: str
    recipe_name: str
    recipe_version: str
    status: RunStatus
    created_at: float
    finished_at: float | None
    crashes: int
    reason: str
    error: Mapping[str, Any] | None
    over: str
    subject: str
    event_type: str


@dataclass(frozen=True, slots=True)
class Taken:
    """How a run took up an earlier one. What a person has changed for it: the request of the step at `path`, or with
    path "" the data of the event; nothing where `after` is None."""

    at: float
    by: str
    path: str
    before: Any
    after: Any
