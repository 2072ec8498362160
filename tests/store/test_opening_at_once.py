"""Many processes that open a database which is not there yet all get the same one."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from hub.store.database import Database


def open_and_ask(url: str) -> str:
    db = Database.open(url)
    with db.read() as connection:
        mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
    db.close()
    return mode


def test_a_fresh_sqlite_file_can_be_opened_by_many_at_once(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        for number in range(10):
            url = f"sqlite:///{tmp_path / f'{number}.db'}"
            assert pool.map(open_and_ask, [url] * 3, chunksize=1) == ["wal"] * 3
