"""What the flow actions need beyond their parameters: the branches of `choose`, the times of `wait`, `set`'s names."""

from __future__ import annotations

from hub.model import Condition
from hub.recipe.node import Node
from hub.recipe.reading.conditions import read_condition
from hub.recipe.reading.draft import STEP_ID, Draft
from hub.recipe.reading.outline import Spot
from hub.recipe.reading.section import Section, expect
from hub.recipe.reading.waits import check_wait, check_wait_for
from hub.recipe.templates import has_braces

BRANCHING = "choose"
SIDE_BY_SIDE = "parallel"
CALLING = "call"
MOST_AT_ONCE = 16
_USELESS = {
    SIDE_BY_SIDE: "Put it at the steps inside.",
    CALLING: "Put it at the steps of the other recipe.",
    "wait_for": "Take it out; `for` says how long it waits, and `on_error` what happens then.",
    "hold": "Take it out: a person decides.",
}
_WAY = "Write each branch after a dash, with `steps:` under it."
_BRANCH = "Write branches as `- if: ...` with `steps:` under it, and last, if you like, `- else: true` with `steps:`."


def read_branches(section: Section, draft: Draft, spot: Spot) -> list[tuple[Condition | None, Node]]:
    """The branches of a `choose` step in order, each with its condition (None: else) and its steps as written."""
    node = section.take("branches")
    if node is None:
        draft.findings.add("RCP215", "`choose` needs `branches`.", section.place("action"), hint=_BRANCH)
        return []
    if not expect(node, "list", findings=draft.findings, what="`branches`", hint=_BRANCH):
        return []
    if not node.items():
        draft.findings.add("RCP217", "`branches` is empty.", node.place, hint=_BRANCH)
    for item in node.items()[:-1]:
        if item.get("else") is not None:
            draft.findings.add("RCP215", "`else` is not the last branch.", item.place, hint="Move it to the end.")
    return [_read_branch(item, draft, spot) for item in node.items()]


def _read_branch(node: Node, draft: Draft, spot: Spot) -> tuple[Condition | None, Node]:
    section = Section(node, draft.findings, what="a branch")
    condition, otherwise = section.take("if"), section.take("else")
    steps = section.take("steps", required=True)
    section.close()
    if node.kind == "map" and (condition is None) == (otherwise is None):
        which = "both `if` and `else`" if otherwise else "neither `if` nor `else`"
        draft.findings.add("RCP215", f"This branch has {which}.", node.place, hint=_BRANCH)
    if otherwise is not None and otherwise.value is not True:
        draft.findings.add("RCP215", "`else` is not `true`.", otherwise.place, hint=_BRANCH)
    return read_condition(condition, draft, spot, use="if") if condition else None, steps or Node(
        "null", None, node.place
    )


def read_ways(section: Section, draft: Draft) -> list[tuple[str, Node]]:
    """The branches of a `parallel` step in order, each with its name and its steps as written."""
    node = section.take("branches")
    if node is None:
        draft.findings.add("RCP215", "`parallel` needs `branches`.", section.place("action"), hint=_WAY)
        return []
    if not expect(node, "list", findings=draft.findings, what="`branches`", hint=_WAY):
        return []
    if not node.items():
        draft.findings.add("RCP217", "`branches` is empty.", node.place, hint=_WAY)
    return [_read_way(item, draft) for item in node.items()]


def _read_way(node: Node, draft: Draft) -> tuple[str, Node]:
    section = Section(node, draft.findings, what="a branch")
    for key in ("if", "else"):
        if section.take(key) is not None:
            message = f"A branch of `parallel` has no `{key}`: all of them are taken."
            draft.findings.add("RCP215", message, section.place(key), hint="Put an `if` at the steps, or use `choose`.")
    name, steps = section.text("name"), section.take("steps", required=True)
    section.close()
    return name, steps or Node("null", None, node.place)


def check_flow(action: str, node: Node, draft: Draft) -> frozenset[str]:
    """Report what is wrong with the arguments of `wait`, `wait_for`, `set`, `parallel` and `call`; other actions pass.
    Returns the keys whose values need no further look."""
    if action == "wait":
        return check_wait(node, draft)
    if action == "wait_for":
        return check_wait_for(node, draft)
    if action == "set":
        _check_set(node, draft)
    if action == SIDE_BY_SIDE:
        _check_at_once(node, draft)
    if action == CALLING:
        _check_call(node, draft)
    return frozenset()


def _check_at_once(node: Node, draft: Draft) -> None:
    given = node.get("max_parallel")
    if given is not None and given.kind == "integer" and not 1 <= given.value <= MOST_AT_ONCE:
        message = f"`max_parallel` is {given.value}."
        draft.findings.add("RCP219", message, given.place, hint=f"It can be 1 to {MOST_AT_ONCE}.")


def _check_call(node: Node, draft: Draft) -> None:
    recipe = node.get("recipe")
    if recipe is not None and recipe.kind == "text" and has_braces(recipe.value):
        hint = "Write its id itself, so that it can be checked. Use `choose` to call one of several."
        draft.findings.add("RCP203", "`recipe` cannot be worked out during the run.", recipe.place, hint=hint)


def refuse_useless(action: str, section: Section, draft: Draft) -> None:
    """Report keys of a step that would be passed over: what is inside of `parallel`, and what `call` starts, has
    retries of its own; what waits is not tried again."""
    hint = _USELESS.get(action)
    for key in ("retry", "on_unknown") if hint else ():
        if section.has(key):
            draft.findings.add("RCP218", f"`{action}` has no `{key}`.", section.place(key), hint=hint or "")


def _check_set(node: Node, draft: Draft) -> None:
    if not node.entries():
        draft.findings.add("RCP210", "`set` sets nothing.", node.place, hint="Write the values under `with:`.")
    for entry in node.entries():
        if not STEP_ID.fullmatch(entry.key):
            message = f"`{entry.key[:60]}` cannot be the name of a variable."
            draft.findings.add("RCP206", message, entry.place, hint="Use small letters, digits and underscores.")
