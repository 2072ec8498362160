"""Whether a field already holds a value, as far as Workglue would see a difference after storing it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hub.actions.kinds import Kind
from hub.model import Record


def differing(kind: Kind, record: Record, fields: Mapping[str, Any]) -> Record:
    """Those of `fields` that `record` does not hold already."""
    return {
        name: value for name, value in fields.items() if not same(record.get(name), value, kind.fields.get(name, ""))
    }


def same(held: Any, wanted: Any, kind: str) -> bool:
    """Whether storing `wanted` would change nothing. Spaces around a text do not count, nor the order of a list;
    an object is merged into what is there, key by key, where an empty value takes a key away."""
    if is_empty(wanted):
        return is_empty(held)
    if kind == "object" and isinstance(wanted, Mapping):
        there = held if isinstance(held, Mapping) else {}
        return all(there.get(key) == value for key, value in wanted.items())
    if isinstance(wanted, list | tuple) and isinstance(held, list | tuple):
        return sorted(map(str, wanted)) == sorted(map(str, held))
    if isinstance(wanted, str) and isinstance(held, str):
        return wanted.strip() == held.strip()
    return (type(held) is not bool and type(wanted) is not bool and held == wanted) or held is wanted


def is_empty(value: Any) -> bool:
    """Whether a value stands for an unset field."""
    return value is None or value == "" or value == []


def is_contact_detail(field: str) -> bool:
    """Whether a field holds something that people write in many ways: an e-mail address or a phone number."""
    return field.endswith(("email", "phone", "mobile"))


def same_contact_detail(field: str, held: Any, wanted: Any) -> bool:
    """Whether both are the same e-mail address apart from case, or the same phone number by its digits."""
    left, right = _detail(field, held), _detail(field, wanted)
    return left == right != ""


def _detail(field: str, value: Any) -> str:
    text = str(value or "").strip()
    if field.endswith("email"):
        return text.casefold()
    digits = re.sub(r"[^0-9]", "", text)
    # A North American number is the same with and without its country's 1.
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
