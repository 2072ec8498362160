"""How long a step, or the whole run, may take: `timeout`.

Nothing new is begun after that, calls outside get no longer than what is left, and no pause goes beyond it. What is
over fails at the level whose time it was, past everything inside that would pass over a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from hub.engine.bench import Bench
from hub.engine.signals import Expired, Pause
from hub.engine.step import LIMIT, give_up
from hub.errors import Timeout
from hub.model import ActionKind, Step, StepRecord, StepStatus
from hub.recipe.explaining.wording import say_duration

IN_DOUBT = (StepStatus.STARTED, StepStatus.UNKNOWN)
Scope = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limit:
    """The moment at which the time of the step at `path` is over; "" is the run."""

    at: float
    path: str


def with_limit(scope: Scope, limit: Limit) -> Scope:
    """The scope for what is done inside of a limit. The earliest of several counts."""
    outer: Limit | None = scope.get(LIMIT)
    return scope if outer is not None and outer.at <= limit.at else {**scope, LIMIT: limit}


def refuse_late(bench: Bench, scope: Mapping[str, Any]) -> None:
    """Expired when nothing may be begun here any more. What a person has just decided is done all the same."""
    limit: Limit | None = scope.get(LIMIT)
    if limit is not None and bench.now() >= limit.at and not bench.decision:
        raise Expired(limit.path)


def is_for_a_person(bench: Bench, step: Step, known: StepRecord | None) -> bool:
    """Whether nobody knows if this message has left. That is settled without trying again, also after its time."""
    action = bench.tools.registry.action(step.action)
    sends = action is not None and action.kind is ActionKind.SEND and step.on_unknown != "repeat"
    return sends and known is not None and known.sent_at is not None and known.status in IN_DOUBT


def in_time(bench: Bench, limit: Limit, work: Callable[[], T]) -> T:
    """The result of `work`. A pause in it ends at the limit at the latest; Expired when that is now."""
    try:
        return work()
    except Pause as pause:
        if bench.now() >= limit.at:
            raise Expired(limit.path) from pause
        if pause.due_at > limit.at:
            raise Pause(pause.reason, due_at=limit.at) from pause
        raise


def give_up_late(bench: Bench, step: Step, record: StepRecord) -> Any:
    """Record that the time of a step is over, and raise Failed."""
    assert step.timeout is not None
    words = [f"This step was not done within {say_duration(step.timeout)}, which is its `timeout`."]
    if record.sent_at is not None and record.status in IN_DOUBT:
        words.append("What it has sent may have happened.")
    last = str((record.error or {}).get("message", ""))
    if last:
        words.append(f"Its last attempt: {last}")
    error = Timeout(" ".join(words), place=step.place)
    return give_up(bench, step, replace(record, finished_at=bench.now(), due_at=None), error)
