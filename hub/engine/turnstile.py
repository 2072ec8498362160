"""How many deliveries are let in, and how many of those that are not believed are kept one by one.

What is turned away is counted, and the counts are written a second later, all together: a flood costs no disk.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol

from hub.errors import HubError

TOO_MANY, UNBELIEVED = "too many", "not believed"
REJECTED_PER_SENDER = 120
"""Deliveries that are not believed and kept one by one, a minute and a sender's address."""

REJECTED_IN_ALL = 1_200
"""The same from everywhere."""

MINUTE = 60.0
WRITTEN_AFTER = 1.0

log = logging.getLogger(__name__)


class Pace(Protocol):
    """Counts what happens under a name, for all processes together as far as that is possible."""

    def wait(self, name: str, *, limit: int, per: float, now: float) -> float:
        """0.0 when one more may happen now: at most `limit` in any `per` seconds or little more. Else how many
        seconds it is until then. Never raises."""


class Counts(Protocol):
    """Where counts are kept (hub.ports.Ledger)."""

    def count_refused(self, counts: Mapping[tuple[str, str, int], int]) -> None:
        """Add to the numbers, by (path, kind, minute)."""


class Turnstile:
    """For many threads. `default` is the (number, seconds) of addresses that have no limit of their own, None for
    none."""

    def __init__(
        self, pace: Pace, counts: Counts, *, clock: Callable[[], float], default: tuple[int, float] | None
    ) -> None:
        self._pace = pace
        self._counts = counts
        self._clock = clock
        self._default = default
        self._lock = threading.Lock()
        self._pending: Counter[tuple[str, str, int]] = Counter()

    def wait(self, path: str, *, limit: tuple[int, float] | None) -> float:
        """0.0 when one more believed delivery may come to this address, else after how many seconds it may."""
        number, per = limit or self._default or (0, 0.0)
        if not number:
            return 0.0
        seconds = self._pace.wait(f"hook:{path}", limit=number, per=per, now=self._clock())
        if seconds:
            self._count(path, TOO_MANY)
        return seconds

    def keeps(self, remote: str) -> bool:
        """Whether one more delivery that is not believed is kept itself. One that is not is to be counted."""
        now = self._clock()
        limits = ((f"rejected:{remote}", REJECTED_PER_SENDER), ("rejected", REJECTED_IN_ALL))
        return not any(self._pace.wait(name, limit=limit, per=MINUTE, now=now) for name, limit in limits)

    def count_unbelieved(self, path: str = "") -> None:
        """Count a delivery that is not kept; `path` where somebody listens there."""
        self._count(path, UNBELIEVED)

    def write(self) -> None:
        """Write the counts now. What cannot be written is tried again with the next ones."""
        with self._lock:
            counts, self._pending = self._pending, Counter()
        try:
            self._counts.count_refused(counts)
        except HubError as problem:
            log.warning("How many deliveries were turned away could not be written yet: %s", problem)
            with self._lock:
                self._pending.update(counts)

    def _count(self, path: str, kind: str) -> None:
        with self._lock:
            is_first = not self._pending
            self._pending[path, kind, int(self._clock() // MINUTE)] += 1
        if is_first:
            timer = threading.Timer(WRITTEN_AFTER, self.write)
            timer.daemon = True
            timer.start()
