"""An account in memory behind the engine's API door: records, a journal of effects, and faults on demand."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from hub.errors import NotFound, StepError
from hub.model import Record
from hub.ports import Abilities, Catalogue, Page

STAGES = {
    "s1": {"id": "s1", "name": "Good Lead", "category": "sales"},
    "s2": {"id": "s2", "name": "Won", "category": "active"},
}


class Account:
    """hub.ports.Api over dictionaries. `faults` are raised before or after the next effects, first one first."""

    def __init__(self, *, idempotent: bool = True, updated_since: bool = True, clock: Callable[[], float]) -> None:
        self.records: dict[str, dict[str, Record]] = {"jobs": {}, "job_stages": dict(STAGES)}
        self.effects: Counter[str] = Counter()
        self.faults: list[tuple[str, StepError]] = []
        self.during: list[Callable[[], None]] = []
        self.calls: list[str] = []
        self.looked_since: list[float] = []
        self.page_size = 3
        self.served_at: float | None = None
        self.abilities = Abilities(
            updated_since=updated_since,
            sort=True,
            idempotent=idempotent,
            updated_field="updated_at",
            created_field="created_at",
            references={
                "jobs": {"customer": ("customer_id", "customers"), "contacts": ("contact_ids", "contacts")},
            },
            fields={"jobs": frozenset({"name", "stage_id", "city", "quickbooks_id"})},
            read_only={"jobs": frozenset({"id", "created_at", "updated_at", "quickbooks_id"})},
        )
        self._keys: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._stamps = itertools.count(1)
        self._clock = clock

    # ---- what the office does --------------------------------------------------------------------------------

    def office_creates(self, **fields: Any) -> str:
        """A person makes a job; its id."""
        record_id = f"j{next(self._numbers)}"
        stamp = self._stamp()
        self.records["jobs"][record_id] = {"id": record_id, "created_at": stamp, "updated_at": stamp, **fields}
        return record_id

    def office_edits(self, record_id: str, **fields: Any) -> None:
        """A person changes a job."""
        self.records["jobs"][record_id] |= {**fields, "updated_at": self._stamp()}

    def office_deletes(self, record_id: str) -> None:
        """A person deletes a job."""
        del self.records["jobs"][record_id]

    # ---- hub.ports.Api ---------------------------------------------------------------------------------------

    def pages(
        self,
        resource: str,
        *,
        filters: Mapping[str, Any] | None = None,
        updated_since: str = "",
        oldest_change_first: bool = False,
        size: int | None = None,
        patience: Callable[[float], None] | None = None,
    ) -> Iterator[Page]:
        """See hub.ports.Api."""
        self.calls.append(f"list {resource} since {updated_since or 'ever'}")
        chosen = [
            dict(record)
            for record in self.records[resource].values()
            if str(record.get("updated_at", "")) >= updated_since
            and all(record.get(name) == value for name, value in (filters or {}).items())
        ]
        parts = [chosen[start : start + self.page_size] for start in range(0, len(chosen), self.page_size)] or [[]]
        for number, part in enumerate(parts):
            self._trouble("before")
            yield Page(tuple(part), last=number == len(parts) - 1, served_at=self.served_at)

    def get(self, resource: str, record_id: str) -> Record:
        """See hub.ports.Api."""
        if record_id not in self.records[resource]:
            raise NotFound(f"There is no {resource} {record_id}.")
        return dict(self.records[resource][record_id])

    def create(self, resource: str, fields: Mapping[str, Any], *, key: str) -> Record:
        """See hub.ports.Api."""
        self.calls.append(f"create {key}")
        self._trouble("before")
        if self.abilities.idempotent and key in self._keys:
            record_id = self._keys[key]
        else:
            record_id = self.office_creates(**fields)
            self._keys[key] = record_id
            self.effects[f"create {fields.get('name')}"] += 1
        self._trouble("after")
        return dict(self.records[resource][record_id])

    def update(self, resource: str, record_id: str, fields: Mapping[str, Any]) -> Record:
        """See hub.ports.Api."""
        self.calls.append(f"update {record_id}")
        self._trouble("before")
        side_effects = {"quickbooks_id": "QB1"} if fields.get("stage_id") == "s2" else {}
        self.office_edits(record_id, **fields, **side_effects)
        self.effects[f"update {record_id}"] += 1
        self._trouble("after")
        return dict(self.records[resource][record_id])

    def delete(self, resource: str, record_id: str) -> None:
        """See hub.ports.Api."""
        self.records[resource].pop(record_id, None)
        self.effects[f"delete {record_id}"] += 1

    def resolve(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """See hub.ports.Api."""
        return dict(fields)

    def expand(self, resource: str, record: Record) -> Record:
        """See hub.ports.Api."""
        return {**record, "stage": STAGES.get(str(record.get("stage_id")))}

    def catalogue(self) -> Catalogue:
        """See hub.ports.Api."""
        return Catalogue({}, {})

    def look_up(self, _: Any, resource: str, fields: Mapping[str, Any], since: float) -> list[Record]:
        """What a create may have left behind (hub.engine.transport.LookUp)."""
        self.looked_since.append(since)
        return [
            dict(record)
            for record in self.records[resource].values()
            if all(record.get(name) == value for name, value in fields.items())
        ]

    def _trouble(self, when: str) -> None:
        if when == "after" and self.during:
            self.during.pop(0)()
        if self.faults and self.faults[0][0] == when:
            raise self.faults.pop(0)[1]

    def _stamp(self) -> str:
        number = next(self._stamps)
        return f"2026-03-31T12:{number // 60:02d}:{number % 60:02d}.000000Z"


class Letters:
    """hub.context.Messages that remembers. `faults` as in Account."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.faults: list[Exception] = []

    def send(self, to: str, *, title: str, body: str) -> None:
        """See hub.context.Messages."""
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append((to, body))


class NoWeb:
    """hub.context.Http that must not be used."""

    def request(self, method: str, url: str, **_: Any) -> Record:
        """Always wrong."""
        raise AssertionError(f"{method} {url}")


def names(effects: Mapping[str, int], verb: str) -> Sequence[str]:
    """The records that this verb was done to, sorted."""
    return sorted(effect.removeprefix(f"{verb} ") for effect in effects if effect.startswith(verb))
