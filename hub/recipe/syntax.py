"""What the YAML parser complains about, in words that say what to do."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from hub.errors import Place
from hub.recipe.node import LINE_BREAK


class Complaint(NamedTuple):
    """What Findings.add takes."""

    code: str
    message: str
    place: Place
    hint: str


_BRACES = re.compile(r"^[^\"'#]*(?:[:\-,\[]\s+)(\{[{%])|^\s*(\{[{%])")
_QUOTES = "Put the whole text in quotes."
_INDENT = "Give it the same indentation as its neighbours."

_WORDS: tuple[tuple[str, str, str, str], ...] = (
    # a piece of the parser's own message, our code, our message, our hint
    (
        "mapping values are not allowed",
        "RCP116",
        "There is a colon too many in this line.",
        "A text with a colon in it needs quotes. If this is a key, its indentation is wrong.",
    ),
    ("did not find expected key", "RCP101", "This line does not fit the lines above it.", _INDENT),
    ("did not find expected '-' indicator", "RCP101", "This line does not belong to the list above it.", _INDENT),
    ("could not find expected ':'", "RCP101", "This line is neither `key: value` nor part of a list.", _INDENT),
    ("expected node content", "RCP101", "Something is missing here.", "Look for a comma or a bracket too many."),
    ("entries are not allowed", "RCP101", "A list or a key cannot begin here.", "Start it on a line of its own."),
    ("expected ',' or '}'", "RCP113", "A `{` is opened here and not closed.", "Close it, or add the missing comma."),
    ("expected ',' or ']'", "RCP113", "A `[` is opened here and not closed.", "Close it, or add the missing comma."),
    ("found unexpected", "RCP113", "A quote is opened here and not closed.", "Close it at the end of the text."),
    (
        "found unknown escape character",
        "RCP101",
        "In double quotes a backslash has a meaning of its own.",
        "Use single quotes, or write two backslashes.",
    ),
    ("<document start>", "RCP106", "There is text after the end of the document.", "A file holds one recipe."),
    ("found a tab character", "RCP102", "There is a tab in this line.", "Use spaces."),
    ("expected alphabetic or numeric", "RCP116", "A text that starts with `*` or `&` needs quotes.", _QUOTES),
)


def describe(error: yaml.MarkedYAMLError, text: str, file: str) -> Complaint:
    """An error of the parser as a problem: what is wrong, where, and what to do."""
    said = str(error.problem or error.context or "")
    mark: Any = error.problem_mark or error.context_mark
    place = _place(mark, text, file)
    braces = _braces_near(place, error, text)
    if braces is not None:
        return Complaint("RCP109", "A text with braces needs quotes around it.", braces, _QUOTES)
    if "cannot start any token" in said and mark:
        return _describe_start(place, text[mark.index : mark.index + 1])
    if "did not find expected key" in said and mark and text[mark.index - 1 : mark.index] in ("'", '"'):
        hint = "A text with an apostrophe needs double quotes around it."
        return Complaint("RCP101", "A quote ends here, but the text goes on.", place, hint)
    for piece, code, message, hint in _WORDS:
        if piece in said:
            opened: Any = error.context_mark if code == "RCP113" else None
            start = Place(file, opened.line + 1, opened.column + 1) if opened else place
            return Complaint(code, message, start, hint)
    if " a tag" in str(error.context):
        return Complaint("RCP116", "A text that starts with `!` needs quotes.", place, _QUOTES)
    return Complaint("RCP101", f"This is not proper YAML: {said}.", place, "")


def _place(mark: Any, text: str, file: str) -> Place:
    """Where the parser stumbled; behind the last line with something in it when that was only at the end."""
    if mark is None:
        return Place(file, 1, 1)
    lines = LINE_BREAK.split(text)
    if any(line.strip() for line in lines[mark.line :]):
        return Place(file, mark.line + 1, mark.column + 1)
    last = max((number for number, line in enumerate(lines) if line.strip()), default=0)
    return Place(file, last + 1, len(lines[last]) + 1)


def _describe_start(place: Place, character: str) -> Complaint:
    if character == "\t":
        return Complaint("RCP102", "There is a tab in this line.", place, "Use spaces.")
    return Complaint("RCP116", f"A text that starts with `{character}` needs quotes.", place, _QUOTES)


def _braces_near(place: Place, error: yaml.MarkedYAMLError, text: str) -> Place | None:
    """Where unquoted braces begin a value in the line of the error, or in the line where the broken value began."""
    lines = LINE_BREAK.split(text)
    wanted = [place.line]
    if error.context_mark is not None and "flow" in str(error.context):
        wanted.append(error.context_mark.line + 1)
    for number in wanted:
        match = _BRACES.search(lines[number - 1]) if number <= len(lines) else None
        if match:
            return Place(place.file, number, match.start(match.lastindex or 0) + 1)
    return None
