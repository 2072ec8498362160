"""A claimed run, from wherever it stands to its end or its next pause."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

from hub.engine.arguments import jsonable
from hub.engine.bench import Bench
from hub.engine.flow import perform_all
from hub.engine.signals import Failed, Hold, Park, Pause, Signal, Stop
from hub.errors import StepError
from hub.model import Condition, RunStatus
from hub.ports import RunChange

MOST_CRASHES = 5
"""Workers that a run may take down with it before it is given up."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a piece of work on a run came to. `due_at` is set when the run goes on then."""

    status: RunStatus
    reason: str
    due_at: float | None = None


def work(bench: Bench) -> Ended:
    """Do the run's steps until it ends or pauses, and write that down. LeaseLost: it is no longer ours."""
    change = _change(bench)
    if bench.verdict is not None and change.verdict is None:
        change = replace(change, verdict=bench.verdict)
    bench.flush(change=change)
    return Ended(change.status, change.reason, change.due_at)


def _change(bench: Bench) -> RunChange:
    run = bench.claimed.run
    if run.crashes >= MOST_CRASHES:
        reason = f"This run has taken {run.crashes} workers down with it and is given up."
        return _final(bench, RunStatus.FAILED, reason, {"kind": "Crash", "code": "RUN600", "message": reason})
    scope = bench.scope()
    try:
        if not _starts(bench, scope):
            return _final(bench, RunStatus.SKIPPED, "The recipe's condition does not hold.")
        perform_all(bench, bench.recipe.steps, scope)
    except Failed as failure:
        return _after_failure(bench, scope, failure)
    except Signal as signal:
        return _as_told(bench, signal)
    return _final(bench, RunStatus.SUCCEEDED, "")


def _starts(bench: Bench, scope: dict[str, Any]) -> bool:
    """Whether trigger and recipe conditions hold. Answered once; a resumed run does not ask again."""
    if bench.verdict is not None:
        return bool(bench.verdict.get("value", True))
    trigger = next((each for each in bench.recipe.triggers if each.id == bench.claimed.run.trigger_id), None)
    conditions = [each for each in (trigger.where if trigger else None, bench.recipe.condition) if each is not None]
    bench.verdict = {"value": True, "parts": []}
    for condition in conditions:
        verdict = _judge(bench, condition, scope)
        bench.verdict = {"value": verdict["value"], "parts": [*bench.verdict["parts"], verdict]}
        if not verdict["value"]:
            return False
    return True


def _judge(bench: Bench, condition: Condition, scope: dict[str, Any]) -> dict[str, Any]:
    try:
        verdict = bench.tools.expressions.condition(condition, scope).as_dict()
    except StepError as error:
        bench.verdict = None
        error.place = error.place or condition.place
        shown = bench.clean(error.as_dict())
        raise Failed(str(shown["message"]), step_id="", error=shown) from error
    result: dict[str, Any] = bench.clean(jsonable(verdict))
    return result


def _after_failure(bench: Bench, scope: dict[str, Any], failure: Failed) -> RunChange:
    """The recipe's own `on_error` steps run; the run is failed all the same."""
    try:
        perform_all(bench, bench.recipe.on_error, {**scope, "error": {**failure.error, "step": failure.step_id}})
    except Failed as second:
        log.warning("The on_error steps of %s failed too: %s", bench.recipe.id, second)
    except Stop:
        pass
    except Signal as signal:
        return _as_told(bench, signal)
    return _final(bench, RunStatus.FAILED, failure.reason, {**failure.error, "step": failure.step_id})


def _as_told(bench: Bench, signal: Signal) -> RunChange:
    if isinstance(signal, Pause):
        return RunChange(RunStatus.QUEUED, due_at=signal.due_at, reason=signal.reason)
    if isinstance(signal, Park):
        return RunChange(RunStatus.PARKED, reason=signal.reason)
    if isinstance(signal, Hold):
        return RunChange(RunStatus.HELD, reason=signal.reason, error=signal.error)
    assert isinstance(signal, Stop)
    error = {"kind": "Stop", "code": "RUN700", "message": signal.reason} if signal.status is RunStatus.FAILED else None
    return _final(bench, signal.status, signal.reason, error)


def _final(bench: Bench, status: RunStatus, reason: str, error: dict[str, Any] | None = None) -> RunChange:
    return RunChange(status, reason=reason, error=error, variables={}, finished_at=bench.now())
