"""What the flow actions need beyond their parameters: the branches of `choose`, the times of `wait`, `set`'s names."""

from __future__ import annotations

from datetime import UTC

from hub.model import Condition
from hub.recipe.moments import HOW_TO_WRITE, parse_day_or_moment
from hub.recipe.node import Node
from hub.recipe.reading.conditions import read_condition
from hub.recipe.reading.draft import STEP_ID, Draft
from hub.recipe.reading.outline import Spot
from hub.recipe.reading.section import Section, expect, read_duration
from hub.recipe.templates import has_braces

BRANCHING = "choose"
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


def check_flow(action: str, node: Node, draft: Draft) -> frozenset[str]:
    """Report what is wrong with the arguments of `wait` and `set`; other actions pass. Returns the keys whose values
    need no further look."""
    if action == "wait":
        _check_wait(node, draft)
        return frozenset({"for"})
    if action == "set":
        _check_set(node, draft)
    return frozenset()


def _check_wait(node: Node, draft: Draft) -> None:
    length, until = node.get("for"), node.get("until")
    if (length is None) == (until is None):
        which = "both `for` and `until`" if length else "neither `for` nor `until`"
        hint = 'Write `for: 2h`, or `until:` with a moment: "{{ now() | add_days(1) }}".'
        draft.findings.add("RCP218", f"`wait` has {which}.", node.place, hint=hint)
    if length is not None and not (length.kind == "text" and has_braces(length.value)):
        read_duration(length, draft.findings, what="`for`")
    if until is not None and until.kind == "text" and not has_braces(until.value):
        try:
            parse_day_or_moment(until.value, UTC)
        except ValueError as error:
            draft.findings.add("RCP205", f"`until`: {error}", until.place, hint=HOW_TO_WRITE)


def _check_set(node: Node, draft: Draft) -> None:
    if not node.entries():
        draft.findings.add("RCP210", "`set` sets nothing.", node.place, hint="Write the values under `with:`.")
    for entry in node.entries():
        if not STEP_ID.fullmatch(entry.key):
            message = f"`{entry.key[:60]}` cannot be the name of a variable."
            draft.findings.add("RCP206", message, entry.place, hint="Use small letters, digits and underscores.")
