"""What `wait` and `wait_for` need beyond their parameters."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from hub.model import Trigger
from hub.recipe.moments import HOW_TO_WRITE, parse_day_or_moment
from hub.recipe.node import Node
from hub.recipe.reading.draft import STEP_ID, Draft
from hub.recipe.reading.inputs import read_fields
from hub.recipe.reading.section import expect, refuse_word
from hub.recipe.templates import has_braces
from hub.recipe.working_days import HOW_TO_WRITE_LENGTHS, parse_clock, parse_length

ASKED_TYPES = ("text", "number", "integer", "boolean", "date", "time")
"""What people can fill in on the page of an answer."""

OUTPUT = ("answer", "by", "at", "timed_out")
PAGE = "page"
USUAL_ANSWERS = ("approve", "decline")
MOST_ANSWERS = 10
_WEBHOOK = ("webhook", "verify", "secret", "match", "equals")
_PEOPLE = ("answers", "question", "ask")


def check_wait(node: Node, draft: Draft) -> frozenset[str]:
    """Report what is wrong with a `wait`; the keys that need no further look."""
    length, until, clock = node.get("for"), node.get("until"), node.get("at")
    if (until is None) == (length is None and clock is None):
        which = "neither `for` nor `until`"
        if until is not None:
            which = "both `for` and `until`" if length else "both `at` and `until`"
        hint = 'Write `for: 2h`, or `until:` with a moment: "{{ now() | add_days(1) }}".'
        draft.findings.add("RCP218", f"`wait` has {which}.", node.place, hint=hint)
    _check_length(length, draft)
    if clock is not None and clock.kind == "text" and not has_braces(clock.value):
        try:
            parse_clock(clock.value)
        except ValueError as error:
            draft.findings.add("RCP205", f"`at`: {error}", clock.place, hint='Write hours and minutes: "09:00".')
    if until is not None and until.kind == "text" and not has_braces(until.value):
        try:
            parse_day_or_moment(until.value, UTC)
        except ValueError as error:
            draft.findings.add("RCP205", f"`until`: {error}", until.place, hint=HOW_TO_WRITE)
    return frozenset({"for"})


def check_wait_for(node: Node, draft: Draft) -> frozenset[str]:
    """Report what is wrong with a `wait_for`; the keys that need no further look."""
    _check_length(node.get("for"), draft)
    if node.get("webhook") is not None:
        _check_webhook(node, draft)
    else:
        _check_question(node, draft)
    return frozenset({"for", "ask", "match", "answers"})


def _check_length(node: Node | None, draft: Draft) -> None:
    if node is None or (node.kind == "text" and has_braces(node.value)):
        return
    if node.kind in ("integer", "number"):
        message = "`for` is a number without a unit."
        draft.findings.add(
            "RCP205", message, node.place, hint=f"Write {node.raw}s for seconds or {node.raw}m for minutes."
        )
    elif expect(node, "text", findings=draft.findings, what="`for`"):
        try:
            parse_length(str(node.value).strip())
        except ValueError as error:
            draft.findings.add("RCP205", f"`for`: {error}", node.place, hint=HOW_TO_WRITE_LENGTHS)


def _check_question(node: Node, draft: Draft) -> None:
    for entry in node.entries():
        if entry.key in _WEBHOOK:
            hint = "Add `webhook:` with the address, or delete it: people are asked here."
            draft.findings.add("RCP218", f"`{entry.key}` needs a `webhook` beside it.", entry.place, hint=hint)
    answers = _check_answers(node.get("answers"), draft)
    otherwise = node.get("otherwise")
    if otherwise is not None:
        is_text = expect(otherwise, "text", findings=draft.findings, what="`otherwise`")
        if is_text and otherwise.value not in answers:
            refuse_word(otherwise, answers, draft.findings, what="`otherwise`")
    _check_fields(node.get("ask"), draft)


def _check_fields(asked: Node | None, draft: Draft) -> None:
    if asked is None:
        return
    for name, details in read_fields(asked, draft, what="`ask`").items():
        field = asked.get(name) or asked
        if details["type"] not in ASKED_TYPES or details.get("many"):
            hint = f"The types here are {', '.join(ASKED_TYPES)}."
            draft.findings.add("RCP204", f"`{name}` cannot be filled in on a page.", field.place, hint=hint)
        if name in OUTPUT:
            message = f"`{name}` is a part of every answer already."
            draft.findings.add("RCP206", message, field.place, hint="Give the field another name.")
        for text in field.texts():
            if has_braces(str(text.value)):
                hint = "Write it out; the `question` may have braces."
                draft.findings.add("RCP203", "Nothing under `ask` is filled in by braces.", text.place, hint=hint)


def _check_answers(node: Node | None, draft: Draft) -> tuple[str, ...]:
    """The words of the answers; problems for what is none."""
    if node is None:
        return USUAL_ANSWERS
    if not expect(node, "list", findings=draft.findings, what="`answers`", hint="Write `answers: [approve, decline]`."):
        return USUAL_ANSWERS
    if not 1 <= len(node.items()) <= MOST_ANSWERS:
        message = f"`answers` has {len(node.items())} words; it must have 1 to {MOST_ANSWERS}."
        draft.findings.add("RCP219", message, node.place)
    words: list[str] = []
    for item in node.items():
        if not expect(item, "text", findings=draft.findings, what="An entry of `answers`"):
            continue
        word = str(item.value)
        if not STEP_ID.fullmatch(word) or len(word) > 30 or word == PAGE:
            hint = "Use a short word of small letters, digits and underscores, and not `page`: approve."
            draft.findings.add("RCP206", f"`{word[:60]}` cannot be an answer.", item.place, hint=hint)
        elif word in words:
            draft.findings.add("RCP207", f"`{word}` is listed twice in `answers`.", item.place, hint="Delete one.")
        else:
            words.append(word)
    return tuple(words) or USUAL_ANSWERS


def _check_webhook(node: Node, draft: Draft) -> None:
    for entry in node.entries():
        if entry.key in _PEOPLE:
            message = f"`wait_for` has both `webhook` and `{entry.key}`."
            hint = "Wait for an app or for people; for both, use two steps."
            draft.findings.add("RCP218", message, entry.place, hint=hint)
    place = node.place
    for name in ("match", "equals"):
        if node.get(name) is None:
            hint = 'Add `match: body.job_id` and `equals: "{{ record.id }}"`, so that each run knows its own.'
            draft.findings.add("RCP210", f"`wait_for` with `webhook` needs `{name}`.", place, hint=hint)
    kind = draft.registry.trigger("webhook")
    if kind is None:
        return
    options: dict[str, Any] = {each.name: each.default for each in kind.parameters}
    given = {name: node.get(key) for name, key in (("path", "webhook"), ("verify", "verify"), ("secret", "secret"))}
    options |= {name: each.plain() for name, each in given.items() if each is not None}
    for option, message, hint in kind.check(Trigger("wait_for", kind.name, options, place)):
        found = given.get(option)
        draft.findings.add("RCP212", message, found.place if found is not None else place, hint=hint)
