"""When the database is away, locked, read-only or full, the answer is Unavailable, and later everything works again."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from hub.errors import SettingError, Unavailable
from hub.store import database
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.tables import run, schedule
from tests.services.postgres import Cluster
from tests.store.samples import NOW, make_arrival

ROW = {"recipe_id": "digest", "trigger_id": "daily", "next_at": NOW}


def test_a_sqlite_file_is_made_with_its_folder_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "hub.db"
    db = Database.open(f"sqlite:///{file}")
    assert file.stat().st_mode & 0o777 == 0o600
    with db.read() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "auto_vacuum", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 2, 1, 2, 15_000]
    db.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:////proc/nowhere/hub.db"])
def test_a_sqlite_address_without_a_usable_file_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match=r"names no file|cannot be opened"):
        Database.open(url)


def test_what_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_text("These are minutes of a meeting. " * 100)
    with pytest.raises(Unavailable):
        Database.open(f"sqlite:///{tmp_path / 'hub.db'}")


def test_a_locked_sqlite_file_can_be_read_but_not_written(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    (tmp_path / "hub.db").write_bytes(sqlite_template.read_bytes())
    db = Database.open(f"sqlite:///{tmp_path / 'hub.db'}")
    other = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="does not answer"):
        SqlLedger(db).lead("clock", owner="a", now=NOW, lease=1)
    with db.read() as connection:
        assert connection.execute(select(schedule)).all() == []
    other.close()
    assert SqlLedger(db).lead("clock", owner="a", now=NOW, lease=1)
    db.close()


def test_writers_of_one_process_stand_in_line_but_not_for_ever(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    (tmp_path / "hub.db").write_bytes(sqlite_template.read_bytes())
    db = Database.open(f"sqlite:///{tmp_path / 'hub.db'}")
    holding, over = threading.Event(), threading.Event()

    def hold() -> None:
        with db.write():
            holding.set()
            over.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(10)
    with pytest.raises(Unavailable, match="busy"):
        SqlLedger(db).lead("clock", owner="a", now=NOW, lease=1)
    over.set()
    holder.join()
    assert SqlLedger(db).lead("clock", owner="a", now=NOW, lease=1)
    db.close()


def test_all_connections_in_use_is_unavailable(db_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "POOL_SECONDS", 1)
    db = Database.open(db_url, connections=1)
    with db.read(), pytest.raises(Unavailable, match="all connections are in use"), db.read():
        pass
    with db.read() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    db.close()


def test_a_read_only_database_is_unavailable(db: Database) -> None:
    statement = "PRAGMA query_only = ON" if db.is_sqlite else "SET TRANSACTION READ ONLY"
    with pytest.raises(Unavailable), db.write() as connection:
        connection.exec_driver_sql(statement)
        connection.execute(insert(schedule).values(ROW))


@pytest.mark.postgres
def test_reading_cannot_write(postgres_db: Database) -> None:
    with pytest.raises(Unavailable, match="does not answer"), postgres_db.read() as connection:
        connection.execute(insert(schedule).values(ROW))


def test_a_full_disk_is_unavailable_until_there_is_room(db: Database, ledger: SqlLedger) -> None:
    if db.is_sqlite:
        with pytest.raises(Unavailable) as caught, db.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
            connection.execute(insert(schedule).values(ROW | {"recipe_id": "x" * 500_000}))
        assert "full" in caught.value.detail
        db.close()
    else:
        with pytest.raises(Unavailable), db.write() as connection:
            connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$")
    assert ledger.schedule("digest", "daily", next_at=NOW) == NOW


def test_an_unprepared_database_says_what_to_do(tmp_path: Path, postgres_cluster: Cluster) -> None:
    for url in (f"sqlite:///{tmp_path / 'hub.db'}", postgres_cluster.url(postgres_cluster.new_database())):
        db = Database.open(url)
        with pytest.raises(Unavailable, match="not prepared") as caught:
            SqlLedger(db).claim("worker", limit=1, now=NOW, lease=1)
        assert caught.value.hint == "Run: python -m hub release"
        db.close()


@pytest.mark.postgres
def test_a_postgres_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    db = Database.open(f"postgresql+psycopg://hub@/hub?host={tmp_path}")
    with pytest.raises(Unavailable), db.write():
        pass


@pytest.mark.postgres
def test_a_cut_connection_is_unavailable_once(postgres_db: Database, shared_postgres: str) -> None:
    bystander = Database.open(shared_postgres)
    with pytest.raises(Unavailable), postgres_db.write() as connection:
        connection.execute(insert(schedule).values(ROW))
        cut_all_connections(bystander)
        connection.execute(select(schedule))
    for _ in range(2):
        with postgres_db.read() as connection:
            assert connection.execute(select(schedule)).all() == []
        cut_all_connections(bystander)  # what happens while nobody looks is not even noticed
    bystander.close()


def cut_all_connections(bystander: Database) -> None:
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with bystander.outside() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))  # noqa: S608


@pytest.mark.postgres
def test_waiting_too_long_for_a_row_is_unavailable(postgres_db: Database) -> None:
    SqlLedger(postgres_db).admit([make_arrival("1")])
    with postgres_db.write() as holder:
        holder.execute(update(run).values(reason="held"))
        with pytest.raises(Unavailable), postgres_db.write() as other:
            other.execute(text("SET LOCAL lock_timeout = 50"))
            other.execute(update(run).values(reason="never"))


def test_our_own_mistakes_stay_what_they_are(db: Database) -> None:
    with pytest.raises(DBAPIError), db.write() as connection:
        connection.exec_driver_sql("SELEKT 1")
    with pytest.raises(IntegrityError) as caught, db.write() as connection:
        connection.execute(insert(schedule), [ROW, ROW | {"next_at": 424242.0}])
    assert "424242" not in str(caught.value), "an error does not show what stands in the rows"


def test_a_forked_child_has_connections_and_a_turn_of_its_own(db: Database, ledger: SqlLedger) -> None:
    backend = "SELECT 0" if db.is_sqlite else "SELECT pg_backend_pid()"
    with db.read() as connection:
        mine = connection.execute(text(backend)).scalar_one()
    if db.is_sqlite:
        db.close()
    with db._in_turn():
        child = os.fork()
        if child == 0:
            try:
                db.after_fork()
                with db.read() as connection:
                    other = connection.execute(text(backend)).scalar_one()
                led = ledger.lead("child", owner="child", now=NOW, lease=10)
                os._exit(0 if led and (db.is_sqlite or other != mine) else 1)
            finally:
                os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not ledger.lead("child", owner="parent", now=NOW, lease=10)
