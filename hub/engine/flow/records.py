"""How the engine's own steps are written down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.engine.arguments import jsonable
from hub.engine.bench import Bench
from hub.engine.flow.walking import Scope
from hub.engine.step import give_up
from hub.errors import StepError
from hub.model import Step, StepRecord, StepStatus


def settle(bench: Bench, record: StepRecord, output: Any, *, note: str = "", request: Any = None) -> Any:
    """Record that a step of the engine's own is done; its output."""
    record = replace(
        record,
        status=StepStatus.OK,
        output=output,
        note=note,
        request=request,
        tries=1,
        due_at=None,
        finished_at=bench.now(),
    )
    bench.remember(record)
    return output


def rendered(bench: Bench, step: Step, scope: Scope, record: StepRecord) -> dict[str, Any]:
    """The step's arguments with their values. Failed, recorded, when one cannot be had."""
    try:
        return {name: jsonable(bench.tools.expressions.value(value, scope)) for name, value in step.arguments.items()}
    except StepError as error:
        give_up(bench, step, replace(record, finished_at=bench.now()), error)
        raise
