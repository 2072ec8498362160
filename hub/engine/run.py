"""A claimed run, from wherever it stands to its end or its next pause."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

from hub import failpoints
from hub.engine.arguments import jsonable
from hub.engine.bench import Bench, Tools
from hub.engine.flow import perform_all
from hub.engine.flow.calls import waiting_for
from hub.engine.flow.limits import Limit, in_time, with_limit
from hub.engine.lanes import NO_LANE
from hub.engine.signals import Expired, Failed, Hold, Park, Pause, Signal, Stop
from hub.errors import HubError, StepError, Timeout, Unavailable
from hub.model import Condition, RunStatus
from hub.ports import Arrival, ClaimedRun, Entry, RunChange
from hub.recipe.explaining.wording import say_duration

MOST_CRASHES = 5
"""Workers that a run may take down with it before it is given up."""

LOOK_AGAIN = 10.0
"""Seconds until a run is taken up again that could not read its lookup tables."""

LAST_WORDS = 60.0
"""Seconds that the recipe's `on_error` steps get at least when its runs have a `timeout`."""

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
    change = replace(change, awaits=waiting_for(bench) if change.status is RunStatus.QUEUED else ())
    change, arrivals = _with_whom_it_concerns(bench.claimed, change, bench.tools, name=bench.recipe.name)
    failpoints.reach("before_end")
    bench.flush(change=change, arrivals=arrivals)
    return Ended(change.status, change.reason, change.due_at)


def give_up_run(claimed: ClaimedRun, problem: HubError, tools: Tools) -> Ended:
    """End a run as failed that cannot be worked on at all, and write that down. LeaseLost: it is no longer ours."""
    failed = RunChange(RunStatus.FAILED, reason=str(problem), error=problem.as_dict(), finished_at=tools.clock())
    change, arrivals = _with_whom_it_concerns(claimed, failed, tools, name=claimed.run.recipe_id)
    tools.journal.write(Entry(claimed.run.id, claimed.run.claim, change=change, arrivals=arrivals))
    return Ended(change.status, change.reason)


def _with_whom_it_concerns(
    claimed: ClaimedRun, change: RunChange, tools: Tools, *, name: str
) -> tuple[RunChange, tuple[Arrival, ...]]:
    """The end of a run with the caller that waits for it, and with what other recipes hear of it; both in the same
    transaction. A change that is no end stays as it is."""
    if change.finished_at is None:
        return change, ()
    if claimed.event.type == "call":
        change = replace(change, wakes=claimed.event.cause_run_id)
    if tools.chains is None or tools.dry:
        return change, ()
    return change, tools.chains.followers(claimed, change, name=name)


def _change(bench: Bench) -> RunChange:
    run = bench.claimed.run
    if run.crashes >= MOST_CRASHES:
        reason = f"This run has taken {run.crashes} workers down with it and is given up."
        return _final(bench, RunStatus.FAILED, reason, {"kind": "Crash", "code": "RUN600", "message": reason})
    try:
        scope = bench.scope()
    except Unavailable as problem:
        return RunChange(RunStatus.QUEUED, due_at=bench.now() + LOOK_AGAIN, reason=problem.message)
    try:
        _refuse_without_lane(bench)
        if not _starts(bench, scope):
            return _final(bench, RunStatus.SKIPPED, "The recipe's condition does not hold.")
        _perform_in_time(bench, scope)
    except Failed as failure:
        return _after_failure(bench, scope, failure)
    except Signal as signal:
        return _as_told(bench, signal)
    return _final(bench, RunStatus.SUCCEEDED, "")


def _refuse_without_lane(bench: Bench) -> None:
    """Failed when the run's `key` could not be had as it began: nobody can say which runs it must wait for."""
    error = bench.claimed.run.error
    if error is not None and error.get("code") == NO_LANE:
        shown = bench.clean(dict(error))
        raise Failed(str(shown["message"]), step_id="", error=shown)


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


def _perform_in_time(bench: Bench, scope: dict[str, Any]) -> None:
    """The recipe's steps; Failed when the time is over that its settings give to a run."""
    limit = _limit(bench)
    if limit is None:
        perform_all(bench, bench.recipe.steps, scope)
        return
    try:
        in_time(bench, limit, lambda: perform_all(bench, bench.recipe.steps, with_limit(scope, limit)))
    except Expired as expired:
        length = say_duration(bench.recipe.settings.timeout or 0.0)
        error = Timeout(f"The run was not done within {length}, which is the recipe's `timeout`.")
        raise Failed(error.message, step_id="", error=error.as_dict()) from expired


def _limit(bench: Bench) -> Limit | None:
    run, timeout = bench.claimed.run, bench.recipe.settings.timeout
    began = run.created_at if run.started_at is None else run.started_at
    return None if timeout is None else Limit(began + timeout, "")


def _last_limit(bench: Bench) -> Limit | None:
    """Until when the `on_error` steps may take: the run's time, but at least a minute from when they began."""
    limit, steps = _limit(bench), bench.recipe.on_error
    if limit is None or not steps:
        return None
    first = bench.known.get(steps[0].id)
    began = bench.now() if first is None else first.started_at
    return Limit(max(limit.at, began + LAST_WORDS), "")


def _after_failure(bench: Bench, scope: dict[str, Any], failure: Failed) -> RunChange:
    """The recipe's own `on_error` steps run; the run is failed all the same."""
    scope = {**scope, "error": {**failure.error, "step": failure.step_id}}
    limit = _last_limit(bench)
    try:
        if limit is None:
            perform_all(bench, bench.recipe.on_error, scope)
        else:
            in_time(bench, limit, lambda: perform_all(bench, bench.recipe.on_error, with_limit(scope, limit)))
    except (Failed, Expired) as second:
        log.warning("The on_error steps of %s failed too: %s", bench.recipe.id, second)
    except Stop:
        pass
    except Signal as signal:
        return _as_told(bench, signal)
    return _final(bench, RunStatus.FAILED, failure.reason, {**failure.error, "step": failure.step_id})


def _as_told(bench: Bench, signal: Signal) -> RunChange:
    if isinstance(signal, Pause):
        return RunChange(RunStatus.QUEUED, due_at=signal.due_at, reason=signal.reason, keeps_lane=signal.keeps_lane)
    if isinstance(signal, Park):
        return RunChange(RunStatus.PARKED, reason=signal.reason, waits_for=signal.waits_for)
    if isinstance(signal, Hold):
        over = str((signal.error or {}).get("limit", ""))
        return RunChange(RunStatus.HELD, reason=signal.reason, error=signal.error, over=over)
    assert isinstance(signal, Stop)
    error = {"kind": "Stop", "code": "RUN700", "message": signal.reason} if signal.status is RunStatus.FAILED else None
    return replace(_final(bench, signal.status, signal.reason, error), result=signal.result)


def _final(bench: Bench, status: RunStatus, reason: str, error: dict[str, Any] | None = None) -> RunChange:
    return RunChange(status, reason=reason, error=error, variables={}, finished_at=bench.now())
