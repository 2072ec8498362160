"""`list`, `find` and `get`: what the actions on records do that change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.actions.kinds import Kind, many, one
from hub.actions.sameness import is_empty
from hub.context import Context
from hub.errors import Permanent
from hub.model import Record
from hub.registry import Outcome

MOST = 10_000
COUNTED = 100


def list_records(kind: Kind, ctx: Context, /, *, filters: Mapping[str, Any] | None = None, limit: int = 100) -> Outcome:
    """The records that equal all filters."""
    if not 1 <= limit <= MOST:
        raise Permanent(f"The limit must be between 1 and {MOST:,}. It is {limit}.")
    found = ctx.workglue.list(kind.name, filters or {}, limit=limit)
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
    found = ctx.workglue.list(kind.name, fields, limit=1 if first else COUNTED + 1)
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
