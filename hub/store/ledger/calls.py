"""Runs that wait for runs of other recipes: nobody is left waiting for one that is over.

A caller that rests is woken in the transaction that ends the called run. One that is still at work then learns of it
when it lies down: its own transaction looks at the runs that it waits for. Both first lock the caller's row, so that
one of them sees what the other has done. Runs that neither call nor were called pay nothing for this.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select, update

from hub.model import FINAL, Run, RunStatus
from hub.ports import Entry
from hub.store.desk import Desk
from hub.store.dialects import in_parts
from hub.store.rows import RUN, read_run
from hub.store.tables import event, run

CALL = "call"
"""The type of an event that is a recipe's call of another one."""

_LOCK = (
    select(run.c.id)
    .where(run.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(run.c.id)  # one order for everybody, so that two who want the same runs do not block each other
    .with_for_update()
)
_FIRST_OVER = select(func.min(run.c.finished_at)).where(
    run.c.id.in_(bindparam("ids", expanding=True)), run.c.status.in_(sorted(FINAL))
)
_WAKE = (
    update(run)
    .where(run.c.id == bindparam("caller"), run.c.status == RunStatus.QUEUED, run.c.due_at > bindparam("now"))
    .values(due_at=bindparam("now"))
)


class Calls(Desk):
    """The ledger's verb of looking at a run that another one waits for."""

    def look_at(self, run_id: str) -> Run | None:
        """A run as it stands now, None when there is none."""
        with self.db.read() as connection:
            row = connection.execute(select(*RUN).where(run.c.id == run_id)).first()
        return None if row is None else read_run(row)


def lock_callers(connection: Connection, entries: Sequence[Entry]) -> None:
    """Lock the callers that these entries wake, and with them the runs of the entries themselves, in one order."""
    callers = {entry.change.wakes for entry in entries if entry.change is not None and entry.change.wakes}
    if callers:
        lock_runs(connection, *callers, *(entry.run_id for entry in entries))


def wake(connection: Connection, entries: Sequence[Entry]) -> None:
    """Make due who waits for a run that is over: the callers of those that end here, and those that lie down here to
    wait for one that has ended already."""
    woken: dict[str, float] = {}
    for entry in entries:
        change = entry.change
        if change is None:
            continue
        if change.wakes and change.finished_at is not None:
            woken[change.wakes] = change.finished_at
        if change.awaits:
            over_at = [connection.execute(_FIRST_OVER, {"ids": part}).scalar() for part in in_parts(change.awaits)]
            found = [each for each in over_at if each is not None]
            if found:
                woken[entry.run_id] = min(found)
    for caller, now in sorted(woken.items()):
        connection.execute(_WAKE, {"caller": caller, "now": now})


def wake_caller(connection: Connection, caller_id: str, *, now: float) -> None:
    """Make a caller due whose called run was ended from outside."""
    connection.execute(_WAKE, {"caller": caller_id, "now": now})


def caller_of(connection: Connection, run_id: str) -> str:
    """The run that called this one, "" when it was started by something else."""
    called = (run.c.id == run_id, event.c.id == run.c.event_id, event.c.type == CALL)
    return str(connection.execute(select(event.c.cause_run_id).where(*called)).scalar() or "")


def lock_runs(connection: Connection, *run_ids: str) -> None:
    """Lock runs, in whatever state, until the transaction ends."""
    for part in in_parts(sorted(set(run_ids))):
        connection.execute(_LOCK, {"ids": part})
