"""Triggers that watch something by a function of their own: one look, and what it starts.

The events of a look, the runs that they start and the state for the next look are kept together, so a crash repeats
a look and never an event.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.context import Happening, Http, Look, Seen
from hub.engine.arguments import keepable
from hub.engine.intake import Intake, source_of
from hub.engine.scope import NAMES
from hub.errors import StepError
from hub.model import Event, Recipe, Trigger, new_id
from hub.ports import Arrival, Ledger
from hub.registry import TriggerType

USUAL_PAUSE = 60.0
"""Seconds between two looks of a trigger that has no option `every`."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Looks for triggers whose type has a `watch`."""

    ledger: Ledger
    intake: Intake
    http: Callable[[], Http]
    secrets: Callable[[], Mapping[str, str]]
    clock: Callable[[], float]

    def is_due(self, recipe: Recipe, trigger: Trigger) -> bool:
        """Whether this trigger is to look now."""
        return self.ledger.watched(recipe.id, trigger.id).next_at <= self.clock()

    def look(self, recipe: Recipe, trigger: Trigger) -> int:
        """Look once if it is due. How many events came of it; a look that fails is noted and logged."""
        now = self.clock()
        before = self.ledger.watched(recipe.id, trigger.id)
        kind = self.intake.registry.trigger(trigger.type)
        if kind is None or kind.watch is None or before.next_at > now:
            return 0
        next_at = now + float(trigger.options.get("every") or USUAL_PAUSE)
        arrivals: list[Arrival] = []
        state, error = before.state, ""
        try:
            seen = kind.watch(Look(self._options(trigger, kind), state, self.http(), now))
            arrivals = list(self._arrivals(recipe, trigger, seen, now))
            state = keepable(seen.state)
        except StepError as problem:
            error = str(problem)
            log.warning("The trigger %s of %s could not look: %s", trigger.id, recipe.id, problem)
        except Exception as bug:
            error = f"{type(bug).__name__}: {bug}"
            log.exception("The trigger %s of %s broke.", trigger.id, recipe.id)
        kept = self.ledger.keep_look(
            recipe.id, trigger.id, arrivals, expected_at=before.next_at, next_at=next_at, state=state, error=error
        )
        return len(arrivals) if kept else 0

    def _options(self, trigger: Trigger, kind: TriggerType) -> dict[str, Any]:
        secret = {each.name for each in kind.parameters if each.secret}
        known = self.secrets()
        return {
            name: known.get(str(value), "") if name in secret and value else value
            for name, value in trigger.options.items()
        }

    def _arrivals(self, recipe: Recipe, trigger: Trigger, seen: Seen, now: float) -> Iterator[Arrival]:
        for each in seen.happenings:
            event = _event(recipe, trigger, each, now)
            run = self.intake.start(recipe, trigger, event)
            yield Arrival(event, (run,) if run is not None else ())


def _event(recipe: Recipe, trigger: Trigger, happening: Happening, now: float) -> Event:
    data = keepable(dict(happening.data))
    source = source_of(recipe, trigger)
    return Event(new_id("evt", now), trigger.type, source, happening.key, now, {**data, NAMES: sorted(data)})
