"""What recipes keep between runs, for those who look after it."""

from __future__ import annotations

from sqlalchemy import or_, select

from hub.store.desk import Desk
from hub.store.tables import stored_cell
from hub.store.views.shapes import StoredLine

MOST_LINES = 200


class StoredViews(Desk):
    """The views' questions about cells."""

    def stored(self, recipe_id: str | None = None, *, now: float, limit: int = MOST_LINES) -> list[StoredLine]:
        """What is kept, by recipe, kind and name, without what has expired; of one recipe ("": what all share), or of
        all with None."""
        columns = stored_cell.c
        question = select(*(columns[name] for name in StoredLine.__dataclass_fields__))
        question = question.where(or_(columns.expires_at.is_(None), columns.expires_at > now))
        if recipe_id is not None:
            question = question.where(columns.recipe_id == recipe_id)
        ordered = question.order_by(columns.recipe_id, columns.kind.desc(), columns.name).limit(limit)
        with self.db.read() as connection:
            return [StoredLine(*row) for row in connection.execute(ordered)]
