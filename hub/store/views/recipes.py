"""Recipes: what is current, what it said before, and how it has been doing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, literal, select, union_all

from hub.model import RunStatus
from hub.ports import Published
from hub.store.desk import Desk
from hub.store.ledger.recipes import OF_A_FILE
from hub.store.rows import AnyRow, read_published
from hub.store.tables import recipe, recipe_version, run
from hub.store.views.shapes import RecipeLine, RecipePage, RecipeVersion

RECENT = 1_000
"""Up to which number the runs of the last 24 hours are counted."""
_DAY = 86_400.0

_LAST = (
    select(run.c.status, run.c.created_at)
    .where(run.c.recipe_id == bindparam("of_recipe"))
    .order_by(run.c.created_at.desc(), run.c.id.desc())
    .limit(1)
)
_VERSIONS = (
    select(recipe_version.c.version, recipe_version.c.name, recipe_version.c.published_at)
    .where(recipe_version.c.recipe_id == bindparam("of_recipe"))
    .order_by(recipe_version.c.published_at.desc(), recipe_version.c.version)
)


def _count_recent(status: RunStatus) -> Any:
    of_recipe = run.c.recipe_id == bindparam("of_recipe")
    these = select(run.c.id).where(of_recipe, run.c.status == status, run.c.created_at > bindparam("since"))
    return select(func.count()).select_from(these.limit(RECENT).subquery()).scalar_subquery()


_RECENT = union_all(*(select(literal(status.value), _count_recent(status)) for status in RunStatus))
_PRESENT = recipe.c.removed_at.is_(None)
_ON = and_(func.coalesce(recipe.c.switched_on, recipe.c.enabled), recipe.c.usable, _PRESENT).label("enabled")
_KEPT = ("name", "description", "version", "file", "switched_on", "switched_by", "switched_at", "usable")
_COLUMNS = [
    recipe.c.id.label("recipe_id"),
    recipe.c.enabled.label("enabled_by_file"),
    _ON,
    *(recipe.c[name] for name in (*_KEPT, "problems", "published_at", "removed_at")),
]


class RecipeViews(Desk):
    """The views' questions about recipes."""

    def recipes(self, *, now: float | None = None, removed: bool = False) -> list[RecipeLine]:
        """All recipe files by name; with `removed` also those that are gone. Without `now`, `recent` is empty."""
        question = select(*_COLUMNS).where(OF_A_FILE).order_by(recipe.c.name, recipe.c.id)
        if not removed:
            question = question.where(_PRESENT)
        with self.db.read() as connection:
            return [_read_line(connection, row, now) for row in connection.execute(question).all()]

    def recipe(self, recipe_id: str, *, now: float | None = None) -> RecipePage | None:
        """A recipe, also one whose file is gone; None when there never was one."""
        this = recipe.c.id == recipe_id
        with self.db.read() as connection:
            row = connection.execute(select(*_COLUMNS).where(this)).first()
            if row is None:
                return None
            source = connection.execute(select(recipe.c.source).where(this)).scalar_one()
            versions = connection.execute(_VERSIONS, {"of_recipe": recipe_id})
            past = tuple(RecipeVersion(*each) for each in versions)
            return RecipePage(_read_line(connection, row, now), source, past)

    def recipe_version(self, recipe_id: str, version: str) -> Published | None:
        """A version as it was published, None when there is no such version. A run is pinned to one."""
        this = (recipe_version.c.recipe_id == recipe_id, recipe_version.c.version == version)
        with self.db.read() as connection:
            row = connection.execute(select(recipe_version).where(*this)).first()
        return None if row is None else read_published(row)

    def current_recipes(self) -> list[Published]:
        """The recipes that have a usable current version, by id; `enabled` says whether they start runs now."""
        columns = [recipe.c[name] for name in ("name", "version", "source", "file", "description", "problems")]
        question = select(recipe.c.id.label("recipe_id"), _ON, *columns, recipe.c.published_at)
        usable = question.where(recipe.c.usable, _PRESENT).order_by(recipe.c.id)
        with self.db.read() as connection:
            return [read_published(row) for row in connection.execute(usable)]

    def recipes_stamp(self) -> str:
        """A text that changes whenever a recipe is published, removed or switched. Cheap enough to ask every second."""
        with self.db.read() as connection:
            return str(connection.execute(select(func.max(recipe.c.revision))).scalar() or 0)


def _read_line(connection: Connection, row: AnyRow, now: float | None) -> RecipeLine:
    of_recipe = {"of_recipe": row.recipe_id}
    last = connection.execute(_LAST, of_recipe).first()
    recent = connection.execute(_RECENT, of_recipe | {"since": now - _DAY}).all() if now is not None else ()
    values = row._asdict() | {"enabled": bool(row.enabled), "problems": tuple(row.problems)}
    return RecipeLine(
        **values,
        last_status=RunStatus(last.status) if last else None,
        last_run_at=last.created_at if last else None,
        recent={RunStatus(status): number for status, number in recent if number},
    )
