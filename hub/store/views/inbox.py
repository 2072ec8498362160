"""What people do with the inbox: addresses that pause or listen, samples, replays, and what was turned away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, func, select

from hub.model import Delivery, DeliveryStatus, RunStatus, StepStatus
from hub.store.desk import Desk
from hub.store.rows import DELIVERY, columns_of, read_delivery
from hub.store.tables import address, delivery, refusal, replay, replay_item, run, step
from hub.store.views.paging import bounded
from hub.store.views.shapes import AddressLine, Ending, Refused, ReplayItem, ReplayPage

COUNTED = 1_000
"""How far deliveries are counted."""

_OWN = [address.c[name] for name in ("path", "state", "changed_at", "changed_by", "listens_until")]
_ITEM = columns_of(ReplayItem, replay_item)


class InboxViews(Desk):
    """The views' questions about addresses, samples and replays."""

    def addresses(self, *, now: float) -> tuple[AddressLine, ...]:
        """The addresses that are paused, or listened to, or that have samples from when they were."""
        sampled = select(delivery.c.path).where(delivery.c.status == DeliveryStatus.SAMPLE)
        meant = (address.c.state != "") | (address.c.listens_until > now) | address.c.path.in_(sampled)
        with self.db.read() as connection:
            rows = connection.execute(select(*_OWN).where(meant).order_by(address.c.path).limit(COUNTED))
            return tuple(_line(connection, tuple(row)) for row in rows.all())

    def address(self, path: str) -> AddressLine:
        """One address; open and listened to by nobody where nothing is known of it."""
        with self.db.read() as connection:
            row = connection.execute(select(*_OWN).where(address.c.path == path)).first()
            return _line(connection, tuple(row) if row else (path, "", 0.0, "", 0.0))

    def resuming(self) -> tuple[str, ...]:
        """The addresses of which what was kept back is to be started."""
        with self.db.read() as connection:
            rows = connection.execute(select(address.c.path).where(address.c.state == "resuming"))
            return tuple(sorted(rows.scalars()))

    def kept_back(self, path: str, *, limit: int) -> list[str]:
        """The ids of the deliveries that are kept back, in the order in which they came."""
        first = (delivery.c.received_at, delivery.c.id)
        these = _of(path, DeliveryStatus.PAUSED)
        with self.db.read() as connection:
            return list(connection.execute(select(delivery.c.id).where(*these).order_by(*first).limit(limit)).scalars())

    def samples(self, path: str, *, limit: int = 20) -> tuple[Delivery, ...]:
        """What was caught at an address while it was being set up, newest first."""
        return self._newest(_of(path, DeliveryStatus.SAMPLE), limit)

    def believed(self, path: str, *, limit: int = 20) -> tuple[Delivery, ...]:
        """The newest deliveries to an address that were believed, without those that the hub made itself."""
        return self._newest([*_of(path, DeliveryStatus.ACCEPTED), delivery.c.origin == ""], limit)

    def sampled_paths(self, *, limit: int = 50) -> tuple[str, ...]:
        """The addresses that have samples."""
        sampled = select(delivery.c.path).where(delivery.c.status == DeliveryStatus.SAMPLE).distinct()
        with self.db.read() as connection:
            return tuple(connection.execute(sampled.order_by(delivery.c.path).limit(limit)).scalars())

    def refused(self, *, since: float, path: str = "") -> tuple[Refused, ...]:
        """What was turned away without being kept since then, by address and kind, the latest first."""
        filters: list[ColumnElement[bool]] = [refusal.c.minute >= int(since // 60)]
        if path:
            filters.append(refusal.c.path == path)
        first, last = func.min(refusal.c.minute), func.max(refusal.c.minute)
        columns = (refusal.c.path, refusal.c.kind, func.sum(refusal.c.count).label("number"), first, last)
        question = select(*columns).where(*filters).group_by(refusal.c.path, refusal.c.kind)
        with self.db.read() as connection:
            rows = connection.execute(question.order_by(last.desc(), refusal.c.path).limit(50)).all()
        return tuple(Refused(row[0], row[1], int(row[2]), row[3] * 60.0, row[4] * 60.0 + 60.0) for row in rows)

    def replay(self, replay_id: str, *, limit: int = 100) -> ReplayPage | None:
        """A replay with its first deliveries, None when there is no such replay."""
        with self.db.read() as connection:
            head = connection.execute(select(replay).where(replay.c.id == replay_id)).first()
            if head is None:
                return None
            these = replay_item.c.replay_id == replay_id
            states = select(replay_item.c.state, func.count()).where(these).group_by(replay_item.c.state)
            counts = defaultdict(int, {str(state): int(number) for state, number in connection.execute(states)})
            rows = connection.execute(
                select(*_ITEM).where(these).order_by(replay_item.c.position).limit(bounded(limit))
            )
            items = tuple(_read_item(row._asdict()) for row in rows)
        return ReplayPage(**head._asdict(), done=counts["done"], refused=counts["refused"], items=items)

    def open_replays(self) -> tuple[str, ...]:
        """The replays that are to be worked on, oldest first."""
        with self.db.read() as connection:
            meant = replay.c.state.in_(("first", "going"))
            return tuple(connection.execute(select(replay.c.id).where(meant).order_by(replay.c.made_at)).scalars())

    def due_items(self, replay_id: str, *, limit: int) -> tuple[ReplayItem, ...]:
        """The next deliveries of a replay, in order."""
        these = (replay_item.c.replay_id == replay_id, replay_item.c.state == "due")
        with self.db.read() as connection:
            rows = connection.execute(select(*_ITEM).where(*these).order_by(replay_item.c.position).limit(limit))
            return tuple(_read_item(row._asdict()) for row in rows)

    def ending(self, event_id: str, recipe_id: str) -> Ending | None:
        """How the first run of a recipe for an event stands. None when there is none."""
        these = (run.c.event_id == event_id, run.c.recipe_id == recipe_id, run.c.replay_no == 0)
        with self.db.read() as connection:
            found = connection.execute(select(run.c.id, run.c.status, run.c.finished_at).where(*these)).first()
            if found is None:
                return None
            status = RunStatus(found.status)
            output = _last_output(connection, found.id) if found.finished_at is not None else None
            return Ending(found.id, status, found.finished_at is not None, output)

    def statuses(self, run_ids: Sequence[str]) -> dict[str, RunStatus]:
        """How these runs stand; unknown ones are absent."""
        these = run.c.id.in_(list(run_ids)[:COUNTED])
        with self.db.read() as connection:
            return {
                row.id: RunStatus(row.status) for row in connection.execute(select(run.c.id, run.c.status).where(these))
            }

    def _newest(self, filters: Sequence[ColumnElement[bool]], limit: int) -> tuple[Delivery, ...]:
        newest = (delivery.c.received_at.desc(), delivery.c.id.desc())
        with self.db.read() as connection:
            rows = connection.execute(select(*DELIVERY).where(*filters).order_by(*newest).limit(bounded(limit)))
            return tuple(read_delivery(row) for row in rows)


def _of(path: str, status: DeliveryStatus) -> list[ColumnElement[bool]]:
    return [delivery.c.path == path, delivery.c.status == status]


def _line(connection: Connection, own: tuple[str, str, float, str, float]) -> AddressLine:
    return AddressLine(
        *own,
        waiting=_count(connection, own[0], DeliveryStatus.PAUSED),
        samples=_count(connection, own[0], DeliveryStatus.SAMPLE),
    )


def _count(connection: Connection, path: str, status: DeliveryStatus) -> int:
    some = select(delivery.c.id).where(*_of(path, status)).limit(COUNTED).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _read_item(values: dict[str, object]) -> ReplayItem:
    runs = values["run_ids"]
    return ReplayItem(**values | {"run_ids": tuple(runs) if isinstance(runs, list) else ()})  # type: ignore[arg-type]


def _last_output(connection: Connection, run_id: str) -> object:
    """What the last step that was done came to; that of a `stop` is the result that it names."""
    done = select(step.c.action, step.c.output).where(step.c.run_id == run_id, step.c.status == StepStatus.OK)
    row = connection.execute(done.order_by(step.c.finished_at.desc(), step.c.seq.desc()).limit(1)).first()
    return None if row is None else row.output
