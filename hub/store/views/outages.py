"""When the hub was away, and what became of that time."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from hub.model import FINAL, DeliveryStatus
from hub.store.desk import Desk
from hub.store.due import RUNNING
from hub.store.outages import Meanwhile, Outage, Release
from hub.store.rows import columns_of
from hub.store.tables import delivery, outage, release, run

COUNTED = 10_000
LONGEST_RUN = 86_400.0
"""Seconds before the hub went away in which a run was made that was in hand then; older ones are not looked for."""

_KEPT = (DeliveryStatus.ACCEPTED, DeliveryStatus.PAUSED, DeliveryStatus.UNPARSED)


class OutageViews(Desk):
    """The views' questions about times without the hub."""

    def outages(self, *, limit: int = 50) -> list[Outage]:
        """The latest ones, newest first."""
        newest = select(*columns_of(Outage, outage)).order_by(outage.c.until.desc(), outage.c.id).limit(limit)
        with self.db.read() as connection:
            return [Outage(**row._asdict()) for row in connection.execute(newest)]

    def releases(self, *, since: float) -> list[Release]:
        """The deploys since then, oldest first."""
        these = select(*columns_of(Release, release)).where(release.c.at > since).order_by(release.c.at, release.c.id)
        with self.db.read() as connection:
            return [Release(**row._asdict()) for row in connection.execute(these)]

    def meanwhile(self, since: float, until: float, *, now: float) -> Meanwhile:
        """What the ledger tells of the time between."""
        came = select(delivery.c.id).where(
            delivery.c.received_at > since, delivery.c.received_at < until, delivery.c.status.in_(_KEPT)
        )
        lost = or_(run.c.crashes > 0, run.c.lease_until <= now)
        in_hand = select(run.c.id).where(RUNNING, run.c.started_at <= since, lost)
        done = select(run.c.id).where(
            run.c.created_at > since - LONGEST_RUN,
            run.c.created_at <= since,
            run.c.status.in_(sorted(FINAL)),
            run.c.crashes > 0,
            run.c.started_at <= since,
            run.c.finished_at > since,
        )
        with self.db.read() as connection:
            webhooks, going, gone = (
                connection.execute(select(func.count()).select_from(each.limit(COUNTED).subquery())).scalar_one()
                for each in (came, in_hand, done)
            )
        return Meanwhile(webhooks, min(COUNTED, going + gone))
