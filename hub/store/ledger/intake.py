"""How things come in: deliveries from the gate, events from elsewhere, schedules that are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, func, select, update

from hub import failpoints
from hub.model import Delivery, DeliveryStatus
from hub.ports import REPLAY_GUARD, Accepted, Arrival
from hub.store.desk import Desk
from hub.store.dialects import insert_new
from hub.store.ledger.arrivals import write_arrivals
from hub.store.ledger.inbox import is_other_text, state_of
from hub.store.rows import delivery_row, key_of
from hub.store.tables import delivery as delivery_table
from hub.store.tables import event as event_table
from hub.store.tables import schedule

REPLAYED = "The same text came within a day under another id, and this sender does not sign its ids."
CONFLICTING = "Another text came under an id that was seen before. The first one counts; this one started nothing."


class Intake(Desk):
    """The ledger's verbs of accepting."""

    def accept(
        self,
        delivery: Delivery,
        arrival: Arrival,
        *,
        status: DeliveryStatus = DeliveryStatus.ACCEPTED,
        likeness: str = "",
        reason: str = "",
        same_body: bool = False,
    ) -> Accepted:
        """Keep delivery, event and runs. For a known (source, key) only the delivery is added, as a duplicate; with
        `same_body`, as a conflict where its body is another one than that of the first.

        While the delivery's address is paused, it is kept with its event and without the runs.

        With a `likeness`, so it is when a delivery of the same path and likeness was accepted within REPLAY_GUARD
        seconds under another key: it is kept as replayed and makes no event. `reason` is for its owner.

        The same call made again, after an Unavailable that left its outcome open, changes nothing.
        """
        failpoints.reach("before_accept")
        with self.db.write() as connection:
            earlier = _find_replayed(connection, delivery, arrival, likeness) if likeness else ""
            if earlier:
                row = delivery_row(delivery, DeliveryStatus.REPLAYED, event_id=earlier, reason=REPLAYED)
                insert_new(connection, delivery_table, [row])
                return Accepted(earlier, duplicate=True, became=DeliveryStatus.REPLAYED)
            if status is DeliveryStatus.ACCEPTED and state_of(connection, delivery.path):
                arrival, status = Arrival(arrival.event), DeliveryStatus.PAUSED
            [accepted] = write_arrivals(connection, [arrival])
            became = status
            if accepted.duplicate:
                differs = same_body and is_other_text(connection, accepted.event_id, delivery.body)
                became = DeliveryStatus.CONFLICT if differs else DeliveryStatus.DUPLICATE
                reason = CONFLICTING if differs else reason
            failpoints.reach("accept_half_written")
            row = delivery_row(delivery, became, event_id=accepted.event_id, reason=reason, likeness=likeness)
            insert_new(connection, delivery_table, [row])
        failpoints.reach("after_accept")
        return replace(accepted, became=became)

    def reject(self, delivery: Delivery, *, reason: str, recipe_id: str = "") -> None:
        """Keep a delivery that started nothing, with the reason for its owner."""
        row = delivery_row(delivery, DeliveryStatus.REJECTED, recipe_id=recipe_id, reason=reason)
        with self.db.write() as connection:
            insert_new(connection, delivery_table, [row])

    def admit(self, arrivals: Sequence[Arrival]) -> list[Accepted]:
        """Keep events that came without a delivery (manual, recipe, replay). One transaction for all.

        A replay brings the old event itself, with a run whose `replay_no` is new.
        """
        with self.db.write() as connection:
            return write_arrivals(connection, arrivals)

    def schedule(self, recipe_id: str, trigger_id: str, *, next_at: float) -> float:
        """When this trigger is next due: what the ledger holds, else `next_at`, which it then holds."""
        this = (schedule.c.recipe_id == recipe_id, schedule.c.trigger_id == trigger_id)
        row = {"recipe_id": recipe_id, "trigger_id": trigger_id, "next_at": next_at}
        with self.db.write() as connection:
            insert_new(connection, schedule, [row])
            return float(connection.execute(select(schedule.c.next_at).where(*this)).scalar_one())

    def fire(
        self, recipe_id: str, trigger_id: str, arrivals: Sequence[Arrival], *, expected_at: float, next_at: float
    ) -> bool:
        """Keep a schedule's events and move it from `expected_at` to `next_at`. False when someone else did already."""
        with self.db.write() as connection:
            if not _move_schedule(connection, recipe_id, trigger_id, expected_at, next_at):
                return False
            failpoints.reach("schedule_half_written")
            write_arrivals(connection, arrivals)
        failpoints.reach("after_schedule")
        return True


def _find_replayed(connection: Connection, delivery: Delivery, arrival: Arrival, likeness: str) -> str:
    """The event of an accepted delivery that this one looks like a replay of, "" when there is none or when it has
    the very key of this one: an honest repeat."""
    path = delivery_row(delivery, DeliveryStatus.ACCEPTED)["path"]
    if connection.dialect.name == "postgresql":  # two at once would not see each other; SQLite writes one at a time
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(path + likeness))))
    alike = (
        delivery_table.c.path == path,
        delivery_table.c.likeness == likeness,
        delivery_table.c.status.in_((DeliveryStatus.ACCEPTED, DeliveryStatus.PAUSED)),
        delivery_table.c.received_at > delivery.received_at - REPLAY_GUARD,
    )
    rows = select(event_table.c.id, event_table.c.key).where(event_table.c.id == delivery_table.c.event_id, *alike)
    found = connection.execute(rows.limit(100)).all()
    if any(row.key == key_of(arrival.event) for row in found):
        return ""
    return str(found[0].id) if found else ""


def _move_schedule(connection: Connection, recipe_id: str, trigger_id: str, expected_at: float, next_at: float) -> bool:
    moved = connection.execute(
        update(schedule)
        .where(
            schedule.c.recipe_id == recipe_id,
            schedule.c.trigger_id == trigger_id,
            schedule.c.next_at == expected_at,
        )
        .values(next_at=next_at)
    )
    return moved.rowcount == 1
