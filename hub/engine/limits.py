"""`limits` of a recipe while one of its runs is at work: asked right before a write or a message leaves."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hub.errors import OverLimit
from hub.model import Recipe, Run, StepRecord
from hub.ports.limits import (
    CIRCLES,
    IN_CIRCLES,
    MESSAGES_PER_HOUR,
    MOST_WRITES,
    WRITES_PER_RUN,
    WRITES_WITHIN,
    Meter,
)
from hub.ports.naming import name_record


@dataclass(slots=True)
class RunLimits:
    """The limits of one run. `meter` is None in rehearsals, where nothing that others do counts.

    A step counts as one write, however often it is tried: those of the journal that have sent something to a list.
    """

    recipe: Recipe
    run: Run
    meter: Meter | None
    clock: Callable[[], float]
    house_messages: int = 0
    _writes: dict[tuple[str, int], None] = field(default_factory=dict)
    _looked: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def read(
        cls,
        recipe: Recipe,
        run: Run,
        journal: Mapping[str, StepRecord],
        *,
        meter: Meter | None,
        clock: Callable[[], float],
        house_messages: int,
    ) -> RunLimits:
        """With the writes that the run has made before."""
        limits = cls(recipe, run, meter, clock, house_messages)
        limits._writes |= {(path, 1): None for path, each in journal.items() if each.sent_at and each.resource}
        return limits

    def before_write(self, path: str, number: int, *, resource: str, record_id: str) -> None:
        """OverLimit when this write, the `number`th of this step, may not leave."""
        if record_id:
            self._refuse_circles(resource, record_id)
        limit = int(self.recipe.settings.limits.get(WRITES_PER_RUN) or 0)
        with self._lock:
            allowed = limit * (1 + self.run.let_through.split().count(WRITES_PER_RUN))
            if limit and (path, number) not in self._writes and len(self._writes) >= allowed:
                records = "1 record" if allowed == 1 else f"{allowed:,} records"
                raise OverLimit(
                    f"This run has already changed {records}, its limit.",
                    limit=WRITES_PER_RUN,
                    hint="When it goes on, it may change as many again.",
                )
            self._writes[(path, number)] = None

    def before_message(self, path: str, number: int) -> None:
        """Counts a message, the `number`th of this step. OverLimit when it may not leave."""
        own = int(self.recipe.settings.limits.get(MESSAGES_PER_HOUR) or 0)
        limit = own or self.house_messages
        if self.meter is None or not limit:
            return
        free = MESSAGES_PER_HOUR in self.run.let_through.split()
        key = f"{self.run.root_id}/{path}#{number}"
        most = sys.maxsize if free else limit
        if not self.meter.count_message(key, recipe_id=self.recipe.id, limit=most, now=self.clock()):
            whose = "its limit" if own else "the limit of the house (HUB_MESSAGES_PER_HOUR)"
            messages = "1 message" if limit == 1 else f"{limit:,} messages"
            raise OverLimit(
                f"This recipe has sent {messages} within an hour, {whose}.",
                limit=MESSAGES_PER_HOUR,
                hint="When this run goes on, its messages leave all the same.",
            )

    def _refuse_circles(self, resource: str, record_id: str) -> None:
        record = name_record(resource, record_id)
        if self.meter is None or record in self._looked or CIRCLES in self.run.let_through.split():
            return
        since = self.clock() - WRITES_WITHIN
        if self.meter.recent_writes(record, recipe_id=self.recipe.id, besides=self.run.id, since=since) >= MOST_WRITES:
            raise OverLimit(
                IN_CIRCLES,
                limit=CIRCLES,
                hint="See whether it undoes what another recipe or another program does.",
            )
        self._looked.add(record)


@dataclass(slots=True)
class StepLimits:
    """The same for one attempt of one step, which may make several writes or send several messages."""

    limits: RunLimits
    path: str
    _writes: int = 0
    _messages: int = 0

    def before_write(self, resource: str, record_id: str = "") -> None:
        """See RunLimits."""
        self._writes += 1
        self.limits.before_write(self.path, self._writes, resource=resource, record_id=record_id)

    def before_message(self) -> None:
        """See RunLimits."""
        self._messages += 1
        self.limits.before_message(self.path, self._messages)
