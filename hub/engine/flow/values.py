"""`set`, `stop` and `wait`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.engine.arguments import keepable
from hub.engine.bench import Bench
from hub.engine.flow.records import rendered, settle
from hub.engine.flow.walking import Scope, new_record, own
from hub.engine.signals import Pause, Stop
from hub.engine.step import give_up
from hub.engine.waiting import wait_until
from hub.errors import StepError
from hub.model import RunStatus, Step, StepStatus


@own("set")
def _set(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    record = bench.known.get(path) or new_record(bench, step, path)
    values = rendered(bench, step, scope, record)
    scope["vars"].update(values)
    return settle(bench, record, values)


@own("stop")
def _stop(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    record = bench.known.get(path) or new_record(bench, step, path)
    request = rendered(bench, step, scope, record)
    status = RunStatus(request.get("status") or "succeeded")
    message = str(request.get("message") or "")
    try:
        result = bench.clean(keepable(request.get("result")))
    except StepError as error:
        return give_up(bench, step, replace(record, finished_at=bench.now()), error)
    settle(bench, record, result, request=request, note=message)
    raise Stop(message, status=status, result=result)


@own("wait")
def _wait(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    record = bench.known.get(path) or new_record(bench, step, path)
    if record.due_at is None:
        request = rendered(bench, step, scope, record)
        try:
            due_at = wait_until(request, now=bench.now(), calendar=bench.tools.calendar)
        except StepError as error:
            return give_up(bench, step, replace(record, request=request, finished_at=bench.now()), error)
        record = replace(record, status=StepStatus.WAITING, request=request, due_at=due_at)
        bench.remember(record)
    assert record.due_at is not None
    if bench.now() < record.due_at:
        raise Pause("Waiting, as the recipe says.", due_at=record.due_at)
    return settle(bench, record, None, request=record.request)
