"""What people do with deliveries that are kept: run them again, one or many, and let go of what an address kept back.

The clock works on what takes long, a part at each tick. Each delivery is one transaction that also notes that it is
done, so that a clock that is killed in the middle does nothing twice and leaves nothing out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.engine.intake import Intake, Judgement
from hub.errors import HubError, SignatureError
from hub.model import Delivery, DeliveryStatus, Event, Run, RunStatus, new_id
from hub.ports import Accepted, Arrival, Bell, Settlement
from hub.store.ledger import SqlLedger
from hub.store.ledger.replays import DONE, FIRST, GOING, RUNS, STOPPED, WAITING
from hub.store.views import Views
from hub.store.views.shapes import DeliveryLine, ReplayItem, ReplayPage

MOST = 1_000
"""Deliveries that one replay runs again."""

PART = 100
"""Deliveries that one tick of the clock works on."""

NEVER = {
    DeliveryStatus.SAMPLE: "It was caught while its address was being set up. Such samples start nothing.",
    DeliveryStatus.PAUSED: "It is kept back while its address is paused, and starts when that goes on.",
}
WELL = frozenset({RunStatus.SUCCEEDED, RunStatus.SKIPPED})
UNDER_WAY = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})

Holds = Callable[[Delivery], bool]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which deliveries are meant: of a status, an address, between two moments, for which `holds` says so. `shown` is
    the same for people and for the trail."""

    status: DeliveryStatus | None = None
    path: str = ""
    since: float | None = None
    until: float | None = None
    holds: Holds | None = None
    shown: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Inbox:
    """For many threads."""

    ledger: SqlLedger
    views: Views
    intake: Intake
    bell: Bell
    clock: Callable[[], float]
    take_up: Callable[[ReplayPage, ReplayItem], None]
    """Does one part of a replay that is about runs."""

    def replay(self, delivery_id: str) -> Accepted:
        """Run a delivery again by the recipes of now. One that was rejected or could not be read is looked at again
        with the secrets of now. HubError when it cannot be, or when somebody else has just done it."""
        accepted = self._again(delivery_id, None)
        if accepted is None:
            raise HubError("Somebody else has just run it again.")
        self.bell.ring()
        return accepted

    def choose(self, choice: Choice) -> tuple[list[str], bool]:
        """The ids of the deliveries that are meant and can be run again, in the order in which they came, and whether
        there are more than MOST: those are the newest ones."""
        found: list[str] = []
        after, more = "", True
        while more and len(found) <= MOST:
            lines, after = self._part(choice, after)
            found += [each.id for each in lines if each.status not in NEVER]
            more = bool(after)
        return found[:MOST][::-1], len(found) > MOST or more

    def begin_replay(self, choice: Choice, *, by: str, where: str = "") -> str:
        """Run all of these again: first the oldest alone. The id of the replay. HubError when there are none."""
        ids, _ = self.choose(choice)
        if not ids:
            raise HubError("No delivery that could be run again fits.")
        now = self.clock()
        replay_id = new_id("rpl", now)
        self.ledger.begin_replay(replay_id, ids, filters=choice.shown or {}, by=by, now=now, where=where)
        return replay_id

    def work(self) -> int:
        """Do a part of what is to be done; how many deliveries that were. The clock calls it."""
        done = sum(self._release(path) for path in self.views.resuming())
        done += sum(self._go_on(replay_id) for replay_id in self.views.open_replays())
        if done:
            self.bell.ring()
        return done

    def _part(self, choice: Choice, after: str) -> tuple[tuple[DeliveryLine, ...], str]:
        bounds: dict[str, Any] = {"status": choice.status, "path": choice.path}
        bounds |= {"since": choice.since, "until": choice.until, "after": after}
        if choice.holds is None:
            listing = self.views.deliveries(**bounds, limit=500)
            return listing.items, listing.next
        found = self.views.search_deliveries(choice.holds, **bounds, limit=500)
        return found.items, found.next

    def _release(self, path: str) -> int:
        """Start what an address kept back, in the order in which it came."""
        ids = self.views.kept_back(path, limit=PART)
        if ids and self.intake.listener(path) is None:
            log.warning("What %s kept back stays so: no recipe that is on listens there.", path)
            return 0
        for delivery_id in ids:
            self._let_go(delivery_id)
        if not ids and self.ledger.reopen(path, now=self.clock()):
            log.info("%s goes on: everything that it kept back is started.", path)
        return len(ids)

    def _let_go(self, delivery_id: str) -> None:
        page = self.views.delivery(delivery_id)
        assert page is not None
        if page.line.event_id:
            arrival = self.intake.heard(self._event(page.line))
            self.ledger.settle(Settlement(delivery_id, DeliveryStatus.PAUSED, DeliveryStatus.ACCEPTED, arrival))
            return
        try:  # it came while nobody listened, so nobody has looked at it yet
            settlement = self._judged(page.delivery, page.line, None)
        except HubError as problem:
            self.ledger.reject_kept(delivery_id, reason=str(problem))
        else:
            self.ledger.settle(settlement)

    def _go_on(self, replay_id: str) -> int:
        page = self.views.replay(replay_id, limit=1)
        assert page is not None
        if page.state == FIRST:
            return self._try_first(page)
        items = self.views.due_items(replay_id, limit=PART)
        for item in items:
            self._do(page, item)
        if not items:
            self.ledger.move_replay(replay_id, was=[GOING], state=DONE)
        return len(items)

    def _try_first(self, page: ReplayPage) -> int:
        [item] = page.items
        if item.state == "due":
            self._do(page, item)
            return 1
        note = item.note if item.state == "refused" else self._how_it_went(item.run_ids)
        if note is None:
            return 0
        if note:
            self.ledger.move_replay(page.id, was=[FIRST], state=WAITING, note=note)
        else:
            self.ledger.move_replay(page.id, was=[FIRST], state=GOING)
        return 0

    def _how_it_went(self, run_ids: tuple[str, ...]) -> str | None:
        """ "" when all of these runs went well, None while that is not known, else what a person should know."""
        states = self.views.statuses(run_ids).values()
        if any(each in UNDER_WAY for each in states):
            return None
        bad = next((each for each in states if each not in WELL), None)
        return f"The first run is {bad.value}. Look at it before the others follow." if bad else ""

    def _do(self, page: ReplayPage, item: ReplayItem) -> None:
        try:
            if page.kind == RUNS:
                self.take_up(page, item)
            else:
                self._again(item.delivery_id, (page.id, item.position))
        except HubError as problem:
            self.ledger.refuse_item(page.id, item.position, note=f"{problem.message} {problem.hint}".strip())

    def _again(self, delivery_id: str, item: tuple[str, int] | None) -> Accepted | None:
        page = self.views.delivery(delivery_id)
        if page is None:
            raise HubError(f"There is no delivery {delivery_id[:40]} (any more).")
        line = page.line
        if line.status in NEVER:
            raise HubError(NEVER[line.status])
        if line.status in (DeliveryStatus.ACCEPTED, DeliveryStatus.DUPLICATE):
            return self.ledger.settle(self._anew(line, item))
        return self.ledger.settle(self._judged(page.delivery, line, item))

    def _anew(self, line: DeliveryLine, item: tuple[str, int] | None) -> Settlement:
        arrival = self.intake.heard(self._event(line))
        if not arrival.runs:
            raise HubError("No recipe that is on starts with this delivery.")
        runs = tuple(self._numbered(each) for each in arrival.runs)
        return Settlement(line.id, line.status, line.status, Arrival(arrival.event, runs), item=item)

    def _numbered(self, run: Run) -> Run:
        """The run as a replay of the latest one of its recipe for this event, where there is one."""
        page = self.views.event(run.event_id)
        earlier = [each for each in page.runs if each.recipe_id == run.recipe_id] if page else []
        if not earlier:
            return run
        number = self.views.next_replay_no(run.event_id, run.recipe_id)
        return replace(run, replay_of=earlier[0].id, replay_no=number)

    def _judged(self, delivery: Delivery, line: DeliveryLine, item: tuple[str, int] | None) -> Settlement:
        """A delivery that made no runs, looked at again. One that was taken for another is now one of its own."""
        try:
            judged = self.intake.judge(delivery)
        except SignatureError as problem:
            raise HubError(f"It is still not believed: {problem.message}", hint=problem.hint) from problem
        if judged.status is DeliveryStatus.UNPARSED and line.status is DeliveryStatus.UNPARSED:
            raise HubError(f"It still cannot be read: {judged.reason}")
        event = judged.arrival.event
        if line.status is DeliveryStatus.UNPARSED:
            known = self._event(line)
            event = replace(event, id=known.id, key=known.key)
        elif line.status in (DeliveryStatus.CONFLICT, DeliveryStatus.REPLAYED):
            event = replace(event, key=f"{delivery.id} {event.key}")
        return Settlement(
            delivery.id,
            line.status,
            judged.status,
            _about(event, judged),
            reason=judged.reason,
            renews=line.status is DeliveryStatus.UNPARSED,
            item=item,
        )

    def _event(self, line: DeliveryLine) -> Event:
        page = self.views.event(line.event_id)
        if page is None:
            raise HubError("Its event is gone by now.")
        return page.event


def _about(event: Event, judged: Judgement) -> Arrival:
    runs = tuple(replace(each, event_id=event.id) for each in judged.arrival.runs)
    return replace(judged.arrival, event=event, runs=runs)


__all__ = ["DONE", "FIRST", "GOING", "MOST", "STOPPED", "WAITING", "Choice", "Inbox"]
