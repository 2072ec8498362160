"""Looks of the triggers that watch something by a function of their own, beside each other."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor

from hub.model import Recipe, Trigger
from hub.services import Services

log = logging.getLogger(__name__)


class Looks:
    """Starts the looks that are due; a trigger whose last look is still under way waits for it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._under_way: dict[tuple[str, str], Future[None]] = {}

    def start(self, recipes: tuple[Recipe, ...], pool: ThreadPoolExecutor) -> None:
        """Hand every look that is due to the pool."""
        for recipe in recipes:
            for trigger in recipe.triggers:
                if self._services.is_watching(trigger):
                    self._start(recipe, trigger, pool)

    def _start(self, recipe: Recipe, trigger: Trigger, pool: ThreadPoolExecutor) -> None:
        last = self._under_way.get((recipe.id, trigger.id))
        if (last is None or last.done()) and self._services.watcher.is_due(recipe, trigger):
            self._under_way[recipe.id, trigger.id] = pool.submit(self._look, recipe, trigger)

    def _look(self, recipe: Recipe, trigger: Trigger) -> None:
        try:
            found = self._services.watcher.look(recipe, trigger)
        except Exception as problem:
            log.exception("The trigger %s of %s could not look: %s", trigger.id, recipe.id, problem)
            return
        if found:
            log.info("The trigger %s of %s found %d.", trigger.id, recipe.id, found)
            self._services.bell.ring()
