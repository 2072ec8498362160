"""Floods: when one look at a list starts far too many runs of a recipe, they wait for a person, all of them.

Runs are counted by recipe and pass, also over the pages of a pass that broke off and is made again. Runs of earlier
pages are taken back as long as nobody has begun with them; how many had begun is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, insert, select, update

from hub.model import Run, RunStatus
from hub.ports import Accepted, Arrival, Passing
from hub.store.desk import Desk
from hub.store.dialects import in_parts, upsert
from hub.store.ledger.limits import LET_THROUGH
from hub.store.ledger.trail import write_audit
from hub.store.rows import AnyRow, Values
from hub.store.tables import flood, flood_run, run

MEMORY = 900.0
"""Seconds for which a pass that does not get on counts as one: after that its runs are counted anew."""

_UNTOUCHED = and_(run.c.status == RunStatus.QUEUED, run.c.claim == 0)


_RELEASE = (
    update(run)
    .where(run.c.id == bindparam("run_id"))
    .values(status=RunStatus.QUEUED, reason="", due_at=bindparam("then"), **LET_THROUGH)
)


class Floods(Desk):
    """The ledger's verbs about held floods."""

    def release_flood(self, flood_id: str, *, by: str, now: float, per_minute: int = 0, where: str = "") -> int:
        """Let the held runs of a flood go, oldest first: all at once, or so many a minute. Returns how many.
        Audited."""
        with self.db.write() as connection:
            ids = _held_runs(connection, flood_id)
            times = [now + (number * 60.0 / per_minute if per_minute else 0.0) for number in range(len(ids))]
            if ids:
                rows = [{"run_id": run_id, "then": then} for run_id, then in zip(ids, times, strict=True)]
                connection.execute(_RELEASE, rows)
                after = {"flood": flood_id, "runs": len(ids), "per_minute": per_minute}
                write_audit(connection, now=now, who=by, what="flood.release", after=after, where=where)
            _forget(connection, [flood_id])
        return len(ids)

    def drop_flood(self, flood_id: str, *, by: str, now: float, where: str = "") -> int:
        """Cancel the held runs of a flood. Returns how many. Audited."""
        with self.db.write() as connection:
            ids = _held_runs(connection, flood_id)
            values: Values = {"status": RunStatus.CANCELLED, "finished_at": now, "owner": "", "lease_until": 0.0}
            for part in in_parts(ids):
                reason = f"One of {len(ids):,} runs that came at once; dropped by {by}."
                connection.execute(update(run).where(run.c.id.in_(part)).values(**values, reason=reason))
            if ids:
                after = {"flood": flood_id, "runs": len(ids)}
                write_audit(connection, now=now, who=by, what="flood.drop", after=after, where=where)
            _forget(connection, [flood_id])
        return len(ids)


def let_wait(arrivals: Sequence[Arrival], passing: Passing) -> list[Arrival]:
    """The arrivals as they are to be written: while more pages are to come, their runs wait for the end of the pass, up
    to `passing.grace` seconds."""
    if passing.last or not passing.flood:
        return list(arrivals)
    due_at = passing.now + passing.grace
    return [
        replace(each, runs=tuple(replace(one, due_at=max(one.due_at, due_at)) for one in each.runs))
        for each in arrivals
    ]


def hold_back(
    connection: Connection, resource: str, arrivals: Sequence[Arrival], accepted: Sequence[Accepted], passing: Passing
) -> frozenset[str]:
    """Hold the runs of recipes that have started too many in this pass, those of earlier pages, too. Returns which."""
    runs = _started(arrivals, accepted)
    fresh = Counter(each.recipe_id for each in runs)
    if not passing.flood or not fresh:
        return frozenset()
    known = _counts(connection, resource, passing)
    totals = {recipe: fresh[recipe] + (known[recipe].runs if recipe in known else 0) for recipe in fresh}
    over = {
        recipe
        for recipe, total in totals.items()
        if total > passing.flood or (recipe in known and known[recipe].held_at)
    }
    noted = over if passing.last else set(fresh)
    upsert(connection, flood, [_flood_row(resource, each, totals[each], known.get(each), passing) for each in noted])
    links = [
        {"run_id": each.id, "flood_id": _flood_id(resource, passing.number, each.recipe_id)}
        for each in runs
        if each.recipe_id in noted
    ]
    if links:
        connection.execute(insert(flood_run), links)
    for recipe in sorted(over):
        _hold(connection, _flood_id(resource, passing.number, recipe), resource, at=passing.now)
    return frozenset(over)


def end_pass(connection: Connection, resource: str, pass_no: int, *, now: float) -> None:
    """The pass is over: runs that waited for its end are due, and what is no flood is forgotten."""
    calm = select(flood.c.id).where(flood.c.resource == resource, flood.c.pass_no <= pass_no, flood.c.held_at.is_(None))
    theirs = select(flood_run.c.run_id).where(flood_run.c.flood_id.in_(calm))
    waiting = (run.c.id.in_(theirs), _UNTOUCHED, run.c.due_at > now)
    connection.execute(update(run).where(*waiting).values(due_at=now))
    held = exists().where(
        flood_run.c.flood_id == flood.c.id, flood_run.c.run_id == run.c.id, run.c.status == RunStatus.HELD
    )
    over = select(flood.c.id).where(flood.c.resource == resource, flood.c.held_at.is_not(None), ~held)
    ids = [*connection.execute(calm).scalars(), *connection.execute(over).scalars()]
    _forget(connection, ids)


def _counts(connection: Connection, resource: str, passing: Passing) -> Mapping[str, AnyRow]:
    rows = connection.execute(select(flood).where(flood.c.resource == resource, flood.c.pass_no == passing.number))
    found = {row.recipe_id: row for row in rows}
    stale = [name for name, row in found.items() if row.held_at is None and row.opened_at < passing.now - MEMORY]
    _forget(connection, [found.pop(name).id for name in stale])
    return found


def _started(arrivals: Iterable[Arrival], accepted: Iterable[Accepted]) -> list[Run]:
    written = {run_id for each in accepted for run_id in each.run_ids}
    runs = (each for arrival in arrivals for each in arrival.runs)
    return [each for each in runs if each.id in written and each.status is RunStatus.QUEUED]


def _flood_row(resource: str, recipe: str, total: int, known: AnyRow | None, passing: Passing) -> Values:
    return {
        "id": _flood_id(resource, passing.number, recipe),
        "resource": resource,
        "pass_no": passing.number,
        "recipe_id": recipe,
        "opened_at": known.opened_at if known else passing.now,
        "runs": total,
    }


def _hold(connection: Connection, flood_id: str, resource: str, *, at: float) -> None:
    """Hold those of its runs that nobody has begun with; the others are counted as begun."""
    theirs = run.c.id.in_(select(flood_run.c.run_id).where(flood_run.c.flood_id == flood_id))
    reason = f"One look at {resource.replace('_', ' ')} started too many runs of this recipe; release or drop them all."
    connection.execute(update(run).where(theirs, _UNTOUCHED).values(status=RunStatus.HELD, reason=reason))
    held = select(func.count()).select_from(run).where(theirs, run.c.status == RunStatus.HELD).scalar_subquery()
    said = {"begun": flood.c.runs - held, "held_at": func.coalesce(flood.c.held_at, at)}
    connection.execute(update(flood).where(flood.c.id == flood_id).values(**said))


def _flood_id(resource: str, pass_no: int, recipe_id: str) -> str:
    return f"{resource}.{pass_no}.{recipe_id}"


def _held_runs(connection: Connection, flood_id: str) -> list[str]:
    """Its runs that still wait, in the order in which they were made."""
    theirs = select(run.c.id).join(flood_run, flood_run.c.run_id == run.c.id)
    waiting = theirs.where(flood_run.c.flood_id == flood_id, run.c.status == RunStatus.HELD)
    return list(connection.execute(waiting.order_by(run.c.created_at, run.c.id).with_for_update(of=run)).scalars())


def _forget(connection: Connection, flood_ids: Sequence[str]) -> None:
    for part in in_parts(flood_ids):
        connection.execute(delete(flood_run).where(flood_run.c.flood_id.in_(part)))
        connection.execute(delete(flood).where(flood.c.id.in_(part)))
