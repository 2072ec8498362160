"""Runs that have failed or are held, and that nobody has taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from hub.model import RunStatus
from hub.store.desk import Desk
from hub.store.due import NOBODY
from hub.store.rows import AnyRow
from hub.store.tables import event, recipe, resumption, run
from hub.store.views.shapes import FailedRun, Taken

LOOKED_AT = 20_000
"""How many of the newest failures are looked at."""

_later = run.alias("later")
_TAKEN_UP = exists().where(_later.c.replay_of == run.c.id, _later.c.replay_of != NOBODY)
_OWN = ("id", "recipe_id", "recipe_version", "status", "created_at", "finished_at", "crashes")
_COLUMNS = (
    *(run.c[name] for name in (*_OWN, "reason", "error", "over")),
    event.c.subject,
    event.c.type.label("event_type"),
    func.coalesce(recipe.c.name, run.c.recipe_id).label("recipe_name"),
)


class FailureViews(Desk):
    """The views' questions about what failed."""

    def failed_runs(
        self,
        *,
        since: float,
        until: float | None = None,
        ended_since: float | None = None,
        recipe_id: str = "",
        version: str = "",
        statuses: Sequence[RunStatus] = (RunStatus.FAILED, RunStatus.HELD),
        limit: int = LOOKED_AT,
    ) -> tuple[FailedRun, ...]:
        """Runs in these states that came within this time and that no later run has taken up, newest first. With
        `ended_since`, only those that have come to their end since then (those that are held: that came since then)."""
        filters: list[ColumnElement[bool]] = [run.c.created_at >= since, ~_TAKEN_UP]
        if until is not None:
            filters.append(run.c.created_at < until)
        if ended_since is not None:
            filters.append(func.coalesce(run.c.finished_at, run.c.created_at) >= ended_since)
        if recipe_id:
            filters.append(run.c.recipe_id == recipe_id)
        if version:
            filters.append(run.c.recipe_version.startswith(version, autoescape=True))
        found: list[FailedRun] = []
        with self.db.read() as connection:
            for status in statuses:
                rows = select(*_COLUMNS).join_from(run, event, event.c.id == run.c.event_id)
                rows = rows.outerjoin(recipe, recipe.c.id == run.c.recipe_id).where(run.c.status == status, *filters)
                newest = rows.order_by(run.c.created_at.desc(), run.c.id.desc()).limit(limit)
                found += [_read(row) for row in connection.execute(newest)]
        return tuple(sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)[:limit])

    def taken(self, run_id: str) -> Taken | None:
        """How this run took up an earlier one, and what was changed for it. None when it did not."""
        this = resumption.c.run_id == run_id
        columns = (resumption.c.at, resumption.c.by, resumption.c.path, resumption.c.before, resumption.c.after)
        with self.db.read() as connection:
            row = connection.execute(select(*columns).where(this)).first()
        return None if row is None else Taken(**row._asdict())

    def taken_up_by(self, run_id: str) -> str:
        """The run that goes on from this one under the same keys, "" when none does."""
        mine = select(run.c.root_id).where(run.c.id == run_id).scalar_subquery()
        these = (run.c.replay_of == run_id, run.c.replay_of != NOBODY, run.c.root_id == mine)
        with self.db.read() as connection:
            return str(connection.execute(select(run.c.id).where(*these)).scalar() or "")


def _read(row: AnyRow) -> FailedRun:
    values: dict[str, Any] = row._asdict()
    return FailedRun(**values | {"status": RunStatus(values["status"])})
