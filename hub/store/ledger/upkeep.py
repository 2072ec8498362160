"""Keeping the database bounded: old history goes, in small transactions that nobody has to wait for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, delete, exists, func, select

from hub.model import FINAL, DeliveryStatus, RunStatus
from hub.store.database import Database
from hub.store.desk import Desk
from hub.store.ledger.answers import forget_answers
from hub.store.ledger.calls import CALL
from hub.store.ledger.limits import forget_counts
from hub.store.tables import (
    delivery,
    event,
    heartbeat,
    lookup_table,
    metadata,
    refusal,
    replay,
    replay_item,
    run,
    session,
    stored_cell,
    stored_effect,
    told,
)

BATCH = 500
_caller = run.alias("caller")
_AWAITED = exists().where(
    event.c.id == run.c.event_id,
    event.c.type == CALL,
    _caller.c.id == event.c.cause_run_id,
    _caller.c.status.not_in(sorted(FINAL)),
)
"""A called run whose caller is not over: it may still have to read what became of it."""
_SILENT_FOR = 86_400.0  # seconds after which a process is taken for gone
_REFUSALS_FOR = 30 * 86_400.0
_SQLITE_TIDYING = ("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA optimize")
_POSTGRES_TIDYING = tuple(f'VACUUM (ANALYZE) "{table.name}"' for table in metadata.sorted_tables)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a pruning removed. `more` says that it stopped at its bound: call again soon."""

    runs: int
    events: int
    deliveries: int
    more: bool


class Upkeep(Desk):
    """The ledger's verbs of tidying."""

    def prune(
        self,
        now: float,
        *,
        keep_succeeded: float,
        keep_failed: float,
        keep_recipes: Mapping[str, float] | None = None,
        most: int = 20_000,
    ) -> Pruned:
        """Remove what was over longer ago than these seconds, about `most` rows of a kind in one call.

        `keep_failed` is for failed runs, `keep_succeeded` for all others that are over; `keep_recipes` gives some
        recipes their own number. A run stays while the run that called it is not over. Events and deliveries stay for
        the longest of these times, so that a late repeat is still known as one, and an event at least as long as its
        runs.
        """
        own = dict(keep_recipes or {})
        runs = 0
        for recipe_id, keep in own.items():
            runs += self._prune_runs(dict.fromkeys(FINAL, now - keep), run.c.recipe_id == recipe_id, most=most - runs)
        ages = dict.fromkeys(FINAL, now - keep_succeeded) | {RunStatus.FAILED: now - keep_failed}
        runs += self._prune_runs(ages, run.c.recipe_id.not_in(list(own)), most=most - runs)
        oldest = now - max(keep_succeeded, keep_failed, *own.values())
        over = delivery.c.status != DeliveryStatus.PAUSED
        deliveries = _delete_old(self.db, delivery.c.received_at, oldest, over, most=most)
        unused = ~exists().where(run.c.event_id == event.c.id)
        waits = exists().where(delivery.c.event_id == event.c.id, delivery.c.status == DeliveryStatus.PAUSED)
        events = _delete_old(self.db, event.c.time, oldest, unused, ~waits, most=most)
        _delete_old(self.db, replay.c.made_at, oldest, most=most)
        no_run = ~exists().where(run.c.id == stored_effect.c.run_id)
        youngest = now - min(keep_succeeded, keep_failed, *own.values())
        effects = _delete_old(self.db, stored_effect.c.made_at, youngest, no_run, most=most)
        self._forget_absent(now)
        return Pruned(runs, events, deliveries, more=max(runs, events, deliveries, effects) >= most)

    def _prune_runs(self, ages: Mapping[RunStatus, float], which: ColumnElement[bool], *, most: int) -> int:
        done = 0
        for status, before in sorted(ages.items()):
            over = (run.c.status == status, run.c.finished_at < before, which, ~_AWAITED)
            done += _delete_old(self.db, run.c.created_at, before, *over, most=most - done)
        return done

    def _forget_absent(self, now: float) -> None:
        with self.db.write() as connection:
            forget_counts(connection, now)
            forget_answers(connection)
            connection.execute(delete(session).where(session.c.expires_at <= now))
            connection.execute(delete(heartbeat).where(heartbeat.c.seen_at < now - _SILENT_FOR))
            connection.execute(delete(refusal).where(refusal.c.minute < (now - _REFUSALS_FOR) / 60))
            connection.execute(delete(replay_item).where(replay_item.c.replay_id.not_in(select(replay.c.id))))
            connection.execute(delete(stored_cell).where(stored_cell.c.expires_at <= now))
            connection.execute(delete(told).where(told.c.at < now - _SILENT_FOR))
            connection.execute(delete(lookup_table).where(lookup_table.c.replaced_at <= _oldest_open(connection, now)))

    def vacuum(self) -> None:
        """Give the space of what was removed back to the disk, and let the database learn how its tables look now."""
        if self.db.is_sqlite:
            while self._give_pages_back():
                pass
        with self.db.outside() as connection:
            for statement in _SQLITE_TIDYING if self.db.is_sqlite else _POSTGRES_TIDYING:
                connection.exec_driver_sql(statement)

    def _give_pages_back(self) -> bool:
        """A few megabytes at a time, so that nobody waits for long. Returns whether there is more."""
        with self.db.outside() as connection:
            before = _free_pages(connection)
            if before:
                # The pragma takes one step a page, and execute() would only take the first.
                connection.connection.cursor().executescript("PRAGMA incremental_vacuum(1000)")
            return 0 < _free_pages(connection) < before


def _oldest_open(connection: Connection, now: float) -> float:
    """When the oldest run began that is not over: it may still look into tables as they were then."""
    open_ones = [status for status in RunStatus if status not in FINAL]
    oldest = select(func.min(run.c.created_at)).where(run.c.status.in_(open_ones))
    return min(now, connection.execute(oldest).scalar() or now)


def _delete_old(db: Database, age: Column[float], before: float, *which: ColumnElement[bool], most: int) -> int:
    """Delete rows whose `age` column is below `before`, oldest first, in transactions of BATCH rows."""
    table: Any = age.table
    done = 0
    while done < most:
        size = min(BATCH, most - done)
        old = select(table.c.id).where(age < before, *which).order_by(age).limit(size)
        with db.write() as connection:
            deleted = connection.execute(delete(table).where(table.c.id.in_(old))).rowcount
        done += deleted
        if deleted < size:
            break
    return done


def _free_pages(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())
