"""What polling has set aside for a person: floods of runs, and records from before a recipe."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, select

from hub.model import RunStatus
from hub.store.desk import Desk
from hub.store.ledger.backlogs import BACKLOG
from hub.store.tables import backlog, event, flood, flood_run, recipe, run
from hub.store.views.shapes import BacklogLine, FloodLine

PREVIEW = 10


class PollViews(Desk):
    """The views' questions about floods and backlogs."""

    def floods(self, *, recipe_id: str = "") -> list[FloodLine]:
        """Floods with runs that still wait, newest first; of one recipe, or of all."""
        these = [flood.c.held_at.is_not(None), *([flood.c.recipe_id == recipe_id] if recipe_id else [])]
        name = func.coalesce(recipe.c.name, flood.c.recipe_id)
        question = select(flood, name.label("recipe_name")).outerjoin(recipe, recipe.c.id == flood.c.recipe_id)
        with self.db.read() as connection:
            rows = connection.execute(question.where(*these).order_by(flood.c.held_at.desc(), flood.c.id)).all()
            lines = [
                FloodLine(
                    row.id,
                    row.recipe_id,
                    row.recipe_name,
                    row.resource,
                    row.held_at,
                    row.begun,
                    _count_held(connection, row.id),
                    _preview(connection, row.id),
                )
                for row in rows
            ]
        return [each for each in lines if each.held]

    def waiting_backlogs(self, *, recipe_id: str = "") -> list[BacklogLine]:
        """Backlogs that are counted, wait or start, by recipe; of one recipe, or of all. Those of recipes that are gone
        or off are left out: nothing would start."""
        on = func.coalesce(recipe.c.switched_on, recipe.c.enabled) & recipe.c.removed_at.is_(None) & recipe.c.usable
        question = select(*BACKLOG, recipe.c.name).join(recipe, recipe.c.id == backlog.c.recipe_id)
        these: list[ColumnElement[bool]] = [on, backlog.c.state.in_(("counting", "waiting", "released"))]
        if recipe_id:
            these.append(backlog.c.recipe_id == recipe_id)
        with self.db.read() as connection:
            rows = connection.execute(question.where(*these).order_by(recipe.c.name, backlog.c.trigger_id))
            return [
                BacklogLine(
                    row.recipe_id,
                    row.trigger_id,
                    row.name,
                    row.resource,
                    row.start,
                    row.state,
                    row.counted,
                    row.started,
                    row.per_minute,
                    tuple(row.preview),
                )
                for row in rows
            ]


def _count_held(connection: Connection, flood_id: str) -> int:
    theirs = select(run.c.id).join(flood_run, flood_run.c.run_id == run.c.id)
    waiting = theirs.where(flood_run.c.flood_id == flood_id, run.c.status == RunStatus.HELD)
    return connection.execute(select(func.count()).select_from(waiting.subquery())).scalar_one()


def _preview(connection: Connection, flood_id: str) -> tuple[tuple[str, str], ...]:
    about = select(event.c.type, event.c.subject).join(run, run.c.event_id == event.c.id)
    theirs = about.join(flood_run, flood_run.c.run_id == run.c.id).where(flood_run.c.flood_id == flood_id)
    first = theirs.where(run.c.status == RunStatus.HELD).order_by(run.c.created_at, run.c.id).limit(PREVIEW)
    return tuple((row.type, row.subject) for row in connection.execute(first))
