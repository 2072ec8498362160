"""Runs that take up earlier ones, and waits that a person ends.

The runs of one root are a chain: each is taken up once, and only when it is over, so that two of them never work under
the same keys. Whoever adds to the chain holds all of its rows.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from hub.model import Run, RunStatus, StepStatus
from hub.ports.resuming import Resumption
from hub.store.desk import Desk
from hub.store.due import NOBODY
from hub.store.ledger.answers import WAIT_FOR, lock_runs_of
from hub.store.ledger.arrivals import write_arrivals
from hub.store.ledger.calls import lock_runs
from hub.store.ledger.replays import take_item
from hub.store.ledger.trail import write_audit
from hub.store.rows import step_row
from hub.store.tables import resumption, run, step, told

RESUMABLE = (RunStatus.FAILED, RunStatus.CANCELLED)
WAITS = ("wait", WAIT_FOR)


class Resuming(Desk):
    """The ledger's verbs about runs that are taken up again."""

    def take_up(self, wanted: Resumption, *, by: str, now: float, where: str = "") -> bool:
        """Start the run that takes up an earlier one. False when somebody else was faster: the earlier one has been
        taken up already, is not over, or the part of the replay is done. Audited."""
        try:
            with self.db.write() as connection:
                _start(connection, wanted, by=by, now=now)
                after = {"run": wanted.run.replay_of, "new_run": wanted.run.id, **wanted.detail}
                what = "run.resume" if wanted.goes_on else "run.replay"
                write_audit(connection, now=now, who=by, what=what, after=after, where=where)
        except _TooLateError:
            return False
        return True

    def skip_wait(self, run_id: str, path: str, *, by: str, now: float, where: str = "") -> bool:
        """Let a run go on that waits in this step, as if the step had been skipped. False when it does not wait there,
        or is being worked on just now. Audited."""
        note = f"Skipped by {by}, who did not want to wait any longer."
        values = {"status": StepStatus.SKIPPED, "note": note, "finished_at": now, "due_at": None}
        here = (step.c.run_id == run_id, step.c.path == path)
        waiting = (step.c.status == StepStatus.WAITING, step.c.action.in_(WAITS))
        with self.db.write() as connection:
            lock_runs(connection, run_id)
            rests = (run.c.id == run_id, run.c.status == RunStatus.QUEUED)
            if connection.execute(select(run.c.id).where(*rests)).first() is None:
                return False
            if connection.execute(update(step).where(*here, *waiting).values(**values)).rowcount != 1:
                return False
            connection.execute(update(run).where(*rests, run.c.due_at > now).values(due_at=now))
            after = {"run": run_id, "step": path}
            write_audit(connection, now=now, who=by, what="run.skip_wait", after=after, where=where)
        return True

    def tell(self, name: str, *, now: float, every: float) -> bool:
        """Whether it is time to speak of this again; if so, that is remembered."""
        row = {"name": name, "at": now}
        with self.db.write() as connection:
            this = told.c.name == name
            found = connection.execute(select(told.c.at).where(this).with_for_update()).scalar()
            if found is not None and found > now - every:
                return False
            if found is None:
                connection.execute(insert(told), row)
            else:
                connection.execute(update(told).where(this).values(at=now))
        return True


class _TooLateError(Exception):
    """Somebody else was faster; nothing is written."""


def _start(connection: Connection, wanted: Resumption, *, by: str, now: float) -> None:
    new = wanted.run
    if wanted.goes_on:
        _lock_chain(connection, new)
    if wanted.item and not take_item(connection, *wanted.item):
        raise _TooLateError
    if not write_arrivals(connection, [wanted.arrival])[0].run_ids:
        raise _TooLateError
    if wanted.journal:
        connection.execute(insert(step), [step_row(each) for each in wanted.journal])
    row = {"run_id": new.id, "at": now, "by": by, "path": wanted.path}
    connection.execute(insert(resumption), row | {"before": wanted.before, "after": wanted.after})
    if wanted.item:
        take_item(connection, *wanted.item, run_ids=[new.id])


def _lock_chain(connection: Connection, new: Run) -> None:
    """Keep the chain as it is until the transaction ends. _TooLateError when its last run is not the one that is taken
    up, or is not over without success."""
    lock_runs_of(connection, new.root_id)
    lock_runs(connection, new.replay_of)  # the first of the chain may have been pruned, and this one never is
    earlier = (run.c.id == new.replay_of, run.c.root_id == new.root_id, run.c.status.in_(RESUMABLE))
    taken_up = (run.c.replay_of == new.replay_of, run.c.replay_of != NOBODY, run.c.root_id == new.root_id)
    is_over = connection.execute(select(run.c.id).where(*earlier)).first()
    if is_over is None or connection.execute(select(run.c.id).where(*taken_up)).first() is not None:
        raise _TooLateError
