"""Recipes as the ledger holds them: current versions, old versions for the runs that are pinned to them, switches."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select, update

from hub.ports import Published
from hub.store.desk import Desk
from hub.store.dialects import insert_new
from hub.store.ledger.lanes import rename_lanes
from hub.store.ledger.trail import write_audit
from hub.store.locks import RECIPES
from hub.store.rows import Values
from hub.store.tables import (
    backlog,
    delivery,
    message,
    recipe,
    recipe_version,
    record_write,
    run,
    schedule,
    stored_cell,
    subscription,
    watch,
)

_SHOWN = ("name", "description", "version", "file", "source", "enabled", "usable", "problems", "removed_at")

OF_A_FILE = recipe.c.id.not_in(select(subscription.c.id))
"""The condition for recipes that somebody wrote: those of subscriptions are the hub's own."""


class Recipes(Desk):
    """The ledger's verbs about recipes."""

    def publish(self, recipes: Sequence[Published], *, now: float) -> int:
        """Make these the current versions. Recipes no longer among them stop starting runs; their history stays.
        Returns how many changed. A `was` moves cursor-like state (schedules, on/off, history's name) to the new id."""
        with self.db.write() as connection:
            held = _lock_recipes(connection)
            recipes = _without_subscriptions(connection, recipes)
            for each in recipes:
                if _is_renamed(each, recipes, held):
                    _rename(connection, each.was, each.recipe_id)
                    held[each.recipe_id] = held.pop(each.was)
            wanted = {each.recipe_id: _shown(each) for each in recipes}
            gone = [id_ for id_, row in held.items() if id_ not in wanted and row["removed_at"] is None]
            changed = {id_: row for id_, row in wanted.items() if held.get(id_) != row}
            revision = next_revision(connection)
            for id_, row in changed.items():
                _keep(connection, id_, row | {"published_at": now, "revision": revision}, known=id_ in held)
            for id_ in gone:
                _keep(connection, id_, {"removed_at": now, "revision": revision}, known=True)
            _keep_versions(connection, recipes, now)
        return len(changed) + len(gone)

    def switch(self, recipe_id: str, *, on: bool, by: str, now: float, where: str = "") -> bool:
        """The office's switch. False when there is no such recipe. Audited."""
        with self.db.write() as connection:
            this = (recipe.c.id == recipe_id, recipe.c.removed_at.is_(None), OF_A_FILE)
            question = select(func.coalesce(recipe.c.switched_on, recipe.c.enabled)).where(*this)
            before = connection.execute(question).scalar()
            if before is None:
                return False
            switched = {"switched_on": on, "switched_by": by, "switched_at": now}
            connection.execute(update(recipe).where(*this).values(**switched, revision=next_revision(connection)))
            states = {"before": {"recipe": recipe_id, "on": before}, "after": {"recipe": recipe_id, "on": on}}
            write_audit(connection, now=now, who=by, what="recipe.switch", where=where, **states)
        return True


def _lock_recipes(connection: Connection) -> dict[str, Values]:
    rows = connection.execute(select(recipe).where(OF_A_FILE).order_by(recipe.c.id).with_for_update())
    return {row.id: {name: getattr(row, name) for name in _SHOWN} for row in rows}


def _without_subscriptions(connection: Connection, recipes: Sequence[Published]) -> list[Published]:
    """The recipes but for a file that took the id of a subscription."""
    taken = set(connection.execute(select(subscription.c.id)).scalars())
    return [each for each in recipes if each.recipe_id not in taken]


def _shown(published: Published) -> Values:
    problems = [dict(each) for each in published.problems]
    return {
        "name": published.name,
        "description": published.description,
        "version": published.version,
        "file": published.file,
        "source": published.source,
        "enabled": published.enabled,
        "usable": not any(each.get("severity", "error") == "error" for each in problems),
        "problems": problems,
        "removed_at": None,
    }


def _is_renamed(published: Published, recipes: Sequence[Published], held: dict[str, Values]) -> bool:
    """Only the first publication under the new name moves anything: `was` may stay in the file for ever."""
    still_there = any(each.recipe_id == published.was for each in recipes)
    return published.was in held and published.recipe_id not in held and not still_there


def _rename(connection: Connection, old: str, new: str) -> None:
    connection.execute(update(recipe).where(recipe.c.id == old).values(id=new))
    for table in (recipe_version, schedule, watch, run, delivery, stored_cell, backlog, message, record_write):
        connection.execute(update(table).where(table.c.recipe_id == old).values(recipe_id=new))
    rename_lanes(connection, old, new)


def keep_recipe(connection: Connection, published: Published, *, now: float) -> None:
    """Add a recipe that stands in no file, inside somebody's transaction."""
    row = _shown(published) | {"published_at": now, "revision": next_revision(connection)}
    _keep(connection, published.recipe_id, row, known=False)
    _keep_versions(connection, [published], now)


def next_revision(connection: Connection) -> int:
    """The number that a change to recipes gets, one at a time: two changes under one would look like none."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(RECIPES)))
    return (connection.execute(select(func.max(recipe.c.revision))).scalar() or 0) + 1


def _keep(connection: Connection, recipe_id: str, values: Values, *, known: bool) -> None:
    if known:
        connection.execute(update(recipe).where(recipe.c.id == recipe_id).values(**values))
    else:
        connection.execute(insert(recipe).values(id=recipe_id, **values))


def _keep_versions(connection: Connection, recipes: Sequence[Published], now: float) -> None:
    """Runs are pinned to versions, so a version that could be used is kept as it was first published."""
    columns = ("version", "name", "description", "file", "source", "enabled", "problems")
    rows = [
        {name: shown[name] for name in columns} | {"recipe_id": each.recipe_id, "published_at": now}
        for each in recipes
        if (shown := _shown(each))["usable"]
    ]
    insert_new(connection, recipe_version, rows)
