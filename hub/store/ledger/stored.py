"""What recipes keep between runs: each change is made once for its key, in one transaction with its result."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from hub import failpoints
from hub.errors import Permanent
from hub.store.desk import Desk
from hub.store.dialects import insert_new, upsert
from hub.store.ledger.trail import write_audit
from hub.store.locks import CELLS
from hub.store.tables import stored_cell as cell_table
from hub.store.tables import stored_effect
from hub.stored import MOST_NAMES, Cell, Change, Held


class Stored(Desk):
    """The ledger's verbs about cells: hub.ports.stored.Stored, and what people change."""

    def held(self, cell: Cell, *, now: float) -> Held | None:
        """What a cell holds, None when it holds nothing or what it held has expired."""
        with self.db.read() as connection:
            return _find(connection, cell, now)

    def change_held(self, cell: Cell, change: Change, *, key: str, now: float) -> Any:
        """Change a cell once for this key; for a key that is known, the result that it came to."""
        run_id = key.partition("/")[0]
        with self.db.write() as connection:
            # Another attempt with the same key waits here until the first one is through, and then finds its result.
            if insert_new(connection, stored_effect, [{"id": key, "run_id": run_id, "made_at": now}]) == 0:
                return connection.execute(select(stored_effect.c.result).where(stored_effect.c.id == key)).scalar()
            _stand_in_line(connection, cell)
            changed = change(_find(connection, cell, now))
            _keep(connection, cell, changed.held, now=now, by=run_id)
            failpoints.reach("stored_half_written")
            this = update(stored_effect).where(stored_effect.c.id == key)
            connection.execute(this.values(result=changed.result))
        return changed.result

    def put_held(self, cell: Cell, held: Held | None, *, now: float, by: str, where: str = "") -> bool:
        """A person sets a cell, or empties it with None. False when there was nothing to empty. Audited, without the
        value: the trail is kept for ever, and values are about people."""
        with self.db.write() as connection:
            _stand_in_line(connection, cell)
            before = _find(connection, cell, now)
            if before is None and held is None:
                return False
            _keep(connection, cell, held, now=now, by=by)
            what = "stored.set" if held is not None else "stored.delete"
            about = {"recipe": cell.recipe_id, "kind": cell.kind, "name": cell.name}
            write_audit(connection, now=now, who=by, what=what, after=about, where=where)
        return True


def _stand_in_line(connection: Connection, cell: Cell) -> None:
    """From here to the end of the transaction nobody else changes the cells of this recipe."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(CELLS, func.hashtext(cell.recipe_id))))


def _this(cell: Cell) -> ColumnElement[bool]:
    columns = cell_table.c
    return and_(columns.recipe_id == cell.recipe_id, columns.kind == cell.kind, columns.name == cell.name)


def _find(connection: Connection, cell: Cell, now: float) -> Held | None:
    columns = cell_table.c
    lasting = or_(columns.expires_at.is_(None), columns.expires_at > now)
    row = connection.execute(select(columns.value, columns.expires_at).where(_this(cell), lasting)).first()
    return None if row is None else Held(row.value, row.expires_at)


def _keep(connection: Connection, cell: Cell, held: Held | None, *, now: float, by: str) -> None:
    if held is None:
        connection.execute(delete(cell_table).where(_this(cell)))
        return
    if connection.execute(select(cell_table.c.name).where(_this(cell))).first() is None:
        _refuse_too_many(connection, cell, now)
    where = {"recipe_id": cell.recipe_id, "kind": cell.kind, "name": cell.name}
    what = {"value": held.value, "expires_at": held.expires_at, "changed_at": now, "changed_by": by}
    upsert(connection, cell_table, [where | what])


def _refuse_too_many(connection: Connection, cell: Cell, now: float) -> None:
    of_recipe = cell_table.c.recipe_id == cell.recipe_id
    count = select(func.count()).select_from(cell_table).where(of_recipe)
    if connection.execute(count).scalar_one() < MOST_NAMES:
        return
    connection.execute(delete(cell_table).where(of_recipe, cell_table.c.expires_at <= now))
    if connection.execute(count).scalar_one() >= MOST_NAMES:
        whose = "This recipe keeps" if cell.recipe_id else "All recipes together keep"
        raise Permanent(
            f"{whose} {MOST_NAMES:,} names already, which is the most.",
            hint="Let values expire (`expires: 30d`), or delete what is not needed any more.",
        )
