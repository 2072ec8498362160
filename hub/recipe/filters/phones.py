"""Phone numbers in E.164 form: +13125550100."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hub.recipe.nearest import suggest
from hub.recipe.values import BadValue, type_words

_EXTENSION = re.compile(r"(?:;ext=|,|\bext(?:ension)?\.?|\bx|#)\s*[0-9]{1,7}\s*$", re.IGNORECASE)
_ALLOWED = re.compile(r"[0-9\s().+/\-\u2010-\u2015\u00a0]+")
_NORTH_AMERICAN = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")
_LONGEST = 40
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Plan:
    """How numbers are dialled in a country. `trunk` is what stands before a number inside of it, `abroad` what stands
    before a foreign one; `sizes` are the possible counts of digits of a national number."""

    code: str
    sizes: tuple[int, ...]
    trunk: str = "0"
    abroad: str = "00"


_NORTH_AMERICA = Plan("1", (10,), trunk="1", abroad="011")
_PLANS = {
    "US": _NORTH_AMERICA,
    "CA": _NORTH_AMERICA,
    "PR": _NORTH_AMERICA,
    "MX": Plan("52", (10, 11), trunk=""),
    "GB": Plan("44", (9, 10)),
    "IE": Plan("353", (7, 8, 9)),
    "AU": Plan("61", (9,), abroad="0011"),
    "NZ": Plan("64", (8, 9, 10)),
    "DE": Plan("49", (6, 7, 8, 9, 10, 11)),
    "AT": Plan("43", (7, 8, 9, 10, 11, 12)),
    "CH": Plan("41", (9,)),
    "FR": Plan("33", (9,)),
    "BE": Plan("32", (8, 9)),
    "NL": Plan("31", (9,)),
    "ES": Plan("34", (9,), trunk=""),
    "PT": Plan("351", (9,), trunk=""),
    "PL": Plan("48", (9,), trunk=""),
    "DK": Plan("45", (8,), trunk=""),
    "NO": Plan("47", (8,), trunk=""),
    "SE": Plan("46", (7, 8, 9)),
}


def make() -> dict[str, Callable[..., Any]]:
    """The filters of this family."""
    return {"phone": phone}


def phone(value: Any, country: str = "US", otherwise: Any = _MISSING) -> Any:
    """A phone number as +13125550100, read as people in the country write it, or the last value where it is none.

    An extension is left out.

    '(312) 555-0100 ext. 4' | phone -> +13125550100
    '020 7946 0018' | phone('GB') -> +442079460018
    'call me' | phone('US', 'no number') -> no number
    """
    plan = _PLANS.get(country) if isinstance(country, str) else None
    if plan is None:
        hint = suggest(str(country)[:10], _PLANS, listed="The countries are")
        raise BadValue(f"`{country!s:.10}` is no country that phone numbers are read for.", hint=hint)
    try:
        return _read(value, plan)
    except BadValue:
        if otherwise is _MISSING:
            raise
        return otherwise


def _read(value: Any, plan: Plan) -> str:
    if not isinstance(value, str):
        raise BadValue(
            f"A phone number must be a text, not {type_words(value)}.", hint="Put it in quotes where it is written."
        )
    text = _EXTENSION.sub("", value.strip()[:_LONGEST]) if len(value.strip()) <= _LONGEST else value
    if not text:
        raise BadValue("There is no phone number here.")
    digits = re.sub(r"[^0-9]", "", text)
    if not _ALLOWED.fullmatch(text) or text.find("+", 1) > 0 or not digits:
        raise BadValue(f"`{value[:_LONGEST]}` is not a phone number.")
    return _international(digits, value) if text.startswith("+") else _from_inside(digits, plan, value)


def _from_inside(digits: str, plan: Plan, shown: str) -> str:
    if digits.startswith(plan.abroad):
        return _international(digits.removeprefix(plan.abroad), shown)
    if plan.trunk and digits.startswith(plan.trunk):
        digits = digits.removeprefix(plan.trunk)
    return _international(plan.code + digits, shown)


def _international(digits: str, shown: str) -> str:
    """The number with its country code, checked as far as its country's rules are known."""
    wrong = BadValue(f"`{shown.strip()[:_LONGEST]}` is not a phone number.")
    plan = next((each for each in _PLANS.values() if digits.startswith(each.code)), None)
    if plan is not None:
        national = digits.removeprefix(plan.code)
        if "(0)" in shown and plan.trunk == "0":  # +44 (0)20 ...: the zero is for callers inside of the country
            national = national.removeprefix("0")
        if len(national) not in plan.sizes or (plan is _NORTH_AMERICA and not _NORTH_AMERICAN.fullmatch(national)):
            raise wrong
        digits = plan.code + national
    if not 8 <= len(digits) <= 15 or digits.startswith("0"):
        raise wrong
    return f"+{digits}"
