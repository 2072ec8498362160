"""The keys to other APIs: rejected once, however many notice it, and replaced once, with everything that waited."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, update

from hub.model import RunStatus
from hub.store.desk import Desk
from hub.store.dialects import insert_new
from hub.store.tables import connection as key
from hub.store.tables import run


class Keys(Desk):
    """The ledger's verbs about keys. A run does not say which key it waits for, so a good key releases all PARKED
    runs: one that waits for another key parks itself again."""

    def reject_key(self, name: str, *, version: int, now: float) -> bool:
        """Mark a key as rejected. False when its version has moved on, or it was marked already."""
        with self.db.write() as connection:
            this = (key.c.name == name, key.c.version == version, key.c.state == "ok")
            return _change(connection, *this, state="rejected", changed_at=now)

    def restore_key(self, name: str, *, version: int, now: float) -> bool:
        """A rejected key was tried again and works: state ok, its PARKED runs QUEUED. False when its version has
        moved on, or it was not rejected."""
        with self.db.write() as connection:
            this = (key.c.name == name, key.c.version == version, key.c.state == "rejected")
            if not _change(connection, *this, state="ok", changed_at=now):
                return False
            _release(connection, now)
        return True

    def connect(self, name: str, *, fingerprint: str, now: float) -> bool:
        """Make the key with this fingerprint the current one: a new version, state ok, its PARKED runs QUEUED.
        False when it was the current one already."""
        first = {"name": name, "version": 0, "state": "ok", "fingerprint": "", "changed_at": now}
        renewed = {"version": key.c.version + 1, "state": "ok", "fingerprint": fingerprint, "changed_at": now}
        with self.db.write() as connection:
            insert_new(connection, key, [first])
            if not _change(connection, key.c.name == name, key.c.fingerprint != fingerprint, **renewed):
                return False
            _release(connection, now)
        return True


def _change(connection: Connection, *which: ColumnElement[bool], **values: Any) -> bool:
    return connection.execute(update(key).where(*which).values(**values)).rowcount == 1


def _release(connection: Connection, now: float) -> None:
    parked = update(run).where(run.c.status == RunStatus.PARKED)
    connection.execute(parked.values(status=RunStatus.QUEUED, due_at=now, reason=""))
