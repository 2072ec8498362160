"""The clock: starts what is due. Several may run, as they do during a deploy; one leads, the others look on.

What is due: recipe files that changed, schedules, polls, runs that nobody is working on. One rule for runs: what is
due and unowned gets rung; that covers retries, waits, lost bells, dead workers and an emptied Redis.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hub.engine.intake import listened_resources, source_of
from hub.errors import HubError, RecipeError
from hub.model import Event, Recipe, Trigger, new_id
from hub.ports import Arrival
from hub.presence import Ending, Presence
from hub.recipe.library import find_recipes
from hub.recipe.lookups import find_tables
from hub.services import Services, open_services
from hub.services.outages import OutageReports
from hub.settings import Settings
from hub.store.views.shapes import Heartbeat
from hub.triggers.schedule import due_times, next_time
from workers.polling import Polls
from workers.watching import Looks

LEADER = "clock"
POLLS_AT_ONCE = 4
PRUNE_EVERY = 3600.0
TEND_EVERY = 10.0
TELL_EVERY = 60.0
REJECTED_KEY_PAUSE = 60.0
"""Seconds between two tries of a key that is refused."""

KEEP_SUCCEEDED = 30 * 86400.0
KEEP_FAILED = 90 * 86400.0

log = logging.getLogger(__name__)


def tick_until_stopped(settings: Settings) -> None:
    """Run the clock until SIGTERM or SIGINT, then give the leadership up."""
    services = open_services(settings)
    ending = Ending()
    clock = Clock(services, over=ending.over)
    ending.listen()
    presence = Presence(services, kind="clock", name=clock.owner)
    clock.began_as = presence.about
    presence.start()
    log.info("The clock is ready.")
    try:
        clock.run()
    finally:
        presence.stop()
        presence.say_farewell()
        services.close()
        ending.ignore()


class Clock:
    """One process's clock. `over` ends it."""

    def __init__(self, services: Services, *, over: threading.Event | None = None) -> None:
        self.over = over or threading.Event()
        self.owner = new_id("clock", services.clock())
        self._services = services
        self._published: object = None
        self._looks = Looks(services)
        self._polls = Polls(services, owner=self.owner, over=self.over)
        self.began_as: Mapping[str, Any] = {}
        self._outages = OutageReports(
            services.ledger, services.views, services.clock, timezone=services.settings.timezone
        )
        self._leads = False
        self._next_prune = 0.0
        self._next_retry = 0.0
        self._next_tending = 0.0
        self._next_telling = 0.0

    def run(self) -> None:
        """Tick until `over` is set. A tick that fails is logged, and the next one tries again."""
        with ThreadPoolExecutor(POLLS_AT_ONCE, thread_name_prefix="poll") as pool:
            while not self.over.is_set():
                began = time.monotonic()
                try:
                    self.tick(pool)
                except HubError as problem:
                    log.warning("The clock could not do its work and tries again: %s %s", problem, problem.hint)
                except Exception:
                    log.exception("The clock could not do its work and tries again.")
                self.over.wait(max(0.05, self._services.settings.tick - (time.monotonic() - began)))
            self._step_down()  # before the polls under way have ended: each of them holds its own list

    def _step_down(self) -> None:
        try:
            self._services.ledger.step_down(LEADER, owner=self.owner)
        except HubError as problem:
            log.warning("Another clock leads only when this one's lease has ended: %s", problem)

    def tick(self, pool: ThreadPoolExecutor) -> bool:
        """Do once what is due. False when another clock leads."""
        now = self._services.clock()
        lease = max(5.0, 5 * self._services.settings.tick)
        if not self._services.ledger.lead(LEADER, owner=self.owner, now=now, lease=lease):
            self._leads = False
            return False
        self._publish()
        if self._services.views.due_count(now):
            self._services.bell.ring()
        recipes = self._services.shelf.enabled()
        self._report_outages(recipes)
        self._services.inbox.work()
        self._fire_schedules(recipes, now)
        self._looks.start(recipes, pool)
        self._polls.start(recipes, pool)
        self._retry_rejected_key(now, pool)
        self._tend_subscriptions(now)
        self._tell_of_failures(now)
        self._prune(recipes, now)
        return True

    def _report_outages(self, recipes: tuple[Recipe, ...]) -> None:
        """At the first tick of a leadership before anything is made up for, then as more is found out."""
        if not self.began_as:
            return
        try:
            if not self._leads:
                me = Heartbeat("clock", self.owner, self._services.clock(), self.began_as)
                self._outages.begin(me, recipes)
                self._leads = True
            self._outages.follow(frozenset(listened_resources(recipes)))
        except HubError as problem:
            log.warning("The report of the time before could not be kept and is tried again: %s", problem)

    def _publish(self) -> None:
        """Put recipes and tables in force when their files, or the secrets that exist, changed; always at the first
        look."""
        folder = Path(self._services.settings.recipes)
        found = (*find_recipes(folder), *find_tables(folder))
        files = {str(file): file.stat().st_mtime for file in found}
        state = (files, self._services.secret_names())
        if state != self._published:
            self._services.publish_recipes()
            self._published = state

    def _fire_schedules(self, recipes: tuple[Recipe, ...], now: float) -> None:
        for recipe in recipes:
            for trigger in recipe.triggers:
                if trigger.type != "schedule":
                    continue
                try:
                    self._fire(recipe, trigger, now)
                except RecipeError as problem:
                    log.warning("The schedule of %s cannot be kept: %s", recipe.id, problem)

    def _fire(self, recipe: Recipe, trigger: Trigger, now: float) -> None:
        services, timezone = self._services, self._services.settings.timezone
        first = next_time(trigger, now, timezone=timezone)
        expected = services.ledger.schedule(recipe.id, trigger.id, next_at=first)
        if expected > now:
            if first < expected:  # the recipe's times were changed to earlier ones
                services.ledger.fire(recipe.id, trigger.id, [], expected_at=expected, next_at=first)
            return
        arrivals = [self._arrival(recipe, trigger, at) for at in due_times(trigger, expected, now, timezone=timezone)]
        if services.ledger.fire(recipe.id, trigger.id, arrivals, expected_at=expected, next_at=first):
            services.bell.ring()

    def _arrival(self, recipe: Recipe, trigger: Trigger, at: float) -> Arrival:
        event = Event(
            id=new_id("evt", self._services.clock()),
            type="schedule",
            source=source_of(recipe, trigger),
            key=str(int(at)),
            time=at,
            data={"scheduled_at": _iso(at)},
        )
        return Arrival(event, (self._services.intake.begin(recipe, trigger.id, event),))

    def _retry_rejected_key(self, now: float, pool: ThreadPoolExecutor) -> None:
        """Try a refused key once a minute: if it works after all, everything that waited for it goes on."""
        key = self._services.keys.row()
        if key is None or key.state != "rejected":
            return
        if now >= max(self._next_retry, key.changed_at + REJECTED_KEY_PAUSE):
            self._next_retry = now + REJECTED_KEY_PAUSE
            pool.submit(_retry_key, self._services)

    def _tend_subscriptions(self, now: float) -> None:
        """End or pause the subscriptions of programs that are gone or always fail."""
        if now >= self._next_tending:
            self._next_tending = now + TEND_EVERY
            self._services.tend_subscriptions()

    def _tell_of_failures(self, now: float) -> None:
        """Say in the log what has failed, once an hour for each cause."""
        if now >= self._next_telling:
            self._next_telling = now + TELL_EVERY
            self._services.resuming.tell_of_failures()

    def _prune(self, recipes: tuple[Recipe, ...], now: float) -> None:
        """Forget what is over for long enough, a bounded part at a time, and give the space back."""
        if now < self._next_prune:
            return
        own = {each.id: each.settings.keep_history for each in recipes if each.settings.keep_history is not None}
        pruned = self._services.ledger.prune(
            now, keep_succeeded=KEEP_SUCCEEDED, keep_failed=KEEP_FAILED, keep_recipes=own
        )
        self._next_prune = now if pruned.more else now + PRUNE_EVERY
        if pruned.runs and not pruned.more:
            self._services.ledger.vacuum()


def _retry_key(services: Services) -> None:
    try:
        services.retry_rejected_key()
    except HubError as problem:
        log.warning("The refused key could not be tried again: %s", problem)


def _iso(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
