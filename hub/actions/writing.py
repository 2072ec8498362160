"""`create`, `update`, `upsert` and `delete`: a write whose fields already hold the values is none, and says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.actions.kinds import Kind, called, one
from hub.actions.reading import matching, only
from hub.actions.sameness import differing, is_empty
from hub.context import Context
from hub.errors import Permanent
from hub.model import Record
from hub.registry import Outcome


def create_record(kind: Kind, ctx: Context, /, **fields: Any) -> Outcome:
    """A new record."""
    record = ctx.workglue.create(kind.name, _writable(kind, ctx, fields))
    return Outcome(record, f"Created {one(kind)} {record['id']}")


def update_record(kind: Kind, ctx: Context, /, *, id: str, only_if: str = "", **fields: Any) -> Outcome:
    """The record with these fields changed, or as it is when `only_if` does not hold for it now."""
    wanted = _writable(kind, ctx, fields)
    record = ctx.workglue.get(kind.name, id)
    # A repeat after a lost answer finds its own change, for which the condition need not hold any more.
    if only_if and differing(kind, record, wanted) and not ctx.holds(only_if, {"record": record}):
        return Outcome(record, f"Not changed: for the {one(kind)} as it is now, the condition does not hold")
    return _change(kind, ctx, record, wanted, fields)


def upsert_record(kind: Kind, ctx: Context, /, *, match: Mapping[str, Any], **fields: Any) -> Outcome:
    """The record that equals `match`, changed, or a new one with match and fields. Permanent when several do."""
    for name in fields:
        if name in match:
            raise Permanent(f"{name} stands under match and among the fields. Give it once.")
    sought = {name: value for name, value in match.items() if not is_empty(value)}
    wanted = _writable(kind, ctx, fields) if fields else {}
    found = only(kind, matching(kind, ctx, sought), sought) if sought else None
    if found is None:
        return create_record(kind, ctx, **sought, **fields)
    return _change(kind, ctx, found, wanted, fields)


def delete_record(kind: Kind, ctx: Context, /, *, id: str) -> Outcome:
    """The record is gone afterwards; one that was gone already is no error."""
    ctx.workglue.delete(kind.name, id)
    return Outcome(None, f"Deleted {one(kind)} {id}")


def _writable(kind: Kind, ctx: Context, fields: Mapping[str, Any]) -> Record:
    if not fields:
        raise Permanent(f"No field of the {one(kind)} is given.")
    resolved = ctx.workglue.resolve(kind.name, fields)
    for name in resolved:
        if name in kind.read_only:
            raise Permanent(f"{name} is written by Workglue itself and cannot be set.")
    return resolved


def _change(kind: Kind, ctx: Context, record: Record, wanted: Record, given: Mapping[str, Any]) -> Outcome:
    changes = differing(kind, record, wanted)
    if not changes:
        ctx.workglue.confirm(kind.name, record, wanted)
        return Outcome(record, _nothing(kind, wanted, given))
    changed = ctx.workglue.update(kind.name, str(record["id"]), changes)
    return Outcome(changed, f"Changed the {_listed([called(kind, name) for name in changes])}")


def _nothing(kind: Kind, wanted: Record, given: Mapping[str, Any]) -> str:
    names = [called(kind, name) for name in wanted]
    if not names:
        return "Nothing to change: it is there already"
    value = next(iter(given.values()))
    if len(names) > 1 or isinstance(value, list | tuple | Mapping):
        return f"Nothing to change: the {_listed(names)} are already as wanted"
    shown = "empty" if is_empty(value) else str(value).lower() if isinstance(value, bool) else str(value)[:80]
    return f"Nothing to change: the {names[0]} is already {shown}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
