"""Create, update and delete: the only functions that change records. Each writes the journal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.records import rules
from sandbox.records.checking import check_body
from sandbox.records.pen import Pen, Record
from sandbox.records.reading import find_number, read_one
from sandbox.resources import JOBS, Field, Resource

Demand = Callable[[Record], None]


def accept_any(_record: Record) -> None:
    """The demand of somebody who does not care what the record was."""


def create_record(pen: Pen, resource: Resource, body: Mapping[str, Any]) -> Record:
    """Store a new record and return it. Raises Problem 409 or 422."""
    body = {**rules.defaults(pen.connection, resource), **body}
    values = check_body(pen.connection, resource, body, creating=True)
    for field in resource.columns:
        if field.kind == "object":
            values[field.name] = {key: value for key, value in values.get(field.name, {}).items() if value is not None}
    rules.refuse_duplicates(pen.connection, resource, values)
    stamp = pen.stamp()
    number = _insert(pen.connection, resource, values, stamp)
    _write_links(pen.connection, resource, number, values)
    rules.complete(pen.connection, resource, number)
    record = read_one(pen.connection, resource, number)
    pen.journal(resource, record["id"], action="create", at=stamp, after=record)
    return record


def update_record(
    pen: Pen, resource: Resource, identifier: str, body: Mapping[str, Any], *, demand: Demand = accept_any
) -> Record:
    """Change the given fields of a record and return it. A body that changes nothing leaves no trace.

    Keys of an object field that are not given stay; a key given as null is removed. `demand` is shown the record
    before the change and may refuse. Raises Problem 404, 409 or 422.
    """
    connection = pen.connection
    number = find_number(connection, resource, identifier)
    values = check_body(connection, resource, body, creating=False)
    before = read_one(connection, resource, number)
    for field in resource.columns:
        if field.kind == "object" and field.name in values:
            values[field.name] = _merged(before[field.name] or {}, values[field.name])
    rules.refuse_duplicates(connection, resource, values, number=number)
    rules.refuse_change(connection, resource, number, values)
    demand(before)
    _store(connection, resource, number, values)
    _write_links(connection, resource, number, values)
    after = read_one(connection, resource, number)
    if after == before:
        return before
    stamp = pen.stamp()
    connection.execute(f"UPDATE {resource.name} SET updated_at = ? WHERE number = ?", (stamp, number))  # noqa: S608
    moved = resource is JOBS and after["stage_id"] != before["stage_id"]
    if moved:
        rules.enter_quickbooks(connection, number)
    after = read_one(connection, resource, number)
    changed = [name for name in after if after[name] != before[name]]
    old, new = ({name: record[name] for name in changed} for record in (before, after))
    pen.journal(resource, identifier, action="update", at=stamp, before=old, after=new)
    if moved:
        rules.follow_stage(pen, number, before=before, after=after, stamp=stamp)
    return after


def delete_record(pen: Pen, resource: Resource, identifier: str, *, demand: Demand = accept_any) -> None:
    """Remove a record and its links. `demand` is shown the record first and may refuse.

    Raises Problem 404, or 409 naming the records that still need it.
    """
    connection = pen.connection
    number = find_number(connection, resource, identifier)
    rules.refuse_delete(connection, resource, number)
    before = read_one(connection, resource, number)
    demand(before)
    for field in resource.linked:
        link = field.link
        assert link is not None
        connection.execute(f"DELETE FROM {link.table} WHERE {link.own} = ?", (number,))  # noqa: S608
    connection.execute(f"DELETE FROM {resource.name} WHERE number = ?", (number,))  # noqa: S608
    pen.journal(resource, identifier, action="delete", at=pen.stamp(), before=before)


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**old, **new}.items() if value is not None}


def _stored(field: Field, value: object) -> object:
    if field.kind in ("list", "object"):
        return json.dumps(value, ensure_ascii=False)
    return value


def _insert(connection: sqlite3.Connection, resource: Resource, values: Mapping[str, Any], stamp: str) -> int:
    names = [field.name for field in resource.columns]
    row = [_stored(field, values.get(field.name, _EMPTY.get(field.kind))) for field in resource.columns]
    marks = ", ".join("?" * (len(names) + 2))
    cursor = connection.execute(
        f"INSERT INTO {resource.name} (created_at, updated_at, {', '.join(names)}) VALUES ({marks})",  # noqa: S608
        (stamp, stamp, *row),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _store(connection: sqlite3.Connection, resource: Resource, number: int, values: Mapping[str, Any]) -> None:
    given = [field for field in resource.columns if field.name in values]
    if given:
        connection.execute(
            f"UPDATE {resource.name} SET {', '.join(f'{field.name} = ?' for field in given)} WHERE number = ?",  # noqa: S608
            (*(_stored(field, values[field.name]) for field in given), number),
        )


def _write_links(connection: sqlite3.Connection, resource: Resource, number: int, values: Mapping[str, Any]) -> None:
    """Make the link tables say what was given. Whoever has a role on a record is always linked to it."""
    for field in resource.linked:
        if field.name in values:
            _replace_links(connection, field, number, values[field.name])
    for link, role_number in rules.role_links(connection, resource, number):
        connection.execute(
            f"INSERT OR IGNORE INTO {link.table} ({link.own}, {link.other}, position) "  # noqa: S608
            f"SELECT ?, ?, coalesce(max(position), 0) + 1 FROM {link.table} WHERE {link.own} = ?",
            (number, role_number, number),
        )


def _replace_links(connection: sqlite3.Connection, field: Field, number: int, others: list[int]) -> None:
    link = field.link
    assert link is not None
    if link.own != "contact":
        connection.execute(f"DELETE FROM {link.table} WHERE {link.own} = ?", (number,))  # noqa: S608
        connection.executemany(
            f"INSERT INTO {link.table} ({link.own}, {link.other}, position) VALUES (?, ?, ?)",  # noqa: S608
            [(number, other, position) for position, other in enumerate(others, start=1)],
        )
        return
    # From the contact's end the place among the other record's contacts is kept.
    kept = ", ".join("?" * len(others))
    connection.execute(
        f"DELETE FROM {link.table} WHERE {link.own} = ? AND {link.other} NOT IN ({kept})",  # noqa: S608
        (number, *others),
    )
    for other in others:
        connection.execute(
            f"INSERT OR IGNORE INTO {link.table} ({link.own}, {link.other}, position) "  # noqa: S608
            f"SELECT ?, ?, coalesce(max(position), 0) + 1 FROM {link.table} WHERE {link.other} = ?",
            (number, other, other),
        )


_EMPTY: Mapping[str, Any] = {"boolean": False, "list": [], "object": {}}
