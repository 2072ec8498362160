"""The nouns of the hub, frozen. Times are seconds since the epoch in UTC (float), durations are seconds.

A recipe's values are kept as written (templates are text); hub.recipe.expressions gives them meaning at run time.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hub.errors import Place

Record = dict[str, Any]
"""A record of the Public API, or any other JSON object."""


class RunStatus(StrEnum):
    """Where a run stands. Only `FINAL` ones never change again by themselves."""

    QUEUED = "queued"
    RUNNING = "running"
    PARKED = "parked"
    HELD = "held"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


FINAL = frozenset({RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED})


class StepStatus(StrEnum):
    """Where a step of a run stands. `OK` and `SKIPPED` are recorded results and never change."""

    STARTED = "started"
    WAITING = "waiting"
    OK = "ok"
    SKIPPED = "skipped"
    ERROR = "error"
    UNKNOWN = "unknown"


class DeliveryStatus(StrEnum):
    """What became of a delivery at the gate."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    REPLAYED = "replayed"  # an old delivery under a new id, most likely: the sender does not sign its ids
    UNPARSED = "unparsed"


class ActionKind(StrEnum):
    """What may be done when an action's result is unknown (docs/how-it-works.md)."""

    PURE = "pure"  # repeat
    READ = "read"  # repeat
    ABSOLUTE = "absolute"  # repeat: the same end state
    KEYED = "keyed"  # repeat with the same idempotency key; without one, look first
    SEND = "send"  # hold for a person, unless the recipe says repeat or skip
    FLOW = "flow"  # done by the engine itself


# ---- The recipe, as read -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition:
    """`if` or `where`. `kind` is "expression" (then `source` is bare Jinja), "all", "any" or "not" (then `parts`)."""

    kind: str
    place: Place
    source: str = ""
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class RetryRule:
    """How often a step is tried and how long it waits in between: `delays[n]` seconds after attempt n+1 failed."""

    attempts: int
    delays: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """One reason to run. `options` are the keys beside `type` and `id`, checked and with defaults filled in;
    `where` is the parsed condition of triggers that have one."""

    id: str
    type: str
    options: Mapping[str, Any]
    place: Place
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One way of a `choose` step. `condition` is None in the `else` branch."""

    condition: Condition | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `id` is unique in the recipe (given, or `step_<n>` by position, `step_<n>_<m>` inside a branch).

    `on_error` is "fail", "continue", "hold" or "steps" (then `error_steps` run instead of failing).
    `on_unknown` is "hold", "repeat" or "skip". `places` maps the keys of `arguments` to where they stand.
    """

    id: str
    name: str
    action: str
    arguments: Mapping[str, Any]
    place: Place
    condition: Condition | None = None
    for_each: str = ""
    item_name: str = "item"
    max_parallel: int = 1
    retry: RetryRule | None = None
    on_error: str = "fail"
    error_steps: tuple[Step, ...] = ()
    on_unknown: str = "hold"
    timeout: float | None = None
    branches: tuple[Branch, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecipeSettings:
    """`settings:` of a recipe. `retry` is the default of its steps."""

    mode: str = "parallel"
    key: str = ""
    priority: str = "normal"
    timeout: float | None = None
    retry: RetryRule | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    keep_history: float | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A checked recipe. `version` is the content hash of `source`, the text of its file."""

    id: str
    name: str
    version: str
    source: str
    file: str
    triggers: tuple[Trigger, ...]
    steps: tuple[Step, ...]
    description: str = ""
    enabled: bool = True
    condition: Condition | None = None
    on_error: tuple[Step, ...] = ()
    settings: RecipeSettings = field(default_factory=RecipeSettings)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    was: str = ""


# ---- What happens --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delivery:
    """One HTTP request at the gate, raw. `headers` keep their order and repeats; `url` is the public one."""

    id: str
    path: str
    method: str
    url: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    received_at: float
    remote: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. Unique per `source` and `key`.

    `type`: "jobs.created", "jobs.updated", "jobs.deleted" (any resource), "webhook", "schedule", "manual", "recipe".
    `source`: "poll:jobs", "webhook:<path>", "schedule:<recipe>/<trigger>", "manual:<recipe>", "recipe:<recipe>".
    `data`: poll {resource, record_id, record, before, changed, since}; webhook {body, headers, query, content_type};
    schedule {scheduled_at}; manual {inputs}. `hop` counts how many runs of ours stand behind it.
    """

    id: str
    type: str
    source: str
    key: str
    time: float
    data: Mapping[str, Any]
    origin: str = "outside"
    cause_run_id: str = ""
    hop: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One recipe working on one event. `claim` counts claims, `tries` counts failed attempts of the current step.

    `root_id` is the run whose idempotency keys are used: its own id, or that of the run that it resumes.
    """

    id: str
    event_id: str
    recipe_id: str
    recipe_version: str
    trigger_id: str
    root_id: str
    status: RunStatus
    due_at: float
    created_at: float
    priority: int = 0
    claim: int = 0
    owner: str = ""
    lease_until: float = 0.0
    crashes: int = 0
    reason: str = ""
    error: Mapping[str, Any] | None = None
    verdict: Mapping[str, Any] | None = None
    started_at: float | None = None
    finished_at: float | None = None
    replay_of: str = ""
    replay_no: int = 0
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepRecord:
    """The journal's line about one step of one run: what was intended, what became of it.

    `path` is stable within a recipe version: "customer", "remind[3]" in a loop, "choice.else.note" in a branch.
    `request` is the rendered input, `verdict` the condition's result with what it saw, `due_at` when a waiting or
    failed step goes on, `sent_at` when its effect was last about to leave, None before. `tries` counts attempts.
    """

    run_id: str
    path: str
    step_id: str
    action: str
    status: StepStatus
    started_at: float
    tries: int = 0
    key: str = ""
    request: Any = None
    verdict: Mapping[str, Any] | None = None
    output: Any = None
    note: str = ""
    error: Mapping[str, Any] | None = None
    resource: str = ""
    sent_at: float | None = None
    due_at: float | None = None
    finished_at: float | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a step. `outcome` is "ok", "error", "unknown" or "interrupted"."""

    run_id: str
    path: str
    number: int
    started_at: float
    finished_at: float
    outcome: str
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """A change that we made to a record: the fields that are ours, as the API answered them.

    The poller's snapshot takes these over, so that our own write does not come back as an event while a person's
    edit of another field still does. `deleted` says that the record is gone by our hand.
    """

    resource: str
    record_id: str
    fields: Mapping[str, Any]
    created: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A record as the poller last saw it. `rev` counts its changes, `missed` the full passes that did not show it."""

    resource: str
    record_id: str
    rev: int
    record: Record
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the poller has come with one list. `position` is the greatest update stamp *seen*, as the API wrote it.

    `baseline_at` is None until the first full pass is complete; `claim` fences two pollers against each other.
    """

    resource: str
    claim: int = 0
    position: str = ""
    baseline_at: float | None = None
    last_ok_at: float | None = None
    last_full_at: float | None = None
    passes: int = 0
    checked: int = 0
    changed: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """A key to an API and its state: "ok", or "rejected" until its `version` moves."""

    name: str
    version: int
    state: str
    fingerprint: str
    changed_at: float
    used_at: float | None = None
    blocked_until: float = 0.0


def new_id(prefix: str, now: float) -> str:
    """A fresh id that sorts by time: `<prefix>_` and 26 characters of hexadecimal (48 bits of ms, 56 random bits)."""
    return f"{prefix}_{int(now * 1000):012x}{secrets.token_hex(7)}"
