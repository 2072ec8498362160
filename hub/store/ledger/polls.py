"""The poller's side: cursors with a lease, pages that commit with their events, passes that close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, and_, case, delete, func, literal_column, select, update

from hub import failpoints
from hub.model import Cursor, RunStatus, Snapshot
from hub.ports import Attendance, KeptPage, Passing, SeenRecord
from hub.store.desk import Desk
from hub.store.dialects import in_parts, insert_new
from hub.store.ledger.arrivals import write_arrivals
from hub.store.ledger.floods import end_pass, hold_back, let_wait
from hub.store.ledger.snapshots import keep_snapshots, lock_snapshots
from hub.store.ledger.trail import write_audit
from hub.store.rows import CURSOR, SNAPSHOT, cursor_row, read_snapshot
from hub.store.tables import cursor as cursor_table
from hub.store.tables import run, snapshot, step

REMEMBERED = 7 * 86_400.0
"""Seconds for which the row of a deleted record stays, so that a late list does not make a new record of it."""

_IN_FLIGHT = and_(step.c.sent_at.is_not(None), literal_column("step.status IN ('started', 'unknown')"))
_THERE = snapshot.c.gone_at.is_(None)


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

    def hold_cursor(self, resource: str, claim: int, *, until: float, began_at: float | None = None) -> bool:
        """Keep the claim until then; a past time gives it up. False when it is lost. `began_at` is kept where the list
        was not asked for before."""
        with self.db.write() as connection:
            if not claim_holds(connection, resource, claim):
                return False
            lengthen(connection, resource, until)
            if began_at is not None:
                first = (cursor_table.c.resource == resource, cursor_table.c.began_at.is_(None))
                connection.execute(update(cursor_table).where(*first).values(began_at=began_at))
        return True

    def snapshots(self, resource: str, record_ids: Sequence[str], *, buried: bool = False) -> dict[str, Snapshot]:
        """What the poller last saw of these records; unknown ones are absent. With `buried`, only those that were
        deleted, as far as they are still remembered."""
        found: dict[str, Snapshot] = {}
        with self.db.read() as connection:
            for part in in_parts(record_ids):
                these = (snapshot.c.resource == resource, snapshot.c.record_id.in_(part))
                rows = connection.execute(select(*SNAPSHOT).where(*these, ~_THERE if buried else _THERE))
                found |= {row.record_id: read_snapshot(row) for row in rows}
        return found

    def listed(self, resource: str, *, after: str, born_before: int, limit: int) -> list[Snapshot]:
        """Records that are there and were first shown before that pass, by id, from the one behind `after`."""
        these = (snapshot.c.resource == resource, snapshot.c.record_id > after, _THERE, snapshot.c.born < born_before)
        with self.db.read() as connection:
            rows = connection.execute(select(*SNAPSHOT).where(*these).order_by(snapshot.c.record_id).limit(limit))
            return [read_snapshot(row) for row in rows]

    def attendance(self, resource: str, *, since_pass: int) -> Attendance:
        """How many records there are, and how many no page has shown since that pass began."""
        missing = func.sum(case((snapshot.c.pass_no < since_pass, 1), else_=0))
        question = select(func.count(), missing).where(snapshot.c.resource == resource, _THERE)
        with self.db.read() as connection:
            known, absent = connection.execute(question).one()
        return Attendance(known, int(absent or 0))

    def absent(self, resource: str, *, since_pass: int, after: str = "", limit: int = 200) -> list[Snapshot]:
        """Some of those that no page has shown since pass number `since_pass` began, by id, behind `after`."""
        missing = (snapshot.c.resource == resource, snapshot.c.pass_no < since_pass, _THERE)
        these = select(*SNAPSHOT).where(*missing, snapshot.c.record_id > after).order_by(snapshot.c.record_id)
        with self.db.read() as connection:
            return [read_snapshot(row) for row in connection.execute(these.limit(limit))]

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
        passing: Passing,
        until: float,
    ) -> KeptPage | None:
        """Write one page: snapshots, events and runs; `shown` are all ids on the page; the claim then lasts until
        `until`. None when it is lost.

        A record whose snapshot has moved on since the poller looked (a write of ours went through to it) is left out,
        with its event: the next pass sees it again.
        """
        with self.db.write() as connection:
            if not claim_holds(connection, resource, claim):
                return None
            before = lock_snapshots(connection, resource, (each.record_id for each in seen))
            believed = [each for each in seen if _fits(before.get(each.record_id), each)]
            kept = [_revised(resource, each, before.get(each.record_id), passing) for each in believed]
            keep_snapshots(connection, kept, pass_no=passing.number)
            arrivals = [each.arrival for each in believed if each.arrival is not None]
            accepted = write_arrivals(connection, let_wait(arrivals, passing))
            held = hold_back(connection, resource, arrivals, accepted, passing)
            failpoints.reach("page_half_written")
            events = sum(not each.duplicate for each in accepted)
            _note_shown(connection, resource, shown, passing.number)
            done = {"pass_no": passing.number, "lease_until": until, "made": cursor_table.c.made + events}
            connection.execute(update(cursor_table).where(cursor_table.c.resource == resource).values(**done))
        failpoints.reach("after_page")
        left_out = {each.record_id for each in seen} - {each.record_id for each in believed}
        return KeptPage(events, frozenset(left_out), held)

    def poll_done(self, cursor: Cursor) -> bool:
        """Close a pass: keep the cursor's new state and give its lease up. False when the claim is lost.

        When `passes` moves, runs that waited for its end are due. When `last_full_at` moves, the pass was full:
        snapshots that it did not show count one more miss, and it is counted whether each change has its event.
        """
        this = cursor_table.c.resource == cursor.resource
        with self.db.write() as connection:
            if not claim_holds(connection, cursor.resource, cursor.claim):
                return False
            before = connection.execute(select(cursor_table).where(this)).one()
            if cursor.passes != before.passes:
                end_pass(connection, cursor.resource, cursor.passes, now=cursor.last_ok_at or 0.0)
            values = cursor_row(cursor) | {"owner": "", "lease_until": 0.0, "began_at": before.began_at}
            if cursor.last_full_at is not None and cursor.last_full_at != before.last_full_at:
                missing = (snapshot.c.resource == cursor.resource, snapshot.c.pass_no < before.pass_no, _THERE)
                connection.execute(update(snapshot).where(*missing).values(missed=snapshot.c.missed + 1))
                buried = _forget_buried(connection, cursor.resource, cursor.last_full_at - REMEMBERED)
                account = before.buried + buried + _count_due(connection, cursor.resource)
                values |= {"buried": before.buried + buried, "unexplained": account - before.made}
            connection.execute(update(cursor_table).where(this).values(**values))
        return True

    def accept_list(self, resource: str, *, by: str, now: float, where: str = "") -> bool:
        """A person says that a list which is held for missing records is right as it is. False when it is not held.
        Audited. It counts for as many records as the last pass missed; one under way begins anew."""
        this = cursor_table.c.resource == resource
        with self.db.write() as connection:
            row = connection.execute(select(cursor_table).where(this).with_for_update()).first()
            if row is None or not row.held:
                return False
            gone = (snapshot.c.resource == resource, _THERE, snapshot.c.pass_no < row.passes)
            missing = connection.execute(select(func.count()).select_from(snapshot).where(*gone)).scalar_one()
            said = {"accepted": missing, "held": "", "full_wanted": True}
            free = {"claim": row.claim + 1, "owner": "", "lease_until": 0.0}
            connection.execute(update(cursor_table).where(this).values(**said, **free))
            write_audit(
                connection,
                now=now,
                who=by,
                what="list.accept",
                before={"list": resource, "held": row.held},
                after={"list": resource, "missing": missing},
                where=where,
            )
        return True

    def count_unexplained(self, resource: str) -> int:
        """Changes of this list that have neither an event nor a reason, counted anew from its snapshots. Not 0 means
        that something was lost, or told twice."""
        with self.db.read() as connection:
            row = connection.execute(select(cursor_table).where(cursor_table.c.resource == resource)).first()
            return 0 if row is None else row.buried + _count_due(connection, resource) - row.made


def claim_holds(connection: Connection, resource: str, claim: int) -> bool:
    """Whether this claim on a list is still in force; then it stays so until the transaction ends."""
    held = (cursor_table.c.resource == resource, cursor_table.c.claim == claim, cursor_table.c.owner != "")
    return connection.execute(select(cursor_table.c.claim).where(*held).with_for_update()).first() is not None


def lengthen(connection: Connection, resource: str, until: float) -> None:
    """Let the claim on a list last until then."""
    connection.execute(update(cursor_table).where(cursor_table.c.resource == resource).values(lease_until=until))


def _fits(before: Snapshot | None, seen: SeenRecord) -> bool:
    if before is None:
        return seen.record is not None
    if seen.record is None and before.gone_at is not None:
        return False  # a record that is gone already was deleted by us
    return before.rev < seen.rev


def _revised(resource: str, seen: SeenRecord, before: Snapshot | None, passing: Passing) -> Snapshot:
    old = before or Snapshot(resource, seen.record_id, 0, {}, born=passing.number)
    if old.gone_at is not None:
        old = replace(old, born=passing.number, wrote_at=None, gone_at=None)
    return replace(
        old,
        rev=seen.rev,
        record=old.record if seen.record is None else seen.record,
        missed=0,
        quiet=old.quiet + (seen.arrival is None) * (seen.rev - old.rev),
        gone_at=passing.now if seen.record is None else None,
    )


def _note_shown(connection: Connection, resource: str, shown: Sequence[str], pass_no: int) -> None:
    for part in in_parts(shown):
        these = (snapshot.c.resource == resource, snapshot.c.record_id.in_(part))
        connection.execute(update(snapshot).where(*these).values(pass_no=pass_no, missed=0))


def _count_due(connection: Connection, resource: str) -> int:
    """How many events there should have been, by the revisions of the snapshots."""
    due = func.sum(snapshot.c.rev - snapshot.c.quiet)
    return int(connection.execute(select(due).where(snapshot.c.resource == resource)).scalar() or 0)


def _forget_buried(connection: Connection, resource: str, before: float) -> int:
    old = (snapshot.c.resource == resource, snapshot.c.gone_at < before)
    told = int(connection.execute(select(func.sum(snapshot.c.rev - snapshot.c.quiet)).where(*old)).scalar() or 0)
    connection.execute(delete(snapshot).where(*old))
    return told
