"""`inputs`: typed values that a form asks for, or that an instance of a blueprint gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from hub.recipe.node import Entry, Node
from hub.recipe.problems import Findings
from hub.recipe.reading.draft import STEP_ID, Draft
from hub.recipe.reading.section import Section, expect, read_duration, refuse_word

TYPES = (
    *("text", "number", "integer", "boolean", "date", "list", "object"),
    *("duration", "time", "stage", "job_type", "employee", "secret"),
)
ACCOUNT: Mapping[str, str] = {"stage": "job_stages", "job_type": "job_types", "employee": "employees"}
"""The types whose values are names of the account's own records, and the resource that holds them."""

MOST_MANY = 200
"""Values that one input with `many: true` may hold."""

_KINDS = {"number": "number", "integer": "integer", "boolean": "boolean", "list": "list", "object": "map"}
_CHOSEN = frozenset({"text", "number", "integer"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_SECRET_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")

Details = dict[str, Any]


def read_inputs(node: Node, draft: Draft) -> dict[str, Details]:
    """Each input by name, with type, label, description, required, default and choices filled in; `many` where several
    values are asked for.

    `name: text` is short for `name: {type: text}`. An input without a default is required.
    """
    found = read_fields(node, draft, what="`inputs`")
    draft.outline.inputs.update(found)
    return found


def read_fields(node: Node, draft: Draft, *, what: str) -> dict[str, Details]:
    """The same for any typed fields that a form asks for."""
    found: dict[str, Details] = {}
    if not expect(node, "map", findings=draft.findings, what=what, hint="Write one in each line: `name: text`."):
        return found
    for entry in node.entries():
        if not STEP_ID.fullmatch(entry.key):
            message = f"`{entry.key[:60]}` cannot be the name of an input."
            draft.findings.add("RCP206", message, entry.place, hint="Use small letters, digits and underscores.")
            continue
        found[entry.key] = _read_input(entry.key, entry.node, draft)
    return found


def _read_input(name: str, node: Node, draft: Draft) -> Details:
    if node.kind == "text":
        node = Node("map", (Entry("type", node.place, node),), node.place)
    findings = draft.findings
    section = Section(node, findings, what=f"the input `{name}`")
    kind = section.word("type", TYPES, default="text")
    default = section.take("default")
    details: Details = {
        "type": kind,
        "label": section.text("label", default=name.replace("_", " ").capitalize()),
        "description": section.text("description"),
        "required": section.flag("required", default=default is None),
        "default": None,
        "choices": _read_choices(section, kind),
    }
    if section.flag("many", default=False):
        details["many"] = True
    section.close()
    if kind == "secret" and not draft.outline.is_filled:
        message = f"The input `{name}` is a secret; only a blueprint can ask for one."
        hint = "Name the secret in the recipe: secrets.TEAM_CHAT_URL."
        findings.add("RCP402", message, section.value_place("type"), hint=hint)
    if default is not None and fits_input(default, "default", details, findings):
        details["default"] = default.plain()
    return details


def _read_choices(section: Section, kind: str) -> tuple[Any, ...]:
    node = section.take("choices")
    if node is None:
        return ()
    if kind not in _CHOSEN:
        message = f"`choices` are not for the type `{kind}`."
        hint = "They are for text, number and integer." + (" The account's names are offered." * (kind in ACCOUNT))
        section.findings.add("RCP218", message, section.place("choices"), hint=hint)
        return ()
    if not expect(node, "list", findings=section.findings, what="`choices`"):
        return ()
    wanted = _KINDS.get(kind, "text")
    return tuple(
        item.value
        for item in node.items()
        if expect(item, wanted, findings=section.findings, what="An entry of `choices`")
    )


def fits_input(node: Node, name: str, details: Mapping[str, Any], findings: Findings) -> bool:
    """Whether a value as written is of an input's type and among its choices; a problem when it is not. Whether the
    account has the stage, or the hub the secret, is not asked here."""
    if not details.get("many"):
        return _fits_one(node, f"`{name}`", details, findings)
    if not expect(node, "list", findings=findings, what=f"`{name}`"):
        return False
    if len(node.items()) > MOST_MANY:
        message = f"`{name}` holds {len(node.items()):,} values; it may hold {MOST_MANY}."
        findings.add("RCP219", message, node.place, hint="Give fewer.")
        return False
    if details.get("required") and not node.items():
        findings.add("RCP217", f"`{name}` is empty.", node.place, hint="Give at least one value.")
        return False
    fitting = [_fits_one(item, f"An entry of `{name}`", details, findings) for item in node.items()]
    return all(fitting)


def _fits_one(node: Node, what: str, details: Mapping[str, Any], findings: Findings) -> bool:
    kind = str(details["type"])
    if kind == "duration":
        return read_duration(node, findings, what=what) is not None
    if not expect(node, _KINDS.get(kind, "text"), findings=findings, what=what):
        return False
    if details.get("choices") and node.value not in details["choices"]:
        refuse_word(node, [str(each) for each in details["choices"]], findings, what=what)
        return False
    return kind in _KINDS or _fits_text(node, kind, what, details, findings)


def _fits_text(node: Node, kind: str, what: str, details: Mapping[str, Any], findings: Findings) -> bool:
    text = str(node.value)
    if kind == "date" and not _is_day(text):
        findings.add("RCP205", f"{what} is no date: {text[:40]}.", node.place, hint="Write it as 2026-03-31.")
    elif kind == "time" and not _TIME.fullmatch(text):
        findings.add("RCP205", f"{what} is no time of day: {text[:40]}.", node.place, hint='Write it as "08:30".')
    elif kind == "secret" and not _SECRET_NAME.fullmatch(text):
        # The value itself is not repeated: it may be the secret.
        hint = "Write its name alone, without braces, and never the secret itself: TEAM_CHAT_URL."
        findings.add("RCP402", f"{what} is not the name of a secret.", node.place, hint=hint)
    elif not text.strip() and details.get("required"):
        findings.add("RCP203", f"{what} is empty.", node.place, hint="Write a text.")
    else:
        return True
    return False


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
