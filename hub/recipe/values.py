"""Values of expressions: as text, as plain JSON, in brief for the history, compared. All of it bounded."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.recipe.budget import TooMuch, spend, spend_text
from hub.recipe.moments import Day, Moment

MOST_VALUES = 250_000
DEEPEST = 100
BRIEF = 200


class Absent:
    """What a filter or test gets for something that is not there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


class WrongType(TypeError):
    """Values of these types do not go together, or are no values at all."""


class BadValue(ValueError):
    """A filter or function cannot use a value. `hint` says what to do."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def type_words(value: Any) -> str:
    """The type of a value in the words of the language, as in "a text"."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true or false"
    for kind, words in (
        (str, "a text"),
        ((int, float), "a number"),
        ((Moment, Day), "a moment"),
        (Mapping, "an object"),
        ((list, tuple, range), "a list"),
    ):
        if isinstance(value, kind):
            return words
    return "a function" if callable(value) or hasattr(value, "call") else "no value"


def is_list(value: Any) -> bool:
    """Whether a value is a list to expressions."""
    return isinstance(value, (list, tuple, range))


def is_number(value: Any) -> bool:
    """Whether a value is a number to expressions: true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def to_text(value: Any) -> str:
    """A value as it stands in a text: none is nothing, true and false are small, lists and objects are JSON."""
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Moment)):
        return str(value)
    if isinstance(value, float):
        return repr(_finite(value))
    return to_json(value)


def to_json(value: Any) -> str:
    """A value as compact JSON. WrongType when something in it is no JSON value, TooMuch past 256 KiB."""
    plain = to_plain(value)
    spend_text(_json_length(plain))
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def to_plain(value: Any) -> Any:
    """A value as plain JSON: moments become text, lists of all kinds become lists, objects are copied.

    WrongType for functions, missing values, keys that are not text and numbers that are not finite; TooMuch past
    250,000 values.
    """
    return _Plain().convert(value, 0)


class _Plain:
    """One conversion: counts the values as it goes."""

    def __init__(self) -> None:
        self._left = MOST_VALUES

    def convert(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise TooMuch(f"This value holds more than {MOST_VALUES:,} values.")
        if depth > DEEPEST:
            raise TooMuch(f"This value is nested deeper than {DEEPEST} levels.")
        if isinstance(value, str):
            return str(value)
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, float):
            return _finite(value)
        if isinstance(value, (Moment, Day)):
            return _write_time(value)
        if isinstance(value, Mapping):
            return {_key(key): self.convert(each, depth + 1) for key, each in value.items()}
        if is_list(value):
            return [self.convert(each, depth + 1) for each in value]
        fail = getattr(type(value), "fail", None)
        if fail is not None:  # something that is missing says best itself what
            fail(value)
        raise WrongType(f"This is {type_words(value)}, not a value. A function is called with () behind it.")


def _write_time(value: Moment | Day) -> str:
    return str(Moment(value) if isinstance(value, datetime) else value)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise WrongType(f"The key `{key!r:.40}` of an object must be a text, in quotes.")
    return str(key)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise WrongType("The result is too large to be a number.")
    return value


def _json_length(value: Any) -> int:
    """About how long the JSON of a plain value is, never much less."""
    if isinstance(value, str):
        return len(value) + 2
    if isinstance(value, dict):
        return 2 + sum(len(key) + 4 + _json_length(each) for key, each in value.items())
    if isinstance(value, list):
        return 2 + sum(1 + _json_length(each) for each in value)
    return 5


def count(value: Any, limit: int) -> int:
    """How many values are in a value, counted until it is more than `limit`."""
    waiting = [value]
    found = 0
    while waiting and found + len(waiting) <= limit:
        each = waiting.pop()
        found += 1
        if isinstance(each, Mapping):
            waiting.extend(each.values())
        elif isinstance(each, (list, tuple)):
            waiting.extend(each)
    return found + len(waiting)


def brief(value: Any) -> Any:
    """A value for the history: numbers, true, false and none as they are, anything else as text of at most 200
    characters."""
    if value is None or isinstance(value, (bool, int)):
        return value if not isinstance(value, int) or abs(value) < 10**18 else str(value)[:BRIEF]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    text = value if isinstance(value, str) else _sketch(value)
    return str(text) if len(text) <= BRIEF else text[: BRIEF - 1] + "…"


def _sketch(value: Any) -> str:
    """JSON of a value, broken off soon after what `brief` shows."""
    if isinstance(value, str):
        return json.dumps(value[:BRIEF], ensure_ascii=False)
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(str(key)[:BRIEF], ensure_ascii=False)}: {_sketch(value[key])}" for key in value)
        return "{" + _join(pairs) + "}"
    if is_list(value):
        return "[" + _join(_sketch(each) for each in value) + "]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (Moment, Day)):
        return _write_time(value)
    return str(value) if isinstance(value, (int, float)) else type_words(value)


def _join(parts: Iterator[str]) -> str:
    text = ""
    for part in parts:
        text += f", {part}" if text else part
        if len(text) > BRIEF:
            break
    return text


# ---- Comparing


_SYMBOLS: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "lteq": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gteq": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "notin": lambda a, b: a not in b,
}
OPERATORS = tuple(_SYMBOLS)


def compare(operator: str, left: Any, right: Any) -> bool:
    """One comparison, by Jinja's name for it. WrongType when values of these types cannot be compared."""
    if operator in ("in", "notin"):
        _check_membership(left, right)
    for each in (left, right):
        if isinstance(each, str):
            spend(len(each) // 16)
        elif isinstance(each, (Mapping, list, tuple)):
            spend(count(each, MOST_VALUES))
    try:
        return bool(_SYMBOLS[operator](left, right))
    except TypeError as error:
        message = f"{type_words(left).capitalize()} cannot be compared with {type_words(right)}."
        raise WrongType(message) from error


def _check_membership(left: Any, right: Any) -> None:
    if isinstance(right, str) and not isinstance(left, str):
        raise WrongType(f"`in` looks for a text in a text, but the first value is {type_words(left)}.")
    if not isinstance(right, (str, Mapping, list, tuple, range)):
        raise WrongType(f"`in` needs a text, a list or an object behind it, not {type_words(right)}.")
    if isinstance(right, Mapping) and not isinstance(left, (str, int, float)):
        raise WrongType(f"`in` looks for a key of the object, but the first value is {type_words(left)}.")


def as_list(value: Any) -> Sequence[Any]:
    """A value that a loop can go through: a list, or the keys of an object. WrongType for anything else."""
    if isinstance(value, Mapping):
        spend(len(value))
        return list(value)
    if is_list(value):
        found: Sequence[Any] = value
        return found
    raise WrongType(f"A list is needed here, not {type_words(value)}.")


def dig(value: Any, path: str) -> Any:
    """The field of an object by its dotted path (a number picks an element of a list), ABSENT when it is not there."""
    for part in path.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, (list, tuple)) and part.isdecimal() and len(part) < 7 and int(part) < len(value):
            value = value[int(part)]
        else:
            return ABSENT
    return value
