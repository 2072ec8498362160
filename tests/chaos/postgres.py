"""A PostgreSQL of one test's own, so that it may be stopped, crashed, locked and filled up."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.services.postgres import ROLE, as_postgres, die_with_parent, find_binaries, wait_until_ready

MOST_CONNECTIONS = 48
_WRITABLE = "-c default_transaction_read_only=off"


class OwnPostgres:
    """A cluster in a folder of its own. AssertionError without PostgreSQL on the machine."""

    def __init__(self) -> None:
        binaries = find_binaries()
        assert binaries is not None, "PostgreSQL is not installed"
        self._binaries = binaries
        self._home = Path(tempfile.mkdtemp(prefix="hub-chaos-"))  # short: a socket's path has 107 bytes at most
        self._server: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(self._home, "postgres", "postgres")
        initialise = [self._binaries / "initdb", "-D", self._home / "data", "-U", ROLE, "-A", "trust", "-E", "UTF8"]
        command = [*as_postgres(), *map(str, initialise), "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        self.start()

    @property
    def url(self) -> str:
        """The SQLAlchemy address of its one database."""
        return f"postgresql+psycopg://{ROLE}@/postgres?host={self._home}"

    def start(self) -> None:
        """Serving when this returns."""
        options = ["-k", str(self._home), "-c", "listen_addresses=", "-c", f"max_connections={MOST_CONNECTIONS}"]
        command = [*as_postgres(), str(self._binaries / "postgres"), "-D", str(self._home / "data"), *options]
        with (self._home / "server.log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=die_with_parent)
        wait_until_ready(self._home, self._server)

    def stop(self, *, crash: bool = False) -> None:
        """Cut everybody off and end; with `crash` without writing anything down, so that it has to recover."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
            self._server.wait(timeout=60)
            self._server = None

    def remove(self) -> None:
        """Stop it and delete its data."""
        self.stop(crash=True)
        shutil.rmtree(self._home, ignore_errors=True)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection that may write whatever the server's default is."""
        return psycopg.connect(f"host={self._home} user={ROLE} dbname=postgres", autocommit=True, options=_WRITABLE)

    def make_read_only(self) -> Callable[[], None]:
        """Every new transaction may only read, until the returned function is called."""
        self._configure("ALTER SYSTEM SET default_transaction_read_only = on")
        return lambda: self._configure("ALTER SYSTEM RESET default_transaction_read_only")

    def lock_table(self, name: str) -> Callable[[], None]:
        """Nobody else reads or writes this table until the returned function is called."""
        connection = self.connect()
        connection.execute("BEGIN")
        connection.execute(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
        return connection.close

    def use_up_connections(self) -> Callable[[], None]:
        """There is no connection left for anybody until the returned function is called."""
        held = contextlib.ExitStack()
        with contextlib.suppress(psycopg.OperationalError):
            for _ in range(MOST_CONNECTIONS):
                held.callback(self.connect().close)
        return held.close

    def _configure(self, statement: str) -> None:
        with self.connect() as connection:
            connection.execute(statement)
            connection.execute("SELECT pg_reload_conf()")
