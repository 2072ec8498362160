"""From rows to records: the public form of everything that is stored."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.problems import not_found
from sandbox.records.pen import Record
from sandbox.resources import RESOURCES, Field, Resource

MOST_PARAMETERS = 500


def find_number(connection: sqlite3.Connection, resource: Resource, identifier: str) -> int:
    """The row number of the record with this public id. Raises Problem 404 when there is none."""
    number = resource.number(identifier)
    if number is not None:
        row = connection.execute(f"SELECT 1 FROM {resource.name} WHERE number = ?", (number,)).fetchone()  # noqa: S608
        if row:
            return number
    raise not_found(f"There is no {resource.one.replace('_', ' ')} with the id {identifier!r}.")


def read_one(connection: sqlite3.Connection, resource: Resource, number: int) -> Record:
    """The record in the row `number`, which must exist."""
    rows = connection.execute(f"SELECT * FROM {resource.name} WHERE number = ?", (number,)).fetchall()  # noqa: S608
    return read_rows(connection, resource, rows)[0]


def read_rows(connection: sqlite3.Connection, resource: Resource, rows: Sequence[sqlite3.Row]) -> list[Record]:
    """The public form of these rows, in their order."""
    numbers = [row["number"] for row in rows]
    links = {field.name: _linked(connection, field, numbers) for field in resource.linked}
    shown = [(field.name, _SHOWN[field.kind](field)) for field in resource.columns]
    names = [field.name for field in resource.fields]
    records = []
    for row in rows:
        number = row["number"]
        values: Record = {name: None if row[name] is None else show(row[name]) for name, show in shown}
        for name, others in links.items():
            values[name] = others.get(number, [])
        records.append(
            {
                "id": resource.identify(number),
                **{name: values[name] for name in names},
                "created_at": row["created_at"],
                "updated_at": row["updated_at"],
            }
        )
    return records


def state_at(connection: sqlite3.Connection, resource: Resource, record: Record, moment: str) -> Record:
    """The record as it was at a moment: the changes that the journal has after it are taken back."""
    if record["updated_at"] <= moment:
        return record
    changes = connection.execute(
        "SELECT before FROM activity WHERE resource = ? AND record_id = ? AND action = 'update' AND at > ? "
        "ORDER BY id DESC",
        (resource.name, record["id"], moment),
    )
    for (before,) in changes:
        record = record | json.loads(before)
    return record


def _linked(connection: sqlite3.Connection, field: Field, numbers: Sequence[int]) -> dict[int, list[str]]:
    link, other = field.link, RESOURCES[field.points_at]
    assert link is not None, "a field with several ids has a link table"
    found: dict[int, list[str]] = defaultdict(list)
    for start in range(0, len(numbers), MOST_PARAMETERS):
        part = numbers[start : start + MOST_PARAMETERS]
        marks = ", ".join("?" * len(part))
        order = "position, contact" if link.own != "contact" else link.other
        for own, linked in connection.execute(
            f"SELECT {link.own}, {link.other} FROM {link.table} WHERE {link.own} IN ({marks}) ORDER BY {order}",  # noqa: S608
            part,
        ):
            found[own].append(other.identify(linked))
    return found


def _as_is(_field: Field) -> Callable[[Any], Any]:
    return lambda value: value


def _as_id(field: Field) -> Callable[[Any], Any]:
    return RESOURCES[field.points_at].identify


def _as_boolean(_field: Field) -> Callable[[Any], Any]:
    return bool


def _as_json(_field: Field) -> Callable[[Any], Any]:
    return json.loads


_SHOWN: dict[str, Callable[[Field], Callable[[Any], Any]]] = {
    "text": _as_is,
    "date": _as_is,
    "number": _as_is,
    "id": _as_id,
    "boolean": _as_boolean,
    "list": _as_json,
    "object": _as_json,
}
