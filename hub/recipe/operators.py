"""Arithmetic of expressions: numbers with numbers, texts with texts, and nothing that grows without bounds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from hub.recipe.budget import TooMuch, spend_list, spend_text
from hub.recipe.moments import Moment
from hub.recipe.values import BadValue, WrongType, is_list, is_number, type_words

_MOST_BITS = 2048
_LARGEST_POWER = 64

_NUMERIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}
OPERATORS = frozenset(_NUMERIC)


def calculate(symbol: str, left: Any, right: Any) -> Any:
    """One operation. WrongType for values that do not go together, BadValue for division by zero, TooMuch for results
    that would be too large."""
    if is_number(left) and is_number(right):
        return _calculate_numbers(symbol, left, right)
    if symbol == "+" and isinstance(left, str) and isinstance(right, str):
        spend_text(len(left) + len(right))
        return left + right
    if symbol == "+" and is_list(left) and is_list(right):
        spend_list(len(left) + len(right))
        return [*left, *right]
    if symbol == "*" and isinstance(left, str) and isinstance(right, int) and not isinstance(right, bool):
        spend_text(len(left) * max(0, right))
        return left * right
    raise WrongType(
        f"`{symbol}` does not work with {type_words(left)} and {type_words(right)}.{_hint(symbol, left, right)}"
    )


def negate(symbol: str, value: Any) -> Any:
    """Minus or plus before a number. WrongType for anything else."""
    if not is_number(value):
        raise WrongType(f"`{symbol}` needs a number behind it, not {type_words(value)}.")
    return -value if symbol == "-" else value


def _calculate_numbers(symbol: str, left: Any, right: Any) -> Any:
    if symbol in ("*", "**") and isinstance(left, int) and isinstance(right, int):
        _bound(symbol, left, right)
    try:
        result = _NUMERIC[symbol](left, right)
    except ZeroDivisionError as error:
        raise BadValue("A number cannot be divided by 0.") from error
    except OverflowError as error:
        raise TooMuch("The result is too large to be a number.") from error
    if isinstance(result, complex):
        raise BadValue("The root of a negative number is no number.")
    return result


def _bound(symbol: str, left: int, right: int) -> None:
    if symbol == "**":
        too_large = right > _LARGEST_POWER or left.bit_length() * max(right, 1) > _MOST_BITS
    else:
        too_large = left.bit_length() + right.bit_length() > _MOST_BITS
    if too_large:
        raise TooMuch("The result is too large to be a number.")


def _hint(symbol: str, left: Any, right: Any) -> str:
    if isinstance(left, Moment) or isinstance(right, Moment):
        return " Use add_days, working_days or days_until."
    if symbol == "+" and (isinstance(left, str) or isinstance(right, str)):
        return " Use ~ to put texts together."
    if symbol == "%" and isinstance(left, str):
        return " Use the filter format."
    if isinstance(left, str) or isinstance(right, str):
        return " Turn a text into a number first: | number."
    return ""
