"""Workglue in memory, behind the engine's own door: what a test gives, and what the recipe makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hub.errors import Conflict, HubError, NotFound, Permanent, Place
from hub.model import Record
from hub.ports import Abilities, Catalogue, Page
from hub.rehearsing.case import Given, Later
from hub.rehearsing.catalogue import usual_records
from hub.workglue.dialect import Profile, Resource
from hub.workglue.matching import has_values, is_since, read_moment, write_moment
from hub.workglue.names import Names

_EMPTY: Mapping[str, Any] = {"ids": [], "list": [], "object": {}}
_NOWHERE = Place("", 1, 1)


class GivenError(HubError):
    """A record of the test cannot be: a field or a name in it does not exist. `place` says where it stands."""


class Account:
    """hub.ports.Api over dictionaries. `writes` lists what changed, in order: {do, resource, id, fields}.

    Records have all fields of the profile; those that are not given are empty. References may be given by name.
    `fills` are the fields that Workglue itself sets when a step creates a record, by the step's path.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        given: Sequence[Given],
        clock: Callable[[], float],
        fills: Mapping[str, Record] | None = None,
        later: Sequence[Later] = (),
    ) -> None:
        self.writes: list[Record] = []
        self._profile = profile
        self._clock = clock
        self._began = clock()
        self._fills = fills or {}
        self._later = list(later)
        self._records: dict[str, dict[str, Record]] = {name: {} for name in profile.resources}
        self._made: Counter[str] = Counter()
        self._by_key: dict[str, tuple[str, str]] = {}
        self._names = Names(profile, lookup=self._lookup, fetch=self._stored, clock=clock)
        named = [each for each in given if each.resource in profile.named]
        for each in (*named, *_usual(profile, named), *(each for each in given if each not in named)):
            self._put(each)
        for change in later:
            self._checked(change.change)

    # ---- what the test does ------------------------------------------------------------------------------------

    def full(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """A record as Workglue would show it: every field, references as ids and as records. Permanent for a field or
        a name that does not exist."""
        kind = self._kind(resource)
        return self._names.expand(kind, {**self._blank(kind), **self._resolved(kind, fields)})

    def hold(self, given: Given) -> None:
        """Add a record, unless there is one of its id. GivenError when it cannot be."""
        if str(given.fields.get("id")) not in self._records[given.resource]:
            self._put(given)

    def reach(self, step: str) -> None:
        """Make the changes that happen right before this step."""
        self._change_those(lambda each: each.step == step)

    def _put(self, given: Given) -> None:
        kind = self._kind(given.resource)
        fields = self._checked(given)
        there = self._records[kind.name]
        record_id = str(fields.get("id") or f"{kind.name}-{len(there) + 1}")
        there[record_id] = {**there.get(record_id, self._blank(kind)), **fields, "id": record_id}

    def _checked(self, given: Given) -> Record:
        """The fields with references as ids. GivenError, with its place, for a field or a name that does not exist."""
        try:
            return self._resolved(self._kind(given.resource), given.fields)
        except Permanent as problem:
            raise GivenError(problem.message, hint=problem.hint, place=given.place) from problem

    def _blank(self, kind: Resource) -> Record:
        stamp = write_moment(datetime.fromtimestamp(self._began, UTC))
        stamps = self._profile.timestamps
        blank = {name: _EMPTY.get(form) for name, form in kind.fields.items()}
        return {"id": None, **blank, **{name: stamp for name in (stamps.created, stamps.updated) if name}}

    def _resolved(self, kind: Resource, fields: Mapping[str, Any]) -> Record:
        """References by name as ids; the records beside the ids that the API shows are left out."""
        shown = {each.alias for each in kind.references.values() if each.field in fields}
        return self._names.resolve(kind, {name: value for name, value in fields.items() if name not in shown})

    def _catch_up(self) -> None:
        passed = self._clock() - self._began
        self._change_those(lambda each: each.after is not None and each.after <= passed)

    def _change_those(self, wanted: Callable[[Later], bool]) -> None:
        due = [each for each in self._later if wanted(each)]
        self._later = [each for each in self._later if each not in due]
        for each in due:
            self._put(each.change)

    # ---- hub.ports.Api -----------------------------------------------------------------------------------------

    @property
    def abilities(self) -> Abilities:
        """What the profile says."""
        return self._profile.abilities()

    def pages(
        self,
        resource: str,
        *,
        filters: Mapping[str, Any] | None = None,
        updated_since: str = "",
        oldest_change_first: bool = False,
        size: int | None = None,
        patience: Callable[[float], None] | None = None,  # noqa: ARG002 - nothing here asks for any
    ) -> Iterator[Page]:
        """See hub.ports.Api. Without a size everything is on one page."""
        self._catch_up()
        since = read_moment(updated_since) if updated_since else None
        stamp = self._profile.timestamps.updated
        found = [
            dict(record)
            for record in self._records[self._kind(resource, "GET").name].values()
            if has_values(record, filters or {}) and (since is None or is_since(record.get(stamp), since))
        ]
        if oldest_change_first:
            found.sort(key=lambda record: str(record.get(stamp)))
        length = size or len(found) or 1
        for start in range(0, len(found) or 1, length):
            yield Page(tuple(found[start : start + length]), last=start + length >= len(found))

    def get(self, resource: str, record_id: str) -> Record:
        """One record. NotFound when the test gives none."""
        self._catch_up()
        return self._stored(self._kind(resource, "GET").name, record_id)

    def create(self, resource: str, fields: Mapping[str, Any], *, key: str) -> Record:
        """A new record with the id <resource>-new-<number>. The same key gives the same record."""
        kind = self._kind(resource, "POST")
        if key in self._by_key and self.abilities.idempotent:
            return self._stored(*self._by_key[key])
        self._refuse_taken(kind, fields)
        self._made[resource] += 1
        record_id = f"{resource}-new-{self._made[resource]}"
        filled = self._fills.get(key.partition("/")[2], {})
        self._records[resource][record_id] = {
            **self._blank(kind),
            **fields,
            **filled,
            **self._stamps(),
            "id": record_id,
        }
        self._by_key[key] = (resource, record_id)
        self.writes.append({"do": "create", "resource": resource, "id": record_id, "fields": dict(fields)})
        return self._stored(resource, record_id)

    def update(self, resource: str, record_id: str, fields: Mapping[str, Any]) -> Record:
        """The record after the change. NotFound when the test gives none."""
        kind = self._kind(resource, "PATCH")
        self._catch_up()
        before = self._stored(resource, record_id)
        self._refuse_taken(kind, fields, but=record_id)
        merged = {
            name: {**(before.get(name) or {}), **value} if isinstance(value, dict) else value
            for name, value in fields.items()
        }
        stamp = {name: value for name, value in self._stamps().items() if name == self._profile.timestamps.updated}
        self._records[resource][record_id] = {**before, **merged, **stamp}
        self.writes.append({"do": "update", "resource": resource, "id": record_id, "fields": dict(fields)})
        return self._stored(resource, record_id)

    def delete(self, resource: str, record_id: str) -> None:
        """Gone afterwards."""
        self._kind(resource, "DELETE")
        self._catch_up()
        self._records[resource].pop(record_id, None)
        self.writes.append({"do": "delete", "resource": resource, "id": record_id, "fields": {}})

    def resolve(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """See hub.ports.Api."""
        return self._names.resolve(self._kind(resource), fields)

    def expand(self, resource: str, record: Record) -> Record:
        """See hub.ports.Api."""
        return self._names.expand(self._kind(resource), record)

    def catalogue(self) -> Catalogue:
        """See hub.ports.Api."""
        return self._names.catalogue()

    def _kind(self, name: str, method: str = "") -> Resource:
        kind = self._profile.resources.get(name)
        if kind is None or (method and method not in kind.methods):
            raise Permanent(f"Workglue does not offer this for {name.replace('_', ' ')}.")
        return kind

    def _stored(self, resource: str, record_id: str) -> Record:
        found = self._records[resource].get(str(record_id))
        if found is None:
            words = self._profile.resources[resource].words
            raise NotFound(f"There is no {words} {record_id}.", hint=f"Add it to the test under given: {resource}.")
        return dict(found)

    def _lookup(self, resource: str, filters: Mapping[str, Any]) -> list[Record]:
        return [dict(record) for record in self._records[resource].values() if has_values(record, filters)]

    def _stamps(self) -> Record:
        now = write_moment(datetime.fromtimestamp(self._clock(), UTC))
        stamps = self._profile.timestamps
        return {name: now for name in (stamps.created, stamps.updated) if name}

    def _refuse_taken(self, kind: Resource, fields: Mapping[str, Any], *, but: str = "") -> None:
        unique = kind.natural_key
        taken = self._lookup(kind.name, {unique: fields[unique]}) if fields.get(unique) else []
        if any(record["id"] != but for record in taken):
            raise Conflict(f"There is already a {kind.words} whose {unique} is {fields[unique]}.")


def _usual(profile: Profile, given: Sequence[Given]) -> Iterator[Given]:
    """The usual stages, types and employees, without those that the test gives itself by id or name."""
    place = given[0].place if given else _NOWHERE
    for resource, records in usual_records().items():
        if resource not in profile.named:
            continue
        own = [each.fields for each in given if each.resource == resource]
        names = profile.resources[resource].names
        taken = {each.get("id") for each in own} | {_called(each, names) for each in own}
        for record in records:
            if record["id"] not in taken and _called(record, names) not in taken:
                yield Given(resource, record, place)


def _called(record: Record, names: Sequence[str]) -> str:
    return " ".join(str(record.get(name) or "") for name in names).strip()
