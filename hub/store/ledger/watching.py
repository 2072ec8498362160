"""What triggers that watch something have seen, and when they look again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from hub.ports import Arrival, Watched
from hub.store.desk import Desk
from hub.store.dialects import insert_new
from hub.store.ledger.arrivals import write_arrivals
from hub.store.tables import watch


class Watching(Desk):
    """The ledger's verbs about triggers that watch something."""

    def watched(self, recipe_id: str, trigger_id: str) -> Watched:
        """What the last look left behind, and when the next one is due: at once where there was none."""
        with self.db.read() as connection:
            this = (watch.c.recipe_id == recipe_id, watch.c.trigger_id == trigger_id)
            row = connection.execute(select(watch).where(*this)).one_or_none()
        return Watched(row.next_at, row.state, row.error) if row else Watched(0.0, None)

    def keep_look(
        self,
        recipe_id: str,
        trigger_id: str,
        arrivals: Sequence[Arrival],
        *,
        expected_at: float,
        next_at: float,
        state: Any,
        error: str = "",
    ) -> bool:
        """Keep what a look has found, its state and when to look again. False when someone else was faster."""
        row = {"recipe_id": recipe_id, "trigger_id": trigger_id, "next_at": 0.0, "error": ""}
        this = (watch.c.recipe_id == recipe_id, watch.c.trigger_id == trigger_id, watch.c.next_at == expected_at)
        with self.db.write() as connection:
            insert_new(connection, watch, [row])
            moved = update(watch).where(*this).values(next_at=next_at, state=state, error=error)
            if connection.execute(moved).rowcount != 1:
                return False
            write_arrivals(connection, arrivals)
        return True
