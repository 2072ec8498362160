"""Lanes: runs that go one after the other. The truth is in the rows of the runs; nothing is counted that could leak.

A run may stand in the lane of its recipe (and key), where it waits until the one before is over, and in the lane of
its record, where it waits only while another one is at work. Its `place` says where.

A claim asks for the run in front. Whoever has one sleeps behind it, out of the index that claims walk through, and a
guard in the database wakes it in the transaction that ends the other. Sleep needs a lock on the run in front, so no
wake-up is missed. Nobody here waits for the lock of another: what is locked is left alone until the next claim.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    TextClause,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    update,
)

from hub.model import RunStatus
from hub.store.dialects import in_parts
from hub.store.ledger.calls import CALL, wake_caller
from hub.store.locks import ARRIVING, CLAIMING
from hub.store.tables import event, run

QUEUED, SINGLE, RESTART = "queued", "single", "restart"
MOST_WOKEN = 200
BUCKETS = 1024  # PostgreSQL has room for a few thousand locks; lanes that share one only wait a moment longer

_front, _this = run.alias("f"), run.alias("c")


def is_open(alias: str = "run") -> ColumnElement[bool]:
    """Not over. Written out, so that SQLite sees that a partial index applies."""
    return literal_column(f"{alias}.status IN ('queued', 'running', 'held', 'parked')")


def is_in(column: str, alias: str = "run") -> ColumnElement[bool]:
    """Stands in a lane."""
    return literal_column(f"{alias}.{column} <> ''")


def _at_work(before: str = "") -> TextClause:
    """At work on its record, trying again soon, or about to begin. A run that its own lane stops is not, nor one that
    sleeps itself: two could otherwise sleep behind each other."""
    soon = f"f.keeps_lane = 1 OR ({before}f.behind = '' AND f.record_behind = '' AND f.due_at <= :now)"
    return text(f"(f.status = 'running' OR (f.status = 'queued' AND ({soon})))")


def _find_front(lane: str, *which: ColumnElement[bool] | TextClause) -> Select[str, str | None]:
    """The ids of some runs, each with that of a run in the same lane."""
    found = select(_front.c.id).where(
        _front.c[lane] == _this.c[lane], is_in(lane, "f"), is_open("f"), *which, _front.c.id != _this.c.id
    )
    front = found.order_by(_front.c.place.desc()).limit(1).scalar_subquery()
    return select(_this.c.id, front).where(_this.c.id.in_(bindparam("ids", expanding=True)))


_BEFORE = _find_front("lane", _front.c.place < _this.c.place)
# One that a limit holds before it has begun takes nobody's place.
_AFTER = _find_front(
    "lane", _front.c.place > _this.c.place, literal_column("(f.status <> 'held' OR f.started_at IS NOT NULL)")
)
# Who keeps the lane lets nobody past, also not one that stood before it and has come back.
_AT_RECORD = _find_front("record_lane", _at_work("c.keeps_lane = 0 AND f.place < c.place AND "))
_FRONTS = select(_front.c.id).where(_front.c.id.in_(bindparam("ids", expanding=True)))
_STILL_OPEN = _FRONTS.where(is_open("f")).with_for_update(read=True, skip_locked=True)
_STILL_AT_WORK = _FRONTS.where(_at_work()).with_for_update(read=True, skip_locked=True)
_TAKE_FREE = text(
    "SELECT number FROM unnest(CAST(:numbers AS int[])) AS number WHERE pg_try_advisory_xact_lock(:kind, number)"
)
_TAKE_ALL = text("SELECT pg_advisory_xact_lock(:kind, number) FROM unnest(CAST(:numbers AS int[])) AS number")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run that is due and locked by the transaction that wants to claim it."""

    id: str
    priority: int
    due_at: float
    mode: str
    lane: str
    place: int
    record_lane: str


def lock_lanes(connection: Connection, names: Collection[str]) -> None:
    """Make everybody else who arrives in these lanes wait until the transaction ends. Always taken in one order.

    SQLite has one writer at a time anyway.
    """
    numbers = sorted({zlib.crc32(name.encode()) % BUCKETS for name in names})
    if numbers and connection.dialect.name == "postgresql":
        connection.execute(_TAKE_ALL, {"kind": ARRIVING, "numbers": numbers})


def let_in(connection: Connection, candidates: Sequence[Candidate], *, now: float) -> list[Candidate]:
    """Those that may begin now. The others sleep, or are cancelled because a newer run takes their place."""
    away = _wait_in_lane(connection, [each.id for each in candidates if each.mode == QUEUED])
    away |= _make_room(connection, [each for each in candidates if each.mode == RESTART], now)
    rest = [each for each in candidates if each.record_lane and each.id not in away]
    away |= _wait_at_record(connection, rest, now)
    return [each for each in candidates if each.id not in away]


def _wait_in_lane(connection: Connection, run_ids: Sequence[str]) -> set[str]:
    fronts = _ask(connection, _BEFORE, run_ids)
    asleep = _sleep(connection, "behind", fronts, _STILL_OPEN, {})
    for part in in_parts(asleep):  # who sleeps behind one of them at a record must not wait for its lane, too
        those = select(run.c.id).where(run.c.record_behind.in_(part), is_in("record_behind"))
        woken = connection.execute(those.with_for_update(skip_locked=True)).scalars().all()
        connection.execute(update(run).where(run.c.id.in_(woken)).values(record_behind="", reason=""))
    return set(fronts)


def _wait_at_record(connection: Connection, candidates: Sequence[Candidate], now: float) -> set[str]:
    """Of one record, two claims at once could each see nobody at work; so only one of them looks."""
    busy: set[str] = set()
    if candidates and connection.dialect.name == "postgresql":
        numbers = {each.id: zlib.crc32(each.record_lane.encode()) - 2**31 for each in candidates}
        wanted = {"kind": CLAIMING, "numbers": sorted(set(numbers.values()))}
        taken = set(connection.execute(_TAKE_FREE, wanted).scalars())
        busy = {run_id for run_id, number in numbers.items() if number not in taken}
    fronts = _ask(connection, _AT_RECORD, [each.id for each in candidates if each.id not in busy], now=now)
    _sleep(connection, "record_behind", fronts, _STILL_AT_WORK, {"now": now})
    return busy.union(fronts)


def wake_forgotten(connection: Connection, *, now: float) -> None:
    """Wake those that sleep at a record behind one that is not at work and not about to be.

    Who is put to sleep in its lane wakes those that sleep behind it, but passes over one that somebody is changing at
    that moment. Left alone, two lanes could so wait for each other for ever.
    """
    forgotten = select(_this.c.id).join_from(_this, _front, _front.c.id == _this.c.record_behind)
    forgotten = forgotten.where(is_in("record_behind", "c"), text(f"NOT {_at_work().text}")).limit(MOST_WOKEN)
    woken = connection.execute(forgotten.with_for_update(of=_this, skip_locked=True), {"now": now}).scalars().all()
    if woken:
        connection.execute(update(run).where(run.c.id.in_(woken)).values(record_behind="", reason=""))


def _make_room(connection: Connection, candidates: Sequence[Candidate], now: float) -> set[str]:
    """A run of the mode `restart` begins when those before it are cancelled, and never when there is a newer one."""
    newer = _ask(connection, _AFTER, [each.id for each in candidates])
    for run_id, by in newer.items():
        _cancel(connection, run_id, by=by, now=now)
    away = set(newer)
    for each in candidates:
        if each.id not in away and not replace_older(connection, each.lane, each.place, by=each.id, now=now):
            away.add(each.id)
    return away


def replace_older(connection: Connection, lane: str, place: int, *, by: str, now: float) -> bool:
    """Cancel the runs before this place of a lane. False when one of them is locked now and has to wait."""
    older = select(run.c.id).where(run.c.lane == lane, is_in("lane"), is_open(), run.c.place < place)
    done = [_cancel(connection, each, by=by, now=now) for each in connection.execute(older).scalars().all()]
    return all(done)


def _cancel(connection: Connection, run_id: str, *, by: str, now: float) -> bool:
    called = (run.c.id == run_id, event.c.id == run.c.event_id, event.c.type == CALL)
    caller = connection.execute(select(event.c.cause_run_id).where(*called)).scalar() or ""
    present = select(run.c.id).where(run.c.id.in_([run_id, caller]))
    wanted = set(connection.execute(present).scalars())
    if set(connection.execute(present.with_for_update(skip_locked=True)).scalars()) != wanted:
        return False
    values = {
        "status": RunStatus.CANCELLED,
        "finished_at": now,
        "reason": f"The newer run {by} took its place.",
        "owner": "",
        "lease_until": 0.0,
    }
    connection.execute(update(run).where(run.c.id == run_id, is_open()).values(**values))
    if caller:
        wake_caller(connection, caller, now=now)
    return True


def _ask(connection: Connection, question: Any, run_ids: Sequence[str], **more: Any) -> dict[str, str]:
    """Those that have a run in front, each with its id."""
    fronts: dict[str, str] = {}
    for part in in_parts(run_ids):
        rows = connection.execute(question, {"ids": part, **more})
        fronts |= {run_id: front for run_id, front in rows if front is not None}
    return fronts


def rename_lanes(connection: Connection, old: str, new: str) -> None:
    """Runs that are on their way stay in the lanes of their recipe when it gets another id."""
    ours = (
        run.c.recipe_id == new,
        is_open(),
        or_(run.c.lane == old, run.c.lane.startswith(f"{old}/", autoescape=True)),
    )
    renamed = literal(new, run.c.lane.type).concat(func.substr(run.c.lane, len(old) + 1))
    connection.execute(update(run).where(*ours).values(lane=renamed))


_WORDS = {
    "behind": "It waits for its turn behind run {}.",
    "record_behind": "It waits because run {} is at work on the same record.",
}


def _sleep(
    connection: Connection, column: str, fronts: Mapping[str, str], still: Any, more: Mapping[str, Any]
) -> list[str]:
    """Put runs to sleep, each behind the one in front, as far as that one is still there and nobody is changing it."""
    held: set[str] = set()
    for part in in_parts(sorted(set(fronts.values()))):
        held.update(connection.execute(still, {"ids": part, **more}).scalars())
    asleep = {run_id: front for run_id, front in fronts.items() if front in held}
    statement = update(run).where(run.c.id == bindparam("this"))
    statement = statement.values({column: bindparam("front"), "reason": bindparam("why")})
    rows = [{"this": each, "front": front, "why": _WORDS[column].format(front)} for each, front in asleep.items()]
    if rows:
        connection.execute(statement, rows)
    return list(asleep)
