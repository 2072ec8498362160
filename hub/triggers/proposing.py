"""Names that recipes can use, proposed from what really came: `body.contact.email`, with an example and its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.model import Delivery
from hub.signing import gather, parse_pairs
from hub.triggers.body import read_body
from hub.triggers.inflating import inflate, is_compressed

MOST_FIELDS = 200
DEEPEST = 6
LONGEST_EXAMPLE = 80

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_METHODS = frozenset(dir(dict))  # body.items would be the method, body["items"] is the field


@dataclass(frozen=True, slots=True)
class Field:
    """A name, the kind of its value (text, number, yes or no, list, object, nothing), an example, and in how many of
    the deliveries it is there."""

    name: str
    kind: str
    example: str
    seen: int


def propose_fields(deliveries: Iterable[Delivery]) -> tuple[Field, ...]:
    """The fields of these deliveries, the newest one first, in the order in which they stand there."""
    found: dict[str, Field] = {}
    for delivery in deliveries:
        for name, value in _names_in(delivery):
            known = found.get(name)
            if known is not None:
                found[name] = Field(name, known.kind, known.example, known.seen + 1)
            elif len(found) < MOST_FIELDS:
                found[name] = Field(name, _kind(value), _example(value), 1)
    return tuple(found.values())


def body_keys(deliveries: Iterable[Delivery]) -> tuple[str, ...]:
    """The names at the top of these bodies, for whoever looks for a mistyped one."""
    found: dict[str, None] = {}
    for delivery in deliveries:
        value = body_of(delivery)
        if isinstance(value, Mapping):
            found.update(dict.fromkeys(str(key) for key in list(value)[:MOST_FIELDS]))
    return tuple(found)


def body_of(delivery: Delivery) -> Any:
    """The value of a body, None when it cannot be read."""
    if is_compressed(delivery):
        try:
            delivery = inflate(delivery)
        except ValueError:
            return None
    kind = next((value for name, value in delivery.headers if name.lower() == "content-type"), "")
    return read_body(delivery.body, kind).value


def _names_in(delivery: Delivery) -> Iterator[tuple[str, Any]]:
    yield from _walk("body", body_of(delivery), 0)
    try:
        query = gather(parse_pairs(delivery.query))
    except ValueError:
        return
    for name, value in query.items():
        yield _member("query", name), value


def _walk(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value and depth < DEEPEST:
        for key, each in value.items():
            yield from _walk(_member(name, str(key)), each, depth + 1)
        return
    if value is None and depth == 0:
        return
    yield name, value
    if isinstance(value, list) and value and isinstance(value[0], Mapping) and depth < DEEPEST:
        yield from _walk(f"{name}[0]", value[0], depth + 1)


def _member(name: str, key: str) -> str:
    if _NAME.fullmatch(key) and key not in _METHODS:
        return f"{name}.{key}"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}["{escaped}"]'


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return "list"
    return "object" if isinstance(value, Mapping) else "text"


def _example(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)} entr{'y' if len(value) == 1 else 'ies'}"
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[:LONGEST_EXAMPLE]}..."
