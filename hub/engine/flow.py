"""What steps a run takes, and in which order: conditions, loops, branches, and what the engine does itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from hub.engine.arguments import jsonable
from hub.engine.bench import Bench
from hub.engine.signals import Failed, Hold, Pause, Signal, Stop
from hub.engine.step import attempt, give_up
from hub.engine.waiting import wait_until
from hub.errors import Permanent, StepError
from hub.model import RunStatus, Step, StepRecord, StepStatus

MOST_ITEMS = 10_000
"""Items that one `for_each` works on."""

Scope = dict[str, Any]


def perform_all(bench: Bench, steps: Iterable[Step], scope: Scope, *, prefix: str = "") -> None:
    """Do steps one after the other. A Signal ends it."""
    for step in steps:
        perform(bench, step, scope, path=prefix + step.id)


def perform(bench: Bench, step: Step, scope: Scope, *, path: str) -> None:
    """Do one step with its condition, its loop and its `on_error`; its output goes into `scope["steps"]`."""
    if bench.stopping.is_set():
        raise Pause("The worker was asked to stop; the run goes on at another.", due_at=bench.now())
    try:
        output, done = _each(bench, step, scope, path) if step.for_each else _once(bench, step, scope, path)
    except Failed as failure:
        _after_failure(bench, step, scope, path, failure)
        return
    if done:
        scope["steps"][step.id] = output


def _once(bench: Bench, step: Step, scope: Scope, path: str) -> tuple[Any, bool]:
    """(output, True), or (None, False) for a step that is skipped."""
    known = bench.known.get(path)
    if known is not None:
        if known.status is StepStatus.SKIPPED:
            return None, False
        if known.status is StepStatus.ERROR and known.finished_at is not None:
            error = known.error or {}
            raise Failed(str(error.get("message", "")), step_id=step.id, error=error)
        if known.status is StepStatus.OK and step.action != "choose":
            return _again(known, scope), True
    elif not _wanted(bench, step, scope, path):
        return None, False
    output = _ACTIONS.get(step.action, _call)(bench, step, scope, path)
    settled = bench.known.get(path)
    return output, settled is None or settled.status is not StepStatus.SKIPPED


def _again(known: StepRecord, scope: Scope) -> Any:
    if known.action == "set" and isinstance(known.output, dict):
        scope["vars"].update(known.output)
    return known.output


def _wanted(bench: Bench, step: Step, scope: Scope, path: str) -> bool:
    """Whether the step's condition holds. The first answer is recorded and stays, however often the run is resumed."""
    if step.condition is None:
        return True
    record = _new_record(bench, step, path)
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


def _new_record(bench: Bench, step: Step, path: str) -> StepRecord:
    run = bench.claimed.run
    key = f"{run.root_id}/{path}"
    return StepRecord(run.id, path, step.id, step.action, StepStatus.STARTED, bench.now(), key=key)


def _call(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    return attempt(bench, step, path, scope)


# ---- for_each ------------------------------------------------------------------------------------------------------


def _each(bench: Bench, step: Step, scope: Scope, path: str) -> tuple[list[Any], bool]:
    """The outputs of all items, in order; None for one that was skipped or whose failure the recipe passes over."""
    known = bench.known.get(path)
    if known is not None and known.status is StepStatus.OK:
        return list(known.output), True
    record = known or _new_record(bench, step, path)
    items = record.request["items"] if record.request else _items(bench, step, scope, record)
    record = replace(record, request={"items": items})
    bench.remember(record)
    single = replace(step, for_each="", on_error="fail", error_steps=())

    def one(index: int) -> Any:
        return _item(bench, step, single, scope, f"{path}[{index}]", index, items)

    outputs = _in_order(bench, step, range(len(items)), one)
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
    try:
        if bench.stopping.is_set():
            raise Pause("The worker was asked to stop; the run goes on at another.", due_at=bench.now())
        output, _ = _once(bench, single, inner, path)
    except Failed as failure:
        _after_failure(bench, step, inner, path, failure)
        return None
    return output


def _in_order(bench: Bench, step: Step, indices: Sequence[int], one: Callable[[int], Any]) -> list[Any]:
    """`one` for each index, several at once where the step allows it. Of several signals the gravest counts."""
    if step.max_parallel <= 1 or bench.tools.dry:
        return [one(index) for index in indices]
    signals: list[Signal] = []

    def guarded(index: int) -> Any:
        if any(not isinstance(each, Pause) for each in signals):
            return None
        try:
            return one(index)
        except Signal as signal:
            signals.append(signal)
            return None

    with ThreadPoolExecutor(max_workers=min(step.max_parallel, 16)) as pool:
        outputs = list(pool.map(guarded, indices))
    if signals:
        raise min(signals, key=_gravity)
    return outputs


def _gravity(signal: Signal) -> tuple[int, float]:
    order = (Failed, Stop, Hold, Signal, Pause)
    rank = next(number for number, kind in enumerate(order) if type(signal) is kind or kind is Signal)
    return (4, signal.due_at) if isinstance(signal, Pause) else (rank, 0.0)


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    return {str: "text", bool: "true or false", dict: "a single object"}.get(type(value), "a number")


# ---- on_error ------------------------------------------------------------------------------------------------------


def _after_failure(bench: Bench, step: Step, scope: Scope, path: str, failure: Failed) -> None:
    """Do what the step's `on_error` says; raises the failure again where it says fail."""
    if step.on_error == "continue":
        return
    if step.on_error == "hold":
        record = bench.known.get(path)
        if record is not None:
            bench.remember(replace(record, finished_at=None))
        raise Hold(f"{failure.reason} A person must decide how to go on.", error=failure.error)
    if step.on_error == "steps":
        prefix = path[: -len(step.id)] if path.endswith(step.id) else f"{path}."
        perform_all(bench, step.error_steps, {**scope, "error": dict(failure.error)}, prefix=prefix)
        return
    raise failure


# ---- The engine's own actions --------------------------------------------------------------------------------------


def _settle(bench: Bench, record: StepRecord, output: Any, *, note: str = "", request: Any = None) -> Any:
    record = replace(
        record, status=StepStatus.OK, output=output, note=note, request=request, tries=1, finished_at=bench.now()
    )
    bench.remember(record)
    return output


def _rendered(bench: Bench, step: Step, scope: Scope, record: StepRecord) -> dict[str, Any]:
    try:
        return {name: jsonable(bench.tools.expressions.value(value, scope)) for name, value in step.arguments.items()}
    except StepError as error:
        give_up(bench, step, replace(record, finished_at=bench.now()), error)
        raise


def _set(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    record = bench.known.get(path) or _new_record(bench, step, path)
    values = _rendered(bench, step, scope, record)
    scope["vars"].update(values)
    return _settle(bench, record, values)


def _stop(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    record = bench.known.get(path) or _new_record(bench, step, path)
    request = _rendered(bench, step, scope, record)
    status = RunStatus(request.get("status") or "succeeded")
    message = str(request.get("message") or "")
    _settle(bench, record, None, request=request, note=message)
    raise Stop(message, status=status)


def _wait(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    record = bench.known.get(path) or _new_record(bench, step, path)
    if record.due_at is None:
        request = _rendered(bench, step, scope, record)
        try:
            due_at = wait_until(request, now=bench.now(), timezone=bench.tools.timezone)
        except StepError as error:
            return give_up(bench, step, replace(record, request=request, finished_at=bench.now()), error)
        record = replace(record, status=StepStatus.WAITING, request=request, due_at=due_at)
        bench.remember(record)
    assert record.due_at is not None
    if bench.now() < record.due_at:
        raise Pause("Waiting, as the recipe says.", due_at=record.due_at)
    return _settle(bench, record, None, request=record.request)


def _choose(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    """Take the first branch whose condition holds. The choice is recorded, so a resumed run stays in it."""
    record = bench.known.get(path) or _new_record(bench, step, path)
    if record.request is None:
        chosen, verdicts = _chosen(bench, step, scope, record)
        record = replace(record, request={"branch": chosen}, verdict={**(record.verdict or {}), "branches": verdicts})
        bench.remember(record)
    chosen = record.request["branch"]
    if chosen is not None:
        prefix = path[: -len(step.id)] if path.endswith(step.id) else f"{path}."
        perform_all(bench, step.branches[chosen].steps, scope, prefix=prefix)
    output = {"branch": None if chosen is None else chosen + 1}
    note = "No branch fits." if chosen is None else f"Branch {chosen + 1}."
    if record.status is not StepStatus.OK:
        _settle(bench, record, output, note=note, request=record.request)
    return output


def _chosen(bench: Bench, step: Step, scope: Scope, record: StepRecord) -> tuple[int | None, list[Any]]:
    verdicts: list[Any] = []
    for number, branch in enumerate(step.branches):
        if branch.condition is None:
            return number, verdicts
        try:
            verdict = bench.tools.expressions.condition(branch.condition, scope)
        except StepError as error:
            error.place = error.place or branch.condition.place
            give_up(bench, step, replace(record, finished_at=bench.now()), error)
            raise
        verdicts.append(bench.clean(jsonable(verdict.as_dict())))
        if verdict.value:
            return number, verdicts
    return None, verdicts


_ACTIONS: dict[str, Callable[[Bench, Step, Scope, str], Any]] = {
    "set": _set,
    "stop": _stop,
    "wait": _wait,
    "choose": _choose,
}
