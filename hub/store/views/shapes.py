"""What the views answer: frozen, and with nothing in them that a page would have to look up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """A delivery as it came, and what became of it."""

    delivery: Delivery
    line: DeliveryLine


@dataclass(frozen=True, slots=True)
class RunPage:
    """Everything about a run. `replays` are all runs of the same recipe on the same event but this one."""

    run: Run
    recipe_name: str
    event: Event
    steps: tuple[StepPage, ...]
    delivery: DeliveryLine | None
    replays: tuple[RunLine, ...]


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
class Heartbeat:
    """A process as it was last seen."""

    kind: str
    id: str
    seen_at: float
    detail: Mapping[str, Any]


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
