"""JSON from outside, read strictly: what another reader could understand in another way is refused.

Refused: more than 64 levels, more than 10,000 keys, a key twice in one object, NaN and Infinity, anything that is not
UTF-8. Decided: a byte order mark is skipped; integers of more than 19 digits and numbers too large for a float stay
text, as written; a lone surrogate and a NUL, which no database keeps as text, become U+FFFD.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

MOST_LEVELS = 64
MOST_KEYS = 10_000
MOST_DIGITS = 19

_ODD_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_ODD_CHARACTER = re.compile("[\ud800-\udfff\0]")


def parse_json(raw: bytes) -> Any:
    """The value that `raw` is the JSON of. ValueError with a sentence for the owner when it is refused."""
    text = _decode(raw)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as problem:
        raise ValueError(
            f"The body is not valid JSON: line {problem.lineno}, column {problem.colno}: {problem.msg}."
        ) from problem
    except RecursionError as problem:
        raise ValueError(_too_deep()) from problem
    _check_size(value)
    return _without_odd_characters(value) if _ODD_ESCAPE.search(text) else value


def _decode(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ValueError(f"The body is not UTF-8 text: byte {problem.start + 1} is wrong.") from problem
    return text.strip(" \t\r\n")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"The key {twice[:60]!r} stands twice in one object of the body.")
    return found


def _integer(text: str) -> int | str:
    return int(text) if len(text.removeprefix("-")) <= MOST_DIGITS else text


def _number(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"The body holds {text}, which is not a JSON value.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_refuse_constant
)


def _too_deep() -> str:
    return f"The body is nested more than {MOST_LEVELS} levels deep."


def _check_size(value: Any) -> None:
    keys = 0
    level = [value]
    for _ in range(MOST_LEVELS):
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                keys += len(each)
                below.extend(each.values())
            elif isinstance(each, list):
                below.extend(each)
        if keys > MOST_KEYS:
            raise ValueError(f"The body has more than {MOST_KEYS:,} keys.")
        level = [each for each in below if isinstance(each, dict | list)]
        if not level:
            return
    raise ValueError(_too_deep())


def _without_odd_characters(value: Any) -> Any:
    if isinstance(value, str):
        return _ODD_CHARACTER.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_odd_characters(each) for each in value]
    if isinstance(value, dict):
        return _object([(_ODD_CHARACTER.sub("\ufffd", name), _without_odd_characters(v)) for name, v in value.items()])
    return value
