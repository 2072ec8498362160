"""From a difference to an event: with before and after, and with the related records that a trigger asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hub.errors import NotFound
from hub.model import Cursor, Event, Record, Snapshot, new_id
from hub.ports import Api, Arrival, SeenRecord


@dataclass(frozen=True, slots=True)
class Happenings:
    """Makes the events of one list in one pass. `arrive` gives an event the runs that it starts."""

    api: Api
    cursor: Cursor
    clock: Callable[[], float]
    arrive: Callable[[Event], Arrival]
    related: Mapping[str, Collection[str]] = field(default_factory=dict)

    def change(
        self,
        record: Record,
        before: Snapshot | None,
        changed: Sequence[str],
        *,
        first_sight: Collection[str] = (),
        rev: int,
    ) -> SeenRecord:
        """A record that is new (`before` None) or changed. What fields of `first_sight` hold they have always held."""
        record_id = str(record["id"])
        old = None
        if before is not None:
            old = self.whole(before.record | {name: record[name] for name in first_sight if name in record})
        verb = "updated" if before else "created"
        event = self._event(verb, record_id, rev, record=self.whole(record), before=old, changed=list(changed))
        return SeenRecord(record_id, rev, record, self.arrive(event))

    def deletion(self, gone: Snapshot) -> SeenRecord:
        """A record that is gone."""
        record = self.whole(gone.record)
        rev = gone.rev + 1
        event = self._event("deleted", gone.record_id, rev, record=record, before=record, changed=[])
        return SeenRecord(gone.record_id, rev, None, self.arrive(event))

    def backlog(self, seen: Snapshot, *, recipe_id: str, trigger_id: str, changed: Sequence[str], whole: bool) -> Event:
        """A record that was there before a recipe, as something new for that recipe alone. Without `whole` the related
        records, each of which costs a call, are left out."""
        record = self.whole(seen.record) if whole else self.api.expand(self.cursor.resource, seen.record)
        data = {"record": record, "before": None, "changed": list(changed), "backlog": True}
        key = f"backlog:{recipe_id}:{trigger_id}:{seen.record_id}"
        return self._make("created", seen.record_id, key, data)

    def whole(self, record: Record) -> Record:
        """The record with stage, type and people, and with the related records that a trigger asks for."""
        resource = self.cursor.resource
        whole = self.api.expand(resource, record)
        for name in self.related.get(resource, ()):
            if name not in whole:
                whole[name] = self._follow(record, name)
        return whole

    def _event(self, verb: str, record_id: str, rev: int, **data: Any) -> Event:
        return self._make(verb, record_id, f"{record_id}:{rev}:{verb}:{self.cursor.claim}", data)

    def _make(self, verb: str, record_id: str, key: str, data: Mapping[str, Any]) -> Event:
        now, resource = self.clock(), self.cursor.resource
        since = datetime.fromtimestamp(self.cursor.last_ok_at or now, UTC).isoformat()
        return Event(
            id=new_id("evt", now),
            type=f"{resource}.{verb}",
            source=f"poll:{resource}",
            key=key,
            time=now,
            data={"resource": resource, "record_id": record_id, "since": since, **data},
        )

    def _follow(self, record: Record, name: str) -> Any:
        """What a reference leads to: a record, None where it leads nowhere, a list for one that leads to many."""
        stands_in, target = self.api.abilities.references.get(self.cursor.resource, {}).get(name, ("", ""))
        ids = record.get(stands_in)
        if isinstance(ids, list):
            found = [self._look(target, each) for each in ids]
            return [each for each in found if each is not None]
        return self._look(target, ids) if ids else None

    def _look(self, resource: str, record_id: Any) -> Record | None:
        try:
            return self.api.expand(resource, self.api.get(resource, str(record_id)))
        except NotFound:
            return None
