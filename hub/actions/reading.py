"""`list`, `find` and `get`: what the actions on records do that change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hub.actions.kinds import Kind, many, one
from hub.actions.sameness import is_contact_detail, is_empty, same_contact_detail
from hub.context import Context
from hub.errors import Permanent
from hub.model import Record
from hub.recipe.durations import parse_duration
from hub.recipe.moments import Moment, parse_day_or_moment
from hub.registry import Outcome

MOST = 10_000
COUNTED = 100
_HOW = "Write how long ago, as in 14d, or a moment, as in 2026-03-31T08:00:00Z."


def list_records(
    kind: Kind,
    ctx: Context,
    /,
    *,
    filters: Mapping[str, Any] | None = None,
    limit: int = 100,
    order: str = "",
    changed_since: Any = None,
    changed_before: Any = None,
) -> Outcome:
    """The records that fit all filters, e-mail addresses and phone numbers however they are written."""
    if not 1 <= limit <= MOST:
        raise Permanent(f"The limit must be between 1 and {MOST:,}. It is {limit}.")
    wanted = dict(filters or {})
    loose = _loose(wanted)
    rest = {name: value for name, value in wanted.items() if name not in loose}
    found = ctx.workglue.list(
        kind.name,
        rest,
        limit=MOST if loose else limit,
        order=order or "",
        changed_since=_moment("changed_since", changed_since, ctx.now()),
        changed_before=_moment("changed_before", changed_before, ctx.now()),
    )
    if loose:
        found = _alike(kind, found, loose)[:limit]
    note = f"{len(found)} {many(kind) if len(found) != 1 else one(kind)}"
    return Outcome(found, f"{note}, and there may be more: that is the limit" if len(found) == limit else note)


def find_record(kind: Kind, ctx: Context, /, *, first: bool = False, **fields: Any) -> Outcome:
    """The one record that equals all fields, None when there is none. Permanent when there are several.

    With nothing but empty values there is nothing to look for, and nothing is found: a person without an e-mail
    address is not whoever else has none.
    """
    if not fields:
        raise Permanent(f"Which {one(kind)} is meant is not said: give at least one field to look for.")
    if all(is_empty(value) for value in fields.values()):
        return Outcome(
            None, f"None found: {' and '.join(fields)} to look for {'is' if len(fields) == 1 else 'are'} empty"
        )
    found = matching(kind, ctx, fields, limit=1 if first else COUNTED + 1)
    return Outcome(only(kind, found, fields), "" if found else "None found")


def get_record(kind: Kind, ctx: Context, /, *, id: str) -> Outcome:
    """The record with this id. NotFound when there is none."""
    return Outcome(ctx.workglue.get(kind.name, id))


def only(kind: Kind, found: list[Record], fields: Mapping[str, Any]) -> Record | None:
    """The single record found, None when there is none. Permanent, saying how many, when there are several."""
    if len(found) <= 1:
        return found[0] if found else None
    count = f"more than {COUNTED}" if len(found) > COUNTED else str(len(found))
    looked = ", ".join(f"{name} {value}" for name, value in fields.items())
    raise Permanent(
        f"There are {count} {many(kind)} with {looked}, and one is meant.",
        hint="Give more fields to tell them apart, or `first: true` where it may be any of them.",
    )


def matching(kind: Kind, ctx: Context, sought: Mapping[str, Any], *, limit: int = COUNTED + 1) -> list[Record]:
    """Up to `limit` records that equal `sought`, e-mail addresses and phone numbers however they are written.

    The API compares exactly. Only when that finds nothing, all records that fit otherwise are read and compared here.
    """
    found = ctx.workglue.list(kind.name, sought, limit=limit)
    loose = _loose(sought)
    if found or not loose:
        return found
    others = {name: value for name, value in sought.items() if name not in loose}
    return _alike(kind, ctx.workglue.list(kind.name, others, limit=MOST), loose)[:limit]


def _loose(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The e-mail addresses and phone numbers among the fields, those of related records left out."""
    return {
        name: value
        for name, value in fields.items()
        if is_contact_detail(name) and "." not in name and not is_empty(value)
    }


def _alike(kind: Kind, candidates: list[Record], loose: Mapping[str, Any]) -> list[Record]:
    """Those whose e-mail addresses and phone numbers are the wanted ones; of several values any will do."""
    if len(candidates) >= MOST:
        names = " and ".join(loose)
        raise Permanent(f"There are too many {many(kind)} to compare {names}. Match by another field as well.")
    wanted = {name: value if isinstance(value, list | tuple) else [value] for name, value in loose.items()}
    return [
        record
        for record in candidates
        if all(
            any(same_contact_detail(name, record.get(name), each) for each in values) for name, values in wanted.items()
        )
    ]


def _moment(name: str, given: Any, now: float) -> float | None:
    """Seconds since the epoch of "14d" (so long ago), a day or a moment; None for nothing. A day begins in UTC."""
    if is_empty(given):
        return None
    try:
        return now - parse_duration(str(given).strip())
    except ValueError:
        pass
    try:
        found = parse_day_or_moment(given, UTC)
    except ValueError as problem:
        raise Permanent(f"{name} cannot be read: {problem}", hint=_HOW) from problem
    if isinstance(found, Moment):
        return found.at.timestamp()
    return datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()
