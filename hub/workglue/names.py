"""References by name: `stage: Good Lead` instead of `stage_id: stg_2`, and the way back from ids to records.

Resources whose records have names (stages, types, employees) are kept as a copy; all others are looked up.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.errors import NotFound, Permanent
from hub.model import Record
from hub.ports import Catalogue
from hub.workglue.dialect import Profile, Reference, Resource

TIME_TO_LIVE = 60.0
REFRESH_PAUSE = 5.0
MOST_NAMES = 25

Lookup = Callable[[str, Mapping[str, Any]], Sequence[Record]]
"""(resource, filters) -> the records that match; no filters give all."""
Fetch = Callable[[str, str], Record]
"""(resource, id) -> the record; NotFound when there is none."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """All records of one resource as they were at one moment."""

    fetched_at: float
    records: Mapping[str, Record] = field(default_factory=dict)
    called: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, name: str) -> tuple[str, ...]:
        """The ids of the records with this name: exactly, else apart from case and spaces."""
        exact = self.called.get(name)
        if exact:
            return exact
        wanted = _fold(name)
        return tuple(each for called, ids in self.called.items() if _fold(called) == wanted for each in ids)


class Names:
    """The copies, and what is told from them. Threads share it; a copy is fetched by one of them at a time."""

    def __init__(self, profile: Profile, *, lookup: Lookup, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._profile = profile
        self._lookup = lookup
        self._fetch = fetch
        self._clock = clock
        self._copies: dict[str, _Copy] = {}
        self._locks = {name: threading.Lock() for name in profile.named}

    def catalogue(self) -> Catalogue:
        """All copies. Of several records with one name, the first has it."""
        copies = {name: self._copy(name) for name in self._profile.named}
        return Catalogue(
            records={
                name: {key: dict(record) for key, record in copy.records.items()} for name, copy in copies.items()
            },
            names={name: {called: ids[0] for called, ids in copy.called.items()} for name, copy in copies.items()},
        )

    def expand(self, resource: Resource, record: Record) -> Record:
        """The record with each named reference as an object beside its id, None where it is unset or unknown."""
        expanded = dict(record)
        for reference in resource.references.values():
            if not reference.many and reference.resource in self._locks:
                found = self._known(reference.resource, record.get(reference.field))
                expanded[reference.alias] = dict(found) if found else None
        return expanded

    def resolve(self, resource: Resource, fields: Mapping[str, Any]) -> Record:
        """The fields with references by name turned into ids. Permanent for unknown fields, names and doubles."""
        resolved: Record = {}
        for name, value in fields.items():
            reference = resource.alias(name)
            target = reference.field if reference else name
            if reference and target in fields:
                raise Permanent(f"{name} and {target} are both given for the {resource.words}. Give one of them.")
            if not reference:
                self._refuse_unknown(resource, name)
                resolved[name] = value
            elif reference.many:
                entries = value if isinstance(value, list | tuple) else [value]
                resolved[target] = [self._id_of(reference, entry) for entry in entries if not _is_empty(entry)]
            else:
                resolved[target] = None if _is_empty(value) else self._id_of(reference, value)
        return resolved

    def _refuse_unknown(self, resource: Resource, name: str) -> None:
        stamps = self._profile.timestamps
        if name in resource.fields or name in ("id", stamps.created, stamps.updated):
            return
        known = [*resource.fields, *(each.alias for each in resource.references.values())]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"The API profile lists the fields of {resource.name}."
        raise Permanent(f"{name} is not a field of {resource.name.replace('_', ' ')}. {hint}", hint=hint)

    def _id_of(self, reference: Reference, value: Any) -> str:
        target = self._profile.resources[reference.resource]
        if isinstance(value, Mapping):
            if value.get("id"):
                return str(value["id"])
            named = [str(value.get(each) or "") for each in target.names]
            if any(named) and set(value) <= set(target.names):
                return self._by_name(target, " ".join(named).strip())
            return self._by_fields(target, value)
        if not isinstance(value, str):
            raise Permanent(f"{reference.alias} must be a name or an id. It is {value!r}.")
        return self._by_name(target, value) if target.name in self._locks else self._by_search(target, value.strip())

    def _by_name(self, target: Resource, name: str) -> str:
        copy = self._copy(target.name)
        if name in copy.records:
            return name
        ids = copy.find(name)
        if not ids:
            copy = self._copy(target.name, newer_than=copy)
            ids = (name,) if name in copy.records else copy.find(name)
        if len(ids) == 1:
            return ids[0]
        if ids:
            raise Permanent(_several(target, name, ids), hint="Give the id instead of the name.")
        near = difflib.get_close_matches(_fold(name), [_fold(each) for each in copy.called], n=MOST_NAMES, cutoff=0.5)
        names = sorted(copy.called, key=lambda each: near.index(_fold(each)) if _fold(each) in near else len(near))
        shown = ", ".join(names[:MOST_NAMES]) + (" and others" if len(names) > MOST_NAMES else "")
        hint = f"Did you mean {names[0]}?" if near else ""
        raise Permanent(f"There is no {target.words} called {name}. There are: {shown or 'none'}.", hint=hint)

    def _by_search(self, target: Resource, text: str) -> str:
        """The id of a record that is not in a copy: by its natural key, a person by e-mail or name, else by id."""
        for filters in _searches(target, text):
            found = self._lookup(target.name, filters)
            if found:
                return _only(target, text, found)
        try:
            return str(self._fetch(target.name, text)["id"])
        except NotFound:
            raise Permanent(f"There is no {target.words} called {text} in Workglue.") from None

    def _by_fields(self, target: Resource, wanted: Mapping[str, Any]) -> str:
        for name in wanted:
            self._refuse_unknown(target, name)
        shown = ", ".join(f"{name} {value}" for name, value in wanted.items())
        if not any(value not in (None, "") for value in wanted.values()):
            raise Permanent(f"Which {target.words} is meant is not said: all that is given to look for is empty.")
        found = self._lookup(target.name, wanted)
        if not found:
            raise Permanent(f"There is no {target.words} with {shown} in Workglue.")
        return _only(target, shown, found)

    def _known(self, resource: str, record_id: Any) -> Record | None:
        if not record_id:
            return None
        copy = self._copy(resource)
        found = copy.records.get(record_id)
        return found if found else self._copy(resource, newer_than=copy).records.get(record_id)

    def _copy(self, resource: str, *, newer_than: _Copy | None = None) -> _Copy:
        """The copy of a resource, fetched when it is too old, or when something was missed in `newer_than` (but a
        copy that is only seconds old is as good as a new one)."""
        with self._locks[resource]:
            now = self._clock()
            copy = self._copies.get(resource)
            oldest = REFRESH_PAUSE if newer_than is not None and copy is newer_than else TIME_TO_LIVE
            if copy is None or not 0 <= now - copy.fetched_at < oldest:
                copy = self._copies[resource] = self._fetched(resource, now)
            return copy

    def _fetched(self, resource: str, now: float) -> _Copy:
        records = {record["id"]: record for record in self._lookup(resource, {})}
        called: dict[str, tuple[str, ...]] = {}
        for record_id, record in records.items():
            words = [str(record.get(each) or "").strip() for each in self._profile.resources[resource].names]
            name = " ".join(word for word in words if word)
            called[name] = (*called.get(name, ()), record_id)
        return _Copy(now, records, called)


def _searches(target: Resource, text: str) -> list[dict[str, Any]]:
    if target.natural_key:
        return [{target.natural_key: text}]
    if "@" in text and "email" in target.fields:
        return [{"email": text}]
    words = text.split()
    if {"first_name", "last_name"} <= set(target.fields):
        return [
            {"first_name": " ".join(words[:cut]), "last_name": " ".join(words[cut:])} for cut in range(1, len(words))
        ]
    return []


def _only(target: Resource, text: str, found: Sequence[Record]) -> str:
    if len(found) > 1:
        raise Permanent(
            _several(target, text, [str(each["id"]) for each in found]), hint="Give the id instead of the name."
        )
    return str(found[0]["id"])


def _several(target: Resource, name: str, ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:5]) + (" and others" if len(ids) > 5 else "")
    return f"{len(ids)} {target.name.replace('_', ' ')} match {name}: {shown}."


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
