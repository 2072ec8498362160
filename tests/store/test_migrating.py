"""Migrations: they make exactly the tables that the program knows, once, however many processes start."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from hub.errors import Unavailable
from hub.store import migrate
from hub.store.database import Database
from hub.store.migrate import MIGRATIONS, Shape, state, upgrade
from hub.store.tables import REVISION, metadata
from tests.services.postgres import Cluster


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes addresses of databases in which nothing was ever done."""
    if request.param == "sqlite":
        numbers = count(1)
        return lambda: f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    return lambda: cluster.url(cluster.new_database())


@pytest.fixture
def empty_url(new_url: Callable[[], str]) -> str:
    """The address of one."""
    return new_url()


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    """The same, open."""
    db = Database.open(empty_url)
    yield db
    db.close()


def set_version(db: Database, version: str) -> None:
    with db.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def shape_of(db: Database) -> dict[str, object]:
    """Everything that the database says about its tables and indexes."""
    question = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if db.is_sqlite
        else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    )
    with db.read() as connection:
        found: dict[str, object] = {f"index {name}": sql for name, sql in connection.execute(text(question))}
        look = inspect(connection)
        for table in look.get_table_names():
            found[table] = (
                [str(sorted(column.items(), key=str)) for column in look.get_columns(table)],
                look.get_pk_constraint(table),
                look.get_foreign_keys(table),
                look.get_unique_constraints(table),
            )
    return {name: shape for name, shape in found.items() if "alembic" not in name}


def test_an_empty_database_is_behind_and_then_current(empty: Database) -> None:
    assert state(empty) is Shape.BEHIND
    assert upgrade(empty)
    assert state(empty) is Shape.CURRENT
    assert not upgrade(empty)


def test_an_older_program_touches_nothing(empty: Database) -> None:
    upgrade(empty)
    set_version(empty, "9999")
    assert state(empty) is Shape.AHEAD
    with pytest.raises(Unavailable, match="newer version of the hub"):
        upgrade(empty)
    set_version(empty, "0000")
    assert state(empty) is Shape.BEHIND


def upgrade_in_a_process(url: str) -> bool:
    db = Database.open(url)
    done = upgrade(db)
    assert state(db) is Shape.CURRENT
    db.close()
    return done


def test_many_processes_at_once_migrate_once(empty_url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(upgrade_in_a_process, [empty_url] * 3, chunksize=1).count(True) == 1


def test_a_migration_that_fails_leaves_nothing(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = migrate._migrate

    def fail_at_the_end(connection: object) -> None:
        finish(connection)  # type: ignore[arg-type]
        raise RuntimeError("the power went")

    monkeypatch.setattr(migrate, "_migrate", fail_at_the_end)
    with pytest.raises(RuntimeError, match="power"):
        upgrade(empty)
    with empty.read() as connection:
        assert inspect(connection).get_table_names() == []
    monkeypatch.undo()
    assert upgrade(empty)


def test_the_migrations_make_the_tables_that_the_program_knows(db: Database) -> None:
    with db.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_they_are_the_same_to_the_last_default_and_index(new_url: Callable[[], str]) -> None:
    migrated, made = Database.open(new_url()), Database.open(new_url())
    upgrade(migrated)
    with made.write() as connection:
        metadata.create_all(connection)
    assert shape_of(migrated) == shape_of(made)
    migrated.close()
    made.close()


def test_the_program_knows_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [REVISION]
    names = [script.revision for script in scripts.walk_revisions()]
    assert names == sorted(names, reverse=True), "revisions are numbers that grow"
