"""Reading a list from its first page to its last, once or as often as records move meanwhile.

Numbered pages lose a record when one before it goes away. Where the client notices, the pass begins again, a few times
at most; after that it counts as dirty: what it has shown is believed, what it has not shown says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from hub.engine.polling.comparing import Comparing, names_in
from hub.engine.polling.moments import read_stamp
from hub.engine.polling.pace import pause_between
from hub.errors import RateLimited
from hub.model import Cursor, Record
from hub.ports import Api, KeptPage, Ledger, Page, Passing, SeenRecord

PAGE_SIZE = 200
RESTARTS = 3
GRACE = 30.0
"""Seconds that the first runs of a long pass wait for its end, so that a flood is noticed before it has begun."""

MOST_PATIENCE = 600.0
"""Seconds that a pass waits when the API asks for patience. For more it gives up; the next one begins anew."""

NAP = 1.0
NAPS_A_CLAIM = 10


class ClaimLost(Exception):
    """Another poller has taken over, or a person has decided about the list."""


class Stopped(Exception):
    """The process is to end."""


@dataclass(slots=True)
class Tally:
    """What a pass has come to so far.

    `newest` is the greatest stamp seen, `left_from` the smallest of records that must be looked at again; `is_undated`
    says that one of these has none. `served_at` is the API's time of the last answer.
    """

    checked: int = 0
    changed: int = 0
    handled: int = 0
    requests: int = 0
    shifted: bool = False
    newest: datetime | None = None
    left_from: datetime | None = None
    is_undated: bool = False
    served_at: float | None = None
    names: set[str] = field(default_factory=set)
    first_sight: set[str] = field(default_factory=set)
    flooded: set[str] = field(default_factory=set)

    def begin_again(self) -> None:
        """The pass reads from the first page."""
        self.checked, self.shifted = 0, False

    def note_stamps(self, page: Page, left_out: list[Record], stamp: str) -> None:
        """Look at the update stamps of a page."""
        for record in page.records:
            seen = read_stamp(record.get(stamp))
            if seen is not None and (self.newest is None or seen > self.newest):
                self.newest = seen
        for record in left_out:
            left = read_stamp(record.get(stamp))
            self.is_undated = self.is_undated or left is None
            if left is not None and (self.left_from is None or left < self.left_from):
                self.left_from = left


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads a list for pass `number` and keeps each page. ClaimLost and Stopped end it between two pages."""

    cursor: Cursor
    number: int
    full: bool
    api: Api
    ledger: Ledger
    comparing: Comparing
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    stopping: Callable[[], bool]
    lease: float
    flood: int
    tally: Tally = field(default_factory=Tally)

    def read(self, *, since: str) -> Tally:
        """All pages; from the beginning when records have moved between two of them."""
        for attempt in range(RESTARTS + 1):
            self.tally.begin_again()
            self._read_once(since, accept=attempt == RESTARTS)
            if not self.tally.shifted:
                break
        return self.tally

    def wait(self, seconds: float) -> None:
        """Wait as long as the API asks for, and keep the claim meanwhile."""
        if seconds > MOST_PATIENCE:
            raise RateLimited("Workglue asks for more patience than a look at a list has.", retry_after=seconds)
        naps = 0
        while seconds > 0:
            if self.stopping():
                raise Stopped
            if naps % NAPS_A_CLAIM == 0:
                self._hold()
            self.sleep(min(seconds, NAP))
            seconds, naps = seconds - NAP, naps + 1

    def keep_gone(self, gone: list[SeenRecord], last: bool) -> None:
        """Write records that are gone, with their events."""
        kept = self._keep(gone, shown=[], last=last)
        self.tally.changed += len(gone) - len(kept.left_out)

    def _read_once(self, since: str, *, accept: bool) -> None:
        tally = self.tally
        for asked_at, page in self._pages(since):
            compared = self.comparing.page(page, asked_at=asked_at)
            shown = [str(record["id"]) for record in page.records]
            kept = self._keep(compared.seen, shown=shown, last=page.last and not self.full)
            moved_on = [each for each in page.records if str(each["id"]) in kept.left_out]
            tally.note_stamps(page, [*compared.left_out, *moved_on], self.api.abilities.updated_field)
            tally.checked += len(page.records)
            told = [each.record_id for each in compared.seen if each.arrival is not None]
            tally.changed += len(set(told) - kept.left_out)
            tally.names |= names_in(page.records)
            tally.first_sight |= compared.first_sight
            tally.shifted = tally.shifted or page.shifted
            if page.shifted and not accept:
                return

    def _pages(self, since: str) -> Iterator[tuple[float, Page]]:
        """The pages, each with the time at which it was asked for."""
        abilities, tally, here = self.api.abilities, self.tally, 0
        pages = self.api.pages(
            self.cursor.resource,
            updated_since=since,
            oldest_change_first=bool(since),
            size=PAGE_SIZE,
            patience=self.wait,
        )
        while True:
            if self.stopping():
                raise Stopped
            self.wait(pause_between(here, per_minute=abilities.per_minute, burst=abilities.burst))
            asked_at = self.clock()
            page = next(pages, None)
            if page is None:
                return
            here += 1
            tally.requests += 1
            if self.cursor.began_at is None and tally.requests == 1 and page.served_at is not None:
                self._hold(began_at=page.served_at)
            tally.served_at = page.served_at
            yield asked_at, page

    def _hold(self, *, began_at: float | None = None) -> None:
        until = self.clock() + self.lease
        if not self.ledger.hold_cursor(self.cursor.resource, self.cursor.claim, until=until, began_at=began_at):
            raise ClaimLost

    def _keep(self, seen: list[SeenRecord], *, shown: list[str], last: bool) -> KeptPage:
        now = self.clock()
        passing = Passing(self.number, now, last, self.flood, GRACE)
        resource, claim = self.cursor.resource, self.cursor.claim
        kept = self.ledger.poll_page(resource, claim, seen, shown=shown, passing=passing, until=now + self.lease)
        if kept is None:
            raise ClaimLost
        self.tally.handled += kept.events
        self.tally.flooded |= kept.held
        return kept
