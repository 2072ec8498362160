"""One pass over one list: what is new, changed or gone since the last, as events, each exactly once.

Page by page, in one transaction each: the records' snapshots, the events of what differs from them, and their runs.
A crash or a repeated page can so repeat work, never an event. The first pass is a silent baseline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hub.engine.polling.backlogs import Backlogs, Late, without_backlog
from hub.engine.polling.comparing import Compare, Comparing
from hub.engine.polling.happenings import Happenings
from hub.engine.polling.missing import Missing
from hub.engine.polling.moments import advance, look_back
from hub.engine.polling.reading import ClaimLost, Reading, Stopped, Tally
from hub.errors import StepError
from hub.model import Cursor, Event, Recipe, Run, Trigger
from hub.ports import Api, Arrival, Ledger

MOST_FIELDS = 2000
"""A list with more field names than this does not mean them: then none is taken for one that is new."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass found. `full` passes read the whole list, `dirty` ones while records moved between its pages; `held`
    says why missing records were not believed. `flooded` are recipes whose runs wait, because there are too many."""

    resource: str
    checked: int
    changed: int
    full: bool
    baseline: bool
    held: str = ""
    handled: int = 0
    dirty: bool = False
    flooded: frozenset[str] = frozenset()


def _none_late(_resource: str) -> Sequence[Late]:
    return ()


def _never(_recipe: Recipe, _trigger: Trigger, _event: Event) -> Run | None:
    return None


@dataclass(frozen=True, slots=True)
class Poller:
    """Polls lists. `arrive` turns an event into an arrival (hub.engine.intake), `compare` tells what differs,
    `related` which related records of a list are fetched along (`expand` of the triggers).

    More than `flood` runs of one recipe in one pass are held (0: never). `late` gives the triggers of a list that want
    records from before them, `start` the run of such a trigger for an event, None where it does not want it; dates
    without an offset are meant in `zone`. When `stopping` says so, a pass ends between two pages.
    """

    api: Api
    ledger: Ledger
    arrive: Callable[[Event], Arrival]
    compare: Compare
    clock: Callable[[], float]
    owner: str
    lease: float
    full_every: float
    related: Mapping[str, Collection[str]] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    flood: int = 0
    late: Callable[[str], Sequence[Late]] = _none_late
    start: Callable[[Recipe, Trigger, Event], Run | None] = _never
    zone: str = "UTC"
    stopping: Callable[[], bool] = lambda: False

    def poll(self, resource: str, *, full_every: float | None = None) -> Pass | None:
        """One pass. None while another poller is at it, or when it was stopped. StepErrors of the API pass through;
        nothing is lost then."""
        now = self.clock()
        cursor = self.ledger.take_cursor(resource, owner=self.owner, now=now, lease=self.lease)
        if cursor is None:
            return None
        try:
            return self._pass(cursor, now, self.full_every if full_every is None else full_every)
        except StepError as problem:
            self.ledger.poll_done(replace(cursor, error=str(problem)))
            raise
        except ClaimLost:
            return None
        except Stopped:
            self.ledger.hold_cursor(resource, cursor.claim, until=0.0)
            return None

    def _pass(self, cursor: Cursor, now: float, full_every: float) -> Pass | None:
        late = self._attend_backlogs(cursor)
        happenings = Happenings(
            self.api, cursor, self.clock, lambda event: without_backlog(self.arrive(event), late()), self.related
        )
        full = self._is_full(cursor, now, full_every)
        reading = self._reading(cursor, happenings, full=full)
        tally = reading.read(since="" if full else look_back(cursor.position, self.api.abilities))
        accepted, held = cursor.accepted, ""
        if full and not tally.shifted and cursor.baseline_at is not None:
            missing = Missing(cursor, reading.number, self.ledger, happenings, reading.wait, reading.keep_gone)
            there, held = missing.doubt()
            if not held:
                missing.report()
                accepted = cursor.accepted if there.missing else 0
        if not self.ledger.poll_done(self._closed(cursor, tally, now, full=full, held=held, accepted=accepted)):
            return None
        return Pass(
            cursor.resource,
            tally.checked,
            tally.changed,
            full,
            cursor.baseline_at is None,
            held,
            tally.handled,
            tally.shifted,
            frozenset(tally.flooded),
        )

    def _reading(self, cursor: Cursor, happenings: Happenings, *, full: bool) -> Reading:
        return Reading(
            cursor=cursor,
            number=cursor.passes + 1,
            full=full,
            api=self.api,
            ledger=self.ledger,
            comparing=Comparing(cursor, self.ledger, happenings, self.compare, self.clock, self.sleep),
            clock=self.clock,
            sleep=self.sleep,
            stopping=self.stopping,
            lease=self.lease,
            flood=self.flood,
        )

    def _is_full(self, cursor: Cursor, now: float, full_every: float) -> bool:
        """Whether the whole list is read: at first, now and then, and whenever something about it is not certain."""
        overdue = cursor.last_full_at is None or now - cursor.last_full_at >= full_every
        in_doubt = cursor.full_wanted or bool(cursor.held) or cursor.accepted > 0
        return overdue or in_doubt or not self.api.abilities.updated_since or not cursor.position

    def _attend_backlogs(self, cursor: Cursor) -> Callable[[], set[tuple[str, str]]]:
        """Which triggers have a backlog that does not know its records yet: they get no events of their own."""
        happenings = Happenings(self.api, cursor, self.clock, Arrival, self.related)
        known = Backlogs(
            cursor=cursor,
            ledger=self.ledger,
            happenings=happenings,
            late=self.late(cursor.resource),
            compare=self.compare,
            start=self.start,
            clock=self.clock,
            lease=self.lease,
            zone=self.zone,
        ).attend()
        return lambda: {(recipe.id, trigger.id) for recipe, trigger in self.late(cursor.resource)} - known

    def _closed(self, cursor: Cursor, tally: Tally, now: float, *, full: bool, held: str, accepted: int) -> Cursor:
        """The cursor as the pass leaves it."""
        abilities, baseline = self.api.abilities, cursor.baseline_at is None
        complete = full and not tally.shifted
        position, gone_back = cursor.position, False
        if not tally.shifted and not tally.is_undated:
            api_time = now if tally.served_at is None else tally.served_at
            position, gone_back = advance(
                cursor.position, tally.newest, api_time=api_time, lag=abilities.index_lag, left_out=tally.left_from
            )
        fields = cursor.fields
        if complete:
            names = sorted({*(cursor.fields or ()), *tally.names})
            fields = names if len(names) <= MOST_FIELDS else None
        usual = not full or not abilities.updated_since
        is_whole = complete and not held and not (baseline and not tally.checked)
        return replace(
            cursor,
            position=position,
            baseline_at=cursor.baseline_at or self.clock(),
            last_ok_at=now,
            last_full_at=now if is_whole else cursor.last_full_at,
            passes=cursor.passes + 1,
            checked=tally.checked,
            changed=tally.changed,
            handled=tally.handled,
            requests=tally.requests if usual or not cursor.requests else cursor.requests,
            error="",
            held=held,
            accepted=accepted,
            full_wanted=gone_back or (not complete and (full or bool(tally.first_sight))),
            fields=fields,
        )
