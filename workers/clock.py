"""The clock: starts what is due. Several may run, as they do during a deploy; one leads, the others look on.

What is due: recipe files that changed, schedules, polls, runs that nobody is working on. One rule for runs: what is
due and unowned gets rung; that covers retries, waits, lost bells, dead workers and an emptied Redis.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from hub.engine.intake import listened_resources, source_of
from hub.errors import HubError, RecipeError, StepError, Unauthorized
from hub.model import Event, Recipe, Trigger, new_id
from hub.ports import Arrival
from hub.presence import Presence
from hub.recipe.library import find_recipes
from hub.services import Services, open_services
from hub.settings import Settings
from hub.triggers.schedule import due_times, next_time

LEADER = "clock"
POLLS_AT_ONCE = 4
PRUNE_EVERY = 3600.0
KEEP_SUCCEEDED = 30 * 86400.0
KEEP_FAILED = 90 * 86400.0
REJECTED_KEY_PAUSE = 60.0
"""Seconds between two tries while the key is refused."""

log = logging.getLogger(__name__)


def tick_until_stopped(settings: Settings) -> None:
    """Run the clock until SIGTERM or SIGINT, then give the leadership up."""
    services = open_services(settings)
    clock = Clock(services)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: clock.over.set())
    presence = Presence(services, kind="clock", name=clock.owner)
    presence.start()
    log.info("The clock is ready.")
    try:
        clock.run()
    finally:
        presence.stop()
        services.close()


class Clock:
    """One process's clock. `over` ends it."""

    def __init__(self, services: Services) -> None:
        self.over = threading.Event()
        self.owner = new_id("clock", services.clock())
        self._services = services
        self._published: object = None
        self._polls: dict[str, Future[None]] = {}
        self._next_poll: dict[str, float] = {}
        self._next_prune = 0.0
        self._next_probe = 0.0

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
        self._services.ledger.step_down(LEADER, owner=self.owner)

    def tick(self, pool: ThreadPoolExecutor) -> bool:
        """Do once what is due. False when another clock leads."""
        now = self._services.clock()
        lease = max(5.0, 5 * self._services.settings.tick)
        if not self._services.ledger.lead(LEADER, owner=self.owner, now=now, lease=lease):
            return False
        self._publish()
        if self._services.views.due_count(now):
            self._services.bell.ring()
        recipes = self._services.shelf.enabled()
        self._fire_schedules(recipes, now)
        self._start_polls(recipes, now, pool)
        self._probe_rejected_key(now)
        self._prune(recipes, now)
        return True

    def _publish(self) -> None:
        """Put recipe files in force when they, or the secrets that exist, changed; always at the first look."""
        folder = Path(self._services.settings.recipes)
        files = {str(file): file.stat().st_mtime for file in find_recipes(folder)}
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

    def _start_polls(self, recipes: tuple[Recipe, ...], now: float, pool: ThreadPoolExecutor) -> None:
        for resource, triggers in listened_resources(recipes).items():
            running = self._polls.get(resource)
            if running is not None and not running.done():
                continue
            if now >= self._next_poll.get(resource, 0.0):
                every = min(float(each.options.get("every") or self._services.settings.poll_every) for each in triggers)
                self._next_poll[resource] = now + every
                self._polls[resource] = pool.submit(self._poll, resource, triggers)

    def _poll(self, resource: str, triggers: list[Trigger]) -> None:
        settings = self._services.settings
        deletes = any("deleted" in each.options.get("events", ()) for each in triggers)
        full_every = min(settings.full_pass_every, settings.delete_pass_every) if deletes else settings.full_pass_every
        try:
            done = self._services.poller(self.owner).poll(resource, full_every=full_every)
        except Unauthorized as problem:
            self._services.reject_key(problem.connection, problem.version)
            self._next_poll[resource] = self._services.clock() + REJECTED_KEY_PAUSE
            log.warning("%s cannot be polled: %s", resource, problem)
        except StepError as problem:
            log.warning("%s could not be polled this time: %s", resource, problem)
        except Exception as problem:
            log.exception("%s could not be polled: %s", resource, problem)
        else:
            if done and done.changed:
                log.info("%s: %d checked, %d changed.", resource, done.checked, done.changed)
                self._services.bell.ring()

    def _probe_rejected_key(self, now: float) -> None:
        """Try a refused key once a minute: if it works after all, everything that waited for it goes on."""
        if now < self._next_probe:
            return
        self._next_probe = now + REJECTED_KEY_PAUSE
        services = self._services
        for each in services.views.connections():
            if each.state != "rejected":
                continue
            try:
                next(iter(services.api.pages("job_stages", size=1)))
            except StepError:
                continue
            if services.ledger.restore_key(each.name, version=each.version, now=now):
                log.info("The API key works again; the runs that waited for it go on.")
                services.bell.ring()

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


def _iso(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
