"""Whether polling misses anything: for each list what was looked at, what became of it, and how old that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.engine.polling.pace import FROZEN_AFTER, Interval
from hub.model import Cursor
from hub.services.workshop import Workshop

FULL_PASSES_MISSED = 3
"""A list that was not read to its end for so many times as long as it should be is a case for somebody."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One list. `unexplained` changes have neither an event nor a reason, and must be 0. `full_age` is how long ago the
    list was last read to its end, None: never. `is_frozen`: it was not looked at for far too long; `is_stale`: not to
    its end. `interval` is None for a list that no recipe listens to any more."""

    resource: str
    checked: int
    changed: int
    handled: int
    unexplained: int
    looked_at: float | None
    full_age: float | None
    held: str
    error: str
    interval: Interval | None
    is_frozen: bool
    is_stale: bool

    def as_dict(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "list": self.resource,
            "checked": self.checked,
            "changed": self.changed,
            "handled": self.handled,
            "unexplained": self.unexplained,
            "looked_at": self.looked_at,
            "full_pass_age": self.full_age,
            "every": self.interval.every if self.interval else None,
            "held": self.held,
            "frozen": self.is_frozen,
        }


def look_at_lists(services: Workshop) -> list[Coverage]:
    """All lists that were ever looked at, by name."""
    intervals = services.poll_intervals(services.shelf.enabled())
    every = services.settings.full_pass_every
    return judge_lists(services.views.cursors(), intervals, now=services.clock(), full_every=every)


def judge_lists(
    cursors: Iterable[Cursor], intervals: Mapping[str, Interval], *, now: float, full_every: float
) -> list[Coverage]:
    """The same from what was read. Pure."""
    found = []
    for cursor in cursors:
        interval = intervals.get(cursor.resource)
        looked_at = cursor.last_ok_at or cursor.began_at
        full_age = None if cursor.last_full_at is None else now - cursor.last_full_at
        last_whole = cursor.last_full_at or cursor.began_at or now
        found.append(
            Coverage(
                resource=cursor.resource,
                checked=cursor.checked,
                changed=cursor.changed,
                handled=cursor.handled,
                unexplained=cursor.unexplained or cursor.changed - cursor.handled,
                looked_at=cursor.last_ok_at,
                full_age=full_age,
                held=cursor.held,
                error=cursor.error,
                interval=interval,
                is_frozen=bool(interval and looked_at and now - looked_at > FROZEN_AFTER * interval.every),
                is_stale=bool(interval and now - last_whole > FULL_PASSES_MISSED * full_every),
            )
        )
    return found
