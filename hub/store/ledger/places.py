"""What becomes of a run when it arrives: its place in its lanes, and whether a limit or its mode turns it away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from hub.model import Event, Run, RunStatus
from hub.ports.limits import CIRCLES, HOUR, IN_CIRCLES, MOST_WRITES, RUNS_PER_HOUR, WRITES_WITHIN
from hub.ports.naming import name_record
from hub.store.dialects import in_parts
from hub.store.ledger.lanes import RESTART, SINGLE, is_in, is_open, lock_lanes, replace_older
from hub.store.tables import record_write, run


def line_up(
    connection: Connection, runs: Sequence[Run], events: Mapping[str, Event], *, fresh: Collection[str]
) -> list[Run]:
    """The runs as they are to be kept: each with its place, some SKIPPED or HELD. `events` are theirs, by id; those
    that are `fresh` have no runs yet."""
    records = {each.id: _record_of(events[each.event_id]) for each in runs}
    names = {each.lane for each in runs} | {each.record_lane for each in runs}
    names |= {f"{each.recipe_id} by the hour" for each in runs if each.hour_limit}
    lock_lanes(connection, names - {""})
    there = _find_there(connection, {each.event_id for each in runs} - set(fresh))
    line = _Line(connection, runs, set(records.values()) - {""})
    result = []
    for each in runs:
        is_new = _key(each) not in there  # one that is there already, or twice in a batch, must change nothing
        there.add(_key(each))
        result.append(line.join(each, records[each.id]) if is_new else each)
    return result


class _Line:
    """Who stands where, from the rows and from what has joined since."""

    def __init__(self, connection: Connection, runs: Sequence[Run], records: Collection[str]) -> None:
        self._connection = connection
        self._places = {
            column: _last_places(connection, column, {getattr(each, column) for each in runs} - {""})
            for column in ("lane", "record_lane")
        }
        self._circling = _circling(connection, records, max((each.created_at for each in runs), default=0.0))
        self._alone: dict[str, str] = {}
        self._begun: Counter[str] = Counter()

    def join(self, new: Run, record: str) -> Run:
        """The run with its place, or with the reason why it does not begin."""
        if new.status is not RunStatus.QUEUED or not (new.lane or new.record_lane or new.hour_limit or record):
            return new
        if new.mode == SINGLE:
            other = self._on_its_way(new.lane)
            if other:
                reason = f"Another run is still on its way: {other}."
                return replace(new, status=RunStatus.SKIPPED, reason=reason, finished_at=new.created_at)
            self._alone[new.lane] = new.id
        new = replace(self._limited(new, record), place=self._next_place(new))
        if new.mode == RESTART and new.status is RunStatus.QUEUED:
            replace_older(self._connection, new.lane, new.place, by=new.id, now=new.created_at)
        return new

    def _on_its_way(self, lane: str) -> str:
        if lane not in self._alone:
            there = select(run.c.id).where(run.c.lane == lane, is_in("lane"), is_open()).order_by(run.c.place).limit(1)
            self._alone[lane] = self._connection.execute(there).scalar() or ""
        return self._alone[lane]

    def _next_place(self, new: Run) -> int:
        mine = [(self._places[column], getattr(new, column)) for column in ("lane", "record_lane")]
        place = 1 + max(places.get(name, 0) for places, name in mine)
        for places, name in mine:
            if name:
                places[name] = place
        return place

    def _limited(self, new: Run, record: str) -> Run:
        if (record, new.recipe_id) in self._circling:
            return _held(new, CIRCLES, IN_CIRCLES)
        if new.hour_limit:
            begun = self._begun[new.recipe_id] + _begun_lately(self._connection, new)
            if begun >= new.hour_limit:
                runs = "1 run" if begun == 1 else f"{begun:,} runs"
                return _held(new, RUNS_PER_HOUR, f"This recipe has begun {runs} within an hour, its limit.")
            self._begun[new.recipe_id] += 1
        return new


def _key(of: Run) -> tuple[str, str, int]:
    return of.event_id, of.recipe_id, of.replay_no


def _find_there(connection: Connection, event_ids: Collection[str]) -> set[tuple[str, str, int]]:
    found: set[tuple[str, str, int]] = set()
    for part in in_parts(sorted(event_ids)):
        rows = select(run.c.event_id, run.c.recipe_id, run.c.replay_no).where(run.c.event_id.in_(part))
        found |= {(event_id, recipe_id, number) for event_id, recipe_id, number in connection.execute(rows)}
    return found


def _held(new: Run, over: str, reason: str) -> Run:
    return replace(new, status=RunStatus.HELD, over=over, reason=reason)


def _record_of(event: Event) -> str:
    """The record that an event of a list is about, "" for any other event."""
    if not event.source.startswith("poll:") or not event.data.get("record_id"):
        return ""
    return name_record(str(event.data.get("resource")), str(event.data["record_id"]))


def _last_places(connection: Connection, column: str, names: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in in_parts(sorted(names)):
        these = (run.c[column].in_(part), is_in(column), is_open())
        found |= dict(
            connection.execute(select(run.c[column], func.max(run.c.place)).where(*these).group_by(run.c[column])).all()
        )
    return found


def _circling(connection: Connection, records: Collection[str], now: float) -> set[tuple[str, str]]:
    """The (record, recipe) pairs that go round in circles."""
    found: set[tuple[str, str]] = set()
    pair = (record_write.c.record, record_write.c.recipe_id)
    for part in in_parts(sorted(records)):
        lately = select(*pair).where(record_write.c.record.in_(part), record_write.c.at > now - WRITES_WITHIN)
        often = lately.group_by(*pair).having(func.count() >= MOST_WRITES)
        found |= {(record, recipe_id) for record, recipe_id in connection.execute(often)}
    return found


_NEVER_BEGUN: ColumnElement[bool] = literal_column(
    "(over = 'runs_per_hour' OR let_through LIKE '%runs_per_hour%' OR (status = 'skipped' AND started_at IS NULL))"
)


def _begun_lately(connection: Connection, new: Run) -> int:
    """How many runs of the recipe have begun within the hour, up to its limit. Those that were let through do not
    count, so that whoever releases a crowd does not hold the next ones up."""
    lately = (run.c.recipe_id == new.recipe_id, run.c.created_at > new.created_at - HOUR, ~_NEVER_BEGUN)
    some = select(run.c.id).where(*lately).limit(new.hour_limit).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
