"""Runs that take up earlier ones: with their journal, each once, and only when the earlier one is over."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from hub.model import Run, RunStatus, StepStatus
from hub.ports import Arrival, Entry, RunChange
from hub.ports.resuming import Resumption
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.ledger.replays import GOING
from hub.store.views import Views
from tests.store.samples import NOW, claim_one, finish, make_arrival, make_event, make_recipe, make_run, make_step

ANA = "ana@example.com"


def fail(ledger: SqlLedger, name: str = "1", status: RunStatus = RunStatus.FAILED) -> Run:
    ledger.admit([make_arrival(name)])
    claimed = claim_one(ledger)
    steps = (
        make_step(claimed.run.id, "first", StepStatus.OK, output={"id": "7"}, tries=2, finished_at=NOW),
        make_step(claimed.run.id, "failed", StepStatus.ERROR, tries=5, error={"message": "no"}, finished_at=NOW),
    )
    change = RunChange(status, finished_at=NOW, error={"message": "No job 12.", "step": "failed"})
    ledger.record([Entry(claimed.run.id, claimed.run.claim, steps, change=change)])
    return claimed.run


def resumption(run: Run, name: str = "r", number: int = 1, **more: Any) -> Resumption:
    """A run that goes on from this one."""
    event = make_event(run.id.removeprefix("run_"))
    new = make_run(event, name, root_id=run.root_id, replay_of=run.id, replay_no=number)
    journal = (make_step(new.id, "first", StepStatus.OK, output={"id": "7"}, tries=2, finished_at=NOW),)
    return Resumption(Arrival(event, (new,)), journal, **more)


def take_up(ledger: SqlLedger, wanted: Resumption) -> bool:
    return ledger.take_up(wanted, by=ANA, now=NOW + 5, where="127.0.0.1")


def test_the_new_run_begins_with_the_journal_that_it_is_given(ledger: SqlLedger, db: Database) -> None:
    run = fail(ledger)
    assert take_up(ledger, resumption(run, path="failed", before={"a": 1}, after={"a": 2}, detail={"edited": True}))
    claimed = claim_one(ledger)
    assert (claimed.run.id, claimed.run.root_id, claimed.run.replay_of) == ("run_r", "run_1", "run_1")
    assert list(claimed.journal) == ["first"]
    assert claimed.journal["first"].output == {"id": "7"}
    views = Views(db)
    taken = views.taken("run_r")
    assert taken is not None
    assert (taken.by, taken.at, taken.path, taken.before, taken.after) == (ANA, NOW + 5, "failed", {"a": 1}, {"a": 2})
    assert views.taken("run_1") is None
    assert views.taken_up_by("run_1") == "run_r"
    assert views.taken_up_by("run_r") == ""
    row = views.audit_log().items[0]
    assert (row.who, row.what, row.where) == (ANA, "run.resume", "127.0.0.1")
    assert row.after == {"run": "run_1", "new_run": "run_r", "edited": True}


def test_a_run_is_taken_up_once(ledger: SqlLedger, db: Database) -> None:
    run = fail(ledger)
    assert take_up(ledger, resumption(run))
    assert not take_up(ledger, resumption(run, "s", 2))
    assert len(Views(db).runs().items) == 2
    assert [each.what for each in Views(db).audit_log().items].count("run.resume") == 1


@pytest.mark.parametrize("status", [RunStatus.SUCCEEDED, RunStatus.SKIPPED])
def test_what_went_well_is_not_taken_up(ledger: SqlLedger, status: RunStatus) -> None:
    assert not take_up(ledger, resumption(fail(ledger, status=status)))


def test_a_run_that_is_not_over_is_not_taken_up(ledger: SqlLedger, db: Database) -> None:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    assert not take_up(ledger, resumption(claimed.run))
    assert Views(db).audit_log().items == ()


def test_the_same_number_twice_is_one_run(ledger: SqlLedger, db: Database) -> None:
    run = fail(ledger)
    event = make_event("1")
    for name, wanted in (("a", True), ("b", False)):
        new = make_run(event, name, replay_of=run.id, replay_no=1)
        assert take_up(ledger, Resumption(Arrival(event, (new,)))) is wanted
    assert len(Views(db).runs().items) == 2
    assert Views(db).audit_log().items[0].what == "run.replay"


def test_many_who_want_the_same_run_get_it_once(ledger: SqlLedger, db: Database) -> None:
    run = fail(ledger)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda n: take_up(ledger, resumption(run, f"n{n}", n)), range(1, 9)))
    assert done.count(True) == 1
    assert len(Views(db).runs().items) == 2


def test_a_part_of_a_replay_is_done_with_its_run_or_not_at_all(ledger: SqlLedger, db: Database) -> None:
    run = fail(ledger)
    more: dict[str, Any] = {"way": {"current": True}, "filters": {"recipe": "greet"}, "canary": False}
    ledger.begin_resuming("rpl_1", [run.id], by=ANA, now=NOW, **more)
    views = Views(db)
    page = views.replay("rpl_1")
    assert page is not None
    assert (page.kind, page.way, page.state, page.total) == ("runs", {"current": True}, GOING, 1)
    assert [(each.run_id, each.delivery_id, each.state) for each in page.items] == [(run.id, "", "due")]
    assert views.open_replays() == ("rpl_1",)
    broken = replace(resumption(run, item=("rpl_1", 0)), journal=(make_step("run_other", "first"),))
    with pytest.raises(Exception, match=r"(?i)foreign key|integrity"):
        take_up(ledger, broken)
    assert [each.state for each in views.due_items("rpl_1", limit=9)] == ["due"]
    assert take_up(ledger, resumption(run, item=("rpl_1", 0)))
    page = views.replay("rpl_1")
    assert page is not None
    assert [(each.state, each.run_ids) for each in page.items] == [("done", ("run_r",))]
    assert not take_up(ledger, resumption(run, "again", 2, item=("rpl_1", 0)))


def test_a_first_run_that_was_pruned_does_not_matter(ledger: SqlLedger, db: Database) -> None:
    run = fail(ledger)
    assert take_up(ledger, resumption(run))
    claimed = claim_one(ledger, now=NOW + 9)
    finish(ledger, claimed, RunStatus.FAILED, now=NOW + 100)
    ledger.prune(NOW + 60, keep_succeeded=10, keep_failed=10)
    assert Views(db).run("run_1") is None
    assert take_up(ledger, resumption(claimed.run, "s", 2) if claimed.run.id == "run_1" else _next(claimed.run))


def _next(run: Run) -> Resumption:
    event = make_event("1")
    new = make_run(event, "s", root_id=run.root_id, replay_of=run.id, replay_no=2)
    return Resumption(Arrival(event, (new,)))


# ---- what failed


def test_failed_runs_are_those_that_nobody_has_taken_up(ledger: SqlLedger, db: Database) -> None:
    ledger.publish([make_recipe()], now=NOW)
    first, second = fail(ledger, "1"), fail(ledger, "2")
    views = Views(db)
    assert {each.id for each in views.failed_runs(since=NOW)} == {first.id, second.id}
    [line] = [each for each in views.failed_runs(since=NOW, recipe_id="greet") if each.id == first.id]
    assert (line.recipe_name, line.status, line.error) == (
        "Greet a lead",
        RunStatus.FAILED,
        {"message": "No job 12.", "step": "failed"},
    )
    take_up(ledger, resumption(first))
    assert [each.id for each in views.failed_runs(since=NOW)] == [second.id]
    for nothing in ({"since": NOW + 1}, {"until": NOW}, {"recipe_id": "other"}, {"version": "v2"}):
        assert views.failed_runs(**{"since": 0.0} | nothing) == ()
    assert [each.status for each in views.failed_runs(since=0, statuses=[RunStatus.QUEUED])] == [RunStatus.QUEUED]


def test_one_thing_is_told_once_in_a_while(ledger: SqlLedger) -> None:
    assert ledger.tell("a", now=NOW, every=3600)
    assert not ledger.tell("a", now=NOW + 3599, every=3600)
    assert ledger.tell("b", now=NOW + 3599, every=3600)
    assert ledger.tell("a", now=NOW + 3600, every=3600)


# ---- waits


def waiting(ledger: SqlLedger, action: str = "wait") -> str:
    ledger.admit([make_arrival("1")])
    claimed = claim_one(ledger)
    step = make_step(claimed.run.id, "rest", StepStatus.WAITING, action=action, due_at=NOW + 9_000)
    change = RunChange(RunStatus.QUEUED, due_at=NOW + 9_000, reason="Waiting.")
    ledger.record([Entry(claimed.run.id, claimed.run.claim, (step,), change=change)])
    return claimed.run.id


@pytest.mark.parametrize("action", ["wait", "wait_for"])
def test_a_wait_can_be_ended(ledger: SqlLedger, db: Database, action: str) -> None:
    run = waiting(ledger, action)
    assert ledger.claim("w", limit=1, now=NOW + 1, lease=60) == []
    assert ledger.skip_wait(run, "rest", by=ANA, now=NOW + 1)
    [claimed] = ledger.claim("w", limit=1, now=NOW + 1, lease=60)
    step = claimed.journal["rest"]
    assert (step.status, step.due_at, step.finished_at) == (StepStatus.SKIPPED, None, NOW + 1)
    assert ANA in step.note
    assert Views(db).audit_log().items[0].after == {"run": run, "step": "rest"}
    assert not ledger.skip_wait(run, "rest", by=ANA, now=NOW + 1)


def test_only_a_step_that_waits_can_be_ended_so(ledger: SqlLedger) -> None:
    run = waiting(ledger, "hold")
    assert not ledger.skip_wait(run, "rest", by=ANA, now=NOW)
    assert not ledger.skip_wait(run, "other", by=ANA, now=NOW)
    assert not ledger.skip_wait("run_none", "rest", by=ANA, now=NOW)


def test_a_run_at_work_is_not_skipped_under_the_hands_of_its_worker(ledger: SqlLedger) -> None:
    run = waiting(ledger)
    assert ledger.claim("w", limit=1, now=NOW + 9_000, lease=60)
    assert not ledger.skip_wait(run, "rest", by=ANA, now=NOW + 9_001)
