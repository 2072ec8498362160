"""What the poller last saw, and our own writes going through to it, so that they do not come back as events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete, select

from hub.model import Record, Snapshot, Write
from hub.store.dialects import in_parts, upsert
from hub.store.rows import SNAPSHOT, read_snapshot
from hub.store.tables import cursor, snapshot

_LOCK = (
    select(*SNAPSHOT)
    .where(
        snapshot.c.resource == bindparam("of_resource"),
        snapshot.c.record_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(snapshot.c.record_id)
    .with_for_update()
)
_DELETE = delete(snapshot).where(
    snapshot.c.resource == bindparam("of_resource"), snapshot.c.record_id == bindparam("of_record")
)


def write_through(connection: Connection, writes: Sequence[Write]) -> None:
    """Let the snapshots take our own writes over, in order.

    Fields are merged into a snapshot that is there; its `rev` moves, so that a poll that read it before skips the
    record until the next pass. A created record gets one where its list is polled; a deleted one loses it.
    """
    by_resource: dict[str, list[Write]] = defaultdict(list)
    for write in writes:
        by_resource[write.resource].append(write)
    for resource in sorted(by_resource):
        _write_list(connection, resource, by_resource[resource])


def _write_list(connection: Connection, resource: str, writes: Sequence[Write]) -> None:
    before = lock_snapshots(connection, resource, (write.record_id for write in writes))
    after = dict(before)
    polled, pass_no = _list_state(connection, resource) if any(write.created for write in writes) else (False, 0)
    for write in writes:
        seen = after.get(write.record_id)
        if write.deleted:
            after.pop(write.record_id, None)
        elif seen is not None:
            after[write.record_id] = _merge(seen, dict(write.fields))
        elif write.created and polled:
            after[write.record_id] = Snapshot(resource, write.record_id, 1, dict(write.fields))
    new = [each for each in after.values() if each.record_id not in before]
    changed = [each for each in after.values() if before.get(each.record_id, each) is not each]
    keep_snapshots(connection, new, pass_no=pass_no)
    keep_snapshots(connection, changed)
    drop_snapshots(connection, resource, before.keys() - after.keys())


def _merge(seen: Snapshot, fields: Record) -> Snapshot:
    merged = seen.record | fields
    return seen if merged == seen.record else replace(seen, record=merged, rev=seen.rev + 1)


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
    rows = [
        {"resource": each.resource, "record_id": each.record_id, "rev": each.rev, "record": each.record} | shown
        for each in snapshots
    ]
    upsert(connection, snapshot, rows)


def drop_snapshots(connection: Connection, resource: str, record_ids: Iterable[str]) -> None:
    """Forget these records."""
    rows = [{"of_resource": resource, "of_record": record_id} for record_id in sorted(record_ids)]
    if rows:
        connection.execute(_DELETE, rows)
