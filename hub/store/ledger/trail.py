"""The audit trail: who did what, before and after, from where. It only grows, and each row seals the one before."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, func, insert, select

from hub.store.desk import Desk
from hub.store.encoding import write_json
from hub.store.locks import TRAIL
from hub.store.tables import audit


class Trail(Desk):
    """The ledger's verb of remembering what people did."""

    def audit(self, who: str, what: str, *, now: float, before: Any = None, after: Any = None, where: str = "") -> None:
        """Keep one row for good. `what` is like "recipe.switch", `where` is the address that it came from."""
        with self.db.write() as connection:
            write_audit(connection, now=now, who=who, what=what, before=before, after=after, where=where)


def write_audit(
    connection: Connection, *, now: float, who: str, what: str, before: Any = None, after: Any = None, where: str = ""
) -> None:
    """The same inside somebody's transaction, so that the deed and its row are kept together or not at all."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(TRAIL)))
    last = connection.execute(select(audit.c.seq, audit.c.chain).order_by(audit.c.seq.desc()).limit(1)).first()
    row = {
        "seq": last.seq + 1 if last else 1,
        "at": now,
        "who": who,
        "what": what,
        "before": before,
        "after": after,
        "where": where,
    }
    connection.execute(insert(audit), row | {"chain": chain_of(row, last.chain if last else "")})


def chain_of(row: dict[str, Any], previous: str) -> str:
    """The seal of a row: a hash over its columns and the seal of the row before."""
    return hashlib.sha256(write_json([previous, row]).encode()).hexdigest()
