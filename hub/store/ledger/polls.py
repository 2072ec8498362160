"""The poller's side: cursors with a lease, pages that commit with their events, passes that close."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, literal_column, select, update

from hub.model import Cursor, RunStatus, Snapshot
from hub.ports import SeenRecord
from hub.store.desk import Desk
from hub.store.dialects import in_parts, insert_new
from hub.store.ledger.arrivals import write_arrivals
from hub.store.ledger.snapshots import drop_snapshots, keep_snapshots, lock_snapshots
from hub.store.rows import CURSOR, SNAPSHOT, cursor_row, read_snapshot
from hub.store.tables import cursor as cursor_table
from hub.store.tables import run, snapshot, step

_IN_FLIGHT = and_(step.c.sent_at.is_not(None), literal_column("step.status IN ('started', 'unknown')"))


class Polls(Desk):
    """The ledger's verbs of polling."""

    def take_cursor(self, resource: str, *, owner: str, now: float, lease: float) -> Cursor | None:
        """The cursor of a list, ours for `lease` seconds (with a new `claim`); None while another poller holds it."""
        free = (cursor_table.c.lease_until <= now) | (cursor_table.c.owner == owner)
        take = (
            update(cursor_table)
            .where(cursor_table.c.resource == resource, free)
            .values(claim=cursor_table.c.claim + 1, owner=owner, lease_until=now + lease)
            .returning(*CURSOR)
        )
        with self.db.write() as connection:
            insert_new(connection, cursor_table, [{"resource": resource}])
            row = connection.execute(take).first()
        return None if row is None else Cursor(**row._asdict())

    def snapshots(self, resource: str, record_ids: Sequence[str]) -> dict[str, Snapshot]:
        """What the poller last saw of these records; unknown ones are absent."""
        found: dict[str, Snapshot] = {}
        with self.db.read() as connection:
            for part in in_parts(record_ids):
                these = (snapshot.c.resource == resource, snapshot.c.record_id.in_(part))
                rows = connection.execute(select(*SNAPSHOT).where(*these))
                found |= {row.record_id: read_snapshot(row) for row in rows}
        return found

    def absent(self, resource: str, *, since_pass: int) -> list[Snapshot]:
        """Snapshots that no page has shown since pass number `since_pass` began, by record id."""
        missing = (snapshot.c.resource == resource, snapshot.c.pass_no < since_pass)
        with self.db.read() as connection:
            rows = connection.execute(select(*SNAPSHOT).where(*missing).order_by(snapshot.c.record_id))
            return [read_snapshot(row) for row in rows]

    def writes_in_flight(self, resource: str, *, sent_before: float) -> bool:
        """Whether a step that writes to this resource was sent before then and has no outcome (STARTED, UNKNOWN).

        Only steps of runs that go on by themselves count: one that waits for a person must not stop the poller.
        """
        sent = (step.c.resource == resource, _IN_FLIGHT, step.c.sent_at < sent_before)
        goes_on = run.c.status.in_((RunStatus.RUNNING, RunStatus.QUEUED))
        question = select(step.c.seq).join(run, run.c.id == step.c.run_id).where(*sent, goes_on).limit(1)
        with self.db.read() as connection:
            return connection.execute(question).first() is not None

    def poll_page(
        self,
        resource: str,
        claim: int,
        seen: Sequence[SeenRecord],
        *,
        shown: Sequence[str],
        pass_no: int,
        until: float,
    ) -> bool:
        """Write one page: snapshots, events and runs; `shown` are all ids on the page; the claim then
        lasts until `until`. False when it is lost.

        A record whose snapshot has moved on since the poller looked (a write of ours went through to it) is left out,
        with its event: the next pass sees it again.
        """
        with self.db.write() as connection:
            if not _hold_cursor(connection, resource, claim):
                return False
            before = lock_snapshots(connection, resource, (each.record_id for each in seen))
            believed = [each for each in seen if _fits(before.get(each.record_id), each)]
            kept = [
                Snapshot(resource, each.record_id, each.rev, each.record)
                for each in believed
                if each.record is not None
            ]
            keep_snapshots(connection, kept, pass_no=pass_no)
            drop_snapshots(connection, resource, [each.record_id for each in believed if each.record is None])
            write_arrivals(connection, [each.arrival for each in believed if each.arrival is not None])
            _note_shown(connection, resource, shown, pass_no)
            this = cursor_table.c.resource == resource
            connection.execute(update(cursor_table).where(this).values(pass_no=pass_no, lease_until=until))
        return True

    def poll_done(self, cursor: Cursor) -> bool:
        """Close a pass: keep the cursor's new state and give its lease up. False when the claim is lost.

        When `last_full_at` moves, the pass was full, and snapshots that it did not show count one more miss.
        """
        this = cursor_table.c.resource == cursor.resource
        with self.db.write() as connection:
            if not _hold_cursor(connection, cursor.resource, cursor.claim):
                return False
            before = connection.execute(select(cursor_table.c.last_full_at, cursor_table.c.pass_no).where(this)).one()
            if cursor.last_full_at is not None and cursor.last_full_at != before.last_full_at:
                missing = (snapshot.c.resource == cursor.resource, snapshot.c.pass_no < before.pass_no)
                connection.execute(update(snapshot).where(*missing).values(missed=snapshot.c.missed + 1))
            connection.execute(update(cursor_table).where(this).values(**cursor_row(cursor), owner="", lease_until=0.0))
        return True


def _hold_cursor(connection: Connection, resource: str, claim: int) -> bool:
    held = (cursor_table.c.resource == resource, cursor_table.c.claim == claim, cursor_table.c.owner != "")
    return connection.execute(select(cursor_table.c.claim).where(*held).with_for_update()).first() is not None


def _fits(before: Snapshot | None, seen: SeenRecord) -> bool:
    if before is None:
        return seen.record is not None  # a record that is gone already was deleted by us
    return before.rev < seen.rev


def _note_shown(connection: Connection, resource: str, shown: Sequence[str], pass_no: int) -> None:
    for part in in_parts(shown):
        these = (snapshot.c.resource == resource, snapshot.c.record_id.in_(part))
        connection.execute(update(snapshot).where(*these).values(pass_no=pass_no, missed=0))
