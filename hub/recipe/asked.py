"""The fields that people fill in with an answer: how they are declared, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.recipe.working_days import parse_clock

LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `type`: text, number, integer, boolean, date or time."""

    name: str
    type: str
    label: str
    description: str
    required: bool
    default: Any
    choices: tuple[Any, ...]


def fields_of(ask: Mapping[str, Any] | None) -> tuple[Field, ...]:
    """The fields that a checked `ask` declares; `note: text` is short for `note: {type: text}`."""
    found = []
    for name, written in (ask or {}).items():
        details = {"type": written} if isinstance(written, str) else dict(written)
        default = details.get("default")
        found.append(
            Field(
                name,
                str(details.get("type", "text")),
                str(details.get("label") or name.replace("_", " ").capitalize()),
                str(details.get("description") or ""),
                bool(details.get("required", default is None)),
                default,
                tuple(details.get("choices") or ()),
            )
        )
    return tuple(found)


def read_fields(fields: Sequence[Field], typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of what was typed, and a sentence for each field that cannot be read so."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field in fields:
        text = typed.get(field.name, "").strip()
        try:
            values[field.name] = _read(field, text)
        except ValueError as problem:
            problems[field.name] = str(problem)
    return values, problems


def _read(field: Field, text: str) -> Any:
    if field.type == "boolean":
        return text in ("true", "on", "yes", "1")
    if not text:
        if field.required:
            raise ValueError("This must be filled in.")
        return field.default
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"This is longer than {LONGEST_TEXT:,} characters.")
    value = _READERS.get(field.type, str)(text)
    if field.choices and value not in field.choices:
        raise ValueError("This is none of the choices.")
    return value


def _integer(text: str) -> int:
    if not text.removeprefix("-").isdecimal() or not text.isascii() or len(text) > 15:
        raise ValueError("This must be a whole number.")
    return int(text)


def _number(text: str) -> float | int:
    try:
        number = float(text) if len(text) <= 30 else float("nan")
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e15:
        raise ValueError("This must be a number.")
    return int(number) if number.is_integer() and "." not in text else number


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as problem:
        raise ValueError("This must be a date, as in 2026-03-31.") from problem


def _time(text: str) -> str:
    try:
        hour, minute = parse_clock(text)
    except ValueError as problem:
        raise ValueError("This must be a time of day, as in 08:30.") from problem
    return f"{hour:02d}:{minute:02d}"


_READERS: Mapping[str, Any] = {"integer": _integer, "number": _number, "date": _date, "time": _time}
