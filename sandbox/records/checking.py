"""What may be written into a field. Every fault of a body is found in one pass, one sentence a field."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.problems import invalid
from sandbox.resources import RESOURCES, Field, Resource
from sandbox.stamps import is_date

ALWAYS_READ_ONLY = ("id", "created_at", "updated_at")
MOST_LINKS = 100
MOST_KEYS = 100
LONGEST_KEY = 100
LARGEST_NUMBER = 10**15
LONGEST_ENTRY = 5_000
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Unfit(Exception):
    """A value that a field cannot hold. The text follows the field's name in a sentence."""


def check_body(
    connection: sqlite3.Connection, resource: Resource, body: Mapping[str, Any], *, creating: bool
) -> dict[str, Any]:
    """The values to store, with ids turned into row numbers.

    Raises Problem 422 with a sentence for every field that is unknown, read-only, missing or unfit.
    """
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, value in body.items():
        try:
            values[name] = _checked(connection, _writable(resource, name), value)
        except Unfit as fault:
            faults[_printable(name)] = str(fault)
    if creating:
        for field in resource.fields:
            if field.required and field.name not in body:
                faults[field.name] = "is required"
    if faults:
        raise invalid(faults)
    return values


def _writable(resource: Resource, name: str) -> Field:
    if name in ALWAYS_READ_ONLY:
        raise Unfit("is read-only")
    field = resource.by_name.get(name)
    if field is None:
        raise Unfit(f"is not a field of {resource.name}")
    if field.read_only:
        raise Unfit("is read-only")
    return field


def _checked(connection: sqlite3.Connection, field: Field, value: object) -> Any:
    if value is None:
        if field.required:
            raise Unfit("must not be empty")
        if field.kind in ("boolean", "ids", "list", "object"):
            raise Unfit(f"must be {_WANTED[field.kind]}")
        return None
    if field.kind == "id":
        return _reference(connection, field, value)
    if field.kind == "ids":
        return _references(connection, field, value)
    return _CHECKS[field.kind](field, value)


def _text(field: Field, value: object) -> str:
    if not isinstance(value, str):
        raise Unfit("must be text")
    text = value if field.longest > 255 else value.strip()
    if _UNSTORABLE.search(text):
        raise Unfit("contains a character that cannot be stored")
    if len(text) > field.longest:
        raise Unfit(f"is too long: {len(text)} characters, at most {field.longest} are possible")
    if field.required and not text:
        raise Unfit("must not be empty")
    if field.choices and text not in field.choices:
        raise Unfit(f"must be one of {', '.join(field.choices)}")
    if field.looks_like == "email" and text and not _EMAIL.fullmatch(text):
        raise Unfit("is not an e-mail address")
    return text


def _date(_field: Field, value: object) -> str:
    if not isinstance(value, str) or not is_date(value):
        raise Unfit("must be a date in the form 2026-03-31")
    return value


def _boolean(_field: Field, value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit("must be true or false")
    return value


def _number(_field: Field, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_NUMBER:
        raise Unfit("must be a whole number")
    return value


def _list(field: Field, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unfit("must be a list of texts")
    unknown = [item for item in value if item not in field.choices]
    if unknown:
        raise Unfit(f"has an unknown entry {_printable(unknown[0])!r}; possible are {', '.join(field.choices)}")
    if len(set(value)) < len(value):
        raise Unfit("names something twice")
    return value


def _object(_field: Field, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unfit("must be an object of keys and values")
    if len(value) > MOST_KEYS:
        raise Unfit(f"has too many keys: at most {MOST_KEYS} are possible")
    for key, entry in value.items():
        if not key or len(key) > LONGEST_KEY or _UNSTORABLE.search(key):
            raise Unfit(f"has the key {_printable(key[:40])!r}, which is empty, too long or cannot be stored")
        if not _plain(entry) and not (isinstance(entry, list) and all(_plain(item) for item in entry)):
            raise Unfit(
                f"can hold text, numbers, true, false and lists of these; {_printable(key)!r} is something else"
            )
    return value


def _plain(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return abs(value) <= LARGEST_NUMBER
    return isinstance(value, str) and len(value) <= LONGEST_ENTRY and not _UNSTORABLE.search(value)


def _reference(connection: sqlite3.Connection, field: Field, value: object) -> int:
    target = RESOURCES[field.points_at]
    if not isinstance(value, str):
        raise Unfit("must be an id")
    number = target.number(value)
    if (
        number is not None
        and connection.execute(
            f"SELECT 1 FROM {target.name} WHERE number = ?",  # noqa: S608
            (number,),
        ).fetchone()
    ):
        return number
    raise Unfit(f"points at {_printable(value[:60])!r}, but there is no such {target.one.replace('_', ' ')}")


def _references(connection: sqlite3.Connection, field: Field, value: object) -> list[int]:
    if not isinstance(value, list):
        raise Unfit("must be a list of ids")
    if len(value) > MOST_LINKS:
        raise Unfit(f"has too many ids: at most {MOST_LINKS} are possible")
    numbers = [_reference(connection, field, item) for item in value]
    if len(set(numbers)) < len(numbers):
        raise Unfit("names something twice")
    return numbers


def _printable(text: str) -> str:
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


_WANTED = {
    "boolean": "true or false",
    "ids": "a list of ids",
    "list": "a list of texts",
    "object": "an object of keys and values",
}
_CHECKS: Mapping[str, Callable[[Field, object], Any]] = {
    "text": _text,
    "date": _date,
    "boolean": _boolean,
    "number": _number,
    "list": _list,
    "object": _object,
}
