"""Writing down when the hub was away, and when a new version was deployed."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import delete, update

from hub.store.desk import Desk
from hub.store.dialects import insert_new
from hub.store.outages import KEPT_FOR, Outage, Release
from hub.store.tables import outage, release


class Outages(Desk):
    """The ledger's verbs about times without the hub."""

    def begin_outage(self, new: Outage) -> bool:
        """Keep a new report. False when another clock has. What is too old is forgotten."""
        with self.db.write() as connection:
            connection.execute(delete(outage).where(outage.c.until < new.until - KEPT_FOR))
            return insert_new(connection, outage, [asdict(new)]) == 1

    def keep_outage(self, changed: Outage) -> None:
        """Keep what has been found out since."""
        values = {"facts": dict(changed.facts), "is_open": changed.is_open}
        with self.db.write() as connection:
            connection.execute(update(outage).where(outage.c.id == changed.id).values(**values))

    def note_release(self, new: Release) -> None:
        """Keep that the program was deployed. What is too old is forgotten."""
        with self.db.write() as connection:
            connection.execute(delete(release).where(release.c.at < new.at - KEPT_FOR))
            insert_new(connection, release, [asdict(new) | {"recipes": list(new.recipes)}])
