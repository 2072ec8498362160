"""The clock's polls: each list is looked at as often as its recipes say and the API allows, one look at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from hub.engine.intake import listened_resources
from hub.engine.polling import Pass
from hub.errors import StepError, Unauthorized
from hub.model import Recipe, Trigger
from hub.services import Services

log = logging.getLogger(__name__)


class Polls:
    """Starts the polls that are due. `over` ends those under way between two pages."""

    def __init__(self, services: Services, *, owner: str, over: threading.Event) -> None:
        self._services = services
        self._owner = owner
        self._over = over
        self._under_way: dict[str, Future[None]] = {}
        self._next: dict[str, float] = {}

    def start(self, recipes: Sequence[Recipe], pool: ThreadPoolExecutor) -> None:
        """Hand every list that is due to the pool, unless it is still being looked at."""
        lists = listened_resources(recipes)
        due = [name for name in lists if self._is_due(name)]
        if not due or not self._has_key():
            return
        intervals = self._services.poll_intervals(recipes)
        for name in due:
            self._next[name] = self._services.clock() + intervals[name].every
            self._under_way[name] = pool.submit(self._poll, name, lists[name])

    def _has_key(self) -> bool:
        return bool(self._services.api) and self._services.live_key.is_good()

    def _is_due(self, name: str) -> bool:
        last = self._under_way.get(name)
        return (last is None or last.done()) and self._services.clock() >= self._next.get(name, 0.0)

    def _poll(self, resource: str, triggers: Sequence[Trigger]) -> None:
        services = self._services
        try:
            poller = services.poller(self._owner, stopping=self._over.is_set)
            done = poller.poll(resource, full_every=self._full_every(triggers))
        except Unauthorized as problem:
            self._next[resource] = services.clock()  # the look is made up for as soon as there is a key that works
            log.info("%s cannot be polled: %s", resource, problem)
        except StepError as problem:
            log.warning("%s could not be polled this time: %s", resource, problem)
        except Exception as problem:
            log.exception("%s could not be polled: %s", resource, problem)
        else:
            if done is not None:
                self._tell(done)

    def _full_every(self, triggers: Sequence[Trigger]) -> float:
        settings = self._services.settings
        deletes = any("deleted" in each.options.get("events", ()) for each in triggers)
        return min(settings.full_pass_every, settings.delete_pass_every) if deletes else settings.full_pass_every

    def _tell(self, done: Pass) -> None:
        if done.held:
            log.warning("%s", done.held)
        for recipe in sorted(done.flooded):
            log.warning("One look at %s started too many runs of %s; they wait for a person.", done.resource, recipe)
        if done.changed:
            log.info("%s: %d checked, %d changed.", done.resource, done.checked, done.changed)
            self._services.bell.ring()
