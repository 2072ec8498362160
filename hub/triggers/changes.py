"""What changed between two looks at a record, and whether a value is the one that a recipe means.

Two values are the same when their JSON says the same: objects by content in any order, lists in order, lists of ids
(fields ending in _ids) in any order; what is absent is the same as null, at any depth; true is not 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from hub.model import Record

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def changed_fields(before: Record | None, after: Record, *, ignore: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The names of the fields whose values differ, in alphabetical order, without those in `ignore`.

    `before` None is a record that was not there: then every field that holds something has changed.
    """
    names = sorted({*(before or {}), *after} - ignore)
    return tuple(name for name in names if not same_value((before or {}).get(name), after.get(name), name=name))


def same_value(one: Any, other: Any, *, name: str = "") -> bool:
    """Whether two values of the field `name` are the same by the rule above."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(same_value(one.get(key), other.get(key), name=str(key)) for key in {*one, *other})
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        if len(one) != len(other):
            return False
        if name.endswith("_ids"):
            one, other = sorted(one, key=repr), sorted(other, key=repr)
        return all(same_value(left, right) for left, right in zip(one, other, strict=True))
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other)


def value_at(record: Record | None, path: str) -> Any:
    """The value at a dotted path; None when it is not there. A reference may be named without its _id: `stage` is the
    expanded stage where the record has it, else the value of `stage_id`."""
    value: Any = record
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value[step] if step in value else value.get(f"{step}_id", value.get(f"{step}_ids"))
    return value


def means(value: Any, wanted: Any) -> bool:
    """Whether `value`, from a record, is what a recipe calls `wanted`: a text, number, true, false or null, or a list
    of which any will do.

    Texts compare exactly, with small and capital letters. A number and a text are the same when the text is that number
    in plain writing ("5" and 5, "5.0" and 5; not "05", which is a code). true and false are also the words. An object
    is meant by its id or its name, a list by any of its entries. null means that there is nothing.
    """
    if isinstance(wanted, list | tuple):
        return any(means(value, each) for each in wanted)
    if wanted is None or value is None:
        return wanted is None and value is None
    if isinstance(value, Mapping):
        return any(_same_text(name, wanted) for name in _names(value))
    if isinstance(value, list | tuple):
        return any(means(each, wanted) for each in value)
    return _same_text(value, wanted)


def _names(record: Mapping[str, Any]) -> Iterator[Any]:
    yield from (record[key] for key in ("id", "name") if record.get(key) is not None)
    person = " ".join(str(record[key]) for key in ("first_name", "last_name") if record.get(key))
    if person:
        yield person


def _same_text(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return _spell(value) == _spell(wanted)
    if isinstance(value, str) and isinstance(wanted, str):
        return value == wanted
    left, right = _number(value), _number(wanted)
    return left is not None and left == right


def _spell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Any) -> Decimal | None:
    return Decimal(str(value)) if _NUMBER.fullmatch(str(value)) else None
