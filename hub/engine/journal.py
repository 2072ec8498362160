"""Writing to the ledger from many threads with few commits.

Whoever comes first while nobody commits becomes the one who does, for all that have queued up by then; the others
wait for it. So a lone run pays one commit a write, and a hundred runs in flight share them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hub.errors import LeaseLost, Unavailable
from hub.ports import Entry, Ledger

LARGEST_BATCH = 256

log = logging.getLogger(__name__)


class Journal(Protocol):
    """Where a run's entries go."""

    def write(self, entry: Entry) -> None:
        """Durable when this returns. LeaseLost when the run is no longer ours: nothing was written then."""


@dataclass(slots=True)
class _Waiting:
    entry: Entry
    settled: bool = False
    lost: bool = False
    error: Exception | None = None


class GroupJournal:
    """Journal over a Ledger, for many threads at once.

    While the database is away a write is repeated for up to `patience` seconds, because an outcome that is known must
    not be forgotten; after that the run is given up as LeaseLost (its lease ends, another worker takes it).
    """

    def __init__(self, ledger: Ledger, *, patience: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._ledger = ledger
        self._patience = patience
        self._sleep = sleep
        self._changed = threading.Condition()
        self._queue: list[_Waiting] = []
        self._committing = False

    def write(self, entry: Entry) -> None:
        """See Journal."""
        waited = 0.0
        pause = 0.1
        while True:
            try:
                return self._write_once(entry)
            except Unavailable as problem:
                if waited >= self._patience:
                    raise LeaseLost(f"The database stayed away: {problem}") from problem
                log.warning("The database does not answer; run %s waits for it. (%s)", entry.run_id, problem)
            self._sleep(pause)
            waited += pause
            pause = min(pause * 2, 5.0)

    def _write_once(self, entry: Entry) -> None:
        waiting = _Waiting(entry)
        with self._changed:
            self._queue.append(waiting)
            while self._committing and not waiting.settled:
                self._changed.wait()
            if not waiting.settled:
                self._committing = True
        while not waiting.settled:
            self._commit_batch(waiting)
        if waiting.error is not None:
            raise waiting.error
        if waiting.lost:
            raise LeaseLost(f"Run {entry.run_id} belongs to another worker now.")

    def _commit_batch(self, mine: _Waiting) -> None:
        with self._changed:
            batch, self._queue = self._queue[:LARGEST_BATCH], self._queue[LARGEST_BATCH:]
        lost: set[str] = set()
        error: Exception | None = None
        try:
            lost = self._ledger.record([each.entry for each in batch])
        except Exception as problem:  # whatever it is, each waiting run must hear of it
            error = problem
        with self._changed:
            for each in batch:
                each.lost = each.entry.run_id in lost
                each.error = error
                each.settled = True
            if mine.settled:
                self._committing = False
            self._changed.notify_all()


class NoJournal:
    """Journal that keeps nothing, for rehearsals: what happened is on the bench."""

    def write(self, entry: Entry) -> None:
        """Nothing."""
