"""`parallel`: all branches side by side; none stops another, and the step ends when all have."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hub.engine.bench import Bench
from hub.errors import LeaseLost, NeedsPerson, Permanent, Transient, Unauthorized
from hub.model import RunStatus, StepRecord, StepStatus
from tests.engine.conftest import LEASE, Workshop

PATIENCE = 20.0


def create(name: str, more: str = "") -> str:
    """A step that creates one job."""
    return f"{{id: {name}, action: jobs.create, with: {{name: {name}}}{more}}}"


def branches(*steps: str, more: str = "", then: str = "") -> str:
    """A `parallel` step with a branch for each of these lists of steps."""
    lines = "\n".join(f"      - steps: [{each}]" for each in steps)
    return f"  - id: all\n    action: parallel\n    {more}\n    branches:\n{lines}\n{then}"


WAIT = "{id: pause, action: wait, with: {for: 10m}}"


def test_what_the_branches_come_to_is_known_afterwards(shop: Workshop) -> None:
    one = f"{create('first')}, {{action: set, with: {{left: 1}}}}"
    two = "{id: inner, action: set, with: {right: 2}}"
    then = (
        '  - {id: sum, action: set, with: {all: "{{ [vars.left, vars.right, steps.first.name, steps.inner.right] }}"}}'
    )
    run = shop.begin(shop.recipe(branches(one, two, then=then)))
    assert shop.finish().status is RunStatus.SUCCEEDED
    steps = shop.steps(run)
    assert steps["sum"].output == {"all": [1, 2, "first", 2]}
    assert (steps["all"].status, steps["all"].output) == (StepStatus.OK, {"branches": 2})


def test_the_branches_are_taken_at_the_same_time(shop: Workshop) -> None:
    """Each of three waits inside its call until all three are there; one after the other that could never end."""
    meeting = threading.Barrier(3, timeout=PATIENCE)
    shop.account.create = _met(shop.account.create, meeting)  # type: ignore[method-assign]
    shop.begin(shop.recipe(branches(create("a"), create("b"), create("c"))))
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert sum(shop.account.effects.values()) == 3


def _met(original: Callable[..., Any], meeting: threading.Barrier) -> Callable[..., Any]:
    def create_together(*arguments: Any, **more: Any) -> Any:
        meeting.wait()
        return original(*arguments, **more)

    return create_together


def test_no_more_are_taken_at_once_than_the_step_allows(shop: Workshop) -> None:
    busy, most, lock, original = 0, 0, threading.Lock(), shop.account.create
    pair = threading.Barrier(2, timeout=PATIENCE)

    def counted(*arguments: Any, **more: Any) -> Any:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        pair.wait()  # two are there at once
        with lock:
            busy -= 1
        return original(*arguments, **more)

    shop.account.create = counted  # type: ignore[method-assign]
    names = [create(f"n{number}") for number in range(6)]
    shop.begin(shop.recipe(branches(*names, more="with: {max_parallel: 2}")))
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert most == 2


def test_a_failing_branch_lets_the_others_finish_and_then_the_step_fails(shop: Workshop) -> None:
    bad = "{id: bad, action: jobs.get, with: {id: nobody}}"
    worse = "{id: worse, action: jobs.get, with: {id: nothing}}"
    run = shop.begin(shop.recipe(branches(bad, f"{create('a')}, {create('b')}", worse, then=f"  - {create('after')}")))
    ended = shop.finish()
    assert (ended.status, ended.reason) == (RunStatus.FAILED, "There is no jobs nobody.")
    assert shop.account.effects == {"create a": 1, "create b": 1}
    assert shop.steps(run)["all"].status is StepStatus.ERROR


def test_what_did_work_is_known_when_the_recipe_goes_on_after_a_failure(shop: Workshop) -> None:
    bad = "{id: bad, action: jobs.get, with: {id: nobody}}"
    then = '  - {id: seen, action: set, with: {name: "{{ steps.a.name }}", bad: "{{ steps.bad is defined }}"}}'
    run = shop.begin(shop.recipe(branches(bad, create("a"), more="on_error: continue", then=f"{then}\n  - {WAIT}")))
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.steps(run)["seen"].output == {"name": "a", "bad": False}


def test_error_steps_of_the_step_run_once_for_all_branches(shop: Workshop) -> None:
    bad = "{id: bad, action: jobs.get, with: {id: nobody}}"
    more = "on_error: [{id: care, action: jobs.create, with: {name: care}}]"
    shop.begin(shop.recipe(branches(bad, create("a"), more=more)))
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create a": 1, "create care": 1}


def test_a_wait_in_one_branch_lets_the_others_go_on_and_nothing_is_repeated(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(branches(f"{WAIT}, {create('late')}", f"{create('a')}, {create('b')}")))
    began = shop.now
    first = shop.work()
    assert (first.status, first.due_at) == (RunStatus.QUEUED, began + 600)
    assert shop.account.effects == {"create a": 1, "create b": 1}
    shop.now = began + 600
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create a": 1, "create b": 1, "create late": 1}
    assert shop.steps(run)["all"].status is StepStatus.OK


def test_the_earliest_of_several_waits_counts_and_a_retry_keeps_its_own_time(shop: Workshop) -> None:
    slow = create("slow", ", retry: {attempts: 3, delays: [1h]}")
    shop.begin(shop.recipe(branches(f"{WAIT}, {create('late')}", slow)))
    shop.account.faults = [("before", Transient("away"))]
    began = shop.now
    assert shop.work().due_at == began + 600
    shop.now = began + 600
    again = shop.work()
    assert shop.account.effects == {"create late": 1}, "the retry is not due yet"
    assert again.due_at == began + 2700  # an hour, cut by the luck of a half
    shop.now = began + 2700
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create late": 1, "create slow": 1}


def test_a_held_branch_rests_until_the_others_are_done(shop: Workshop) -> None:
    held = "{id: note, action: notify.send, with: {to: 'json://chat', body: hello}}"
    run = shop.begin(shop.recipe(branches(held, f"{WAIT}, {create('late')}")))
    shop.letters.faults = [NeedsPerson("Which one?")]
    began = shop.now
    waiting = shop.work()
    assert (waiting.status, waiting.due_at) == (RunStatus.QUEUED, began + 600)
    assert "Which one?" in waiting.reason
    shop.now = began + 600
    assert shop.work().status is RunStatus.HELD
    assert shop.letters.sent == [], "nobody has decided, so nothing is tried again"
    assert shop.account.effects == {"create late": 1}
    shop.ledger.requeue([run], now=shop.now, decision="repeat")
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert len(shop.letters.sent) == 1


def test_a_parked_branch_looks_for_a_key_while_the_others_wait(shop: Workshop) -> None:
    shop.begin(shop.recipe(branches(create("a"), WAIT)))
    shop.account.faults = [("before", Unauthorized("no key"))]
    began = shop.now
    waiting = shop.work()
    assert (waiting.status, waiting.due_at) == (RunStatus.QUEUED, began + 300)
    shop.now = began + 300
    shop.work()
    assert shop.account.effects == {"create a": 1}
    shop.now = began + 600
    assert shop.finish().status is RunStatus.SUCCEEDED


def test_a_parked_branch_parks_the_run_when_nothing_else_waits(shop: Workshop) -> None:
    shop.begin(shop.recipe(branches(create("a"), "{action: set, with: {x: 1}}")))
    shop.account.faults = [("before", Unauthorized("no key"))]
    assert shop.work().status is RunStatus.PARKED


def test_a_person_decides_about_a_failure_that_holds_the_step(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(branches(create("a"), create("b"), more="on_error: hold")))
    shop.account.faults = [("before", Permanent("no"))]
    assert shop.work().status is RunStatus.HELD
    shop.ledger.requeue([run], now=shop.now, decision="repeat")
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create a": 1, "create b": 1}
    assert shop.steps(run)["all"].error is None


def test_a_stop_in_a_branch_ends_the_run_when_the_others_have_done_what_they_can(shop: Workshop) -> None:
    stop = "{action: stop, with: {status: skipped, message: enough}}"
    shop.begin(shop.recipe(branches(stop, create("a"), WAIT, then=f"  - {create('after')}")))
    ended = shop.work()
    assert (ended.status, ended.reason) == (RunStatus.SKIPPED, "enough")
    assert shop.account.effects == {"create a": 1}


class Killed(BaseException):
    """kill -9, as far as Python can play it."""


def test_a_worker_killed_in_one_branch_leaves_every_effect_done_once(shop: Workshop) -> None:
    def die() -> None:
        raise Killed

    run = shop.begin(shop.recipe(branches(f"{create('a')}, {create('b')}", f"{create('c')}, {create('d')}")))
    shop.account.during = [lambda: None, die]
    with pytest.raises(Killed):
        shop.work()
    shop.now += LEASE
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {f"create {name}": 1 for name in "abcd"}
    assert shop.page(run).run.crashes == 1


def test_a_line_that_another_thread_is_writing_is_durable_before_its_effect_leaves(shop: Workshop) -> None:
    """Two threads of one run: what the second one remembers goes along with the first one's commit. Until that is
    through, the second one must not go on."""
    bench = _begun(shop)
    inside, go_on = threading.Event(), threading.Event()
    write = bench.tools.journal.write

    class SlowJournal:
        """The journal, standing still in its first commit."""

        def write(self, entry: Any) -> None:
            """See hub.engine.journal.Journal."""
            inside.set()
            assert go_on.wait(PATIENCE)
            write(entry)

    bench.tools = replace(bench.tools, journal=SlowJournal())
    bench.remember(_line(bench, "a"))
    bench.remember(_line(bench, "b"))
    first = threading.Thread(target=bench.flush)
    first.start()
    assert inside.wait(PATIENCE)
    through = threading.Event()

    def follow() -> None:
        bench.flush()
        through.set()

    second = threading.Thread(target=follow)
    second.start()
    assert not through.wait(0.2)
    go_on.set()
    assert through.wait(PATIENCE)
    first.join(PATIENCE)
    second.join(PATIENCE)
    assert set(shop.steps(bench.claimed.run.id)) == {"a", "b"}


def test_a_thread_whose_lines_were_lost_in_the_commit_of_another_stops_too(shop: Workshop) -> None:
    bench = _begun(shop)
    shop.ledger.cancel(bench.claimed.run.id, now=shop.now, by="somebody")
    bench.remember(_line(bench, "a"))
    with pytest.raises(LeaseLost):
        bench.flush()
    with pytest.raises(LeaseLost):
        bench.flush()


def _begun(shop: Workshop) -> Bench:
    shop.begin(shop.recipe(branches(create("a"), create("b"))))
    return shop.bench(shop.claim())


def _line(bench: Bench, path: str) -> StepRecord:
    return StepRecord(bench.claimed.run.id, path, path, "jobs.create", StepStatus.STARTED, bench.now())
