"""Events and the runs that they start, written inside somebody's transaction. Every way in ends here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, case, insert, literal, null, select

from hub.model import Event, Run, StepStatus
from hub.ports import Accepted, Arrival
from hub.store.dialects import INSERT, in_parts
from hub.store.rows import event_row, key_of, run_row
from hub.store.tables import event, run, step


def write_arrivals(connection: Connection, arrivals: Sequence[Arrival]) -> list[Accepted]:
    """Insert what is new, and say for each arrival what became of it.

    A known (source, key) adds nothing, unless it is the very same event (same id) with a further run: a replay.
    """
    new = _insert_events(connection, [arrival.event for arrival in arrivals])
    known = _find_known(connection, [each.event for each in arrivals if each.event.id not in new])
    event_ids = [known.get((each.event.source, key_of(each.event)), each.event.id) for each in arrivals]
    welcome = [each for each, event_id in zip(arrivals, event_ids, strict=True) if event_id == each.event.id]
    started = _insert_runs(connection, [run for each in welcome for run in each.runs])
    accepted = []
    for arrival, event_id in zip(arrivals, event_ids, strict=True):
        run_ids = tuple(each.id for each in arrival.runs if each.id in started and each.event_id == event_id)
        accepted.append(Accepted(event_id, event_id not in new and not run_ids, run_ids))
        new.discard(event_id)  # a second arrival of it in the same batch is a duplicate
    return accepted


def _insert_events(connection: Connection, events: Iterable[Event]) -> set[str]:
    # in one order for everybody: two writers that wait for each other's keys would be a deadlock on PostgreSQL
    rows = [event_row(each) for each in sorted(events, key=lambda each: (each.source, each.key))]
    if not rows:
        return set()
    statement = INSERT[connection.dialect.name](event).on_conflict_do_nothing().returning(event.c.id)
    return set(connection.execute(statement, rows).scalars())


def _find_known(connection: Connection, events: Iterable[Event]) -> dict[tuple[str, str], str]:
    """(source, key) -> the id of the event that has it."""
    wanted = {(each.source, key_of(each)): each.id for each in events}
    found: dict[tuple[str, str], str] = {}
    for source in sorted({source for source, _ in wanted}):
        for keys in in_parts(key for each, key in wanted if each == source):
            rows = connection.execute(
                select(event.c.key, event.c.id).where(event.c.source == source, event.c.key.in_(keys))
            )
            found |= {(source, key): event_id for key, event_id in rows}
    for name, event_id in wanted.items():
        if name not in found:
            raise ValueError(f"the id {event_id} belongs to another event")
    return found


def _insert_runs(connection: Connection, runs: Sequence[Run]) -> set[str]:
    if not runs:
        return set()
    statement = INSERT[connection.dialect.name](run).on_conflict_do_nothing().returning(run.c.id)
    started = set(connection.execute(statement, [run_row(each) for each in runs]).scalars())
    for each in runs:
        if each.id in started and each.root_id not in ("", each.id):
            _copy_journal(connection, each)
    return started


def _copy_journal(connection: Connection, resumed: Run) -> None:
    """A run that resumes another starts with its journal: what has a result is kept, what may have happened is still
    to be looked up before it is repeated, anything else begins anew."""
    recorded = step.c.status.in_((StepStatus.OK, StepStatus.SKIPPED))
    open_ended = step.c.status.in_((StepStatus.STARTED, StepStatus.UNKNOWN))
    changed = {
        "run_id": literal(resumed.id, step.c.run_id.type),
        "tries": case((recorded, step.c.tries), else_=0),
        "due_at": case((recorded, step.c.due_at), else_=null()),
    }
    names = [column.name for column in step.c if column.name != "seq"]
    rows = select(*(changed.get(name, step.c[name]) for name in names))
    of_other = step.c.run_id == (resumed.replay_of or resumed.root_id)
    connection.execute(
        insert(step).from_select(names, rows.where(of_other, recorded | open_ended).order_by(step.c.seq))
    )
