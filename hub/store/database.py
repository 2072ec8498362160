"""The door to the database: SQLite by default, PostgreSQL where given. Many threads may share one Database.

On SQLite writers stand in line inside the process before they ask the file for its lock, because SQLite's own
waiting is by polling and unfair; a reader never waits for a writer.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.errors import SettingError, Unavailable

BUSY_SECONDS = 15
POOL_SECONDS = 5
NOT_PREPARED = "The database is not prepared yet."
HINT_RELEASE = "Run: python -m hub release"

_SQLITE_PRAGMAS = (
    "PRAGMA synchronous = FULL",  # in WAL mode NORMAL may lose the last commits when the power goes
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # else REPLACE deletes past the guards
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
    "PRAGMA journal_size_limit = 67108864",
)
_SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
_POSTGRES_OPTIONS = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "statement_timeout": 15_000,
        "lock_timeout": 10_000,
        "idle_in_transaction_session_timeout": 60_000,
        "synchronous_commit": "on",
        "timezone": "UTC",
    }.items()
)


class Database:
    """A pool of connections. `write` is one durable transaction, `read` one consistent look."""

    def __init__(self, engine: Engine) -> None:
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._engine = engine
        self._turn = threading.Lock()
        self._writer: Engine
        self._bare: Engine
        if self.is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            self._writer = engine.execution_options(hub_begin="BEGIN IMMEDIATE")
            self._reader = engine.execution_options(hub_begin="BEGIN")
            self._bare = engine
        else:
            self._writer = engine
            self._bare = engine.execution_options(isolation_level="AUTOCOMMIT")
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @classmethod
    def open(cls, url: str, *, connections: int = 5) -> Database:
        """The database behind a SQLAlchemy URL, with at most `connections` at once.

        A SQLite file and its folder are made when missing, readable by their owner only. SettingError when the
        address cannot be used; PostgreSQL is first asked when it is needed.
        """
        address = make_url(url)
        choices: dict[str, Any] = {"pool_size": connections, "max_overflow": 0, "pool_timeout": POOL_SECONDS}
        choices["hide_parameters"] = True  # an error's text must not show what stands in the rows
        if address.get_backend_name() == "sqlite":
            _make_file(address)
            connect: dict[str, Any] = {"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None}
            database = cls(create_engine(address, connect_args=connect, **choices))
            with _translated(sqlite=True):
                _choose_wal(address)
            return database
        connect = {"connect_timeout": POOL_SECONDS, "options": _POSTGRES_OPTIONS}
        engine = create_engine(address, connect_args=connect, pool_pre_ping=True, pool_recycle=280, **choices)
        return cls(engine)

    @property
    def url(self) -> URL:
        """Where the database is; its text form hides the password."""
        return self._engine.url

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may write: committed durably at the end, rolled back when anything is raised.

        Unavailable when the database is away, locked for too long, read-only or full. SQLite takes the write lock at
        once, so that what is read inside cannot change before it is written.
        """
        with _translated(sqlite=self.is_sqlite), self._in_turn(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that reads: everything in it is seen as of the same moment. Unavailable as with `write`."""
        with _translated(sqlite=self.is_sqlite), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def outside(self) -> Iterator[Connection]:
        """A connection outside any transaction, for housekeeping such as VACUUM. Unavailable as with `write`."""
        with _translated(sqlite=self.is_sqlite), self._in_turn(), self._bare.connect() as connection:
            yield connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        turn = self._turn
        if not turn.acquire(timeout=BUSY_SECONDS):
            raise Unavailable("The database is busy. Nothing was changed; please try again.")
        try:
            yield
        finally:
            turn.release()

    def after_fork(self) -> None:
        """To be called in a forked child: forget the parent's connections and locks without touching them.

        On SQLite the parent must have none open, so it calls `close` before it forks: SQLite would go on believing
        in locks that the child never held.
        """
        self._turn = threading.Lock()
        self._engine.dispose(close=False)

    def close(self) -> None:
        """Close the connections that are not in use. Using the Database again opens new ones."""
        self._engine.dispose()


def _make_file(address: URL) -> None:
    if not address.database or address.database == ":memory:":
        raise SettingError("The database's address names no file.", hint="Write sqlite:///path/to/hub.db")
    file = Path(address.database)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDONLY, 0o600))
    except OSError as problem:
        raise SettingError(f"The database file {file} cannot be opened: {problem.strerror}.") from problem


def _choose_wal(address: URL) -> None:
    """Both choices stay with the file. The second one fails at once, without waiting, when others are opening the
    fresh file, too; whoever loses finds it done by the winner."""
    connection = sqlite3.connect(address.database or "", timeout=BUSY_SECONDS, isolation_level=None)
    try:
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            return
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        deadline = time.monotonic() + BUSY_SECONDS
        while not _switch_to_wal(connection):
            if time.monotonic() > deadline:
                raise Unavailable("The database file is locked by another program.")
            time.sleep(0.01)
    finally:
        connection.close()


def _switch_to_wal(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as problem:
        if problem.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        return False
    return True


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    statement = connection.get_execution_options().get("hub_begin")
    if statement:
        connection.exec_driver_sql(statement)


@contextmanager
def _translated(*, sqlite: bool) -> Iterator[None]:
    try:
        yield
    except PoolTimeout as problem:
        raise Unavailable("The database is busy: all connections are in use.", detail=str(problem)) from problem
    except DBAPIError as problem:
        refusal = _refusal(problem, sqlite)
        if refusal is None:
            raise
        raise refusal from problem
    except sqlite3.DatabaseError as problem:
        raise Unavailable("The database file cannot be used.", detail=str(problem)) from problem


def _refusal(problem: DBAPIError, sqlite: bool) -> Unavailable | None:
    """Unavailable for what is not our mistake, None for what is: a wrong statement, a broken constraint."""
    detail = str(problem.orig)
    if "no such table" in detail or "no such column" in detail or getattr(problem.orig, "sqlstate", "") == "42P01":
        return Unavailable(NOT_PREPARED, detail=detail, hint=HINT_RELEASE)
    if sqlite:
        away = getattr(problem.orig, "sqlite_errorcode", 0) & 0xFF in _SQLITE_AWAY
    else:
        away = isinstance(problem, OperationalError | InternalError | InterfaceError)
    if not away:
        return None
    return Unavailable("The database does not answer. Nothing was changed; please try again.", detail=detail)
