"""What the holders of claims write about their runs: many entries in one durable commit. The hot path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, literal_column, update

from hub import failpoints
from hub.model import RunStatus, StepStatus
from hub.ports import Entry, RunChange
from hub.store.desk import Desk
from hub.store.dialects import INSERT
from hub.store.due import RUNNING
from hub.store.ledger.answers import wake_answered
from hub.store.ledger.arrivals import write_arrivals
from hub.store.ledger.calls import lock_callers, wake
from hub.store.ledger.claims import lock_claims
from hub.store.ledger.keys import still_parked
from hub.store.ledger.limits import note_writes
from hub.store.ledger.snapshots import write_through
from hub.store.rows import Values, attempt_row, step_row
from hub.store.tables import attempt, run, step

RECORDED: tuple[ColumnElement[str], ...] = tuple(
    literal_column(f"'{status}'") for status in (StepStatus.OK, StepStatus.SKIPPED)
)
_OPTIONAL = ("due_at", "error", "verdict", "variables", "finished_at", "crashes", "result")


def _upserts(table: Table, key: Sequence[str]) -> Mapping[str, Any]:
    """INSERT, or replace by key, for each dialect."""
    statements = {}
    columns = [column.name for column in table.c if column.name != "seq"]
    for dialect, insert in INSERT.items():
        statement = insert(table).values({name: bindparam(name) for name in columns})
        replaced = {name: statement.excluded[name] for name in columns if name not in key}
        where = table.c.status.not_in(RECORDED) if "status" in table.c else None
        statements[dialect] = statement.on_conflict_do_update(index_elements=key, set_=replaced, where=where)
    return statements


_STEPS = _upserts(step, ("run_id", "path"))
_ATTEMPTS = _upserts(attempt, ("run_id", "path", "number"))
_CHANGES = (
    update(run)
    .where(run.c.id == bindparam("run_id"), run.c.claim == bindparam("under"), RUNNING)
    .values(
        status=bindparam("new_status"),
        reason=bindparam("new_reason"),
        over=bindparam("new_over"),
        keeps_lane=bindparam("new_keeps_lane"),
        **{name: func.coalesce(bindparam(f"new_{name}", type_=run.c[name].type), run.c[name]) for name in _OPTIONAL},
    )
)
_FAREWELLS = _CHANGES.values(owner="", lease_until=0.0)


class Journal(Desk):
    """The ledger's verb of recording."""

    def record(self, entries: Sequence[Entry]) -> set[str]:
        """Write many entries in one durable commit, in order. Returns the run ids whose claim is lost (nothing of
        theirs was written).

        An entry that ends the claim, by leaving RUNNING, makes the later ones of the same run lost.
        """
        with self.db.write() as connection:
            lock_callers(connection, entries)
            held = lock_claims(connection, (entry.run_id for entry in entries))
            good, lost = _sort_out(entries, held)
            _write_history(connection, good)
            failpoints.reach("record_half_written")
            _write_changes(connection, good)
            write_through(connection, [write for entry in good for write in entry.writes], at=_known_at(good))
            note_writes(connection, good, at=_known_at(good))
            write_arrivals(connection, [arrival for entry in good for arrival in entry.arrivals])
            wake(connection, good)
            wake_answered(connection, good)
        failpoints.reach("after_record")
        return lost


def _known_at(entries: Sequence[Entry]) -> float:
    """When the outcome of the newest of these writes was known; 0 when no step says so."""
    times = (each.finished_at for entry in entries if entry.writes for each in entry.steps)
    return max((time for time in times if time is not None), default=0.0)


def _sort_out(entries: Sequence[Entry], held: dict[str, int]) -> tuple[list[Entry], set[str]]:
    good: list[Entry] = []
    lost: set[str] = set()
    for entry in entries:
        if held.get(entry.run_id) != entry.claim:
            lost.add(entry.run_id)
            continue
        good.append(entry)
        if entry.change is not None and entry.change.status is not RunStatus.RUNNING:
            del held[entry.run_id]
    return good, lost


def _write_history(connection: Connection, entries: Sequence[Entry]) -> None:
    dialect = connection.dialect.name
    if steps := [step_row(each) for entry in entries for each in entry.steps]:
        connection.execute(_STEPS[dialect], steps)
    if attempts := [attempt_row(each) for entry in entries for each in entry.attempts]:
        connection.execute(_ATTEMPTS[dialect], attempts)


def _write_changes(connection: Connection, entries: Sequence[Entry]) -> None:
    """Those that stay RUNNING first: in one run they always come before the one that ends the claim."""
    changes: list[Values] = []
    farewells: list[Values] = []
    for entry in entries:
        if entry.change is not None:
            stays = entry.change.status is RunStatus.RUNNING
            change = still_parked(connection, entry.change)
            (changes if stays else farewells).append(_change_row(entry, change))
    if changes:
        connection.execute(_CHANGES, changes)
    if farewells:
        connection.execute(_FAREWELLS, farewells)


def _change_row(entry: Entry, change: RunChange) -> Values:
    values = {f"new_{name}": getattr(change, name) for name in ("status", "reason", "over", *_OPTIONAL)}
    return values | {"new_keeps_lane": int(change.keeps_lane), "run_id": entry.run_id, "under": entry.claim}
