"""Our own writes as events, for the recipes that ask for them with `on_own_writes`.

They are written in the transaction of the step's outcome, each once, however often the step is tried; the poller's
snapshot takes the write over in the same transaction, so the poller does not report it as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hub.engine.intake import Intake
from hub.engine.lanes import OWN_WRITE
from hub.engine.polling.comparing import Compare
from hub.engine.polling.happenings import Happenings
from hub.errors import StepError
from hub.model import Cursor, Event, Record, Write, new_id
from hub.ports import Api, Arrival, ClaimedRun

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Echoes:
    """What follows from our own writes. `related` are the records that the triggers of each list want along."""

    api: Api
    intake: Intake
    compare: Compare
    related: Callable[[], Mapping[str, Collection[str]]]

    def arrivals(self, writer: ClaimedRun, key: str, writes: Sequence[Write]) -> tuple[Arrival, ...]:
        """The events of these writes, made by the step with this idempotency key, with the runs that they start."""
        if not writes:
            return ()
        heard = set(self._heard())
        made = [
            self._arrival(writer, f"own:{key}#{number}", write)
            for number, write in enumerate(writes)
            if write.resource in heard
        ]
        return tuple(each for each in made if each is not None and each.runs)

    def _heard(self) -> Iterator[str]:
        for recipe in self.intake.recipes():
            for trigger in recipe.triggers:
                if trigger.type == "poll" and trigger.options.get("on_own_writes"):
                    yield str(trigger.options["resource"])

    def _arrival(self, writer: ClaimedRun, key: str, write: Write) -> Arrival | None:
        seen = self.intake.ledger.snapshots(write.resource, [write.record_id]).get(write.record_id)
        if seen is None and not write.created:
            return None  # the list has no baseline yet, so nothing can be said about what changed
        before = seen.record if seen is not None and not write.created else None
        record = before if write.deleted and before is not None else (before or {}) | dict(write.fields)
        changed = list(self.compare(before, record)) if not write.deleted else []
        if not changed and not write.deleted:
            return None
        verb = "created" if write.created else "deleted" if write.deleted else "updated"
        data = {"record": record, "before": before, "changed": changed}
        return self.intake.arrival(self._event(writer, key, write, verb, data))

    def _event(self, writer: ClaimedRun, key: str, write: Write, verb: str, data: Mapping[str, object]) -> Event:
        now = self.intake.clock()
        event = Event(
            id=new_id("evt", now),
            type=f"{write.resource}.{verb}",
            source=f"poll:{write.resource}",
            key=key,
            time=now,
            data={"resource": write.resource, "record_id": write.record_id, "since": None, **data},
            origin=OWN_WRITE,
            cause_run_id=writer.run.id,
            hop=writer.event.hop + 1,
        )
        try:
            return replace(event, data=self._whole(event, write.resource))
        except StepError as problem:  # the write has happened: what follows from it must not be lost
            log.warning("What belongs to %s %s could not be fetched: %s", write.resource, write.record_id, problem)
            return event

    def _whole(self, event: Event, resource: str) -> Mapping[str, object]:
        cursor = Cursor(resource)
        happenings = Happenings(self.api, cursor, self.intake.clock, self.intake.arrival, self.related())
        records: dict[str, Record | None] = {
            name: happenings.whole(event.data[name]) if event.data[name] is not None else None
            for name in ("record", "before")
        }
        return {**event.data, **records}
