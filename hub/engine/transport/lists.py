"""Lists of records with more than the API can ask for: several values, fields of related records, order, age.

What the API can do is sent to it, the rest is done here, and the result is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hub.errors import Permanent
from hub.model import Record
from hub.ports import Api

LARGEST_LIST = 10_000
"""Records that one step takes from a list at the most."""

MOST_QUESTIONS = 12
"""Values of a field for which the API is asked one after the other; of more, everything is read and compared here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is to hold. Of a field in `any_of` each of several values will do; "" and None are unset.

    `order` is a field of the expanded record, "stage.position" too, with a minus before it for the opposite.
    """

    equal: Mapping[str, Any] = field(default_factory=dict)
    any_of: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    order: str = ""
    changed_since: float | None = None
    changed_before: float | None = None

    @property
    def is_simple(self) -> bool:
        """Whether the first records that the API gives will do."""
        return not self.any_of and not self.order and self.changed_before is None


def find_records(api: Api, resource: str, wanted: Wanted, *, limit: int) -> list[Record]:
    """Up to `limit` records, expanded. Without an order: with `changed_before` the one first that was not changed for
    longest, with several values for a field the oldest first, else as the API gives them. Permanent when more would
    have to be compared than one step may take."""
    if wanted.changed_before is not None and not api.abilities.updated_field:
        raise Permanent("Workglue does not say when a record was changed, so `changed_before` cannot be used.")
    found = _collected(api, resource, wanted, most=limit if wanted.is_simple else LARGEST_LIST)
    expanded = [api.expand(resource, record) for record in found]
    order = wanted.order or (api.abilities.updated_field if wanted.changed_before is not None else "")
    if order or wanted.any_of:
        expanded.sort(key=lambda record: _age(record, api.abilities.created_field))
    if order:
        expanded = _ordered(expanded, order)
    return expanded[:limit]


def read_filters(api: Api, resource: str, filters: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Filters as (fields with one value, fields with several), names as ids; `stage.category` becomes the stages."""
    equal: dict[str, Any] = {}
    any_of: dict[str, list[Any]] = {}
    for name, value in filters.items():
        if "." in name:
            related_field, ids = _of_related(api, resource, name, value)
            _narrow(any_of, related_field, ids)
        elif isinstance(value, list | tuple):
            resolved = [api.resolve(resource, {name: each}) for each in value]
            target = next(iter(resolved[0])) if resolved else name
            _narrow(any_of, target, [each for one in resolved for each in _flat(one[target])])
        else:
            ((target, one),) = api.resolve(resource, {name: value}).items()
            if isinstance(one, list) and one:
                _narrow(any_of, target, one)
            else:
                equal[target] = one
    return equal, any_of


def _narrow(any_of: dict[str, list[Any]], name: str, values: list[Any]) -> None:
    """These values of a field will do, as far as others that were asked for do, too."""
    any_of[name] = [each for each in values if each in any_of.get(name, values)]


def _flat(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _of_related(api: Api, resource: str, path: str, value: Any) -> tuple[str, list[str]]:
    """The field that holds the id of a related record, and the ids of those whose own field is as wanted."""
    alias, _, inner = path.partition(".")
    known = api.abilities.references.get(resource, {})
    if alias not in known:
        raise Permanent(
            f"{path} cannot be a filter: {alias} is no related record of {resource.replace('_', ' ')}.",
            hint=f"Related records are {', '.join(sorted(known)) or 'not known here'}.",
        )
    related_field, related = known[alias]
    equal, any_of = read_filters(api, related, {inner: value})
    found = _collected(api, related, Wanted(equal, any_of), most=LARGEST_LIST)
    return related_field, [str(record["id"]) for record in found]


def _collected(api: Api, resource: str, wanted: Wanted, *, most: int) -> list[Record]:
    """The records that fit, each once. Permanent when `most` is all that may be read and there are more."""
    if any(not values for values in wanted.any_of.values()):
        return []
    since = "" if wanted.changed_since is None else _stamp(wanted.changed_since)
    found: dict[str, Record] = {}
    for filters in _questions(api, wanted):
        for record in _asked(api, resource, filters, wanted, since=since, size=min(most, 200)):
            if _fits(record, wanted, api.abilities.updated_field):
                found.setdefault(str(record.get("id")), record)
            if len(found) >= most and wanted.is_simple:
                return list(found.values())
            if len(found) > most:
                what = resource.replace("_", " ")
                raise Permanent(f"More than {most:,} {what} fit, too many to compare.", hint="Add filters.")
    return list(found.values())


def _asked(
    api: Api, resource: str, filters: Mapping[str, Any], wanted: Wanted, *, since: str, size: int
) -> Iterator[Record]:
    """The records of one question; where the API can sort, no further than to those that were changed too lately."""
    before = wanted.changed_before
    sorts = before is not None and api.abilities.sort
    for page in api.pages(resource, filters=filters, updated_since=since, oldest_change_first=sorts, size=size):
        yield from page.records
        if sorts and page.records and moment(page.records[-1].get(api.abilities.updated_field)) >= (before or 0.0):
            return


def _questions(api: Api, wanted: Wanted) -> list[dict[str, Any]]:
    """What the API is asked: once for each value of the field with the fewest, where it can filter at all."""
    few = {name: values for name, values in wanted.any_of.items() if len(values) <= MOST_QUESTIONS}
    askable = {name: values for name, values in few.items() if name not in wanted.equal}
    if not askable or not api.abilities.equality:
        return [dict(wanted.equal)]
    name = min(askable, key=lambda each: len(askable[each]))
    return [{**wanted.equal, name: value} for value in dict.fromkeys(map(_hashable, askable[name]))]


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _fits(record: Record, wanted: Wanted, updated_field: str) -> bool:
    if not all(holds_any(record.get(name), values) for name, values in wanted.any_of.items()):
        return False
    changed = moment(record.get(updated_field)) if wanted.changed_before is not None else 0.0
    return wanted.changed_before is None or 0.0 < changed < wanted.changed_before


def holds_any(value: Any, wanted: Sequence[Any]) -> bool:
    """Whether a field's value is one of those that are wanted, or holds one of them; unset is wanted as "" or None."""
    if isinstance(value, list) and value:
        return any(holds_any(each, wanted) for each in value)
    if value in (None, "", []):
        return any(each in (None, "") for each in wanted)
    return any(_text(value) == _text(each) for each in wanted)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _ordered(records: list[Record], order: str) -> list[Record]:
    """By a field, equal ones as they come; unset ones last, whichever way. Permanent for a field that no record has."""
    path = order.removeprefix("-").split(".")
    keys = [_key(record, path) for record in records]
    if records and all(key is None for key in keys) and path[0] not in records[0]:
        near = ", ".join(sorted(records[0]))
        raise Permanent(f"The records have no field {path[0]} to be ordered by.", hint=f"They have {near}.")
    there = [place for place, key in enumerate(keys) if key is not None]
    there.sort(key=lambda place: keys[place] or (0, ""), reverse=order.startswith("-"))
    return [records[place] for place in (*there, *(place for place, key in enumerate(keys) if key is None))]


def _age(record: Record, created_field: str) -> tuple[str, list[tuple[int, str]]]:
    """What puts the oldest first; those of the same moment by id, where job-2 comes before job-10."""
    parts = re.split("([0-9]+)", str(record.get("id")))
    return str(record.get(created_field) or ""), [(len(part) if part.isdecimal() else 0, part) for part in parts]


def _key(record: Record, path: Sequence[str]) -> tuple[int, Any] | None:
    value: Any = record
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    if value in (None, "") or isinstance(value, list | Mapping):
        return None
    return (0, float(value)) if isinstance(value, int | float) else (1, str(value).casefold())


def moment(stamp: Any) -> float:
    """A time stamp of the API as seconds since the epoch, 0 for none."""
    try:
        read = datetime.fromisoformat(str(stamp))
    except ValueError:
        return 0.0
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
