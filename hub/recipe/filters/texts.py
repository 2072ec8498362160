"""Texts: case, length, layout, codes."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from hub.recipe.budget import spend, spend_list, spend_text
from hub.recipe.values import BadValue, is_number, to_json, to_text

_WIDEST = 1000
_MISSING = object()
_APART = {"ß": "ss", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "œ": "oe"}
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PLACEHOLDER = re.compile(r"%(?:%|s|d|0?[0-9]{0,2}d|\.[0-9]{1,2}f)")


def make() -> dict[str, Callable[..., Any]]:
    """The filters of this family."""
    return {
        "capitalize": capitalize, "center": center, "digits": digits, "escape": escape, "e": escape,
        "format": format_text, "hash": hash_text, "indent": indent, "json": json, "lower": lower, "replace": replace,
        "slug": slug, "split": split, "string": to_text_filter, "title": title, "trim": trim, "truncate": truncate,
        "upper": upper, "urlencode": urlencode, "wordcount": wordcount, "wordwrap": wordwrap,
    }  # fmt: skip


def capitalize(value: Any) -> str:
    """The first letter large, all others small.

    'hello World' | capitalize -> Hello world
    """
    return to_text(value).capitalize()


def center(value: Any, width: int = 80) -> str:
    """The text in the middle of a line of some width.

    'ab' | center(6) | length -> 6
    """
    return to_text(value).center(_bounded(width, "width", _WIDEST))


def digits(value: Any) -> str:
    """Only the digits of a text.

    'PO #10-23' | digits -> 1023
    """
    return "".join(str(unicodedata.decimal(each)) for each in to_text(value) if each.isdecimal())


def escape(value: Any) -> str:
    """The text safe inside of HTML. Short: `e`.

    'Dunn & Son' | escape -> Dunn &amp; Son
    """
    return html.escape(to_text(value))


def format_text(value: Any, *values: Any) -> str:
    """The values in the places of %s (text), %d (whole number), %.2f (two decimals) and %05d (filled with zeros).

    'No. %04d' | format(7) -> No. 0007
    """
    pattern = to_text(value)
    if _PLACEHOLDER.sub("", pattern).count("%"):
        raise BadValue(
            "A % in the text means nothing here.", hint="Use %s, %d, %.2f or %05d; write %% for the sign itself."
        )
    spend_text(len(pattern) + sum(len(to_text(each)) + 100 for each in values))
    parts = tuple(each if is_number(each) else to_text(each) for each in values)
    try:
        return pattern % parts
    except TypeError as error:
        raise BadValue("The values do not fit the % places of the text.", hint=str(error)) from error


def hash_text(value: Any, length: int = 64) -> str:
    """The SHA-256 of the text in hexadecimal, or its first characters.

    'a' | hash(8) -> ca978112
    """
    return hashlib.sha256(to_text(value).encode(errors="replace")).hexdigest()[: _bounded(length, "length", 64)]


def indent(value: Any, width: int = 4, first: bool = False) -> str:
    """Every line but the first (or that, too) moved to the right.

    'a' | indent(2, true) | length -> 3
    """
    text = to_text(value)
    space = " " * _bounded(width, "width", 100)
    lines = text.split("\n")
    spend_text(len(text) + len(space) * len(lines))
    return (space if first else "") + f"\n{space}".join(lines)


def json(value: Any) -> str:
    """A value as JSON.

    [1, 'a'] | json -> [1,"a"]
    """
    return to_json(value)


def lower(value: Any) -> str:
    """All letters small.

    'ABC' | lower -> abc
    """
    return to_text(value).lower()


def replace(value: Any, old: str, new: str, count: int = -1) -> str:
    """One piece of text replaced by another, everywhere or the first times only.

    '1-2-3' | replace('-', '/') -> 1/2/3
    """
    text, piece, instead = to_text(value), to_text(old), to_text(new)
    if not piece:
        raise BadValue("The text to replace is empty.")
    found = text.count(piece)
    times = found if count == -1 else min(found, _bounded(count, "count", 10_000))
    spend_text(len(text) + times * max(0, len(instead) - len(piece)))
    return text.replace(piece, instead, times)


def slug(value: Any, otherwise: Any = _MISSING) -> Any:
    """The text in small letters, digits and hyphens, as in addresses, or the last value where nothing of it is left.

    'Łukasz & Söhne, Inc.' | slug -> lukasz-sohne-inc
    '株式会社' | slug('no-name') -> no-name
    """
    apart = "".join(_APART.get(each, each) for each in to_text(value))
    letters = unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
    if not found and otherwise is _MISSING:
        raise BadValue("Nothing in this text can stand in a slug.", hint="Give another value: slug('no-name').")
    return found or otherwise


def split(value: Any, separator: str = "") -> list[str]:
    """The parts of a text between a separator (or between spaces) as a list.

    'a, b' | split(', ') | last -> b
    """
    text, between = to_text(value), to_text(separator)
    spend_list(text.count(between) + 1 if between else len(text) // 2)
    return text.split(between) if between else text.split()


def to_text_filter(value: Any) -> str:
    """Any value as a text.

    12 | string -> 12
    """
    return to_text(value)


def title(value: Any) -> str:
    """Every word with a large first letter.

    "o'brien painting" | title -> O'brien Painting
    """
    return _WORD.sub(lambda match: match[0][:1].upper() + match[0][1:].lower(), to_text(value))


def trim(value: Any, characters: str = "") -> str:
    """Without spaces (or the characters given) at both ends.

    ' a ' | trim | length -> 1
    """
    return to_text(value).strip(to_text(characters) or None)


def truncate(value: Any, length: int = 255, end: str = "…") -> str:
    """At most so many characters; what is cut off is shown by the end.

    'Repaint the porch' | truncate(8) -> Repaint…
    """
    text, mark = to_text(value), to_text(end)
    size = _bounded(length, "length", 100_000)
    if len(text) <= size:
        return text
    return text[: max(0, size - len(mark))].rstrip() + mark


def upper(value: Any) -> str:
    """All letters large.

    'abc' | upper -> ABC
    """
    return to_text(value).upper()


def urlencode(value: Any) -> str:
    """The text safe inside of an address.

    'a b&c' | urlencode -> a%20b%26c
    """
    text = to_text(value)
    spend_text(len(text) * 3)
    return quote(text, safe="", errors="replace")


def wordcount(value: Any) -> int:
    """How many words a text has.

    'two words' | wordcount -> 2
    """
    return len(_WORD.findall(to_text(value)))


def wordwrap(value: Any, width: int = 79) -> str:
    """Lines broken between words so that none is longer than the width.

    'one two' | wordwrap(4) | length -> 7
    """
    text = to_text(value)
    size = _bounded(width, "width", _WIDEST)
    if size < 1:
        raise BadValue("The width must be at least 1.")
    spend(len(text))
    return "\n".join(_wrap(line, size) for line in text.split("\n"))


def _wrap(line: str, size: int) -> str:
    """One line as several of at most `size` characters; a word that is longer is broken."""
    lines: list[str] = []
    current = ""
    for word in line.split(" "):
        joined = f"{current} {word}" if current else word
        if len(joined) <= size:
            current = joined
            continue
        if current:
            lines.append(current)
        pieces = [word[start : start + size] for start in range(0, len(word), size)] or [""]
        lines += pieces[:-1]
        current = pieces[-1]
    return "\n".join([*lines, current])


def _bounded(value: Any, what: str, most: int) -> int:
    """A count from a recipe. BadValue when it is no whole number from 0 to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise BadValue(f"The {what} must be a whole number from 0 to {most:,}.")
    return value
