"""Who works on a run: taking, keeping and losing the right to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, select, update

from hub import failpoints
from hub.model import Event, Run, RunStatus, StepRecord
from hub.ports import ClaimedRun
from hub.store.desk import Desk
from hub.store.dialects import in_parts
from hub.store.due import QUEUED, RUNNING, priorities
from hub.store.ledger.lanes import Candidate, is_open, let_in, wake_forgotten
from hub.store.rows import EVENT, RUN, STEP, read_event, read_run, read_step
from hub.store.tables import event, run, step

AGES_EVERY = 600.0
"""Seconds after which a run that waits goes before those of the next higher priority, and once more up to `high`."""
_STEP, _TOP = 10, 10  # between two priorities, and the highest that waiting leads to (hub.engine.intake)
_ROUNDS = 8  # how often one claim looks on when it finds runs that have to wait for others
_MANY = 200


def _candidates(*conditions: ColumnElement[bool]) -> Select[Any]:
    rows = select(*(run.c[each.name] for each in fields(Candidate))).where(*conditions)
    return rows.limit(bindparam("most")).with_for_update(skip_locked=True)


_DUE = _candidates(
    QUEUED,
    run.c.priority == bindparam("level"),
    run.c.due_at <= bindparam("now"),
    run.c.id.not_in(bindparam("seen", expanding=True)),
).order_by(run.c.due_at)
_LEFT = _candidates(RUNNING, run.c.lease_until <= bindparam("now")).order_by(run.c.priority.desc(), run.c.due_at)
_TAKE = (
    update(run)
    .where(run.c.id.in_(bindparam("ids", expanding=True)), is_open())  # a newer run may have taken its place meanwhile
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

        Highest priority first, then longest due; whoever has been due for AGES_EVERY seconds goes with the next higher
        priority. A run that has to wait for another one of its lane or its record is passed over.

        Each gets `claim` + 1, status RUNNING, owner, `lease_until` = now + lease, `started_at` where it was None; one
        taken from an ended lease gets `crashes` + 1. Never the same run to two callers.
        """
        if limit <= 0:
            return []
        with self.db.write() as connection:
            ids = _choose(connection, limit, now)
            if not ids:
                wake_forgotten(connection, now=now)
                return []
            wanted = {"ids": ids, "by": owner, "until": now + lease, "now": now}
            runs = {row.id: read_run(row) for row in connection.execute(_TAKE, wanted)}
            events = _load_events(connection, runs.values())
            journals = _load_journals(connection, ids)
        failpoints.reach("after_claim")
        taken = [runs[run_id] for run_id in ids if run_id in runs]
        return [ClaimedRun(each, events[each.event_id], journals[each.id]) for each in taken]

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
    """The runs to take. Those whose lease has ended keep their lanes; the others ask whether it is their turn."""
    chosen = [Candidate(*row) for row in connection.execute(_LEFT, {"now": now, "most": limit})]
    seen: list[str] = []
    most = limit
    for _ in range(_ROUNDS):
        found = _find_due(connection, most, now, seen)
        free = let_in(connection, found, now=now)
        records = {each.record_lane for each in chosen} - {""}
        chosen.extend(each for each in free if each.record_lane not in records)
        if len(free) == len(found) or len(chosen) >= limit:
            break
        seen.extend(each.id for each in found)
        most = _MANY
    return [each.id for each in sorted(chosen, key=lambda each: _rank(each, now))[:limit]]


def _find_due(connection: Connection, most: int, now: float, seen: Sequence[str]) -> list[Candidate]:
    """Runs that are due, best first: by priority, each level also with those that have waited so long that they go
    with a higher one."""
    found: list[Candidate] = []
    for level in priorities(connection):
        until = now if len(found) < most else now - AGES_EVERY
        due = connection.execute(_DUE, {"level": level, "now": until, "most": most, "seen": seen})
        found.extend(Candidate(*row) for row in due)
    return sorted(found, key=lambda each: _rank(each, now))[:most]


def _rank(candidate: Candidate, now: float) -> tuple[int, float, str]:
    aged = candidate.priority + _STEP * max(0, int((now - candidate.due_at) / AGES_EVERY))
    return -max(candidate.priority, min(aged, _TOP)), candidate.due_at, candidate.id


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
