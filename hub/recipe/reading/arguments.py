"""The keys of a step's `with` and of a trigger, against the parameters of the action or the trigger type."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from hub.errors import Place
from hub.recipe.nearest import nearest, suggest
from hub.recipe.node import Node
from hub.recipe.problems import MOST_PROBLEMS, Findings
from hub.recipe.reading.section import expect, read_duration, refuse_word, spell_kinds
from hub.recipe.templates import has_braces, is_single
from hub.registry import Parameter

_KINDS: Mapping[str, str] = {
    "text": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "list": "list",
    "object": "map",
    "expression": "text",
}


def check_keys(
    node: Node,
    parameters: Sequence[Parameter],
    findings: Findings,
    *,
    owner: str,
    place: Place,
    free: bool = False,
    beside: Collection[str] = (),
) -> bool:
    """Whether no key is missing or unknown; a problem for each that is. `owner` names the action or trigger in
    messages, `place` is where it is named. With `free`, unknown keys pass. What stands
    `beside` by mistake is not missing."""
    given = {entry.key: entry for entry in node.entries()}
    known = [parameter.name for parameter in parameters]
    missing = [parameter for parameter in parameters if parameter.required and parameter.name not in given]
    unknown = [] if free else [entry for entry in given.values() if entry.key not in known]
    meant = {nearest(entry.key, [name for name in known if name not in given]) for entry in unknown[:MOST_PROBLEMS]}
    for parameter in missing:
        if parameter.name in meant or parameter.name in beside:
            continue  # the key that is meant to be it, or stands in the wrong place, gets the message
        hint = f"Add `{parameter.name}:`." + (f" {parameter.doc}" if parameter.doc else "")
        findings.add("RCP210", f"{owner} needs `{parameter.name}`.", place, hint=hint)
    for entry in unknown:
        if not findings.wants_more():
            break
        not_given = [name for name in known if name not in given]
        listed = "The keys here are" if known else ""
        hint = suggest(entry.key, not_given) or suggest(entry.key, known, listed=listed)
        findings.add("RCP211", f"{owner} does not know `{entry.key[:60]}`.", entry.place, hint=hint)
    return not missing and not unknown


def check_value(node: Node, parameter: Parameter, findings: Findings, *, templates: bool = True) -> bool:
    """Whether a value as written fits a parameter; a problem when it does not.

    With `templates`, a text with braces fits whatever it can become: a single `{{ ... }}` anything, mixed text a text.
    """
    what = f"`{parameter.name}`"
    if node.kind == "null" and not parameter.required and parameter.default is None:
        return True
    kinds = [_KINDS[word] for word in parameter.type.split("|") if word in _KINDS]
    if templates and node.kind == "text" and has_braces(node.value):
        if not kinds or "text" in kinds or is_single(node.value):
            return True
        message = f"{what} must be {spell_kinds(kinds)}, but this always comes to a text."
        hint = "Only a value that is exactly one {{ ... }} keeps its type."
        findings.add("RCP203", message, node.place, hint=hint)
        return False
    if parameter.type == "duration":
        return read_duration(node, findings, what=what) is not None
    hint = "Write keys with a colon under it." if kinds == ["map"] else ""
    fits = not kinds or expect(node, *kinds, findings=findings, what=what, hint=hint)
    return fits and _fits_choices(node, parameter, findings)


def _fits_choices(node: Node, parameter: Parameter, findings: Findings) -> bool:
    if not parameter.choices:
        return True
    wrong = [
        each
        for each in (node.items() or (node,))
        if each.kind == "text" and not has_braces(each.value) and each.value not in parameter.choices
    ]
    for each in wrong:
        refuse_word(each, parameter.choices, findings, what=f"`{parameter.name}`")
    return not wrong
