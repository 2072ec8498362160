"""The inbox's verbs: what is kept without an event, addresses that pause or listen, and what becomes of a delivery
that is kept already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, exists, func, select, update

from hub.model import Delivery, DeliveryStatus
from hub.ports import Accepted, Settlement
from hub.store.desk import Desk
from hub.store.dialects import INSERT, insert_new
from hub.store.ledger.arrivals import write_arrivals
from hub.store.ledger.replays import take_item
from hub.store.ledger.trail import write_audit
from hub.store.rows import LONGEST_KEY, delivery_row, event_row
from hub.store.tables import address, refusal, run
from hub.store.tables import delivery as delivery_table
from hub.store.tables import event as event_table

PAUSED, RESUMING, OPEN = "paused", "resuming", ""
MOST_ADDRESSES = 50
"""How many addresses are listened to at once: whoever sends there is kept without a signature."""

_RENEWED = ("data", "subject")


class Inbox(Desk):
    """The ledger's verbs of the inbox."""

    def keep_unheard(
        self, delivery: Delivery, *, reason: str, most_samples: int, keeps_rejected: bool = True
    ) -> DeliveryStatus:
        """Keep a delivery that no recipe listens for: PAUSED where its address is paused, a SAMPLE (up to
        `most_samples`) where somebody listens to it, else REJECTED, which is kept only with `keeps_rejected`."""
        with self.db.write() as connection:
            status = _unheard(connection, delivery, most_samples)
            if status is not DeliveryStatus.REJECTED or keeps_rejected:
                told = reason if status is DeliveryStatus.REJECTED else ""
                insert_new(connection, delivery_table, [delivery_row(delivery, status, reason=told)])
        return status

    def count_refused(self, counts: Mapping[tuple[str, str, int], int]) -> None:
        """Add to the numbers of deliveries that were turned away without being kept, by (path, kind, minute)."""
        rows = [
            {"path": path[:LONGEST_KEY], "kind": kind, "minute": minute, "count": count}
            for (path, kind, minute), count in sorted(counts.items())
        ]
        if not rows:
            return
        with self.db.write() as connection:
            statement = INSERT[connection.dialect.name](refusal)
            more = {"count": refusal.c.count + statement.excluded["count"]}
            connection.execute(
                statement.on_conflict_do_update(index_elements=["path", "kind", "minute"], set_=more), rows
            )

    def pause(self, path: str, *, by: str, now: float, where: str = "") -> bool:
        """Keep what comes to this address from now on without starting anything. False when it is paused. Audited."""
        with self.db.write() as connection:
            if _lock(connection, path, now) == PAUSED:
                return False
            _change(connection, path, state=PAUSED, changed_at=now, changed_by=by)
            write_audit(connection, now=now, who=by, what="address.pause", where=where, after={"path": path})
        return True

    def resume(self, path: str, *, by: str, now: float, where: str = "") -> bool:
        """Begin to start what was kept; the clock does it, in order. False when it is not paused. Audited."""
        with self.db.write() as connection:
            if _lock(connection, path, now) != PAUSED:
                return False
            _change(connection, path, state=RESUMING, changed_at=now, changed_by=by)
            write_audit(connection, now=now, who=by, what="address.resume", where=where, after={"path": path})
        return True

    def reopen(self, path: str, *, now: float) -> bool:
        """End the resuming of an address of which nothing is kept back any more. False while something is."""
        with self.db.write() as connection:
            waits = exists().where(delivery_table.c.path == path, delivery_table.c.status == DeliveryStatus.PAUSED)
            if _lock(connection, path, now) != RESUMING or connection.execute(select(waits)).scalar():
                return False
            _change(connection, path, state=OPEN, changed_at=now)
        return True

    def listen(self, path: str, *, until: float, by: str, now: float, where: str = "") -> bool:
        """Keep what comes to this address as samples until then, as long as no recipe listens to it; `until` in the
        past ends it. False when too many addresses are listened to. Audited."""
        with self.db.write() as connection:
            _lock(connection, path, now)
            others = select(func.count()).where(address.c.listens_until > now, address.c.path != path)
            if until > now and connection.execute(others).scalar_one() >= MOST_ADDRESSES:
                return False
            _change(connection, path, listens_until=until, changed_at=now, changed_by=by)
            after = {"path": path, "until": until}
            write_audit(connection, now=now, who=by, what="address.listen", where=where, after=after)
        return True

    def reject_kept(self, delivery_id: str, *, reason: str) -> bool:
        """Let go of a delivery that was kept back and turns out not to be believed. False when it is not kept back."""
        this = (delivery_table.c.id == delivery_id, delivery_table.c.status == DeliveryStatus.PAUSED)
        values = {"status": DeliveryStatus.REJECTED, "reason": reason}
        with self.db.write() as connection:
            return connection.execute(update(delivery_table).where(*this).values(**values)).rowcount == 1

    def settle(self, settlement: Settlement) -> Accepted | None:
        """Do what a settlement says, all of it or nothing. None when somebody else was faster: the delivery has
        another status by now, or the part of the replay is done."""
        with self.db.write() as connection:
            this = delivery_table.c.id == settlement.delivery_id
            found = connection.execute(select(delivery_table.c.status).where(this).with_for_update()).scalar()
            if found != settlement.was:
                return None
            if settlement.item and not take_item(connection, *settlement.item):
                return None
            accepted = _write(connection, settlement)
            if settlement.becomes is not settlement.was:
                is_known = accepted.event_id != settlement.arrival.event.id  # somebody else brought it meanwhile
                became = DeliveryStatus.DUPLICATE if is_known else settlement.becomes
                row: dict[str, Any] = {"status": became, "reason": settlement.reason, "event_id": accepted.event_id}
                connection.execute(update(delivery_table).where(this).values(**row))
            if settlement.item:
                take_item(connection, *settlement.item, run_ids=accepted.run_ids)
        return accepted


def state_of(connection: Connection, path: str) -> str:
    """Whether an address is "paused" or "resuming", "" when it is open. It stays so until the transaction ends."""
    row = select(address.c.state).where(address.c.path == path[:LONGEST_KEY]).with_for_update(read=True)
    return str(connection.execute(row).scalar() or OPEN)


def is_other_text(connection: Connection, event_id: str, body: bytes) -> bool:
    """Whether the first delivery of an event had another body. Not when it is gone by now."""
    these = (delivery_table.c.event_id == event_id, delivery_table.c.event_id != "")
    first = select(delivery_table.c.body).where(*these).order_by(delivery_table.c.received_at, delivery_table.c.id)
    found = connection.execute(first.limit(1)).scalar()
    return found is not None and bytes(found) != body


def _unheard(connection: Connection, delivery: Delivery, most_samples: int) -> DeliveryStatus:
    path = delivery.path[:LONGEST_KEY]
    row = select(address.c.state, address.c.listens_until).where(address.c.path == path)
    found = connection.execute(row.with_for_update()).first()
    if found is None:
        return DeliveryStatus.REJECTED
    if found.state:
        return DeliveryStatus.PAUSED
    if found.listens_until > delivery.received_at:
        samples = (delivery_table.c.path == path, delivery_table.c.status == DeliveryStatus.SAMPLE)
        if connection.execute(select(func.count()).where(*samples)).scalar_one() < most_samples:
            return DeliveryStatus.SAMPLE
    return DeliveryStatus.REJECTED


def _lock(connection: Connection, path: str, now: float) -> str:
    """The state of an address, which nobody else can change until the transaction ends."""
    row = {"path": path, "state": OPEN, "changed_at": now, "changed_by": "", "listens_until": 0.0}
    insert_new(connection, address, [row])
    this = select(address.c.state).where(address.c.path == path).with_for_update()
    return str(connection.execute(this).scalar_one())


def _change(connection: Connection, path: str, **values: Any) -> None:
    connection.execute(update(address).where(address.c.path == path).values(**values))


def _write(connection: Connection, settlement: Settlement) -> Accepted:
    event = settlement.arrival.event
    if settlement.renews:
        nothing_yet = ~exists().where(run.c.event_id == event.id)
        row = {name: value for name, value in event_row(event).items() if name in _RENEWED}
        connection.execute(update(event_table).where(event_table.c.id == event.id, nothing_yet).values(**row))
    [accepted] = write_arrivals(connection, [settlement.arrival])
    return accepted
