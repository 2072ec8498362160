"""`parallel`: all branches side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from hub.engine.bench import Bench
from hub.engine.flow.records import rendered, settle
from hub.engine.flow.side_by_side import MOST_AT_ONCE, all_to_their_ends
from hub.engine.flow.walking import Scope, new_record, own, perform_all, prefix_of
from hub.engine.signals import Expired, Failed, Hold, Park, Pause, Signal, Stop
from hub.model import Step, StepRecord, StepStatus

LOOK_FOR_A_KEY_EVERY = 300.0
"""Seconds after which a branch that waits for a working key tries again while others wait for something else."""

S = TypeVar("S", bound=Signal)


@own("parallel")
def _parallel(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    """Take every branch as far as it goes now. A resumed run goes through all of them again; what is recorded in them
    is not repeated. A branch sees nothing of the others; behind the step everything of all of them is known."""
    record = bench.known.get(path) or new_record(bench, step, path)
    if record.request is None:
        request = rendered(bench, step, scope, record)
        at_once = int(request.get("max_parallel") or MOST_AT_ONCE)
        record = replace(record, request={"max_parallel": max(1, min(at_once, MOST_AT_ONCE)), "resting": {}})
        bench.remember(record)
    resting: Mapping[str, Any] = {} if bench.decision else record.request["resting"]
    before = dict(scope["vars"])
    inner = [{**scope, "steps": dict(scope["steps"]), "vars": dict(before)} for _ in step.branches]

    def one(index: int) -> None:
        if str(index) in resting:
            raise Hold(**resting[str(index)])
        perform_all(bench, step.branches[index].steps, inner[index], prefix=prefix_of(step, path))

    numbers = range(len(step.branches))
    ends = all_to_their_ends(bench, numbers, one, at_once=record.request["max_parallel"])
    for each in inner:
        scope["steps"].update(each["steps"])
        scope["vars"].update({name: value for name, value in each["vars"].items() if before.get(name) is not value})
    _conclude(bench, record, ends)
    output = {"branches": len(ends)}
    if record.status is not StepStatus.OK:
        note = f"{len(ends)} branch{'' if len(ends) == 1 else 'es'} side by side."
        settle(bench, replace(record, error=None), output, note=note, request=record.request)
    return output


def _conclude(bench: Bench, record: StepRecord, ends: Sequence[Signal | None]) -> None:
    """Raise what the branches come to together, if they are not all done.

    A branch that waits lets the others go on; only when none can go on by itself is the run held or parked, and only
    when all are at their ends does a failure count.
    """
    for ending in (*_of(Expired, ends), *_of(Stop, ends)):
        raise ending
    pauses, holds, parks = _of(Pause, ends), _of(Hold, ends), _of(Park, ends)
    resting = {
        str(index): {"reason": end.reason, "error": end.error}
        for index, end in enumerate(ends)
        if isinstance(end, Hold) and pauses
    }
    if resting != record.request["resting"]:
        bench.remember(replace(record, request={**record.request, "resting": resting}))
    if pauses:
        raise _earliest(pauses, [*holds, *parks], now=bench.now())
    for waiting in (*holds, *parks):
        raise waiting
    for failure in _of(Failed, ends):
        bench.remember(replace(record, status=StepStatus.ERROR, error=failure.error))
        raise failure


def _earliest(pauses: Sequence[Pause], stuck: Sequence[Signal], *, now: float) -> Pause:
    first = min(pauses, key=lambda each: each.due_at)
    due_at = first.due_at
    if any(isinstance(each, Park) for each in stuck):
        due_at = min(due_at, now + LOOK_FOR_A_KEY_EVERY)
    return Pause(" ".join([first.reason, *(f"In another branch: {each.reason}" for each in stuck)]), due_at=due_at)


def _of(kind: type[S], ends: Sequence[Signal | None]) -> list[S]:
    return [each for each in ends if isinstance(each, kind)]
