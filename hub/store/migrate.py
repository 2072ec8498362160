"""Bringing the database into the shape that this program knows. Safe however many processes start at once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from hub.errors import Unavailable
from hub.store.database import Database
from hub.store.locks import MIGRATING
from hub.store.tables import REVISION

MIGRATIONS = Path(__file__).parents[2] / "migrations"


class Shape(StrEnum):
    """How the database stands to this program."""

    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"


def state(db: Database) -> Shape:
    """CURRENT, BEHIND (an empty database, too) or AHEAD, when a newer program has migrated it."""
    with db.read() as connection:
        return _shape(connection)


def upgrade(db: Database) -> bool:
    """Make the database CURRENT, in one transaction. Returns whether anything had to be done.

    Unavailable when it is AHEAD: an older program must not change it.
    """
    if state(db) is Shape.CURRENT:
        return False
    with db.write() as connection:  # SQLite's write lock lets one in at a time, too
        if not db.is_sqlite:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATING})
        shape = _shape(connection)
        if shape is Shape.AHEAD:
            raise Unavailable(
                "The database was prepared by a newer version of the hub.",
                hint="Deploy the newer version, or go back to a backup from before it.",
            )
        if shape is Shape.CURRENT:
            return False
        _migrate(connection)
    return True


def _shape(connection: Connection) -> Shape:
    if not inspect(connection).has_table("alembic_version"):
        return Shape.BEHIND
    found = connection.execute(text("SELECT max(version_num) FROM alembic_version")).scalar() or ""
    if found == REVISION:
        return Shape.CURRENT
    return Shape.AHEAD if found > REVISION else Shape.BEHIND


def _migrate(connection: Connection) -> None:
    from alembic import command  # here, because most starts find nothing to do and need not pay for it
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
