"""Numbers and amounts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from hub.recipe.values import BadValue, is_number, type_words

_PLAIN = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3}){1,5}(?:\.[0-9]{1,18})?")
_SIGNS = {"USD": "$", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "EUR": "€", "GBP": "£"}
_ROUNDINGS = {"common": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}
_MISSING = object()
_LARGEST = 10**18


def make() -> dict[str, Callable[..., Any]]:
    """The filters of this family."""
    return {
        "abs": absolute, "float": to_float, "int": to_int, "money": money, "number": number, "round": round_number,
    }  # fmt: skip


def number(value: Any) -> int | float:
    """A text as a number; commas between thousands and a currency sign in front are allowed.

    '$1,234.50' | number -> 1234.5
    '42' | number -> 42
    """
    if is_number(value):
        found: int | float = value
        return found
    text = value.strip().replace("\u00a0", "") if isinstance(value, str) else ""
    if not text:
        shown = "An empty text" if isinstance(value, str) else type_words(value).capitalize()
        raise BadValue(f"{shown} is not a number.")
    bare = re.sub(r"^(-?)[$€£] ?", r"\1", text)
    if not (_PLAIN.fullmatch(bare) or _GROUPED.fullmatch(bare)):
        hint = "Write it as 1234.50 or 1,234.50."
        raise BadValue(f"`{text[:40]}` is not a number.", hint=hint)
    bare = bare.replace(",", "")
    return float(bare) if "." in bare else int(bare)


def money(value: Any, currency: str = "USD", decimals: int = 2) -> str:
    """An amount with its currency, thousands separated.

    1234.5 | money -> $1,234.50
    -80 | money('EUR', 0) -> -€80
    """
    amount = _decimal(value)
    places = _places(decimals)
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise BadValue(f"`{currency!s:.10}` is no currency.", hint="Write its three capital letters: USD.")
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    sign = "-" if rounded < 0 else ""
    text = f"{abs(rounded):,.{places}f}"
    return f"{sign}{_SIGNS[currency]}{text}" if currency in _SIGNS else f"{sign}{text} {currency}"


def round_number(value: Any, precision: int = 0, method: str = "common") -> int | float:
    """A number rounded to some decimals; the method is common (half goes up), ceil or floor.

    2.345 | round(2) -> 2.35
    3.5 | round -> 4
    """
    places = _places(precision)
    if method not in _ROUNDINGS:
        raise BadValue(f"`{method!s:.20}` is no way to round.", hint="It can be common, ceil or floor.")
    rounded = _decimal(value).quantize(Decimal(1).scaleb(-places), _ROUNDINGS[method])
    return float(rounded) if places else int(rounded)


def absolute(value: Any) -> int | float:
    """A number without its minus.

    -3 | abs -> 3
    """
    return abs(_numeric(value))


def to_int(value: Any, default: Any = _MISSING) -> Any:
    """A number or text as a whole number, decimals cut off; the default, if given, for what is none.

    '42' | int -> 42
    'many' | int(0) -> 0
    """
    try:
        return int(number(value))
    except (BadValue, OverflowError, ValueError):
        if default is _MISSING:
            raise
        return default


def to_float(value: Any, default: Any = _MISSING) -> Any:
    """A number or text as a number with decimals; the default, if given, for what is none.

    '2.50' | float -> 2.5
    """
    try:
        return float(number(value))
    except (BadValue, OverflowError, ValueError):
        if default is _MISSING:
            raise
        return default


def _numeric(value: Any) -> int | float:
    if not is_number(value):
        hint = "Turn a text into a number first: | number."
        raise BadValue(f"A number is needed here, not {type_words(value)}.", hint=hint)
    found: int | float = value
    return found


def _decimal(value: Any) -> Decimal:
    found = number(value)
    if not math.isfinite(found) or abs(found) >= _LARGEST:
        raise BadValue("This number is too large.")
    try:
        return Decimal(str(found))
    except InvalidOperation as error:
        raise BadValue("This is not a number.") from error


def _places(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 8:
        raise BadValue("The number of decimals must be between 0 and 8.")
    return value
