"""The recipes in force, read and ready: what the ledger says is current, compiled once a version.

Every process looks at the ledger, not at the folder, so that all work by the same recipes whatever their disks hold.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from hub.errors import RecipeError, Unavailable
from hub.model import Recipe
from hub.ports import Published
from hub.recipe.blueprints import read_published
from hub.registry import Registry

MOST_VERSIONS = 512
LOOK_EVERY = 0.5
"""Seconds between two looks whether other recipes are in force now."""

log = logging.getLogger(__name__)


class Source(Protocol):
    """Where published recipes stand (hub.store.views)."""

    def recipes_stamp(self) -> str:
        """Changes whenever recipes are published or switched."""

    def current_recipes(self) -> list[Published]:
        """The current versions, with the office's switch folded into `enabled`."""

    def recipe_version(self, recipe_id: str, version: str) -> Published | None:
        """One version, however old, that a run is pinned to."""


class Shelf:
    """Recipes by id and version, for many threads. `learned` is told of each version that was not known before."""

    def __init__(
        self,
        source: Source,
        registry: Registry,
        *,
        clock: Callable[[], float],
        learned: Callable[[], None] = lambda: None,
    ) -> None:
        self._source = source
        self._registry = registry
        self._clock = clock
        self._learned = learned
        self._lock = threading.Lock()
        self._stamp = ""
        self._looked_at = float("-inf")
        self._current: tuple[Recipe, ...] = ()
        self._versions: OrderedDict[tuple[str, str], Recipe] = OrderedDict()

    def enabled(self) -> tuple[Recipe, ...]:
        """The recipes that may start runs now. With the database away: those last known; Unavailable while none were
        ever known, since "there are none" would turn good deliveries away."""
        with self._lock:
            if not self._stamp or self._clock() - self._looked_at >= LOOK_EVERY:
                self._looked_at = self._clock()
                try:
                    self._refresh()
                except Unavailable:
                    if not self._stamp:
                        raise
            return self._current

    def version(self, recipe_id: str, version: str) -> Recipe:
        """The very version that a run is pinned to. RecipeError when the ledger does not hold it."""
        with self._lock:
            known = self._versions.get((recipe_id, version))
            if known is not None:
                self._versions.move_to_end((recipe_id, version))
                return known
            published = self._source.recipe_version(recipe_id, version)
            recipe = self._read(published) if published else None
            if recipe is None:
                raise RecipeError(f"Version {version} of the recipe {recipe_id} cannot be read any more.")
            return recipe

    def _refresh(self) -> None:
        stamp = self._source.recipes_stamp()
        if stamp == self._stamp:
            return
        recipes = [self._read(each) for each in self._source.current_recipes() if each.enabled and each.version]
        self._current = tuple(recipe for recipe in recipes if recipe is not None)
        self._stamp = stamp

    def _read(self, published: Published) -> Recipe | None:
        key = (published.recipe_id, published.version)
        if key not in self._versions:
            reading = read_published(published.source, file=published.file, registry=self._registry)
            if reading.recipe is None:
                log.warning("The recipe %s is not usable: %s", published.recipe_id, reading.problems[:1])
                return None
            self._versions[key] = reading.recipe
            self._learned()
            while len(self._versions) > MOST_VERSIONS:
                self._versions.popitem(last=False)
        return self._versions[key]
