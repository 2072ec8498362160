"""Between the frozen nouns and the rows that hold them. Fields and columns have the same names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, Table

from hub.model import (
    Attempt,
    Connection,
    Cursor,
    Delivery,
    DeliveryStatus,
    Event,
    Run,
    RunStatus,
    Snapshot,
    StepRecord,
    StepStatus,
)
from hub.ports import Published
from hub.store import tables

Values = dict[str, Any]
AnyRow = Row[*tuple[Any, ...]]
LONGEST_KEY = 300  # characters, up to 5 bytes each: PostgreSQL refuses an index entry of more than 2,700 bytes
_SUBJECT_FIELDS = ("name", "first_name", "last_name", "email", "phone", "po_number", "title", "subject", "company")
_LONGEST_SUBJECT = 300


def _writer(noun: type) -> Callable[[Any], Values]:
    names = tuple(each.name for each in fields(noun))
    get = attrgetter(*names)
    return lambda value: dict(zip(names, get(value), strict=True))


run_row: Callable[[Run], Values] = _writer(Run)
step_row: Callable[[StepRecord], Values] = _writer(StepRecord)
attempt_row: Callable[[Attempt], Values] = _writer(Attempt)
cursor_row: Callable[[Cursor], Values] = _writer(Cursor)
_event_fields: Callable[[Event], Values] = _writer(Event)
_delivery_fields: Callable[[Delivery], Values] = _writer(Delivery)


def columns_of(noun: type, table: Table) -> list[Any]:
    """The table's columns that make this noun."""
    return [table.c[each.name] for each in fields(noun)]


RUN = columns_of(Run, tables.run)
EVENT = columns_of(Event, tables.event)
STEP = columns_of(StepRecord, tables.step)
ATTEMPT = columns_of(Attempt, tables.attempt)
SNAPSHOT = columns_of(Snapshot, tables.snapshot)
CURSOR = columns_of(Cursor, tables.cursor)
CONNECTION = columns_of(Connection, tables.connection)
DELIVERY = columns_of(Delivery, tables.delivery)


def read_run(row: AnyRow) -> Run:
    """A row of RUN."""
    values = row._asdict()
    values["status"] = RunStatus(values["status"])
    return Run(**values)


def read_step(row: AnyRow) -> StepRecord:
    """A row of STEP."""
    values = row._asdict()
    values["status"] = StepStatus(values["status"])
    return StepRecord(**values)


def read_event(row: AnyRow) -> Event:
    """A row of EVENT."""
    return Event(**row._asdict())


def read_snapshot(row: AnyRow) -> Snapshot:
    """A row of SNAPSHOT."""
    return Snapshot(**row._asdict())


def read_delivery(row: AnyRow) -> Delivery:
    """A row of DELIVERY."""
    values = row._asdict()
    values["headers"] = tuple((name, value) for name, value in values["headers"])
    values["body"] = bytes(values["body"])
    return Delivery(**values)


def read_published(row: AnyRow) -> Published:
    """A row with the columns of tables.recipe_version."""
    values = row._asdict()
    del values["published_at"]
    return Published(**values | {"problems": tuple(values["problems"])})


def key_of(event: Event) -> str:
    """The event's key as it stands in the database: a very long one ends in its hash."""
    if len(event.key) <= LONGEST_KEY:
        return event.key
    digest = hashlib.sha256(event.key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{event.key[: LONGEST_KEY - 100]}... sha256:{digest}"


def event_row(event: Event) -> Values:
    """All columns of an event, with those that only serve searching."""
    record = event.data.get("record") or event.data.get("before") or event.data.get("body")
    return _event_fields(event) | {
        "key": key_of(event),
        "resource": str(event.data.get("resource") or ""),
        "record_id": str(event.data.get("record_id") or "")[:LONGEST_KEY],
        "subject": _subject(record) if isinstance(record, Mapping) else "",
    }


def _subject(record: Mapping[str, Any]) -> str:
    found = (record.get(name) for name in _SUBJECT_FIELDS)
    words = " ".join(str(value) for value in found if isinstance(value, str | int) and value)
    return words.casefold()[:_LONGEST_SUBJECT]


def delivery_row(
    delivery: Delivery,
    status: DeliveryStatus,
    *,
    event_id: str = "",
    recipe_id: str = "",
    reason: str = "",
    likeness: str = "",
) -> Values:
    """All columns of a delivery and what became of it. `path` is cut for its index; `url` has all of it."""
    return _delivery_fields(delivery) | {
        "path": delivery.path[:LONGEST_KEY],
        "status": status,
        "event_id": event_id,
        "recipe_id": recipe_id,
        "reason": reason,
        "size": len(delivery.body),
        "likeness": likeness,
    }
