"""Whether a record has certain values, and since when it is as it is: what the API's filters do, done here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hub.model import Record


def has_values(record: Record, wanted: Mapping[str, Any], *, trust: frozenset[str] = frozenset()) -> bool:
    """Whether each field holds what is wanted. A field of `trust` that the record does not show passes."""
    return all(
        (name in trust and name not in record) or holds(record.get(name), value) for name, value in wanted.items()
    )


def holds(value: Any, wanted: Any) -> bool:
    """Whether a field's value is the wanted one. A field with several values holds each of them; "" is unset."""
    if wanted is None or wanted == "":
        return value is None or value == ""
    if isinstance(value, list) and not isinstance(wanted, list):
        return any(holds(each, wanted) for each in value)
    return bool(value == wanted) or (_is_plain(value) and _is_plain(wanted) and as_text(value) == as_text(wanted))


def as_text(value: Any) -> str:
    """A plain value as it stands in a query: true, false, 5, some text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | bool | int | float)


def read_moment(text: str) -> datetime | None:
    """An RFC 3339 time stamp in UTC; one without a zone is UTC. None when `text` is none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, AttributeError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def write_moment(moment: datetime) -> str:
    """RFC 3339, UTC, with microseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def is_since(stamp: Any, since: datetime) -> bool:
    """Whether a record's time stamp is at or after `since`. A stamp that is not there or not readable passes."""
    moment = read_moment(stamp) if isinstance(stamp, str) else None
    return moment is None or moment >= since
