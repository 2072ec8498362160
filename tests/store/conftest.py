"""The store's tests run on SQLite and on PostgreSQL: `db` is an empty, migrated database on each in turn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.migrate import upgrade
from hub.store.tables import metadata
from tests.services.postgres import Cluster, postgres_cluster

__all__ = ["postgres_cluster"]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    db = Database.open(f"sqlite:///{file}")
    upgrade(db)
    db.close()
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: Cluster) -> str:
    """The name of a migrated PostgreSQL database, to be copied."""
    name = postgres_cluster.new_database()
    db = Database.open(postgres_cluster.url(name))
    upgrade(db)
    db.close()
    return name


@pytest.fixture(scope="session")
def shared_postgres(postgres_cluster: Cluster, postgres_template: str) -> str:
    """The address of a migrated PostgreSQL database that is emptied before each test: a new one takes 0.1 s."""
    return postgres_cluster.url(postgres_cluster.new_database(postgres_template))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def db_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "hub.db")
        return f"sqlite:///{tmp_path / 'hub.db'}"
    url: str = request.getfixturevalue("shared_postgres")
    _empty(url)
    return url


def _empty(url: str) -> None:
    """Delete all rows, past the guards and the foreign keys."""
    db = Database.open(url)
    with db.write() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in metadata.tables.values():
            connection.execute(delete(table))
    db.close()


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    """An empty, migrated database, open."""
    database = Database.open(db_url)
    yield database
    database.close()


@pytest.fixture
def postgres_db(shared_postgres: str) -> Iterator[Database]:
    """The same, for what only PostgreSQL does."""
    _empty(shared_postgres)
    database = Database.open(shared_postgres)
    yield database
    database.close()


@pytest.fixture
def ledger(db: Database) -> SqlLedger:
    """A ledger on it."""
    return SqlLedger(db)
