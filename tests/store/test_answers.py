"""Answers and deliveries that runs wait for: one counts, and whoever waits is woken however the moments fall."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from hub.errors import LeaseLost
from hub.model import RunStatus, StepRecord, StepStatus
from hub.ports import Arrival, ClaimedRun, RunChange
from hub.ports.answers import Awaited, Given
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import (
    NOW,
    claim_one,
    finish,
    make_arrival,
    make_delivery,
    make_entry,
    make_event,
    make_run,
    make_step,
)

ANA = Given("approve", "ana", NOW + 5, {"note": "fine"})
BOB = Given("decline", "bob", NOW + 6)
LATER = NOW + 1000


def start(ledger: SqlLedger, name: str = "1") -> ClaimedRun:
    """A run at work."""
    ledger.admit([make_arrival(name)])
    return claim_one(ledger)


def waiting(claimed: ClaimedRun, place: str = "ok", **more: Any) -> StepRecord:
    key = f"{claimed.run.root_id}/{place}"
    return make_step(claimed.run.id, place, StepStatus.WAITING, action="wait_for", key=key, due_at=LATER, **more)


def lie_down(ledger: SqlLedger, claimed: ClaimedRun, place: str = "ok") -> None:
    """Wait, as the engine writes it."""
    change = RunChange(RunStatus.QUEUED, due_at=LATER, reason="Waiting.")
    assert ledger.record([make_entry(claimed, waiting(claimed, place), change=change)]) == set()


def due_at(db: Database, run_id: str) -> float:
    page = Views(db).run(run_id)
    assert page is not None
    return page.run.due_at


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What each of them returns, done by threads that begin together."""
    gate, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def do(number: int, deed: Callable[[], Any]) -> None:
        gate.wait()
        results[number] = deed()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(deeds)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    return results


def test_an_answer_wakes_the_run_and_the_first_one_counts(ledger: SqlLedger, db: Database) -> None:
    claimed = start(ledger)
    lie_down(ledger, claimed)
    assert ledger.answer(claimed.run.id, "ok", ANA, where="10.0.0.1") == (True, ANA)
    assert due_at(db, claimed.run.id) == ANA.at
    assert ledger.answer(claimed.run.id, "ok", BOB) == (False, ANA)
    assert ledger.find_answer(claimed.run.id, "ok") == ANA
    [row] = Views(db).audit_log().items
    assert (row.who, row.what, row.where) == ("ana", "run.answer", "10.0.0.1")


def test_of_many_answers_at_once_one_counts(ledger: SqlLedger) -> None:
    claimed = start(ledger)
    lie_down(ledger, claimed)
    given = [Given(f"answer_{number}", f"person {number}", NOW + number) for number in range(8)]
    results = at_once(*(lambda each=each: ledger.answer(claimed.run.id, "ok", each) for each in given))
    assert sorted(counts for counts, _ in results) == [False] * 7 + [True]
    assert {found for _, found in map(_hashable, results)} == {
        _hashable((True, ledger.find_answer(claimed.run.id, "ok")))[1]
    }


def _hashable(result: tuple[bool, Given | None]) -> tuple[bool, str]:
    counts, found = result
    assert found is not None
    return counts, found.answer


def test_an_answer_and_the_end_of_its_time_exclude_each_other(ledger: SqlLedger) -> None:
    for number in range(10):
        claimed = start(ledger, f"t{number}")
        run = claimed.run
        ledger.record([make_entry(claimed, waiting(claimed))])
        (counts, told), ended = at_once(
            partial(ledger.answer, run.id, "ok", ANA),
            partial(ledger.time_out, run.id, run.claim, root_id=run.root_id, place="ok", now=NOW + 5),
        )
        assert told == ended
        assert counts is not ended.timed_out
        finish(ledger, claimed)


def test_only_the_holder_of_the_claim_ends_the_time(ledger: SqlLedger) -> None:
    claimed = start(ledger)
    for deed in (lambda **where: ledger.time_out(**where, now=NOW), ledger.ask):
        with pytest.raises(LeaseLost):
            deed(run_id=claimed.run.id, claim=claimed.run.claim + 1, root_id=claimed.run.root_id, place="ok")
    assert ledger.find_answer(claimed.run.root_id, "ok") is None


def test_asking_again_forgets_that_the_time_was_over_but_no_answer(ledger: SqlLedger) -> None:
    run = start(ledger).run
    question = {"root_id": run.root_id, "place": "ok"}
    assert ledger.time_out(run.id, run.claim, **question, now=NOW).timed_out
    assert ledger.ask(run.id, run.claim, **question) is None
    assert ledger.answer(run.root_id, "ok", ANA)[0]
    assert ledger.ask(run.id, run.claim, **question) == ANA
    assert ledger.time_out(run.id, run.claim, **question, now=NOW) == ANA


@pytest.mark.parametrize("answered_first", [True, False])
def test_whoever_answers_while_the_run_lies_down_wakes_it(
    ledger: SqlLedger, db: Database, answered_first: bool
) -> None:
    claimed = start(ledger)
    if answered_first:
        ledger.answer(claimed.run.id, "ok", ANA)
    lie_down(ledger, claimed)
    if not answered_first:
        ledger.answer(claimed.run.id, "ok", ANA)
    assert due_at(db, claimed.run.id) == ANA.at


def test_lying_down_and_an_answer_at_the_same_moment(ledger: SqlLedger, db: Database) -> None:
    for number in range(10):
        claimed = start(ledger, f"m{number}")
        at_once(partial(lie_down, ledger, claimed), partial(ledger.answer, claimed.run.id, "ok", ANA))
        assert due_at(db, claimed.run.id) == ANA.at
        again = ledger.claim("worker", limit=1, now=NOW + 10, lease=60.0)
        finish(ledger, again[0])


def test_an_answer_does_not_wake_a_run_that_waits_for_something_else(ledger: SqlLedger, db: Database) -> None:
    claimed = start(ledger)
    lie_down(ledger, claimed, "other")
    assert ledger.answer(claimed.run.id, "ok", ANA)[0]
    assert due_at(db, claimed.run.id) == LATER


def test_a_run_that_is_over_or_has_gone_on_takes_no_answer(ledger: SqlLedger) -> None:
    gone_on = start(ledger)
    passed = replace(waiting(gone_on), status=StepStatus.SKIPPED, finished_at=NOW)
    ledger.record([make_entry(gone_on, passed, change=RunChange(RunStatus.QUEUED, due_at=LATER))])
    assert ledger.answer(gone_on.run.id, "ok", ANA) == (False, None)
    over = start(ledger, "2")
    finish(ledger, over)
    assert ledger.answer(over.run.id, "ok", ANA) == (False, None)
    assert ledger.answer("run_none", "ok", ANA) == (False, None)


def test_a_run_that_resumes_another_hears_the_answers_to_it(ledger: SqlLedger, db: Database) -> None:
    first = start(ledger)
    finish(ledger, first, RunStatus.FAILED)
    resumed = make_run(first.event, "again", root_id=first.run.id, replay_of=first.run.id, replay_no=1)
    ledger.admit([Arrival(first.event, (resumed,))])
    lie_down(ledger, claim_one(ledger))
    assert ledger.answer(first.run.id, "ok", ANA)[0]
    assert due_at(db, resumed.id) == ANA.at
    assert Views(db).latest_of(first.run.id) == resumed.id


def test_runs_that_ask_are_counted(ledger: SqlLedger, db: Database) -> None:
    claimed = start(ledger)
    lie_down(ledger, claimed)
    listening = start(ledger, "2")
    ledger.attend(awaited(listening))
    lie_down(ledger, listening)
    views = Views(db)
    assert views.asking_count() == 1
    assert [each.id for each in views.runs(asks=True).items] == [claimed.run.id]


# ---- other apps


def awaited(claimed: ClaimedRun, equals: str = "key of 7", match: str = "body.id") -> Awaited:
    return Awaited(claimed.run.id, "ok", "webhook:done", match, equals, "token", "DONE")


def deliver(ledger: SqlLedger, name: str, matches: dict[str, str] | None) -> str:
    event = make_event(name, source="webhook:done", time=NOW + 5)
    return ledger.accept(make_delivery(name, path="done"), Arrival(event, (), matches)).event_id


def test_a_delivery_wakes_those_that_it_fits(ledger: SqlLedger, db: Database) -> None:
    runs = {}
    for name, equals, match in (
        ("a", "key of 7", "body.id"),
        ("b", "key of 8", "body.id"),
        ("c", "key of 7", "body.no"),
    ):
        claimed = runs[name] = start(ledger, name)
        assert ledger.attend(awaited(claimed, equals, match)) == ""
        lie_down(ledger, claimed)
    assert ledger.awaited_matches("webhook:done") in (["body.id", "body.no"], ["body.no", "body.id"])
    event_id = deliver(ledger, "d1", {"body.id": "key of 7"})
    woken = {name: due_at(db, each.run.id) < LATER for name, each in runs.items()}
    assert woken == {"a": True, "b": False, "c": True}  # the gate did not know what c waits by
    assert ledger.attend(awaited(runs["a"])) == event_id
    assert ledger.attend(awaited(runs["a"])) == ""


def test_what_is_not_believed_or_paused_wakes_nobody(ledger: SqlLedger, db: Database) -> None:
    claimed = start(ledger)
    ledger.attend(awaited(claimed))
    lie_down(ledger, claimed)
    deliver(ledger, "d1", None)
    assert due_at(db, claimed.run.id) == LATER


def test_a_delivery_while_the_run_lies_down_wakes_it(ledger: SqlLedger, db: Database) -> None:
    for number in range(10):
        claimed = start(ledger, f"w{number}")
        ledger.attend(awaited(claimed))
        at_once(
            partial(lie_down, ledger, claimed),
            partial(deliver, ledger, f"d{number}", {"body.id": "key of 7"}),
        )
        assert due_at(db, claimed.run.id) == NOW + 5
        finish(ledger, ledger.claim("worker", limit=1, now=NOW + 10, lease=60.0)[0])


def attend_and_look(ledger: SqlLedger, claimed: ClaimedRun, event_id: str) -> bool:
    """Begin to wait as the engine does; whether the delivery was there already."""
    ledger.attend(awaited(claimed))
    seen = ledger.heard("webhook:done", since=NOW, limit=1000)
    lie_down(ledger, claimed)
    return any(each.id == event_id for each in seen)


def test_beginning_to_wait_and_a_delivery_at_the_same_moment(ledger: SqlLedger, db: Database) -> None:
    """Either the delivery sees who waits, or who waits sees the delivery."""
    for number in range(10):
        claimed = start(ledger, f"b{number}")

        seen, _ = at_once(
            partial(attend_and_look, ledger, claimed, f"evt_d{number}"),
            partial(deliver, ledger, f"d{number}", {"body.id": "key of 7"}),
        )
        assert seen or due_at(db, claimed.run.id) < LATER
        ledger.cancel(claimed.run.id, now=NOW, by="test")


def test_events_are_heard_from_a_moment_on_in_order(ledger: SqlLedger) -> None:
    for number in range(5):
        event = make_event(f"h{number}", source="webhook:done", time=NOW + number)
        ledger.accept(make_delivery(f"h{number}", path="done"), Arrival(event))
    ledger.admit([Arrival(make_event("undelivered", source="webhook:done", time=NOW + 2))])
    first = ledger.heard("webhook:done", since=NOW + 1, limit=2)
    assert [each.id for each in first] == ["evt_h1", "evt_h2"]
    rest = ledger.heard("webhook:done", since=NOW + 1, after=first[-1], limit=10)
    assert [each.id for each in rest] == ["evt_h3", "evt_h4"]
    assert ledger.heard_event("evt_h3", source="webhook:done", since=NOW) is not None
    for other in ({"source": "webhook:other", "since": NOW}, {"source": "webhook:done", "since": NOW + 4}):
        assert ledger.heard_event("evt_h3", **other) is None  # type: ignore[arg-type]


def test_nobody_listens_for_a_run_that_is_over(ledger: SqlLedger) -> None:
    claimed = start(ledger)
    ledger.attend(awaited(claimed))
    assert ledger.awaited_proof("webhook:done") == ("token", "DONE")
    assert ledger.awaited_proof("webhook:other") is None
    finish(ledger, claimed)
    assert ledger.awaited_proof("webhook:done") is None
    assert ledger.awaited_matches("webhook:done") == []


def test_answers_go_with_the_last_run_that_they_belong_to(ledger: SqlLedger) -> None:
    claimed = start(ledger)
    lie_down(ledger, claimed)
    ledger.answer(claimed.run.id, "ok", ANA)
    ledger.prune(NOW + 1e9, keep_succeeded=1.0, keep_failed=1.0)
    assert ledger.find_answer(claimed.run.id, "ok") == ANA  # the run is not over
    finish(ledger, ledger.claim("worker", limit=1, now=NOW + 10, lease=60.0)[0])
    ledger.prune(NOW + 1e9, keep_succeeded=1.0, keep_failed=1.0)
    assert ledger.find_answer(claimed.run.id, "ok") is None
