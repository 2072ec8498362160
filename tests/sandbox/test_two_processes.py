"""Two processes serve one database: both write, neither loses anything, and both obey."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from sandbox.account.keys import create_key, end_key
from sandbox.account.sealing import Seal
from sandbox.database import Database
from sandbox.seeding import seed_when_empty
from tests.sandbox.test_command_line import environment


def start(path: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "serve", "--port", "0", "--database", str(path)],
        env=environment(SANDBOX_RATE_PER_MINUTE="0"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, process.stdout.readline().split("Public API: ")[1].split(")")[0]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Database, list[str]]]:
    path = tmp_path / "shared.db"
    database = Database(path)
    seed_when_empty(database, jobs=20)
    with ExitStack() as stack:
        started = [start(path) for _ in range(2)]
        for process, _ in started:
            stack.enter_context(process)
            stack.callback(process.terminate)
        yield database, [url for _, url in started]
    database.close()


def test_a_writer_sees_everything_that_was_written_before(tmp_path: Path) -> None:
    first, second = (Database(tmp_path / "shared.db") for _ in range(2))
    has_read = threading.Event()

    def count(connection: sqlite3.Connection) -> int:
        row = connection.execute("SELECT value FROM marks WHERE name = 'count'").fetchone()
        return row[0] if row else 0

    def add_one() -> None:
        with second.writing() as connection:
            value = count(connection)
            has_read.set()
            connection.execute("INSERT OR REPLACE INTO marks (name, value) VALUES ('count', ?)", (value + 1,))

    with ThreadPoolExecutor(1) as pool:
        with first.writing() as connection:
            later = pool.submit(add_one)
            assert not has_read.wait(0.3)
            connection.execute("INSERT INTO marks (name, value) VALUES ('count', 1)")
        later.result(timeout=20)
    with first.reading() as connection:
        assert count(connection) == 2
    first.close()
    second.close()


def test_both_write_and_nothing_is_lost_or_doubled(pair: tuple[Database, list[str]]) -> None:
    database, urls = pair
    with database.writing() as connection:
        key = create_key(connection, Seal(database.path), now=0)

    def work(number: int) -> list[str]:
        with requests.Session() as session:
            session.headers.update({"Authorization": f"Bearer {key}"})
            made = []
            for turn in range(10):
                repeated = {"Idempotency-Key": f"key-{number % 4}-{turn}"}
                answer = session.post(
                    f"{urls[number % 2]}/jobs", json={"name": f"{number % 4} {turn}"}, headers=repeated, timeout=20
                )
                assert answer.status_code == 201, answer.text
                made.append(answer.json()["id"])
            return made

    with ThreadPoolExecutor(8) as pool:
        made = [job for jobs in pool.map(work, range(8)) for job in jobs]
    with database.reading() as connection:
        rows = connection.execute("SELECT record_id, at FROM activity WHERE action = 'create' ORDER BY id").fetchall()
    assert sorted(row["record_id"] for row in rows) == sorted(set(made))
    assert len(rows) == 40
    stamps = [row["at"] for row in rows]
    assert stamps == sorted(set(stamps))
    with database.writing() as connection:
        end_key(connection, now=1, by="reset")
    for url in urls:
        assert requests.get(f"{url}/jobs", headers={"Authorization": f"Bearer {key}"}, timeout=10).status_code == 401
