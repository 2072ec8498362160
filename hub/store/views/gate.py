"""Deliveries, as lists and one by one."""

from __future__ import annotations

from sqlalchemy import Connection, select

from hub.model import DeliveryStatus
from hub.store.desk import Desk
from hub.store.rows import DELIVERY, AnyRow, columns_of, read_delivery
from hub.store.tables import delivery
from hub.store.views.paging import bounded, cut, key_of, older_than
from hub.store.views.shapes import DeliveryLine, DeliveryPage, Listing

_LINE = columns_of(DeliveryLine, delivery)


class GateViews(Desk):
    """The views' questions about deliveries."""

    def deliveries(
        self, *, status: DeliveryStatus | None = None, path: str = "", after: str = "", limit: int = 50
    ) -> Listing[DeliveryLine]:
        """Deliveries, newest first, without their bodies."""
        limit = bounded(limit)
        filters = older_than(after, delivery.c.received_at, delivery.c.id)
        if status is not None:
            filters.append(delivery.c.status == status)
        if path:
            filters.append(delivery.c.path == path)
        newest = (delivery.c.received_at.desc(), delivery.c.id.desc())
        with self.db.read() as connection:
            rows = connection.execute(select(*_LINE).where(*filters).order_by(*newest).limit(limit + 1))
            lines = [_read_line(row) for row in rows]
        return cut(lines, limit, lambda line: key_of(line.received_at, line.id))

    def delivery(self, delivery_id: str) -> DeliveryPage | None:
        """A delivery as it came, None when there is no such delivery."""
        this = delivery.c.id == delivery_id
        with self.db.read() as connection:
            row = connection.execute(select(*DELIVERY).where(this)).first()
            if row is None:
                return None
            line = connection.execute(select(*_LINE).where(this)).one()
        return DeliveryPage(read_delivery(row), _read_line(line))


def find_deliveries(connection: Connection, event_id: str, *, most: int) -> list[DeliveryLine]:
    """The deliveries that reported this event, the first one first."""
    these = (delivery.c.event_id == event_id, delivery.c.event_id != "")
    first = (delivery.c.received_at, delivery.c.id)
    return [_read_line(row) for row in connection.execute(select(*_LINE).where(*these).order_by(*first).limit(most))]


def _read_line(row: AnyRow) -> DeliveryLine:
    values = row._asdict()
    values["status"] = DeliveryStatus(values["status"])
    return DeliveryLine(**values)
