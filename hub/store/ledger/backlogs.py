"""Backlogs: the records that were there before a recipe that wants them, too. Counted first, started by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import ColumnElement, select, update

from hub.ports import Arrival, Backlog
from hub.store.desk import Desk
from hub.store.dialects import insert_new
from hub.store.ledger.arrivals import write_arrivals
from hub.store.ledger.polls import claim_holds, lengthen
from hub.store.ledger.trail import write_audit
from hub.store.rows import Values, columns_of
from hub.store.tables import backlog

BACKLOG = columns_of(Backlog, backlog)
_NAMES = tuple(each.name for each in fields(Backlog))


class Backlogs(Desk):
    """The ledger's verbs about backlogs."""

    def backlogs(self, resource: str) -> list[Backlog]:
        """All backlogs about this list."""
        with self.db.read() as connection:
            rows = connection.execute(select(*BACKLOG).where(backlog.c.resource == resource))
            return [Backlog(**row._asdict()) for row in rows]

    def open_backlog(self, backlog_: Backlog, *, claim: int) -> bool:
        """Remember that a recipe wants the records that are there already, or begin to count anew where its `start` has
        changed. False when the claim is lost."""
        with self.db.write() as connection:
            if not claim_holds(connection, backlog_.resource, claim):
                return False
            if not insert_new(connection, backlog, [_row(backlog_)]):
                connection.execute(update(backlog).where(*_this(backlog_)).values(**_row(backlog_)))
        return True

    def move_backlog(
        self, backlog_: Backlog, *, claim: int, was: Backlog, arrivals: Sequence[Arrival] = (), until: float
    ) -> bool:
        """Write how far the counting or starting has come, with the runs that this part of it starts. False when the
        claim is lost, or a person has decided otherwise meanwhile."""
        with self.db.write() as connection:
            if not claim_holds(connection, backlog_.resource, claim):
                return False
            as_it_was = (backlog.c.state == was.state, backlog.c.position == was.position)
            moved = update(backlog).where(*_this(backlog_), *as_it_was).values(**_row(backlog_))
            if connection.execute(moved).rowcount != 1:
                return False
            write_arrivals(connection, arrivals)
            lengthen(connection, backlog_.resource, until)
        return True

    def release_backlog(
        self, recipe_id: str, trigger_id: str, *, by: str, now: float, per_minute: int = 0, where: str = ""
    ) -> bool:
        """Let a backlog that waits begin: all at once, or so many runs a minute. False when none waits. Audited."""
        values: Values = {"state": "released", "position": "", "per_minute": per_minute, "released_at": now}
        return self._decide(recipe_id, trigger_id, "backlog.release", values, by=by, now=now, where=where)

    def drop_backlog(self, recipe_id: str, trigger_id: str, *, by: str, now: float, where: str = "") -> bool:
        """Never start a backlog that waits. False when none does. Audited."""
        return self._decide(recipe_id, trigger_id, "backlog.drop", {"state": "dropped"}, by=by, now=now, where=where)

    def _decide(
        self, recipe_id: str, trigger_id: str, what: str, values: Values, *, by: str, now: float, where: str
    ) -> bool:
        this = (backlog.c.recipe_id == recipe_id, backlog.c.trigger_id == trigger_id, backlog.c.state == "waiting")
        with self.db.write() as connection:
            if connection.execute(update(backlog).where(*this).values(**values, decided_by=by)).rowcount != 1:
                return False
            after = {"recipe": recipe_id, "trigger": trigger_id} | {
                name: values[name] for name in ("per_minute",) if name in values
            }
            write_audit(connection, now=now, who=by, what=what, after=after, where=where)
        return True


def _this(wanted: Backlog) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return backlog.c.recipe_id == wanted.recipe_id, backlog.c.trigger_id == wanted.trigger_id


def _row(wanted: Backlog) -> Values:
    return {name: getattr(wanted, name) for name in _NAMES} | {"preview": list(wanted.preview)}
