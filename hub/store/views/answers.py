"""What people are asked."""

from __future__ import annotations

from sqlalchemy import Select, exists, func, or_, select

from hub.model import RunStatus
from hub.store.desk import Desk
from hub.store.ledger.answers import WAITS
from hub.store.tables import awaited, run, step

MOST_ASKING = 1_000
"""Up to which number runs that wait for an answer are counted."""


class AnswerViews(Desk):
    """The views' questions about questions."""

    def asking_count(self) -> int:
        """How many runs wait for an answer of people, up to MOST_ASKING."""
        with self.db.read() as connection:
            return connection.execute(
                select(func.count()).select_from(asking().limit(MOST_ASKING).subquery())
            ).scalar_one()

    def latest_of(self, root_id: str) -> str:
        """The newest run that goes by this run's keys: itself, or the last one that resumes it. "" when it is gone."""
        resumed = (run.c.root_id == root_id) & (run.c.root_id != run.c.id)
        newest = (
            select(run.c.id)
            .where(or_(run.c.id == root_id, resumed))
            .order_by(run.c.created_at.desc(), run.c.replay_no.desc())
        )
        with self.db.read() as connection:
            return connection.execute(newest.limit(1)).scalar() or ""


def asking() -> Select[str]:
    """The ids of the runs that wait for an answer of people."""
    other = exists().where(awaited.c.run_id == step.c.run_id, awaited.c.path == step.c.path)
    rows = select(step.c.run_id).join_from(step, run, run.c.id == step.c.run_id)
    return rows.where(*WAITS, run.c.status == RunStatus.QUEUED, ~other).distinct()
