"""How a run goes: waits that its time does not allow, and branches that get in each other's way."""

from __future__ import annotations

from collections.abc import Sequence

from hub.recipe.check.surroundings import Surroundings
from hub.recipe.durations import parse_duration
from hub.recipe.explaining.wording import say_duration
from hub.recipe.node import Node
from hub.recipe.problems import Findings
from hub.recipe.reading.flow import SIDE_BY_SIDE
from hub.recipe.reading.outline import StepMark


def check_course(surroundings: Surroundings, findings: Findings) -> None:
    """Report waits that are longer than the time of their step or of the run, and variables that two branches of a
    `parallel` set."""
    outline = surroundings.outline
    by_order = {step.order: step for step in outline.steps}
    for step in outline.steps:
        if step.action == "wait":
            around = [by_order[order] for order, branch in step.way if order in by_order and branch >= 0]
            limits = [("of this step", step.timeout), *((f"of the step `{each.id}`", each.timeout) for each in around)]
            _check_wait(step, [*limits, ("of the run (`settings.timeout`)", outline.timeout)], findings)
    _check_variables(outline.steps, findings)


def _check_wait(step: StepMark, limits: Sequence[tuple[str, float | None]], findings: Findings) -> None:
    node = next((entry.node for entry in step.arguments if entry.key == "for"), None)
    length = _length(node)
    for whose, limit in limits if node is not None and length is not None else ():
        if limit is not None and length is not None and node is not None and length > limit:
            message = f"This wait of {say_duration(length)} is longer than the time {whose}, {say_duration(limit)}."
            findings.add("RCP453", message, node.place, hint="Give it more time, or wait shorter. Waits count, too.")
            return


def _length(node: Node | None) -> float | None:
    """A length that is written out; None for a template, and for what is no length."""
    try:
        return parse_duration(str(node.value).strip()) if node is not None and node.kind == "text" else None
    except ValueError:
        return None


def _check_variables(steps: list[StepMark], findings: Findings) -> None:
    side_by_side = {step.order: step for step in steps if step.action == SIDE_BY_SIDE}
    setters: dict[tuple[int, str], tuple[int, StepMark]] = {}
    for step in steps:
        for order, branch in step.way:
            if order not in side_by_side or branch < 0:
                continue
            for entry in step.arguments if step.sets else ():
                first_branch, first = setters.setdefault((order, entry.key), (branch, step))
                if first_branch != branch:
                    message = f"`{entry.key}` is set in another branch, too, by the step `{first.id}`."
                    hint = "The branches run side by side, so nobody can tell which one comes last. Use two names."
                    findings.add("RCP321", message, entry.place, hint=hint)
