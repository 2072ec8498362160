"""The few words that SQLAlchemy spells apart for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""An INSERT that can say ON CONFLICT, by the dialect's name."""

MANY = 500
"""How many values one IN list holds."""


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows that break no uniqueness, leave out the others. Returns how many were inserted."""
    if not rows:
        return 0
    statement = INSERT[connection.dialect.name](table).on_conflict_do_nothing()
    return connection.execute(statement.execution_options(preserve_rowcount=True), rows).rowcount


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; those whose primary key is there already take the given columns over."""
    if not rows:
        return
    statement = INSERT[connection.dialect.name](table)
    key = [column.name for column in table.primary_key]
    replaced = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=replaced), rows)


def in_parts(values: Iterable[str]) -> Iterator[list[str]]:
    """The values in lists of at most MANY, for IN."""
    rest = iter(values)
    while part := list(islice(rest, MANY)):
        yield part
