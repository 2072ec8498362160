"""Who writes, and when: what every change carries, and the journal that every change goes through."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.resources import Resource
from sandbox.stamps import write_stamp

Record = dict[str, Any]


@dataclass(frozen=True)
class Pen:
    """The right to write: an open write transaction, a name, the time, and the key the caller sent.

    `grain` is for a clock that is coarse on purpose: stamps are cut to multiples of so many microseconds.
    """

    connection: sqlite3.Connection
    actor: str
    now: float
    idempotency_key: str | None = None
    grain: int = 0

    def stamp(self) -> str:
        """A time stamp that is later than every stamp this database has given out before.

        A coarse clock gives the same stamp again within its grain.
        """
        wanted, step = int(self.now * 1_000_000), 0 if self.grain else 1
        if self.grain:
            wanted -= wanted % self.grain
        row = self.connection.execute(
            "INSERT INTO marks (name, value) VALUES ('stamp', ?) "
            "ON CONFLICT (name) DO UPDATE SET value = max(value + ?, excluded.value) RETURNING value",
            (wanted, step),
        ).fetchone()
        return write_stamp(row[0])

    def journal(
        self,
        resource: Resource,
        record_id: str,
        *,
        action: str,
        at: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Write one row of the activity journal."""
        self.connection.execute(
            "INSERT INTO activity (at, actor, resource, record_id, action, before, after, idempotency_key) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (at, self.actor, resource.name, record_id, action, _text(before), _text(after), self.idempotency_key),
        )


def _text(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(values, ensure_ascii=False)
