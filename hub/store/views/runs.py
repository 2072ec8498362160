"""Runs, as lists and one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, func, or_, select

from hub.model import Attempt, RunStatus
from hub.store.desk import Desk
from hub.store.rows import ATTEMPT, EVENT, RUN, STEP, AnyRow, read_event, read_run, read_step
from hub.store.tables import attempt, event, recipe, run, step
from hub.store.views.answers import asking
from hub.store.views.gate import find_deliveries
from hub.store.views.lanes import count_held, find_front
from hub.store.views.paging import bounded, cut, key_of, older_than
from hub.store.views.shapes import EventPage, Listing, RunLine, RunPage, StepPage

SEARCHED = 20_000
"""How many runs one search for a text looks through, newest first, before it asks whether to go on."""

_OWN = (
    "id",
    "recipe_id",
    "recipe_version",
    "event_id",
    "status",
    "created_at",
    "due_at",
    "started_at",
    "finished_at",
    "crashes",
    "reason",
    "error",
    "replay_of",
    "replay_no",
)


class RunViews(Desk):
    """The views' questions about runs and events."""

    def runs(
        self,
        *,
        status: RunStatus | None = None,
        asks: bool = False,
        recipe_id: str = "",
        record_id: str = "",
        text: str = "",
        after: str = "",
        limit: int = 50,
    ) -> Listing[RunLine]:
        """Runs, newest first. `asks`: those that wait for an answer. `record_id`: about this record, across recipes.
        `text`: all its words stand in what the event is about, or it is the id of the run, the event or the record.

        A search for a text looks through SEARCHED runs at a time: it may find few or none, and still go on at `next`.
        """
        limit = bounded(limit)
        filters = older_than(after, run.c.created_at, run.c.id)
        if status is not None:
            filters.append(run.c.status == status)
        if asks:
            filters.append(run.c.id.in_(asking()))
        if recipe_id:
            filters.append(run.c.recipe_id == recipe_id)
        if record_id:
            events_about = select(event.c.id).where(event.c.record_id == record_id, event.c.record_id != "")
            filters.append(run.c.event_id.in_(events_about))
        with self.db.read() as connection:
            if not text.strip():
                found = _lines(connection, _newest(filters, limit + 1))
                return cut(found, limit, _key)
            return _search(connection, filters, text, limit)

    def latest_runs(self, recipe_ids: Sequence[str], *, each: int = 5) -> dict[str, tuple[RunLine, ...]]:
        """The newest runs of these recipes, newest first."""
        with self.db.read() as connection:
            return {
                recipe_id: tuple(_lines(connection, _newest([run.c.recipe_id == recipe_id], bounded(each))))
                for recipe_id in recipe_ids
            }

    def run(self, run_id: str) -> RunPage | None:
        """Everything about a run, None when there is no such run."""
        with self.db.read() as connection:
            row = connection.execute(select(*RUN).where(run.c.id == run_id)).first()
            if row is None:
                return None
            found = read_run(row)
            happened = connection.execute(select(*EVENT).where(event.c.id == found.event_id)).one()
            siblings = (run.c.event_id == found.event_id, run.c.recipe_id == found.recipe_id, run.c.id != run_id)
            name = connection.execute(select(recipe.c.name).where(recipe.c.id == found.recipe_id)).scalar()
            return RunPage(
                run=found,
                recipe_name=name or found.recipe_id,
                event=read_event(happened),
                steps=_steps(connection, run_id),
                delivery=next(iter(find_deliveries(connection, found.event_id, most=1)), None),
                replays=tuple(_lines(connection, _newest(siblings, 100))),
                in_front=next(iter(_lines(connection, _newest([run.c.id == find_front(connection, found)], 1))), None),
            )

    def event(self, event_id: str) -> EventPage | None:
        """An event with what it started and what reported it, None when there is no such event."""
        with self.db.read() as connection:
            row = connection.execute(select(*EVENT).where(event.c.id == event_id)).first()
            if row is None:
                return None
            runs = _lines(connection, _newest([run.c.event_id == event_id], 100))
            return EventPage(read_event(row), tuple(runs), tuple(find_deliveries(connection, event_id, most=100)))

    def held_by_limits(self, recipe_id: str) -> int:
        """How many runs of a recipe are held because they would go over a limit."""
        with self.db.read() as connection:
            return count_held(connection, recipe_id)

    def next_replay_no(self, event_id: str, recipe_id: str) -> int:
        """The number that the next replay of this event by this recipe should have."""
        these = (run.c.event_id == event_id, run.c.recipe_id == recipe_id)
        with self.db.read() as connection:
            last = connection.execute(select(func.max(run.c.replay_no)).where(*these)).scalar()
        return 1 if last is None else last + 1


def _key(line: RunLine) -> str:
    return key_of(line.created_at, line.id)


def _newest(filters: Sequence[ColumnElement[bool]], most: int) -> Select[Any]:
    rows = select(*(run.c[name] for name in _OWN)).where(*filters)
    return rows.order_by(run.c.created_at.desc(), run.c.id.desc()).limit(most)


def _lines(connection: Connection, chosen: Select[Any]) -> list[RunLine]:
    """Runs are chosen first, by an index, and only those few are joined with what else a line shows."""
    return [_read_line(row) for row in connection.execute(_joined(chosen.subquery()))]


def _joined(chosen: Subquery) -> Select[Any]:
    about = (event.c.type.label("event_type"), event.c.resource, event.c.record_id, event.c.subject)
    return (
        select(*chosen.c, *about, func.coalesce(recipe.c.name, chosen.c.recipe_id).label("recipe_name"))
        .join_from(chosen, event, event.c.id == chosen.c.event_id)
        .outerjoin(recipe, recipe.c.id == chosen.c.recipe_id)
        .order_by(chosen.c.created_at.desc(), chosen.c.id.desc())
    )


def _read_line(row: AnyRow) -> RunLine:
    values = row._asdict()
    values["status"] = RunStatus(values["status"])
    return RunLine(**values)


def _search(connection: Connection, filters: list[ColumnElement[bool]], text: str, limit: int) -> Listing[RunLine]:
    window = _newest(filters, SEARCHED).subquery()
    words = (event.c.subject.contains(word, autoescape=True) for word in text.casefold().split())
    wanted = text.strip()
    ids = (window.c.id == wanted, event.c.id == wanted, event.c.record_id == wanted)
    found = _joined(window).where(or_(*ids, and_(*words))).limit(limit + 1)
    listing = cut([_read_line(row) for row in connection.execute(found)], limit, _key)
    if listing.next:
        return listing
    edge = connection.execute(_newest(filters, 2).offset(SEARCHED - 1)).all()
    return Listing(listing.items, key_of(edge[0].created_at, edge[0].id) if len(edge) == 2 else "")


def _steps(connection: Connection, run_id: str) -> tuple[StepPage, ...]:
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    for row in connection.execute(select(*ATTEMPT).where(attempt.c.run_id == run_id).order_by(attempt.c.number)):
        attempts[row.path].append(Attempt(**row._asdict()))
    rows = connection.execute(select(*STEP).where(step.c.run_id == run_id).order_by(step.c.seq))
    return tuple(StepPage(read_step(row), tuple(attempts[row.path])) for row in rows)
