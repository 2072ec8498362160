"""What the poller last saw, and our own writes going through to it, so that they do not come back as events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, bindparam, select

from hub.model import Snapshot, Write
from hub.store.dialects import in_parts, upsert
from hub.store.rows import SNAPSHOT, read_snapshot
from hub.store.tables import cursor, snapshot

_NAMES = tuple(each.name for each in fields(Snapshot))
_LOCK = (
    select(*SNAPSHOT)
    .where(
        snapshot.c.resource == bindparam("of_resource"),
        snapshot.c.record_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(snapshot.c.record_id)
    .with_for_update()
)


def write_through(connection: Connection, writes: Sequence[Write], *, at: float = 0.0) -> None:
    """Let the snapshots take our own writes over, in order.

    Fields are merged into a snapshot that is there; its `rev` moves, and `at`, when the outcome was known, is kept: a
    page that was asked for before says nothing about the record. A created record gets a snapshot where its list is
    polled; that of a deleted one is buried.
    """
    by_resource: dict[str, list[Write]] = defaultdict(list)
    for write in writes:
        by_resource[write.resource].append(write)
    for resource in sorted(by_resource):
        _write_list(connection, resource, by_resource[resource], at)


def _write_list(connection: Connection, resource: str, writes: Sequence[Write], at: float) -> None:
    before = lock_snapshots(connection, resource, (write.record_id for write in writes))
    after = dict(before)
    polled, pass_no = _list_state(connection, resource) if any(write.created for write in writes) else (False, 0)
    for write in writes:
        seen = after.get(write.record_id)
        there = seen is not None and seen.gone_at is None
        if write.deleted and seen is not None and there:
            after[write.record_id] = _revised(seen, at, gone_at=at)
        elif seen is not None and there:
            merged = seen.record | dict(write.fields)
            if merged != seen.record:
                after[write.record_id] = _revised(seen, at, record=merged)
        elif write.created and polled:
            new = Snapshot(resource, write.record_id, 0, {}, born=pass_no)
            after[write.record_id] = _revised(seen or new, at, record=dict(write.fields), gone_at=None)
    new_ids = {name for name, each in after.items() if name not in before or before[name].gone_at is not None}
    changed = [each for name, each in after.items() if before.get(name) is not each]
    keep_snapshots(connection, [each for each in changed if each.record_id in new_ids], pass_no=pass_no)
    keep_snapshots(connection, [each for each in changed if each.record_id not in new_ids])


def _revised(seen: Snapshot, at: float, **changes: Any) -> Snapshot:
    """The next revision, one that needs no event: it is our own doing."""
    return replace(seen, rev=seen.rev + 1, quiet=seen.quiet + 1, wrote_at=at, missed=0, **changes)


def _list_state(connection: Connection, resource: str) -> tuple[bool, int]:
    """Whether the list is polled, and the number of the pass that goes over it."""
    row = connection.execute(select(cursor.c.pass_no).where(cursor.c.resource == resource)).first()
    return (row is not None, row.pass_no if row is not None else 0)


def lock_snapshots(connection: Connection, resource: str, record_ids: Iterable[str]) -> dict[str, Snapshot]:
    """The snapshots of these records by record id, unchanged by others until the transaction ends."""
    found: dict[str, Snapshot] = {}
    for part in in_parts(sorted(set(record_ids))):
        rows = connection.execute(_LOCK, {"of_resource": resource, "ids": part})
        found |= {row.record_id: read_snapshot(row) for row in rows}
    return found


def keep_snapshots(connection: Connection, snapshots: Sequence[Snapshot], *, pass_no: int | None = None) -> None:
    """Insert or replace; `pass_no` says that this pass has shown them."""
    shown = {} if pass_no is None else {"pass_no": pass_no}
    upsert(connection, snapshot, [_row(each) | shown for each in snapshots])


def _row(seen: Snapshot) -> dict[str, Any]:
    return {name: getattr(seen, name) for name in _NAMES}
