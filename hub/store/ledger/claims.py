"""Who works on a run: taking, keeping and losing the right to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, select, update

from hub.model import Event, Run, RunStatus, StepRecord
from hub.ports import ClaimedRun
from hub.store.desk import Desk
from hub.store.dialects import in_parts
from hub.store.due import QUEUED, RUNNING, priorities
from hub.store.rows import EVENT, RUN, STEP, read_event, read_run, read_step
from hub.store.tables import event, run, step


def _candidates(*conditions: ColumnElement[bool]) -> Select[int, float, str]:
    """What `_choose` sorts by, and the id."""
    rows = select(-run.c.priority, run.c.due_at, run.c.id).where(*conditions)
    return rows.limit(bindparam("most")).with_for_update(skip_locked=True)


_DUE = _candidates(QUEUED, run.c.priority == bindparam("level"), run.c.due_at <= bindparam("now")).order_by(
    run.c.due_at
)
_LEFT = _candidates(RUNNING, run.c.lease_until <= bindparam("now")).order_by(run.c.priority.desc(), run.c.due_at)
_TAKE = (
    update(run)
    .where(run.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        status=RunStatus.RUNNING,
        claim=run.c.claim + 1,
        owner=bindparam("by"),
        lease_until=bindparam("until"),
        started_at=func.coalesce(run.c.started_at, bindparam("now")),
        crashes=run.c.crashes + case((RUNNING, 1), else_=0),
    )
    .returning(*RUN)
)
_EVENTS = select(*EVENT).where(event.c.id.in_(bindparam("ids", expanding=True)))
_JOURNALS = select(*STEP).where(step.c.run_id.in_(bindparam("ids", expanding=True))).order_by(step.c.seq)
_HELD = (
    select(run.c.id, run.c.claim)
    .where(run.c.id.in_(bindparam("ids", expanding=True)), RUNNING)
    .order_by(run.c.id)  # one order for everybody, so that two who want the same runs do not block each other
    .with_for_update()
)
_RENEW = update(run).where(run.c.id.in_(bindparam("ids", expanding=True))).values(lease_until=bindparam("until"))


class Claims(Desk):
    """The ledger's verbs about the right to a run."""

    def claim(self, owner: str, *, limit: int, now: float, lease: float) -> list[ClaimedRun]:
        """Take up to `limit` runs that are due: QUEUED with `due_at` <= now, or RUNNING with a lease that has ended.

        Highest priority first, then longest due. Each gets `claim` + 1, status RUNNING, owner, `lease_until` = now +
        lease, `started_at` where it was None; one taken from an ended lease gets `crashes` + 1. Never the same run
        to two callers.
        """
        if limit <= 0:
            return []
        with self.db.write() as connection:
            ids = _choose(connection, limit, now)
            if not ids:
                return []
            taken = {"ids": ids, "by": owner, "until": now + lease, "now": now}
            runs = {row.id: read_run(row) for row in connection.execute(_TAKE, taken)}
            events = _load_events(connection, runs.values())
            journals = _load_journals(connection, ids)
        return [ClaimedRun(runs[run_id], events[runs[run_id].event_id], journals[run_id]) for run_id in ids]

    def renew(self, claims: Sequence[tuple[str, int]], *, until: float) -> set[str]:
        """Lengthen the leases of (run id, claim) pairs. Returns the ids of those that are lost."""
        with self.db.write() as connection:
            held = lock_claims(connection, (run_id for run_id, _ in claims))
            ours = [run_id for run_id, claim in claims if held.get(run_id) == claim]
            for part in in_parts(ours):
                connection.execute(_RENEW, {"ids": part, "until": until})
        return {run_id for run_id, _ in claims} - set(ours)


def lock_claims(connection: Connection, run_ids: Iterable[str]) -> dict[str, int]:
    """The claim numbers of those runs that are RUNNING now. They stay as they are until the transaction ends."""
    held: dict[str, int] = {}
    for part in in_parts(sorted(set(run_ids))):
        held.update(connection.execute(_HELD, {"ids": part}).all())
    return held


def _choose(connection: Connection, limit: int, now: float) -> list[str]:
    found = list(connection.execute(_LEFT, {"now": now, "most": limit}))
    wanted = limit
    for level in priorities(connection):
        due = connection.execute(_DUE, {"level": level, "now": now, "most": wanted}).all()
        found.extend(due)
        wanted -= len(due)
        if wanted == 0:
            break
    return [run_id for _, _, run_id in sorted(found)[:limit]]


def _load_events(connection: Connection, runs: Iterable[Run]) -> dict[str, Event]:
    events: dict[str, Event] = {}
    for part in in_parts({each.event_id for each in runs}):
        events |= {row.id: read_event(row) for row in connection.execute(_EVENTS, {"ids": part})}
    return events


def _load_journals(connection: Connection, run_ids: Sequence[str]) -> dict[str, dict[str, StepRecord]]:
    journals: dict[str, dict[str, StepRecord]] = defaultdict(dict)
    for part in in_parts(run_ids):
        for row in connection.execute(_JOURNALS, {"ids": part}):
            journals[row.run_id][row.path] = read_step(row)
    return journals
