"""Events and the runs that they start, written inside somebody's transaction. Every way in ends here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, select

from hub.model import Event, Run
from hub.ports import Accepted, Arrival
from hub.store.dialects import INSERT, in_parts
from hub.store.ledger.answers import queue_up, wake_listeners
from hub.store.ledger.places import line_up
from hub.store.rows import event_row, key_of, run_row
from hub.store.tables import event, run


def write_arrivals(connection: Connection, arrivals: Sequence[Arrival]) -> list[Accepted]:
    """Insert what is new, and say for each arrival what became of it.

    A known (source, key) adds nothing, unless it is the very same event (same id) with a further run: a replay.
    """
    listened = [each for each in arrivals if each.matches is not None]
    queue_up(connection, (each.event.source for each in listened))
    new = _insert_events(connection, [arrival.event for arrival in arrivals])
    known = _find_known(connection, [each.event for each in arrivals if each.event.id not in new])
    event_ids = [known.get((each.event.source, key_of(each.event)), each.event.id) for each in arrivals]
    welcome = [each for each, event_id in zip(arrivals, event_ids, strict=True) if event_id == each.event.id]
    started = _insert_runs(connection, [run for each in welcome for run in each.runs], welcome, new)
    accepted = []
    for arrival, event_id in zip(arrivals, event_ids, strict=True):
        run_ids = tuple(each.id for each in arrival.runs if each.id in started and each.event_id == event_id)
        accepted.append(Accepted(event_id, event_id not in new and not run_ids, run_ids))
        new.discard(event_id)  # a second arrival of it in the same batch is a duplicate
    wake_listeners(connection, arrivals, event_ids)
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


def _insert_runs(
    connection: Connection, runs: Sequence[Run], arrivals: Sequence[Arrival], fresh: Collection[str]
) -> set[str]:
    if not runs:
        return set()
    runs = line_up(connection, runs, {each.event.id: each.event for each in arrivals}, fresh=fresh)
    statement = INSERT[connection.dialect.name](run).on_conflict_do_nothing().returning(run.c.id)
    return set(connection.execute(statement, [run_row(each) for each in runs]).scalars())
