"""Which runs are due. The questions that the ledger's claim and the views' clock share.

A queue may hold a million runs that are due now, or a million that are due next month. So its index is walked from
both ends that matter: priority by priority, and inside each only up to now. Runs that sleep behind another one of
their lane (hub.store.ledger.lanes) are not in it.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal_column, select

from hub.store.tables import run

# Written out, not bound: SQLite uses a partial index only where the statement itself shows that it applies.
NOBODY: ColumnElement[str] = literal_column("''")
QUEUED: ColumnElement[bool] = and_(
    run.c.status == literal_column("'queued'"), run.c.behind == NOBODY, run.c.record_behind == NOBODY
)
RUNNING: ColumnElement[bool] = run.c.status == literal_column("'running'")


def _next_level(below: ColumnElement[int] | None = None) -> Select[int]:
    found = select(func.max(run.c.priority).label("priority")).where(QUEUED)
    return found if below is None else found.where(run.c.priority < below)


def _all_levels() -> Select[int]:
    level = _next_level().cte("level", recursive=True)
    level = level.union_all(
        select(_next_level(below=level.c.priority).scalar_subquery()).where(level.c.priority.is_not(None))
    )
    return select(level.c.priority).where(level.c.priority.is_not(None))


_LEVELS = _all_levels()


def priorities(connection: Connection) -> list[int]:
    """The priorities that queued runs have, highest first. One look into the index for each."""
    return sorted(connection.execute(_LEVELS).scalars(), reverse=True)
