"""How the hub is doing: the queue, the processes, the lists it polls, the keys, the people and what they did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy import Connection as Link

from hub.model import Connection, Cursor, RunStatus
from hub.store.desk import Desk
from hub.store.due import QUEUED, RUNNING, priorities
from hub.store.ledger.trail import chain_of
from hub.store.people import User
from hub.store.rows import CONNECTION, CURSOR, columns_of
from hub.store.tables import audit, connection, cursor, heartbeat, run, schedule, snapshot, user
from hub.store.views.paging import bounded, cut
from hub.store.views.shapes import AuditRow, Heartbeat, Listing, Scheduled

COUNTED = 10_000
"""Up to which number runs are counted: a page shows it as "10,000 or more"."""


class HealthViews(Desk):
    """The views' questions about the hub itself."""

    def due_count(self, now: float) -> int:
        """How many runs could be claimed now, up to COUNTED."""
        with self.db.read() as link:
            found = _count(link, RUNNING, run.c.lease_until <= now)
            for level in priorities(link):
                found += _count(link, QUEUED, run.c.priority == level, run.c.due_at <= now)
        return min(found, COUNTED)

    def next_due(self) -> float | None:
        """When the next run can be claimed: in the past when one can already, None when none waits for a time."""
        with self.db.read() as link:
            times = [link.execute(select(func.min(run.c.lease_until)).where(RUNNING)).scalar()]
            for level in priorities(link):
                first = select(func.min(run.c.due_at)).where(QUEUED, run.c.priority == level)
                times.append(link.execute(first).scalar())
        return min((each for each in times if each is not None), default=None)

    def queue_age(self, now: float) -> float:
        """For how many seconds the run that has waited longest could have been claimed. 0 when none is due."""
        due = self.next_due()
        return 0.0 if due is None else max(0.0, now - due)

    def counts(self) -> dict[RunStatus, int]:
        """How many runs have each status, each number up to COUNTED."""
        with self.db.read() as link:
            return {status: _count(link, run.c.status == status) for status in RunStatus}

    def connections(self) -> list[Connection]:
        """The keys and their states, by name."""
        return [Connection(**row) for row in self._all(select(*CONNECTION).order_by(connection.c.name))]

    def record_counts(self) -> dict[str, int]:
        """How many records each list had when it was last looked at."""
        there = select(snapshot.c.resource, func.count()).where(snapshot.c.gone_at.is_(None))
        with self.db.read() as link:
            return {name: int(number) for name, number in link.execute(there.group_by(snapshot.c.resource))}

    def cursors(self) -> list[Cursor]:
        """How far the poller has come with each list, by resource."""
        return [Cursor(**row) for row in self._all(select(*CURSOR).order_by(cursor.c.resource))]

    def heartbeats(self) -> list[Heartbeat]:
        """The processes that were there in the last day, by kind and id."""
        columns = columns_of(Heartbeat, heartbeat)
        return [Heartbeat(**row) for row in self._all(select(*columns).order_by(heartbeat.c.kind, heartbeat.c.id))]

    def schedules(self) -> list[Scheduled]:
        """When each schedule is next due, soonest first."""
        columns = columns_of(Scheduled, schedule)
        return [Scheduled(**row) for row in self._all(select(*columns).order_by(schedule.c.next_at, *columns))]

    def users(self) -> list[User]:
        """Everybody with a login, by e-mail address."""
        return [User(**row) for row in self._all(select(user).order_by(user.c.email))]

    def audit_log(self, *, after: str = "", limit: int = 50) -> Listing[AuditRow]:
        """What people did, newest first."""
        limit = bounded(limit)
        columns = columns_of(AuditRow, audit)
        older = [audit.c.seq < int(after)] if after.isdecimal() else []
        newest = select(*columns).where(*older).order_by(audit.c.seq.desc()).limit(limit + 1)
        return cut([AuditRow(**row) for row in self._all(newest)], limit, lambda row: str(row.seq))

    def find_audit_break(self) -> int | None:
        """The number of the first audit row that is not as it was written, or whose predecessor is gone. None when
        the whole trail is whole. Reads all of it."""
        seal, number = "", 0
        rows = select(audit).where(audit.c.seq > bindparam("last")).order_by(audit.c.seq).limit(500)
        with self.db.read() as link:
            while part := link.execute(rows, {"last": number}).all():
                for row in part:
                    values = row._asdict()
                    written = values.pop("chain")
                    number += 1
                    if row.seq != number or chain_of(values, seal) != written:
                        return number
                    seal = written
        return None

    def _all(self, question: Select[Any]) -> list[dict[str, Any]]:
        with self.db.read() as link:
            return [row._asdict() for row in link.execute(question)]


def _count(link: Link, *which: ColumnElement[bool]) -> int:
    some = select(run.c.id).where(*which).limit(COUNTED).subquery()
    return link.execute(select(func.count()).select_from(some)).scalar_one()
