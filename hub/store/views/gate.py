"""Deliveries, as lists and one by one."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, Connection, select

from hub.model import Delivery, DeliveryStatus
from hub.store.desk import Desk
from hub.store.rows import DELIVERY, AnyRow, columns_of, read_delivery
from hub.store.tables import delivery
from hub.store.views.paging import bounded, cut, key_of, older_than
from hub.store.views.shapes import DeliveryLine, DeliveryPage, Found, Listing

SEARCHED = 5_000
"""How many deliveries one search for a text looks through, newest first, before it asks whether to go on."""

SEARCHED_BYTES = 64_000_000
"""The same in bytes of their bodies."""

_BATCH = 100
_LINE = columns_of(DeliveryLine, delivery)
_NEWEST = (delivery.c.received_at.desc(), delivery.c.id.desc())


class GateViews(Desk):
    """The views' questions about deliveries."""

    def deliveries(
        self,
        *,
        status: DeliveryStatus | None = None,
        path: str = "",
        since: float | None = None,
        until: float | None = None,
        after: str = "",
        limit: int = 50,
    ) -> Listing[DeliveryLine]:
        """Deliveries, newest first, without their bodies; with `since` and `until`, those that came between."""
        limit = bounded(limit)
        filters = older_than(after, delivery.c.received_at, delivery.c.id) + chosen(status, path, since, until)
        with self.db.read() as connection:
            rows = connection.execute(select(*_LINE).where(*filters).order_by(*_NEWEST).limit(limit + 1))
            lines = [_read_line(row) for row in rows]
        return cut(lines, limit, lambda line: key_of(line.received_at, line.id))

    def search_deliveries(
        self,
        holds: Callable[[Delivery], bool],
        *,
        status: DeliveryStatus | None = None,
        path: str = "",
        since: float | None = None,
        until: float | None = None,
        after: str = "",
        limit: int = 50,
    ) -> Found[DeliveryLine]:
        """Of those deliveries the ones for which `holds` says so. One search looks through SEARCHED deliveries or
        SEARCHED_BYTES of bodies at most: it may find few or none, and still go on at `next`."""
        limit = bounded(limit)
        filters = chosen(status, path, since, until)
        found: list[DeliveryLine] = []
        looked = size = 0
        with self.db.read() as connection:
            while looked < SEARCHED and size < SEARCHED_BYTES:
                older = older_than(after, delivery.c.received_at, delivery.c.id)
                columns = [*DELIVERY, *(each for each in _LINE if each not in DELIVERY)]
                question = select(*columns).where(*filters, *older).order_by(*_NEWEST).limit(_BATCH)
                rows = connection.execute(question).all()
                for row in rows:
                    looked, size, after = looked + 1, size + row.size, key_of(row.received_at, row.id)
                    if holds(_read_whole(row)):
                        found.append(_read_part(row))
                    if len(found) == limit or size >= SEARCHED_BYTES:
                        return Found(tuple(found), looked, row.received_at, after)
                if len(rows) < _BATCH:
                    return Found(tuple(found), looked, None)
        return Found(tuple(found), looked, rows[-1].received_at, after)

    def delivery(self, delivery_id: str) -> DeliveryPage | None:
        """A delivery as it came, None when there is no such delivery."""
        this = delivery.c.id == delivery_id
        with self.db.read() as connection:
            row = connection.execute(select(*DELIVERY).where(this)).first()
            if row is None:
                return None
            line = connection.execute(select(*_LINE).where(this)).one()
        return DeliveryPage(read_delivery(row), _read_line(line))


def chosen(
    status: DeliveryStatus | None, path: str, since: float | None, until: float | None
) -> list[ColumnElement[bool]]:
    """The conditions for deliveries of a status and an address that came between two moments."""
    filters: list[ColumnElement[bool]] = []
    if status is not None:
        filters.append(delivery.c.status == status)
    if path:
        filters.append(delivery.c.path == path)
    if since is not None:
        filters.append(delivery.c.received_at >= since)
    if until is not None:
        filters.append(delivery.c.received_at < until)
    return filters


def find_deliveries(connection: Connection, event_id: str, *, most: int) -> list[DeliveryLine]:
    """The deliveries that reported this event, the first one first."""
    these = (delivery.c.event_id == event_id, delivery.c.event_id != "")
    first = (delivery.c.received_at, delivery.c.id)
    return [_read_line(row) for row in connection.execute(select(*_LINE).where(*these).order_by(*first).limit(most))]


def _read_line(row: AnyRow) -> DeliveryLine:
    return _read_part(row)


def _read_whole(row: AnyRow) -> Delivery:
    values = {each.name: getattr(row, each.name) for each in DELIVERY}
    values["headers"] = tuple((name, value) for name, value in values["headers"])
    return Delivery(**values | {"body": bytes(values["body"])})


def _read_part(row: AnyRow) -> DeliveryLine:
    values = {each.name: getattr(row, each.name) for each in _LINE}
    values["status"] = DeliveryStatus(values["status"])
    return DeliveryLine(**values)
