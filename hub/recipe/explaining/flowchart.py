"""A recipe as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Sequence

from hub.model import Recipe, Step
from hub.recipe.explaining.conditions import say_condition
from hub.recipe.explaining.steps import say_action, say_if, say_loop, say_way
from hub.recipe.explaining.triggers import say_trigger
from hub.recipe.explaining.wording import Names, clean, name_things, quote
from hub.registry import Registry

LONGEST_LABEL = 160
_SAFE = frozenset(" ,?…“”’")
_SHAPES = {"start": ('(["', '"])'), "step": ('["', '"]'), "choice": ('{"', '"}'), "end": ('(("', '"))')}

End = tuple[str, str]
"""A node from which the way goes on, and what stands at the arrow."""


def draw(recipe: Recipe, registry: Registry) -> str:
    """The text of the chart: what starts the recipe, its steps and ways, and what is done when it fails."""
    chart = _Chart(name_things(recipe), registry)
    starts = [chart.add("start", " ".join(say_trigger(each, chart.names, registry))) for each in recipe.triggers]
    ends: list[End] = [(start, "") for start in starts]
    stopped: list[End] = []
    if recipe.condition:
        question = chart.add("choice", f"{say_condition(recipe.condition, chart.names)}?", ends)
        ends, stopped = [(question, "yes")], [(question, "no")]
    ends = chart.add_steps(recipe.steps, ends)
    chart.add("end", "Done", [*ends, *stopped])
    if recipe.on_error:
        failure = chart.add("start", "When the run fails")
        chart.add_steps(recipe.on_error, [(failure, "")])
    return chart.text()


def escape(text: str) -> str:
    """A text as it can stand between the quotes of a Mermaid label. Letters, digits, spaces and a few harmless
    characters stay; everything else becomes its number, as in #34; for a quote, so that nothing of it is syntax."""
    one_line = clean(" ".join(text.split()))
    cut = one_line if len(one_line) <= LONGEST_LABEL else f"{one_line[: LONGEST_LABEL - 1]}…"
    return "".join(each if each.isalnum() or each in _SAFE else f"#{ord(each)};" for each in cut)


class _Chart:
    """The lines of one chart while it grows."""

    def __init__(self, names: Names, registry: Registry) -> None:
        self.names = names
        self._registry = registry
        self._lines = ["flowchart TD"]
        self._count = 0

    def text(self) -> str:
        """The whole chart."""
        return "\n".join(self._lines) + "\n"

    def add(self, shape: str, text: str, ends: Sequence[End] = (), *, title: str = "") -> str:
        """A node behind some ends; its id."""
        self._count += 1
        node = f"n{self._count}"
        opened, closed = _SHAPES[shape]
        label = "<br/>".join(escape(part) for part in (title, text[:1].upper() + text[1:]) if part)
        self._lines.append(f"    {node}{opened}{label}{closed}")
        for start, words in ends:
            arrow = f'-->|"{escape(words)}"|' if words else "-->"
            self._lines.append(f"    {start} {arrow} {node}")
        return node

    def add_steps(self, steps: Sequence[Step], ends: list[End]) -> list[End]:
        """Steps one behind the other; the ends behind the last. What follows a stop is not reached."""
        for step in steps:
            ends = self._add_step(step, ends)
        return ends

    def _add_step(self, step: Step, ends: list[End]) -> list[End]:
        passed: list[End] = []
        words = say_action(step, self.names, self._registry)
        if step.for_each:
            words = f"{say_loop(step, self.names)}{say_if(step, self.names)}it {words}"
        elif step.condition:
            question = self.add("choice", f"{say_condition(step.condition, self.names)}?", ends)
            ends, passed = [(question, "yes")], [(question, "no")]
        title = quote(step.name) if step.name else ""
        if step.branches:
            node = self.add("step" if step.action == "parallel" else "choice", words, ends, title=title)
            behind = self._add_branches(step, node)
        else:
            node = self.add("step", words, ends, title=title)
            behind = [] if step.action == "stop" and not step.for_each else [(node, "")]
        return [*behind, *passed, *self._add_failure(step, node)]

    def _add_branches(self, step: Step, node: str) -> list[End]:
        """The ends of all branches. Where all are taken, they meet again before it goes on."""
        ends: list[End] = []
        for position, branch in enumerate(step.branches, start=1):
            ends += self.add_steps(branch.steps, [(node, say_way(step, position, self.names))])
        if step.action == "parallel":
            return [(self.add("step", "all of them are done", ends), "")] if ends else []
        if all(branch.condition for branch in step.branches):
            ends.append((node, "none of them"))
        return ends

    def _add_failure(self, step: Step, node: str) -> list[End]:
        if step.error_steps:
            return self.add_steps(step.error_steps, [(node, "when it fails")])
        if step.on_error == "hold":
            self.add("step", "held for a person", [(node, "when it fails")])
        return []
