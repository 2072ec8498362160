"""What is done about it: runs, steps, attempts and writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.model.statuses import RunStatus, StepStatus


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
    result: Any = None
    """What a recipe that calls this one gets: the `result` of its `stop`."""
    mode: str = ""
    lane: str = ""
    """The lane of its recipe (and key) that it stands in; `mode` says what that means. "" for none."""
    record_lane: str = ""
    """The record whose runs, of all recipes, are worked on one at a time; "" for none."""
    place: int = 0
    """Its number in its lanes: runs go in this order. Given by the ledger."""
    behind: str = ""
    record_behind: str = ""
    """The run in front of it that it sleeps behind, in its lane and in its record's; "" while it may be claimed."""
    hour_limit: int = 0
    """The most runs of its recipe that may begin in an hour, 0 for any number."""
    over: str = ""
    """The limit that it is held for, "" for none. `let_through` lists those that a person has let it go beyond."""
    let_through: str = ""


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
