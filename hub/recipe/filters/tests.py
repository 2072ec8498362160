"""Tests: what may stand behind `is`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.recipe.values import ABSENT, BadValue, compare, is_list, is_number, type_words


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadValue(f"A whole number is needed here, not {type_words(value)}.")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue(f"A text is needed here, not {type_words(value)}.")
    return value


def _divisible(value: Any, by: Any) -> bool:
    if not _integer(by):
        raise BadValue("Nothing is divisible by 0.")
    return _integer(value) % _integer(by) == 0


def _comparing(operator: str) -> Callable[[Any, Any], bool]:
    def test(value: Any, other: Any) -> bool:
        return compare(operator, value, other)

    return test


def _contains(value: Any, piece: Any) -> bool:
    return compare("in", piece, value)


_COMPARISONS = {
    "eq": ("==", "equalto"), "ne": ("!=",), "lt": ("<", "lessthan"), "lteq": ("<=", "le"),
    "gt": (">", "greaterthan"), "gteq": (">=", "ge"), "in": (),
}  # fmt: skip

TESTS: Mapping[str, Callable[..., bool]] = {
    **{name: _comparing(operator) for operator, others in _COMPARISONS.items() for name in (operator, *others)},
    "boolean": lambda value: isinstance(value, bool),
    "containing": _contains,
    "defined": lambda value: value is not ABSENT,
    "divisibleby": _divisible,
    "empty": lambda value: value is None or ((isinstance(value, (str, Mapping)) or is_list(value)) and not len(value)),
    "ending_with": lambda value, end: _text(value).endswith(_text(end)),
    "even": lambda value: _integer(value) % 2 == 0,
    "false": lambda value: value is False,
    "float": lambda value: isinstance(value, float),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "iterable": lambda value: isinstance(value, (str, Mapping)) or is_list(value),
    "lower": lambda value: _text(value).islower(),
    "mapping": lambda value: isinstance(value, Mapping),
    "none": lambda value: value is None,
    "number": is_number,
    "odd": lambda value: _integer(value) % 2 == 1,
    "sequence": lambda value: isinstance(value, str) or is_list(value),
    "starting_with": lambda value, start: _text(value).startswith(_text(start)),
    "string": lambda value: isinstance(value, str),
    "true": lambda value: value is True,
    "undefined": lambda value: value is ABSENT,
    "upper": lambda value: _text(value).isupper(),
}
TAKE_ABSENT = frozenset({"defined", "undefined"})
"""Tests that may look at something that is not there."""
