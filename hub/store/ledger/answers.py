"""What runs wait for: answers of people, of which the first one counts, and deliveries of other apps.

An answer and the end of its time are one row, so that only one of them comes to be. Whoever writes it holds the run's
row, as does whoever lets the run wait: nobody is woken too early or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from hub.errors import LeaseLost
from hub.model import FINAL, DeliveryStatus, Event, RunStatus, StepRecord, StepStatus
from hub.ports import Arrival, Entry
from hub.ports.answers import Awaited, Given
from hub.store.desk import Desk
from hub.store.dialects import in_parts, insert_new
from hub.store.ledger.trail import write_audit
from hub.store.rows import EVENT, AnyRow, read_event
from hub.store.tables import answer, awaited, delivery, event, run, step

WAIT_FOR = "wait_for"
WAITS: tuple[ColumnElement[bool], ...] = (
    step.c.action == literal_column(f"'{WAIT_FOR}'"),  # written out for the index, as in hub.store.due
    step.c.status == literal_column(f"'{StepStatus.WAITING}'"),
)
_UNWOKEN = awaited.c.event_id == literal_column("''")
_GIVEN = (answer.c.answer, answer.c.by, answer.c.at, answer.c.fields, answer.c.timed_out)


class Answers(Desk):
    """hub.ports.answers.Answers, and the verb of answering."""

    def answer(
        self,
        root_id: str,
        place: str,
        given: Given,
        *,
        where: str = "",
    ) -> tuple[bool, Given | None]:
        """Answer a question and let the run go on, also one that has not come to it yet. Audited under who gave it.

        (True, the answer) when it counts; (False, the one that counts) when there was one already or the time was
        over; (False, None) when the run is over or has left the step behind.
        """
        with self.db.write() as connection:
            runs = lock_runs_of(connection, root_id)
            found = _find(connection, root_id, place)
            if found is not None:
                return False, found
            steps = _steps(connection, runs, f"{root_id}/{place}")
            left = {each.run_id for each in steps if each.finished_at is not None}
            if not set(_unfinished(connection, runs)) - left:
                return False, None
            row = {"root_id": root_id, "place": place, "answer": given.answer, "by": given.by, "at": given.at}
            insert_new(connection, answer, [row | {"fields": dict(given.fields), "timed_out": False}])
            _make_due(connection, [each.run_id for each in steps if each.status == StepStatus.WAITING], now=given.at)
            after = {"run": root_id, "step": place, "answer": given.answer}
            write_audit(connection, now=given.at, who=given.by, what="run.answer", after=after, where=where)
        return True, given

    def ask(self, run_id: str, claim: int, *, root_id: str, place: str) -> Given | None:
        """See hub.ports.answers.Answers."""
        with self.db.write() as connection:
            _hold(connection, run_id, claim, root_id)
            this = (answer.c.root_id == root_id, answer.c.place == place)
            connection.execute(delete(answer).where(*this, answer.c.timed_out))
            return _find(connection, root_id, place)

    def find_answer(self, root_id: str, place: str) -> Given | None:
        """See hub.ports.answers.Answers."""
        with self.db.read() as connection:
            return _find(connection, root_id, place)

    def time_out(self, run_id: str, claim: int, *, root_id: str, place: str, now: float) -> Given:
        """See hub.ports.answers.Answers."""
        row = {"root_id": root_id, "place": place, "answer": "", "by": "", "at": now, "fields": {}, "timed_out": True}
        with self.db.write() as connection:
            _hold(connection, run_id, claim, root_id)
            insert_new(connection, answer, [row])
            found = _find(connection, root_id, place)
        assert found is not None
        return found

    def attend(self, step: Awaited) -> str:
        """See hub.ports.answers.Answers."""
        row = asdict(step)
        with self.db.write() as connection:
            _stand_in_line(connection, step.source, alone=True)
            if insert_new(connection, awaited, [row | {"event_id": ""}]):
                return ""
            this = (awaited.c.run_id == step.run_id, awaited.c.path == step.path)
            woken_by = connection.execute(select(awaited.c.event_id).where(*this)).scalar_one()
            connection.execute(update(awaited).where(*this).values(**row, event_id=""))
        return str(woken_by)

    def heard(self, source: str, *, since: float, after: Event | None = None, limit: int) -> Sequence[Event]:
        """See hub.ports.answers.Answers."""
        which = [*_believed(source), event.c.time >= since]
        if after is not None:
            which.append(tuple_(event.c.time, event.c.id) > (after.time, after.id))
        oldest = select(*EVENT).where(*which).order_by(event.c.time, event.c.id).limit(limit)
        with self.db.read() as connection:
            return [read_event(row) for row in connection.execute(oldest)]

    def heard_event(self, event_id: str, *, source: str, since: float) -> Event | None:
        """See hub.ports.answers.Answers."""
        this = select(*EVENT).where(event.c.id == event_id, *_believed(source), event.c.time >= since)
        with self.db.read() as connection:
            row = connection.execute(this).first()
        return None if row is None else read_event(row)

    def awaited_matches(self, source: str) -> Sequence[str]:
        """See hub.ports.answers.Answers."""
        with self.db.read() as connection:
            return list(connection.execute(_open(awaited.c.match, source=source).distinct()).scalars())

    def awaited_proof(self, source: str) -> tuple[Any, Any] | None:
        """See hub.ports.answers.Answers."""
        with self.db.read() as connection:
            row = connection.execute(_open(awaited.c.verify, awaited.c.secret, source=source).limit(1)).first()
        return None if row is None else (row.verify, row.secret)


def lock_runs_of(connection: Connection, root_id: str) -> list[str]:
    """The runs that go by this run's keys, itself among them. They stay as they are until the transaction ends."""
    resumed = (run.c.root_id == root_id) & (run.c.root_id != run.c.id)
    ids = select(run.c.id).where(or_(run.c.id == root_id, resumed)).order_by(run.c.id).with_for_update()
    return list(connection.execute(ids).scalars())


def wake_answered(connection: Connection, entries: Iterable[Entry]) -> None:
    """Let runs that have just gone to sleep go on at once when what they wait for came in the meantime."""
    for entry in entries:
        if entry.change is None or entry.change.status is not RunStatus.QUEUED:
            continue
        waiting = [each for each in entry.steps if each.action == WAIT_FOR and each.status is StepStatus.WAITING]
        came = [at for at in (_came_at(connection, each) for each in waiting) if at is not None]
        if came:
            _make_due(connection, [entry.run_id], now=min(came))


def wake_listeners(connection: Connection, arrivals: Iterable[Arrival], event_ids: Iterable[str]) -> None:
    """Let runs go on that wait for what these deliveries bring, in the transaction that keeps them. Who waits by an
    expression that the arrival does not know is woken, too, to look for himself."""
    for arrival, event_id in zip(arrivals, event_ids, strict=True):
        if arrival.matches is None:
            continue
        known = dict(arrival.matches)
        fits = [tuple_(awaited.c.match, awaited.c.equals).in_(list(known.items()))] if known else []
        which = (awaited.c.source == arrival.event.source, _UNWOKEN, or_(awaited.c.match.not_in(list(known)), *fits))
        rows = update(awaited).where(*which).values(event_id=event_id).returning(awaited.c.run_id)
        _make_due(
            connection, sorted(set(connection.execute(rows).scalars())), now=arrival.event.time, only_waiting=True
        )


def queue_up(connection: Connection, sources: Iterable[str]) -> None:
    """Let no run begin to wait for these sources until the transaction ends. For PostgreSQL; SQLite writes one at a
    time."""
    for source in sorted(set(sources)):
        _stand_in_line(connection, source, alone=False)


def forget_answers(connection: Connection) -> None:
    """Remove the answers to runs of which nothing is left."""
    resumed = exists().where(run.c.root_id == answer.c.root_id, run.c.root_id != run.c.id)
    connection.execute(delete(answer).where(~exists().where(run.c.id == answer.c.root_id), ~resumed))


def _stand_in_line(connection: Connection, source: str, *, alone: bool) -> None:
    """Those that bring something to a source may do so side by side; who begins to wait for it waits for all of them,
    and so sees either what they bring or is seen by them."""
    if connection.dialect.name != "sqlite":
        lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        connection.execute(select(lock(func.hashtext(f"awaited {source}"))))


def _hold(connection: Connection, run_id: str, claim: int, root_id: str) -> None:
    """Keep the claim for this transaction. LeaseLost when it is another's."""
    lock_runs_of(connection, root_id)
    this = (run.c.id == run_id, run.c.claim == claim, run.c.status == RunStatus.RUNNING)
    if connection.execute(select(run.c.id).where(*this)).first() is None:
        raise LeaseLost(f"Run {run_id} belongs to another worker now.")


def _find(connection: Connection, root_id: str, place: str) -> Given | None:
    row = connection.execute(select(*_GIVEN).where(answer.c.root_id == root_id, answer.c.place == place)).first()
    return None if row is None else Given(**row._asdict())


def _steps(connection: Connection, run_ids: Sequence[str], key: str) -> Sequence[AnyRow]:
    columns = (step.c.run_id, step.c.status, step.c.finished_at)
    these = (step.c.run_id.in_(run_ids), step.c.action == WAIT_FOR, step.c.key == key)
    return connection.execute(select(*columns).where(*these)).all()


def _unfinished(connection: Connection, run_ids: Sequence[str]) -> list[str]:
    return list(connection.execute(select(run.c.id).where(run.c.id.in_(run_ids), run.c.status.not_in(FINAL))).scalars())


def _make_due(connection: Connection, run_ids: Iterable[str], *, now: float, only_waiting: bool = False) -> None:
    """Let those of these runs go on that sleep in a step that waits for something."""
    asleep = [run.c.status == RunStatus.QUEUED, run.c.due_at > now]
    if only_waiting:
        asleep.append(exists().where(step.c.run_id == run.c.id, *WAITS))
    for part in in_parts(run_ids):
        these = select(run.c.id).where(run.c.id.in_(part)).order_by(run.c.id).with_for_update()
        connection.execute(these)  # first the locks: what the owners have written by then is seen by the update
        connection.execute(update(run).where(run.c.id.in_(part), *asleep).values(due_at=now))


def _came_at(connection: Connection, waiting: StepRecord) -> float | None:
    """When what this step waits for came, None when it has not."""
    root_id, _, place = waiting.key.partition("/")
    given = _find(connection, root_id, place)
    if given is not None:
        return given.at
    this = (awaited.c.run_id == waiting.run_id, awaited.c.path == waiting.path, awaited.c.event_id == event.c.id)
    return connection.execute(select(event.c.time).where(*this)).scalar()


def _believed(source: str) -> list[ColumnElement[bool]]:
    """The conditions for events of a webhook that came by a delivery that was accepted."""
    accepted = (delivery.c.event_id == event.c.id, delivery.c.event_id != "")
    came = exists().where(*accepted, delivery.c.status == DeliveryStatus.ACCEPTED)
    return [event.c.source == source, came]


def _open(*columns: Any, source: str) -> Select[Any]:
    """What runs that are not over wait for at a source."""
    rows = select(*columns).join_from(awaited, run, run.c.id == awaited.c.run_id)
    return rows.where(awaited.c.source == source, run.c.status.not_in(FINAL))
