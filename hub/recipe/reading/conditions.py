"""`if` and `where`: one bare expression, a list of which all must hold, or {all: ...}, {any: ...}, {not: ...}."""

from __future__ import annotations

from hub.model import Condition
from hub.recipe.nearest import suggest
from hub.recipe.node import KIND_WORDS, Node
from hub.recipe.reading.draft import Draft
from hub.recipe.reading.outline import Spot

_WORDS = ("all", "any", "not")
_SHAPES = "Write one expression, a list of which all must hold, or a group with `all`, `any` or `not`."


def read_condition(node: Node, draft: Draft, spot: Spot, *, use: str) -> Condition | None:
    """The condition, None (and a problem) when it has no shape of one."""
    if node.kind == "text" and str(node.value).strip():
        return Condition("expression", node.place, draft.note_expression(node, use, spot))
    if node.kind == "boolean":
        return Condition("expression", node.place, node.raw)
    if node.kind == "list":
        return _read_parts("all", node, draft, spot, use)
    if node.kind == "map":
        return _read_group(node, draft, spot, use)
    what = "empty" if node.kind == "text" else KIND_WORDS[node.kind]
    draft.findings.add("RCP213", f"`{use}` is {what}; it is no condition.", node.place, hint=_SHAPES)
    return None


def _read_group(node: Node, draft: Draft, spot: Spot, use: str) -> Condition | None:
    for entry in node.entries():
        if entry.key not in _WORDS:
            message = f"A condition has no key `{entry.key[:60]}`."
            draft.findings.add("RCP213", message, entry.place, hint=suggest(entry.key, _WORDS) or _SHAPES)
            return None
    if len(node.entries()) != 1:
        message = f"`{use}` needs exactly one of `all`, `any` and `not`."
        draft.findings.add("RCP213", message, node.place, hint="Put one group into the other.")
        return None
    entry = node.entries()[0]
    if entry.key == "not":
        inner = read_condition(entry.node, draft, spot, use=use)
        return Condition("not", node.place, parts=(inner,)) if inner else None
    return _read_parts(entry.key, entry.node, draft, spot, use)


def _read_parts(kind: str, node: Node, draft: Draft, spot: Spot, use: str) -> Condition | None:
    if node.kind != "list" or not node.items():
        hint = "Write one condition in each line, each after a dash."
        draft.findings.add("RCP213", f"`{kind}` needs a list of conditions.", node.place, hint=hint)
        return None
    parts = [read_condition(item, draft, spot, use=use) for item in node.items()]
    return Condition(kind, node.place, parts=tuple(part for part in parts if part))
