"""Who stands in front of a run that waits for its turn."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from hub.model import Run, RunStatus
from hub.store.ledger.lanes import is_in, is_open
from hub.store.tables import run


def find_front(connection: Connection, waiting: Run) -> str:
    """The run that everybody in its lane waits for, else the one at work on its record; "" when it waits for none."""
    if waiting.status is not RunStatus.QUEUED:
        return ""
    if waiting.behind:
        before = (run.c.lane == waiting.lane, is_in("lane"), is_open(), run.c.place < waiting.place)
        first = connection.execute(select(run.c.id).where(*before).order_by(run.c.place).limit(1)).scalar()
        return first or ""
    return waiting.record_behind


def count_held(connection: Connection, recipe_id: str) -> int:
    """How many runs of a recipe a limit holds."""
    held = (run.c.recipe_id == recipe_id, run.c.status == RunStatus.HELD, run.c.over != "")
    return connection.execute(select(func.count()).select_from(run).where(*held)).scalar_one()
