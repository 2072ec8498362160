"""The sandbox's SQLite file: a small pool of connections, one writer at a time, and the tables.

Several processes may use one file. Every write runs in BEGIN IMMEDIATE, so whoever writes has seen everything
that was written before.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.problems import UsageError
from sandbox.resources import RESOURCES, Field, Resource

SCHEMA_VERSION = 2
BUSY_SECONDS = 15
_COLUMN_TYPES = {"id": "INTEGER", "boolean": "INTEGER", "number": "INTEGER"}
_OTHER_TABLES = """
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS customers_contacts (
    customer INTEGER NOT NULL, contact INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (customer, contact)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS customers_of_contact ON customers_contacts (contact, customer);
CREATE TABLE IF NOT EXISTS jobs_contacts (
    job INTEGER NOT NULL, contact INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (job, contact)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS jobs_of_contact ON jobs_contacts (contact, job);
CREATE TABLE IF NOT EXISTS activity (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, resource TEXT NOT NULL,
    record_id TEXT NOT NULL, action TEXT NOT NULL, before TEXT, after TEXT, idempotency_key TEXT);
CREATE INDEX IF NOT EXISTS activity_of_record ON activity (resource, record_id);
CREATE TABLE IF NOT EXISTS api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, employee INTEGER, hash TEXT NOT NULL UNIQUE,
    sealed BLOB NOT NULL, created_at TEXT NOT NULL, last_used_at TEXT, ended_at TEXT, ended_by TEXT,
    full_at REAL NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS remembered_answers (
    idempotency_key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS remembered_since ON remembered_answers (at);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, room TEXT NOT NULL, content_type TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, amount REAL NOT NULL, method TEXT NOT NULL,
    path TEXT NOT NULL, probability REAL NOT NULL, remaining INTEGER);
"""


class Database:
    """One open database file. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open the file at `path`; it and its tables are made when missing. Raises UsageError when it cannot be."""
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._pen = threading.Lock()
        self._closed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._borrowed() as connection:
                _create_tables(connection, path)
        except (OSError, sqlite3.DatabaseError) as problem:
            raise UsageError(f"The database {path} cannot be opened: {problem}.") from problem

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one unchanging state of the database."""
        with self._borrowed() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection that may write. All of it is committed at the end, or nothing when an exception leaves."""
        with self._borrowed() as connection, self._pen:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close every idle connection; those in use are closed when they are given back."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        connection = connection or _connect(self.path)
        try:
            yield connection
        finally:
            with self._guard:
                keep = not self._closed and not connection.in_transaction
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA cache_size=-16000")
    return connection


def _create_tables(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == SCHEMA_VERSION:
        return
    if version:
        raise UsageError(f"The database {path} was made by another version of the sandbox. Delete the file.")
    connection.execute("BEGIN IMMEDIATE")
    for statement in _statements():
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _statements() -> Iterator[str]:
    for resource in RESOURCES.values():
        yield _table(resource)
        yield from indexes(resource)
    yield from (statement for statement in _OTHER_TABLES.split(";") if statement.strip())


def _table(resource: Resource) -> str:
    columns = ", ".join(f"{field.name} {_COLUMN_TYPES.get(field.kind, 'TEXT')}" for field in resource.columns)
    return (
        f"CREATE TABLE IF NOT EXISTS {resource.name} (number INTEGER PRIMARY KEY AUTOINCREMENT, "
        f"created_at TEXT NOT NULL, updated_at TEXT NOT NULL, {columns})"
    )


def indexes(resource: Resource) -> Iterator[str]:
    """The statements that make the indexes of a resource's table: order of change, and every filter."""
    yield f"CREATE INDEX IF NOT EXISTS {resource.name}_by_change ON {resource.name} (updated_at)"
    for field in resource.columns:
        if _indexed(field):
            yield f"CREATE INDEX IF NOT EXISTS {resource.name}_{field.name} ON {resource.name} ({field.name})"


def _indexed(field: Field) -> bool:
    return field.scalar and field.longest <= 255
