"""`inputs`: typed values that a form asks for. A file with inputs is a blueprint."""

from __future__ import annotations

from typing import Any

from hub.recipe.node import Entry, Node
from hub.recipe.reading.arguments import check_value
from hub.recipe.reading.draft import STEP_ID, Draft
from hub.recipe.reading.section import Section, expect, plain_words
from hub.registry import Parameter

TYPES = ("text", "number", "integer", "boolean", "date", "list", "object")


def read_inputs(node: Node, draft: Draft) -> dict[str, dict[str, Any]]:
    """Each input by name, with type, label, description, required, default and choices filled in.

    `name: text` is short for `name: {type: text}`. An input without a default is required.
    """
    found: dict[str, dict[str, Any]] = {}
    if not expect(
        node, "map", findings=draft.findings, what="`inputs`", hint="Write one input in each line: `name: text`."
    ):
        return found
    for entry in node.entries():
        if not STEP_ID.fullmatch(entry.key):
            message = f"`{entry.key[:60]}` cannot be the name of an input."
            draft.findings.add("RCP206", message, entry.place, hint="Use small letters, digits and underscores.")
            continue
        found[entry.key] = _read_input(entry.key, entry.node, draft)
    draft.outline.inputs.update(found)
    return found


def _read_input(name: str, node: Node, draft: Draft) -> dict[str, Any]:
    if node.kind == "text":
        node = Node("map", (Entry("type", node.place, node),), node.place)
    section = Section(node, draft.findings, what=f"the input `{name}`")
    kind = section.word("type", TYPES, default="text")
    default = section.take("default")
    choices = section.take("choices")
    words = plain_words(choices, draft.findings, what="`choices`") if choices else ()
    details: dict[str, Any] = {
        "type": kind,
        "label": section.text("label", default=name.replace("_", " ").capitalize()),
        "description": section.text("description"),
        "required": section.flag("required", default=default is None),
        "default": None,
        "choices": words,
    }
    section.close()
    if default is not None:
        wanted = "text" if kind == "date" else kind
        parameter = Parameter("default", wanted, False, "", choices=words)
        if check_value(default, parameter, draft.findings, templates=False):
            details["default"] = default.plain()
    return details
