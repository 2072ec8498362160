"""`call`: another recipe, as a run of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.engine.bench import Bench
from hub.engine.flow.records import rendered, settle
from hub.engine.flow.walking import Scope, new_record, own
from hub.engine.signals import Pause
from hub.engine.step import give_up
from hub.errors import Permanent, StepError
from hub.model import FINAL, Run, RunStatus, Step, StepRecord, StepStatus
from hub.recipe.calling import CALL

LOOK_AGAIN_EVERY = 900.0
"""Seconds after which a caller looks by itself. Usually the end of the called run wakes it at once."""

_STARTED = "started"


@own(CALL)
def _call(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    """Start the other recipe, once, and wait for its end if the step does. Nobody works on the run meanwhile."""
    record = bench.known.get(path) or new_record(bench, step, path)
    if record.status is not StepStatus.WAITING:
        record = _start(bench, step, scope, record)
    if record.status is StepStatus.OK:
        return record.output
    run_id = str(record.request["run"])
    called = bench.tools.chains.look_at(run_id) if bench.tools.chains else None
    if called is None:
        error = Permanent(f"The run {run_id} that was called is not in the history any more.", place=step.place)
        return give_up(bench, step, replace(record, finished_at=bench.now()), error)
    if called.status not in FINAL:
        raise Pause(f"Waiting for the recipe {called.recipe_id} (run {run_id}).", due_at=bench.now() + LOOK_AGAIN_EVERY)
    return _finish(bench, step, record, called)


def waiting_for(bench: Bench) -> tuple[str, ...]:
    """The runs that this run has called and whose end it has not seen."""
    return tuple(
        str(each.request["run"])
        for each in bench.known.values()
        if each.action == CALL and each.status is StepStatus.WAITING
    )


def _start(bench: Bench, step: Step, scope: Scope, record: StepRecord) -> StepRecord:
    """The step's line once the called run is written down with it: OK where the step does not wait, else WAITING."""
    request = rendered(bench, step, scope, record)
    recipe_id, inputs = str(request.get("recipe") or ""), request.get("inputs") or {}
    waits = request.get("wait") is not False
    request = {"recipe": recipe_id, "inputs": inputs, "wait": waits}
    try:
        if not isinstance(inputs, Mapping):
            raise Permanent("`inputs` must be a group of keys.", place=step.places.get("inputs", step.place))
        if bench.tools.chains is None:
            raise Permanent("Nothing can be called here.")
        called = bench.tools.chains.call(bench.claimed, record.key, recipe_id, inputs)
    except StepError as error:
        give_up(bench, step, replace(record, request=request, finished_at=bench.now()), error)
        raise
    if bench.tools.dry:
        return _only_list(bench, record, request)
    record = replace(record, request={**request, "run": called.run_id}, tries=1, error=None)
    if waits:
        record = replace(record, status=StepStatus.WAITING)
    else:
        output = {"run": called.run_id, "status": _STARTED, "result": None}
        note = f"Started run {called.run_id}."
        record = replace(record, status=StepStatus.OK, output=output, note=note, finished_at=bench.now())
    bench.remember(record, arrival=called.arrival)
    bench.flush()
    return record


def _only_list(bench: Bench, record: StepRecord, request: Mapping[str, Any]) -> StepRecord:
    line = {"step": record.path, "do": "start", "recipe": request["recipe"], "inputs": request["inputs"]}
    bench.plan.append(bench.clean(line))
    status = RunStatus.SUCCEEDED.value if request["wait"] else _STARTED
    output = {"run": f"(new run of {request['recipe']})", "status": status, "result": None}
    settle(bench, record, output, note="A dry run starts nothing.", request=request)
    return bench.known[record.path]


def _finish(bench: Bench, step: Step, record: StepRecord, called: Run) -> Any:
    output = {"run": called.id, "status": called.status.value, "result": called.result}
    if called.status in (RunStatus.SUCCEEDED, RunStatus.SKIPPED):
        return settle(bench, record, output, note=f"Run {called.id}: {called.status}.", request=record.request)
    reason = called.reason or str((called.error or {}).get("message", ""))
    what = "failed" if called.status is RunStatus.FAILED else "was cancelled"
    words = f"The recipe {called.recipe_id} that was called {what}" + (f": {reason}" if reason else ".")
    error = Permanent(words, detail=f"run {called.id}", place=step.place)
    return give_up(bench, step, replace(record, output=output, finished_at=bench.now()), error)
