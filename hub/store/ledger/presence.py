"""Which processes are there, and which of them leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, update

from hub.store.desk import Desk
from hub.store.dialects import insert_new, upsert
from hub.store.tables import heartbeat, leadership


class Presence(Desk):
    """The ledger's verbs about processes."""

    def lead(self, name: str, *, owner: str, now: float, lease: float) -> bool:
        """Take or lengthen the leadership `name`. False while another owner holds it."""
        free = (leadership.c.owner == owner) | (leadership.c.lease_until <= now)
        take = update(leadership).where(leadership.c.name == name, free).values(owner=owner, lease_until=now + lease)
        with self.db.write() as connection:
            if connection.execute(take).rowcount == 1:
                return True
            first = {"name": name, "owner": owner, "lease_until": now + lease}
            return insert_new(connection, leadership, [first]) == 1

    def step_down(self, name: str, *, owner: str) -> None:
        """Give a leadership up, so that another may take it at once."""
        with self.db.write() as connection:
            connection.execute(delete(leadership).where(leadership.c.name == name, leadership.c.owner == owner))

    def heartbeat(self, kind: str, process_id: str, *, now: float, detail: Mapping[str, Any] | None = None) -> None:
        """A process of this kind ("web", "worker", "clock") is alive. `detail` is for the page that shows it."""
        row = {"kind": kind, "id": process_id, "seen_at": now, "detail": detail or {}}
        with self.db.write() as connection:
            upsert(connection, heartbeat, [row])
