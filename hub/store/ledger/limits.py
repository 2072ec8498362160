"""What a recipe has done lately, counted by rows: messages of the last hour, writes to one record.

And the crowd that a limit holds: people let it go on, all at once or so many a minute.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, case, delete, func, insert, literal_column, select, update

from hub.model import RunStatus
from hub.ports import Entry
from hub.ports.limits import HOUR
from hub.ports.naming import name_record
from hub.store.desk import Desk
from hub.store.dialects import INSERT
from hub.store.ledger.lanes import lock_lanes
from hub.store.ledger.trail import write_audit
from hub.store.rows import Values
from hub.store.tables import message, record_write, run

LET_THROUGH: Values = {
    "let_through": case((run.c.over != "", run.c.let_through.concat(run.c.over).concat(" ")), else_=run.c.let_through),
    "over": "",
}
"""How a run that goes on remembers the limit that it was held for, so that it is not held for it again."""
KEPT_FOR = 2 * HOUR
"""Seconds after which nobody asks for what was counted."""


class Limits(Desk):
    """The ledger's verbs about limits."""

    def count_message(self, key: str, *, recipe_id: str, limit: int, now: float) -> bool:
        """Count a message that is about to leave; False, and not counted, when its recipe has sent `limit` within the
        last hour. One that was counted under this key before counts no more, and may leave."""
        lately = (message.c.recipe_id == recipe_id, message.c.at > now - HOUR)
        with self.db.write() as connection:
            lock_lanes(connection, [f"messages of {recipe_id}"])
            if connection.execute(select(message.c.key).where(message.c.key == key)).first() is not None:
                return True
            if connection.execute(select(func.count()).select_from(message).where(*lately)).scalar_one() >= limit:
                return False
            connection.execute(insert(message), {"key": key, "recipe_id": recipe_id, "at": now})
        return True

    def recent_writes(self, record: str, *, recipe_id: str, besides: str, since: float) -> int:
        """How often the runs of this recipe, without the run `besides`, have changed this record since then."""
        these = (
            record_write.c.record == record,
            record_write.c.recipe_id == recipe_id,
            record_write.c.at > since,
            record_write.c.run_id != besides,
        )
        with self.db.read() as connection:
            return connection.execute(select(func.count()).select_from(record_write).where(*these)).scalar_one()

    def release_held(self, recipe_id: str, *, by: str, now: float, per_minute: int = 0) -> int:
        """Let the runs of a recipe that a limit holds go beyond it, oldest first: all now, or so many a minute from now
        on. Returns how many. Audited."""
        held = and_(run.c.recipe_id == recipe_id, literal_column("over <> '' AND status = 'held'"))
        oldest = select(run.c.id).where(held).order_by(run.c.created_at, run.c.place, run.c.id)
        go_on = update(run).where(run.c.id == bindparam("this"), held)
        go_on = go_on.values(status=RunStatus.QUEUED, due_at=bindparam("at"), reason="", **LET_THROUGH)
        pause = 60.0 / per_minute if per_minute else 0.0
        with self.db.write() as connection:
            ids = connection.execute(oldest.with_for_update()).scalars().all()
            if ids:
                connection.execute(go_on, [{"this": each, "at": now + pause * n} for n, each in enumerate(ids)])
                after = {"recipe": recipe_id, "runs": len(ids), "per_minute": per_minute}
                write_audit(connection, now=now, who=by, what="run.let_through", after=after)
        return len(ids)


def note_writes(connection: Connection, entries: Sequence[Entry], *, at: float) -> None:
    """Remember which recipe has changed which record, and when."""
    written = [entry for entry in entries if entry.writes]
    if not written:
        return
    named = select(run.c.id, run.c.recipe_id).where(run.c.id.in_({entry.run_id for entry in written}))
    recipes: dict[str, str] = {row.id: row.recipe_id for row in connection.execute(named)}
    rows = [
        {
            "record": name_record(write.resource, write.record_id),
            "recipe_id": recipes[entry.run_id],
            "at": max((each.finished_at or at for each in entry.steps), default=at),
            "run_id": entry.run_id,
        }
        for entry in written
        for write in entry.writes
    ]
    rows.sort(key=lambda row: (row["record"], row["recipe_id"], row["at"], row["run_id"]))
    connection.execute(INSERT[connection.dialect.name](record_write).on_conflict_do_nothing(), rows)


def forget_counts(connection: Connection, now: float) -> None:
    """Remove what nobody asks for any more."""
    connection.execute(delete(message).where(message.c.at <= now - KEPT_FOR))
    connection.execute(delete(record_write).where(record_write.c.at <= now - KEPT_FOR))
