"""`choose`: one way of several."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.engine.arguments import jsonable
from hub.engine.bench import Bench
from hub.engine.flow.records import settle
from hub.engine.flow.walking import Scope, new_record, own, perform_all, prefix_of
from hub.engine.step import give_up
from hub.errors import StepError
from hub.model import Step, StepRecord, StepStatus


@own("choose")
def _choose(bench: Bench, step: Step, scope: Scope, path: str) -> Any:
    """Take the first branch whose condition holds. The choice is recorded, so a resumed run stays in it."""
    record = bench.known.get(path) or new_record(bench, step, path)
    if record.request is None:
        chosen, verdicts = _chosen(bench, step, scope, record)
        record = replace(record, request={"branch": chosen}, verdict={**(record.verdict or {}), "branches": verdicts})
        bench.remember(record)
    chosen = record.request["branch"]
    if chosen is not None:
        perform_all(bench, step.branches[chosen].steps, scope, prefix=prefix_of(step, path))
    output = {"branch": None if chosen is None else chosen + 1}
    note = "No branch fits." if chosen is None else f"Branch {chosen + 1}."
    if record.status is not StepStatus.OK:
        settle(bench, record, output, note=note, request=record.request)
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
