"""Deliveries run again, many at once: the first one alone, the rest when it went well or a person says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, update

from hub.store.desk import Desk
from hub.store.ledger.trail import write_audit
from hub.store.tables import replay, replay_item

RUNS = "runs"
"""The kind of a replay that takes up runs; that of deliveries is ""."""
FIRST, WAITING, GOING, DONE, STOPPED = "first", "waiting", "going", "done", "stopped"


class Replays(Desk):
    """The ledger's verbs about replays of many deliveries."""

    def begin_replay(
        self,
        replay_id: str,
        delivery_ids: Sequence[str],
        *,
        filters: Mapping[str, Any],
        by: str,
        now: float,
        where: str = "",
    ) -> None:
        """Keep a replay of these deliveries, in this order. The clock works on it. Audited."""
        after = {"replay": replay_id, "deliveries": len(delivery_ids), "filters": dict(filters)}
        with self.db.write() as connection:
            _begin(connection, replay_id, delivery_ids, now=now, by=by, filters=filters)
            write_audit(connection, now=now, who=by, what="inbox.replay", where=where, after=after)

    def begin_resuming(
        self,
        replay_id: str,
        run_ids: Sequence[str],
        *,
        way: Mapping[str, Any],
        filters: Mapping[str, Any],
        canary: bool,
        by: str,
        now: float,
        where: str = "",
    ) -> None:
        """The same for runs that are taken up again, in the way that `way` says; without a `canary`, all at once."""
        after = {"replay": replay_id, "runs": len(run_ids), "filters": dict(filters), "way": dict(way)}
        more = {"kind": RUNS, "way": dict(way), "state": FIRST if canary else GOING}
        with self.db.write() as connection:
            _begin(connection, replay_id, run_ids, now=now, by=by, filters=filters, **more)
            write_audit(connection, now=now, who=by, what="runs.resume", where=where, after=after)

    def move_replay(self, replay_id: str, *, was: Sequence[str], state: str, note: str = "") -> bool:
        """Bring a replay from one of these states into another. False when it is in none of them."""
        with self.db.write() as connection:
            return _move(connection, replay_id, was, state=state, note=note)

    def decide_replay(
        self, replay_id: str, *, was: Sequence[str], state: str, by: str, now: float, where: str = ""
    ) -> bool:
        """The same by a person. Audited."""
        with self.db.write() as connection:
            if not _move(connection, replay_id, was, state=state, note=""):
                return False
            after = {"replay": replay_id, "state": state}
            write_audit(connection, now=now, who=by, what="inbox.replay", after=after, where=where)
        return True

    def finish_item(self, replay_id: str, position: int, *, run_ids: Sequence[str]) -> None:
        """A part of a replay that is done in another way than by a new run."""
        with self.db.write() as connection:
            take_item(connection, replay_id, position, run_ids=run_ids)

    def refuse_item(self, replay_id: str, position: int, *, note: str) -> None:
        """A delivery of a replay that cannot be run again, and why."""
        this = (replay_item.c.replay_id == replay_id, replay_item.c.position == position)
        with self.db.write() as connection:
            values = {"state": "refused", "note": note[:500]}
            connection.execute(update(replay_item).where(*this, replay_item.c.state == "due").values(**values))


def _begin(
    connection: Connection,
    replay_id: str,
    ids: Sequence[str],
    *,
    now: float,
    by: str,
    filters: Mapping[str, Any],
    **more: Any,
) -> None:
    head = {"id": replay_id, "made_at": now, "made_by": by, "state": FIRST, "note": "", "filters": dict(filters)}
    column = "run_id" if more.get("kind") == RUNS else "delivery_id"
    blank = {"replay_id": replay_id, "delivery_id": "", "run_id": "", "state": "due", "note": "", "run_ids": []}
    connection.execute(insert(replay), {"kind": "", "way": {}} | head | {"total": len(ids)} | more)
    connection.execute(
        insert(replay_item), [blank | {"position": number, column: each} for number, each in enumerate(ids)]
    )


def _move(connection: Connection, replay_id: str, was: Sequence[str], **values: str) -> bool:
    this = (replay.c.id == replay_id, replay.c.state.in_(list(was)))
    return connection.execute(update(replay).where(*this).values(**values)).rowcount == 1


def take_item(connection: Connection, replay_id: str, position: int, *, run_ids: Sequence[str] | None = None) -> bool:
    """Mark one delivery of a replay as done. False when it was already; with `run_ids`, add which runs it started."""
    this = [replay_item.c.replay_id == replay_id, replay_item.c.position == position]
    values: dict[str, Any] = {"state": "done"}
    if run_ids is None:
        this.append(replay_item.c.state == "due")
    else:
        values["run_ids"] = list(run_ids)
    return connection.execute(update(replay_item).where(*this).values(**values)).rowcount == 1
