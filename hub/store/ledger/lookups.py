"""Lookup tables: the versions of each, and which of them was in force when."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, or_, select, update

from hub.store.desk import Desk
from hub.store.locks import LOOKUPS
from hub.store.tables import lookup_table as versions
from hub.stored import LookupTable


class Lookups(Desk):
    """The ledger's verbs about lookup tables."""

    def publish_tables(self, tables: Sequence[LookupTable], *, unreadable: Sequence[str] = (), now: float) -> int:
        """Make these the tables in force; returns how many changed. Those that are no longer among them are out of
        force, but for those whose file cannot be read now: they stay as they were."""
        wanted = {each.name: each for each in tables}
        with self.db.write() as connection:
            _stand_in_line(connection)
            current = select(versions.c.name, versions.c.version).where(versions.c.replaced_at.is_(None))
            held = {row.name: row.version for row in connection.execute(current)}
            changed = [each for name, each in wanted.items() if held.get(name) != each.version]
            gone = [name for name in held if name not in wanted and name not in unreadable]
            for name in (*(each.name for each in changed), *gone):
                this = (versions.c.name == name, versions.c.replaced_at.is_(None))
                connection.execute(update(versions).where(*this).values(replaced_at=now))
            for each in changed:
                _add(connection, each, now)
        return len(changed) + len(gone)

    def tables(self, *, at: float) -> dict[str, LookupTable]:
        """The tables as they were in force at a moment, by name. One that came later is there as it came."""
        in_force = (versions.c.published_at <= at, or_(versions.c.replaced_at.is_(None), versions.c.replaced_at > at))
        first = select(versions.c.name, func.min(versions.c.number).label("number")).group_by(versions.c.name)
        with self.db.read() as connection:
            rows = list(connection.execute(select(versions).where(*in_force)))
            begun = first.having(func.min(versions.c.published_at) > at).subquery()
            later = select(versions).join(
                begun, (begun.c.name == versions.c.name) & (begun.c.number == versions.c.number)
            )
            rows += connection.execute(later)
        return {row.name: LookupTable(row.name, row.version, row.file, tuple(row.columns), row.rows) for row in rows}


def _stand_in_line(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(LOOKUPS)))


def _add(connection: Connection, table: LookupTable, now: float) -> None:
    newest = select(func.max(versions.c.number)).where(versions.c.name == table.name)
    row = {
        "name": table.name,
        "number": (connection.execute(newest).scalar() or 0) + 1,
        "version": table.version,
        "file": table.file,
        "columns": list(table.columns),
        "rows": table.rows,
        "published_at": now,
    }
    connection.execute(insert(versions).values(row))
