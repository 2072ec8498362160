"""What people and keys do to runs from outside: cancelling them, and letting those go on that wait."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from hub.model import FINAL, RunStatus
from hub.store.desk import Desk
from hub.store.dialects import in_parts
from hub.store.ledger.calls import caller_of, lock_runs, wake_caller
from hub.store.ledger.limits import LET_THROUGH
from hub.store.ledger.trail import write_audit
from hub.store.rows import Values
from hub.store.tables import run

WAITING = (RunStatus.HELD, RunStatus.PARKED)


class Runs(Desk):
    """The ledger's verbs about runs that nobody needs to hold."""

    def cancel(self, run_id: str, *, now: float, by: str, where: str = "") -> bool:
        """Cancel a run that is not final; whoever works on it loses the claim, and a run that waits for it is woken.
        Runs that it has called go on. False when it was final. Audited."""
        with self.db.write() as connection:
            caller = caller_of(connection, run_id)
            lock_runs(connection, run_id, *filter(None, [caller]))
            before = connection.execute(select(run.c.status).where(run.c.id == run_id)).scalar()
            if before is None or before in FINAL:
                return False
            connection.execute(
                update(run)
                .where(run.c.id == run_id)
                .values(
                    status=RunStatus.CANCELLED,
                    finished_at=now,
                    reason=f"Cancelled by {by}.",
                    owner="",
                    lease_until=0.0,
                )
            )
            if caller:
                wake_caller(connection, caller, now=now)
            after = {"run": run_id, "status": RunStatus.CANCELLED}
            write_audit(
                connection, now=now, who=by, what="run.cancel", before={"status": before}, after=after, where=where
            )
        return True

    def requeue(self, run_ids: Sequence[str], *, now: float, decision: str = "") -> int:
        """HELD or PARKED -> QUEUED, due now. Returns how many changed. A person's `decision` about the step that may
        have happened ("repeat", "done", "skip") becomes the run's variables: {"decision": ...}. A run that a limit
        holds is let through it."""
        changed = 0
        values: Values = {"status": RunStatus.QUEUED, "due_at": now, "reason": "", **LET_THROUGH}
        if decision:
            values["variables"] = {"decision": decision}
        with self.db.write() as connection:
            for part in in_parts(run_ids):
                waiting = (run.c.id.in_(part), run.c.status.in_(WAITING))
                changed += connection.execute(update(run).where(*waiting).values(**values)).rowcount
        return changed
