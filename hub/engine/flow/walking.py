"""What steps a run takes, and in which order: conditions, loops and what happens when a step fails.

What the engine does itself (`set`, `choose`, ...) is registered here by the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from hub.engine.arguments import jsonable
from hub.engine.bench import Bench
from hub.engine.flow.limits import Limit, give_up_late, in_time, is_for_a_person, refuse_late, with_limit
from hub.engine.flow.side_by_side import in_order
from hub.engine.signals import Expired, Failed, Hold, Pause
from hub.engine.step import attempt, give_up
from hub.errors import Permanent, StepError
from hub.model import Step, StepRecord, StepStatus

MOST_ITEMS = 10_000
"""Items that one `for_each` works on."""

Scope = dict[str, Any]
Own = Callable[[Bench, Step, Scope, str], Any]
"""(bench, step, scope, path) -> output"""

_OWN: dict[str, Own] = {}


def own(action: str) -> Callable[[Own], Own]:
    """Register what the engine does for a flow action."""

    def register(function: Own) -> Own:
        _OWN[action] = function
        return function

    return register


def perform_all(bench: Bench, steps: Iterable[Step], scope: Scope, *, prefix: str = "") -> None:
    """Do steps one after the other. A Signal ends it."""
    for step in steps:
        perform(bench, step, scope, path=prefix + step.id)


def prefix_of(step: Step, path: str) -> str:
    """What stands before the ids of the steps inside of a step: they are its neighbours, but for those of an item of a
    loop, which are the item's own."""
    return path[: -len(step.id)] if path.endswith(step.id) else f"{path}."


def perform(bench: Bench, step: Step, scope: Scope, *, path: str) -> None:
    """Do one step with its condition, its loop and its `on_error`; its output goes into `scope["steps"]`."""
    if bench.stopping.is_set():
        raise Pause("The worker was asked to stop; the run goes on at another.", due_at=bench.now(), keeps_lane=True)
    try:
        output, done = _in_its_time(bench, step, scope, path)
    except Failed as failure:
        _after_failure(bench, step, scope, path, failure)
        return
    if done:
        scope["steps"][step.id] = output


def _in_its_time(bench: Bench, step: Step, scope: Scope, path: str) -> tuple[Any, bool]:
    """The step with its `timeout`, which counts from when this run first began it and bounds all of it."""
    work = _each if step.for_each else _once
    if step.timeout is None:
        return work(bench, step, scope, path)
    known = bench.known.get(path)
    began = max(known.started_at, bench.claimed.run.created_at) if known else bench.now()
    limit = Limit(began + step.timeout, path)
    try:
        return in_time(bench, limit, lambda: work(bench, step, with_limit(scope, limit), path))
    except Expired as expired:
        if expired.path != path:
            raise
    give_up_late(bench, step, bench.known.get(path) or new_record(bench, step, path))
    raise AssertionError("unreachable")


def _once(bench: Bench, step: Step, scope: Scope, path: str) -> tuple[Any, bool]:
    """(output, True), or (None, False) for a step that is skipped."""
    known = bench.known.get(path)
    if known is not None:
        if known.status is StepStatus.SKIPPED:
            return None, False
        _refuse_failed(known, step)
        if known.status is StepStatus.OK and not step.branches:
            return _again(known, scope), True
        if known.status is StepStatus.ERROR and step.action in _OWN and bench.decision:
            decision = bench.take_decision()
            if decision in ("done", "skip"):
                return None, _count_as(bench, known, decision)
    elif not _wanted(bench, step, scope, path):
        return None, False
    if (known is None or known.status is not StepStatus.OK) and not is_for_a_person(bench, step, known):
        refuse_late(bench, scope)
    output = _OWN.get(step.action, _call)(bench, step, scope, path)
    settled = bench.known.get(path)
    return output, settled is None or settled.status is not StepStatus.SKIPPED


def _refuse_failed(known: StepRecord | None, step: Step) -> None:
    """Failed, once more, when the step has failed for good before."""
    if known is not None and known.status is StepStatus.ERROR and known.finished_at is not None:
        error = known.error or {}
        raise Failed(str(error.get("message", "")), step_id=step.id, error=error, path=known.path)


def _count_as(bench: Bench, known: StepRecord, decision: str) -> bool:
    """Settle a held step of the engine's own as a person decided; whether it counts as done."""
    status, note = (StepStatus.OK, "Counted as done.") if decision == "done" else (StepStatus.SKIPPED, "Skipped.")
    bench.remember(replace(known, status=status, note=note, finished_at=bench.now(), due_at=None))
    return decision == "done"


def _again(known: StepRecord, scope: Scope) -> Any:
    if known.action == "set" and isinstance(known.output, dict):
        scope["vars"].update(known.output)
    return known.output


def _wanted(bench: Bench, step: Step, scope: Scope, path: str) -> bool:
    """Whether the step's condition holds. The first answer is recorded and stays, however often the run is resumed."""
    if step.condition is None:
        return True
    record = new_record(bench, step, path)
    try:
        verdict = bench.tools.expressions.condition(step.condition, scope)
    except StepError as error:
        error.place = error.place or step.condition.place
        return bool(give_up(bench, step, replace(record, finished_at=bench.now()), error))
    seen = bench.clean(jsonable(verdict.as_dict()))
    if verdict.value:
        bench.remember(replace(record, verdict=seen))
        return True
    note = "Skipped: its condition does not hold."
    bench.remember(replace(record, status=StepStatus.SKIPPED, verdict=seen, note=note, finished_at=bench.now()))
    return False


def new_record(bench: Bench, step: Step, path: str) -> StepRecord:
    """The first line of a step in the journal."""
    run = bench.claimed.run
    key = f"{run.root_id}/{path}"
    return StepRecord(run.id, path, step.id, step.action, StepStatus.STARTED, bench.now(), key=key)


def _call(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    return attempt(bench, step, path, scope)


def _each(bench: Bench, step: Step, scope: Scope, path: str) -> tuple[list[Any], bool]:
    """The outputs of all items, in order; None for one that was skipped or whose failure the recipe passes over."""
    known = bench.known.get(path)
    if known is not None and known.status is StepStatus.OK:
        return list(known.output), True
    _refuse_failed(known, step)
    record = known or new_record(bench, step, path)
    items = record.request["items"] if record.request else _items(bench, step, scope, record)
    record = replace(record, request={"items": items})
    bench.remember(record)
    single = replace(step, for_each="", on_error="fail", error_steps=())

    def one(index: int) -> Any:
        return _item(bench, step, single, scope, f"{path}[{index}]", index, items)

    outputs = in_order(bench, range(len(items)), one, at_once=step.max_parallel)
    note = f"{len(items)} item{'' if len(items) == 1 else 's'}"
    bench.remember(
        replace(record, status=StepStatus.OK, output=outputs, note=note, tries=1, finished_at=bench.now(), error=None)
    )
    return outputs, True


def _items(bench: Bench, step: Step, scope: Scope, record: StepRecord) -> list[Any]:
    try:
        items = jsonable(bench.tools.expressions.bare(step.for_each, scope))
        if not isinstance(items, list):
            raise Permanent(f"`for_each` needs a list; `{step.for_each}` is {_kind(items)}.")
        if len(items) > MOST_ITEMS:
            raise Permanent(f"`for_each` has {len(items):,} items; at most {MOST_ITEMS:,} are done in one run.")
    except StepError as error:
        give_up(bench, step, replace(record, finished_at=bench.now()), error)
    return list(items)


def _item(bench: Bench, step: Step, single: Step, scope: Scope, path: str, index: int, items: Sequence[Any]) -> Any:
    loop = {
        "index": index + 1,
        "index0": index,
        "length": len(items),
        "first": index == 0,
        "last": index + 1 == len(items),
    }
    inner = {**scope, step.item_name: items[index], "loop": loop, "steps": dict(scope["steps"])}
    inner["links"] = scope["links"].inside(step.id, index)
    try:
        if bench.stopping.is_set():
            raise Pause(
                "The worker was asked to stop; the run goes on at another.", due_at=bench.now(), keeps_lane=True
            )
        output, _ = _once(bench, single, inner, path)
    except Failed as failure:
        _after_failure(bench, step, inner, path, failure)
        return None
    return output


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    return {str: "text", bool: "true or false", dict: "a single object"}.get(type(value), "a number")


def _after_failure(bench: Bench, step: Step, scope: Scope, path: str, failure: Failed) -> None:
    """Do what the step's `on_error` says; raises the failure again where it says fail."""
    if step.on_error == "continue":
        return
    if step.on_error == "hold":
        record = bench.known.get(failure.path) or bench.known.get(path)
        if record is not None:
            bench.remember(replace(record, finished_at=None))
        raise Hold(f"{failure.reason} A person must decide how to go on.", error=failure.error)
    if step.on_error == "steps":
        names = {**scope, "error": dict(failure.error)}
        perform_all(bench, step.error_steps, names, prefix=prefix_of(step, path))
        return
    raise failure
