"""`steps`: each step with its action, its arguments and the steps inside of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from hub.model import Branch, Condition, Step
from hub.recipe.names import RESERVED
from hub.recipe.nearest import spell, suggest
from hub.recipe.node import Entry, Node
from hub.recipe.reading.arguments import check_keys, check_value
from hub.recipe.reading.conditions import read_condition
from hub.recipe.reading.draft import STEP_ID, Draft
from hub.recipe.reading.flow import BRANCHING, SIDE_BY_SIDE, check_flow, read_branches, read_ways, refuse_useless
from hub.recipe.reading.outline import Spot, StepMark
from hub.recipe.reading.retries import read_retry
from hub.recipe.reading.section import Section, expect, refuse_word
from hub.recipe.reading.settings import read_timeout
from hub.registry import Action

ON_ERROR = ("fail", "continue", "hold")
ON_UNKNOWN = ("hold", "repeat", "skip")
MOST_PARALLEL = 50
_ON_ERROR_BRANCH = -1


@dataclass(frozen=True, slots=True)
class Level:
    """A list of steps: where it stands in the run, and how its steps are numbered (`step_2_1`, `step_2_2`)."""

    spot: Spot
    prefix: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def inside(self, branching: int, branch: int, *, failing: bool = False) -> Level:
        """The same list seen as branch number `branch` of the step with the order `branching`."""
        way = (*self.spot.way, (branching, branch))
        return replace(self, spot=replace(self.spot, way=way, failing=failing or self.spot.failing))


def read_steps(node: Node, draft: Draft, level: Level, *, what: str) -> tuple[Step, ...]:
    """The steps of a list; what is no step is reported and left out."""
    if not expect(node, "list", findings=draft.findings, what=what, hint="Write each step after a dash."):
        return ()
    if not node.items():
        draft.findings.add("RCP217", f"{what} is empty.", node.place, hint="Write at least one step.")
    found = [_read_step(item, draft, level) for item in node.items()]
    return tuple(step for step in found if step)


def _read_step(node: Node, draft: Draft, level: Level) -> Step | None:
    section = Section(node, draft.findings, what="a step")
    position = f"{level.prefix}{next(level.numbers)}"
    if node.kind != "map":
        return None
    spot = replace(level.spot, order=draft.next_order())
    step_id = _read_id(section, draft, position)
    action_name, action = _read_action(section, draft)
    for_each, item_name, max_parallel = _read_loop(section, draft, spot)
    arguments = _take_arguments(section, draft, action_name)
    timeout = read_timeout(section)
    mark = _mark(step_id, action_name, spot, arguments, looped=bool(for_each))
    draft.outline.steps.append(replace(mark, timeout=timeout))
    if for_each:
        spot = replace(spot, items=(*spot.items, item_name, "loop"), loops=(*spot.loops, spot.order))
    _check_arguments(arguments, section, draft, action, spot)
    condition = section.take("if")
    step = Step(
        id=step_id,
        name=section.text("name"),
        action=action_name,
        arguments={entry.key: entry.node.plain() for entry in arguments.entries()},
        place=node.place,
        condition=read_condition(condition, draft, spot, use="if") if condition else None,
        for_each=for_each,
        item_name=item_name,
        max_parallel=max_parallel,
        timeout=timeout,
        places={entry.key: entry.node.place for entry in arguments.entries()},
    )
    step = _add_what_follows(step, section, draft, Level(spot, f"{position}_"))
    _close(section, draft, action)
    return step


def _add_what_follows(step: Step, section: Section, draft: Draft, inner: Level) -> Step:
    """The step with its branches and with what happens when it fails."""
    branches = _read_branches(step, section, draft, inner)
    refuse_useless(step.action, section, draft)
    retry = section.take("retry")
    on_error, error_steps = _read_on_error(section, draft, inner)
    return replace(
        step,
        branches=branches,
        retry=read_retry(retry, draft.findings) if retry else None,
        on_error=on_error,
        error_steps=error_steps,
        on_unknown=section.word("on_unknown", ON_UNKNOWN, default="hold"),
    )


def _read_branches(step: Step, section: Section, draft: Draft, inner: Level) -> tuple[Branch, ...]:
    found: list[tuple[Condition | None, str, Node]] = []
    if step.action == BRANCHING:
        found = [(rule, "", steps) for rule, steps in read_branches(section, draft, inner.spot)]
    elif step.action == SIDE_BY_SIDE:
        found = [(None, name, steps) for name, steps in read_ways(section, draft)]
    return tuple(
        Branch(rule, _read_branch_steps(steps, draft, inner.inside(inner.spot.order, number)), name)
        for number, (rule, name, steps) in enumerate(found)
    )


def _read_branch_steps(node: Node, draft: Draft, level: Level) -> tuple[Step, ...]:
    return () if node.kind == "null" else read_steps(node, draft, level, what="`steps`")


def _mark(step_id: str, action: str, spot: Spot, arguments: Node, *, looped: bool) -> StepMark:
    sets = tuple(entry.key for entry in arguments.entries()) if action == "set" else ()
    return StepMark(step_id, action, spot.order, spot.way, spot.loops, arguments.entries(), sets, looped)


def _read_id(section: Section, draft: Draft, position: str) -> str:
    given = section.text("id")
    step_id = given or position
    if not STEP_ID.fullmatch(step_id):
        hint = "Use small letters, digits and underscores, and begin with a letter: find_customer."
        draft.findings.add("RCP206", f"`{given[:60]}` cannot be a step's id.", section.value_place("id"), hint=hint)
    draft.claim_id(step_id, section.value_place("id"))
    return step_id


def _read_action(section: Section, draft: Draft) -> tuple[str, Action | None]:
    node = section.take("action", required=True)
    if node is None or not expect(node, "text", findings=draft.findings, what="`action`"):
        return "", None
    action = draft.registry.action(node.value)
    if action is None:
        hint = _suggest_action(str(node.value), [each.name for each in draft.registry.actions()])
        draft.findings.add("RCP208", f"There is no action `{str(node.value)[:60]}`.", node.place, hint=hint)
    return str(node.value), action


def _suggest_action(wanted: str, names: list[str]) -> str:
    """The nearest action: within its family when there is one, by what comes after the dot."""
    family, dot, verb = wanted.partition(".")
    verbs = [name.removeprefix(f"{family}.") for name in names if name.startswith(f"{family}.")]
    if dot and verbs:
        return suggest(verb, verbs, prefix=f"{family}.") or f"The actions of {family} are {spell(verbs)}."
    return suggest(wanted, names, listed="The actions are")


def _read_loop(section: Section, draft: Draft, spot: Spot) -> tuple[str, str, int]:
    node = section.take("for_each")
    item_name = section.text("as", default="item")
    max_parallel = section.whole("max_parallel", default=1, lowest=1, highest=MOST_PARALLEL)
    if item_name != "item" and (item_name in RESERVED or not STEP_ID.fullmatch(item_name)):
        hint = "Use small letters, digits and underscores, and no name that has a meaning already."
        draft.findings.add("RCP206", f"`{item_name[:60]}` cannot be a name.", section.value_place("as"), hint=hint)
    if node is None:
        for key in ("as", "max_parallel"):
            if section.has(key):
                hint = f"Add `for_each:`, or delete `{key}`."
                message = f"`{key}` needs a `for_each` beside it."
                draft.findings.add("RCP218", message, section.place(key), hint=hint)
        return "", "item", 1
    hint = "Write an expression without braces that comes to a list: body.lines."
    if not expect(node, "text", findings=draft.findings, what="`for_each`", hint=hint):
        return "", item_name, max_parallel
    return draft.note_expression(node, "for_each", spot), item_name, max_parallel


def _take_arguments(section: Section, draft: Draft, action_name: str) -> Node:
    """What stands under `with`, an empty group when nothing does."""
    given = section.take("with") if action_name != BRANCHING else None
    if given is not None and expect(
        given, "map", findings=draft.findings, what="`with`", hint="Write one key in each line."
    ):
        return given
    return Node("map", (), section.place("action"))


def _check_arguments(arguments: Node, section: Section, draft: Draft, action: Action | None, spot: Spot) -> None:
    """Check the arguments against the action, and keep the texts in them for the check of expressions."""
    judged: frozenset[str] = frozenset()
    if action is not None:
        owner, place = f"`{action.name}`", section.place("action")
        misplaced = [parameter.name for parameter in action.parameters if section.has(parameter.name)]
        check_keys(
            arguments, action.parameters, draft.findings, owner=owner, place=place, free=action.free, beside=misplaced
        )
        judged = check_flow(action.name, arguments, draft)
        for key, message, hint in action.check({entry.key: entry.node.plain() for entry in arguments.entries()}):
            given = arguments.get(key)
            draft.findings.add("RCP212", message, given.place if given else place, hint=hint)
    for entry in arguments.entries():
        parameter = action.parameter(entry.key) if action else None
        if parameter is not None and entry.key not in judged:
            check_value(entry.node, parameter, draft.findings)
        if parameter is not None and parameter.type == "expression":
            _note_expression(entry, draft, spot)
            continue
        secret = parameter is not None and parameter.secret
        draft.note_templates(entry.node, entry.key, spot, secret=secret)


def _note_expression(entry: Entry, draft: Draft, spot: Spot) -> None:
    """Keep a bare expression among the arguments for the check."""
    if expect(entry.node, "text", findings=draft.findings, what=f"`{entry.key}`"):
        draft.note_expression(entry.node, entry.key, spot)


def _read_on_error(section: Section, draft: Draft, inner: Level) -> tuple[str, tuple[Step, ...]]:
    node = section.take("on_error")
    if node is None:
        return "fail", ()
    if node.kind == "list":
        level = inner.inside(inner.spot.order, _ON_ERROR_BRANCH, failing=True)
        return "steps", read_steps(node, draft, level, what="`on_error`")
    if expect(
        node, "text", findings=draft.findings, what="`on_error`", hint="Write fail, continue, hold or a list of steps."
    ):
        if node.value in ON_ERROR:
            return str(node.value), ()
        refuse_word(node, ON_ERROR, draft.findings, what="`on_error`")
    return "fail", ()


def _close(section: Section, draft: Draft, action: Action | None) -> None:
    """Report unknown keys; one that belongs to the action is told to move under `with`."""
    misplaced = [entry for entry in section.rest() if action and action.parameter(entry.key)]
    for entry in misplaced:
        message = f"`{entry.key}` belongs to the action, not to the step."
        draft.findings.add("RCP201", message, entry.place, hint=f"Put `{entry.key}` under `with:`, indented.")
    section.close(ignore=[entry.key for entry in misplaced])
