"""A private PostgreSQL for the tests: one cluster per test session, on a Unix socket, gone with the session.

    from tests.services.postgres import postgres_url   # in a conftest.py: the fixture is then there

`postgres_url` is the address of an empty database of the test's own; `new_database` makes more.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

ROLE = "hub"
_PR_SET_PDEATHSIG = 1
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server. `home` holds its socket and its data."""

    home: Path

    def url(self, database: str) -> str:
        """The SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self.home}"

    def new_database(self, template: str = "template1") -> str:
        """The name of a fresh database, a copy of `template`, to which nobody may be connected."""
        name = f"test_{next(_numbers)}"
        with psycopg.connect(f"host={self.home} user={ROLE} dbname=postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name


def find_binaries() -> Path | None:
    """The folder with initdb and postgres: the newest of the distribution's, or from the PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """The session's cluster. Without PostgreSQL on the machine: a skip at home, a failure in CI."""
    binaries = find_binaries()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed, and CI must test on it.")
        pytest.skip("PostgreSQL is not installed")
    with _started(binaries) as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> str:
    """The address of an empty database of the test's own."""
    return postgres_cluster.url(postgres_cluster.new_database())


@contextmanager
def _started(binaries: Path) -> Iterator[Cluster]:
    home = Path(tempfile.mkdtemp(prefix="hub-pg-"))  # short: a socket's path has 107 bytes at most
    try:
        if os.geteuid() == 0:
            shutil.chown(home, "postgres", "postgres")
        data = str(home / "data")
        initialise: list[str | Path] = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            ROLE,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run([*as_postgres(), *initialise, "--no-sync"], check=True, stdout=subprocess.DEVNULL)
        serve: list[str | Path] = [
            binaries / "postgres",
            "-D",
            data,
            "-k",
            str(home),
            "-c",
            "listen_addresses=",
            "-c",
            "max_connections=60",
        ]
        with (home / "server.log").open("wb") as log:
            server = subprocess.Popen([*as_postgres(), *serve], stdout=log, stderr=log, preexec_fn=die_with_parent)
        try:
            wait_until_ready(home, server)
            yield Cluster(home)
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nobody wants the data any more
            server.wait(timeout=30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def as_postgres() -> list[str]:
    """initdb and postgres refuse to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT"]


def die_with_parent() -> None:
    """A killed test session must not leave a server behind. Changing the user clears this: setpriv sets it again."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def wait_until_ready(home: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(f"host={home} user={ROLE} dbname=postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start: {(home / 'server.log').read_text()[-2000:]}")
            time.sleep(0.05)
