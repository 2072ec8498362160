"""`timeout` of a step and of a run: nothing is begun after it, and what is over fails with a clear sentence."""

from __future__ import annotations

import pytest

from hub.engine.flow import perform_all
from hub.engine.run import work
from hub.errors import Transient, Unknown
from hub.model import RunStatus, StepStatus
from hub.timed import SHORTEST, Timeouts, no_longer_than
from tests.engine.conftest import LEASE, Workshop

LATE = "This step was not done within 10 minutes, which is its `timeout`."


def create(name: str, more: str = "") -> str:
    """A step that creates one job."""
    return f"  - {{id: {name}, action: jobs.create, with: {{name: {name}}}{more}}}"


def test_a_step_is_not_tried_again_after_its_time(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(create("job", ", timeout: 10m, retry: {attempts: 9, delays: [8m]}")))
    shop.account.faults = [("before", Transient("away"))] * 9
    began = shop.now
    assert shop.work().due_at == began + 360  # 8 minutes, cut by the luck of a half
    shop.now = began + 360
    assert shop.work().due_at == began + 600, "no pause goes beyond the time"
    shop.now = began + 600
    ended = shop.work()
    assert (ended.status, ended.reason) == (RunStatus.FAILED, f"{LATE} Its last attempt: away")
    assert len(shop.account.faults) == 7, "two attempts, none after the time was over"
    error = shop.steps(run)["job"].error
    assert error is not None
    assert (error["kind"], error["code"], error["line"]) == ("Timeout", "RUN210", 7)


def test_a_step_that_succeeds_in_time_is_not_touched_by_its_timeout_later(shop: Workshop) -> None:
    shop.begin(shop.recipe(create("job", ", timeout: 10m") + "\n  - {action: wait, with: {for: 1h}}"))
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create job": 1}


@pytest.mark.parametrize(
    ("on_error", "status", "effects"),
    [
        ("continue", RunStatus.SUCCEEDED, {"create after": 1}),
        ("[{action: jobs.create, with: {name: care}}]", RunStatus.SUCCEEDED, {"create care": 1, "create after": 1}),
        ("hold", RunStatus.HELD, {}),
        ("fail", RunStatus.FAILED, {}),
    ],
)
def test_on_error_applies(shop: Workshop, on_error: str, status: RunStatus, effects: dict[str, int]) -> None:
    steps = f"  - {{id: pause, action: wait, with: {{for: 1d}}, timeout: 10m, on_error: {on_error}}}\n{create('after')}"
    run = shop.begin(shop.recipe(steps))
    began = shop.now
    assert shop.finish().status is status
    assert shop.now == began + 600
    assert shop.account.effects == effects
    error = shop.steps(run)["pause"].error
    assert error is not None
    assert error["message"] == LATE


def test_what_may_have_happened_is_said(shop: Workshop) -> None:
    shop.begin(shop.recipe(create("job", ", timeout: 10m, retry: {attempts: 9, delays: [1h]}")))
    shop.account.faults = [("before", Unknown("cut off"))]
    assert shop.finish().reason == f"{LATE} What it has sent may have happened. Its last attempt: cut off"


def test_a_message_that_may_have_left_is_held_even_after_its_time(shop: Workshop) -> None:
    class Killed(BaseException):
        pass

    send = '  - {id: note, action: notify.send, with: {to: "json://chat", body: hello}, timeout: 10s}'
    shop.begin(shop.recipe(send))
    shop.letters.faults = [Killed()]  # type: ignore[list-item]
    with pytest.raises(Killed):
        shop.work()
    shop.now += LEASE
    assert shop.work().status is RunStatus.HELD
    assert shop.letters.sent == []


def test_a_worker_that_died_in_the_step_costs_time_too(shop: Workshop) -> None:
    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    shop.begin(shop.recipe(create("job", ", timeout: 50s")))
    shop.account.during = [die]
    with pytest.raises(Killed):
        shop.work()
    shop.now += LEASE
    assert shop.work().status is RunStatus.FAILED
    assert len([call for call in shop.account.calls if call.startswith("create")]) == 1


def test_a_loop_and_a_parallel_are_bounded_as_a_whole(shop: Workshop) -> None:
    """What the steps inside would pass over, they do not pass over when it is the outer step's time that is over."""
    inner = "{action: wait, with: {for: 4m}, on_error: continue}"
    steps = f"""
  - id: all
    action: parallel
    timeout: 10m
    branches:
      - steps: [{inner}, {inner}, {inner}, {{action: jobs.create, with: {{name: late}}}}]
      - steps: [{{action: jobs.create, with: {{name: early}}}}]"""
    run = shop.begin(shop.recipe(steps))
    began = shop.now
    ended = shop.finish()
    assert (ended.status, ended.reason) == (RunStatus.FAILED, LATE)
    assert shop.now == began + 600
    assert shop.account.effects == {"create early": 1}
    assert shop.steps(run)["all"].status is StepStatus.ERROR
    loop = "  - {id: loop, action: wait, for_each: '[1, 2, 3]', with: {for: 4m}, timeout: 10m}"
    run = shop.begin(shop.recipe(loop))
    assert shop.finish().reason == LATE
    assert shop.steps(run)["loop[1]"].status is StepStatus.OK
    assert shop.steps(run)["loop[2]"].status is StepStatus.WAITING


def test_a_call_is_given_up_and_the_called_run_goes_on(shop: Workshop) -> None:
    child = shop.recipe("  - {action: wait, with: {for: 1h}}\n" + create("late"))
    run = shop.begin(shop.recipe(f"  - {{id: other, action: call, with: {{recipe: {child.id}}}, timeout: 10m}}"))
    for _ in range(3):
        for claimed in shop.ledger.claim("worker", limit=10, now=shop.now, lease=LEASE):
            work(shop.bench(claimed))
    assert shop.page(run).run.due_at == shop.now + 600
    shop.now += 600
    work(shop.bench(shop.claim()))
    assert shop.page(run).run.reason == LATE
    shop.now += 3000
    assert shop.work().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create late": 1}
    assert shop.steps(run)["other"].status is StepStatus.ERROR


WHOLE = "settings: {timeout: 1h}\non_error: [{id: sorry, action: jobs.create, with: {name: sorry}}]"
RUN_LATE = "The run was not done within 1 hour, which is the recipe's `timeout`."


def test_a_run_fails_at_its_moment_even_while_it_waits(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(f"{create('a')}\n  - {{action: wait, with: {{for: 3h}}}}\n{create('b')}", more=WHOLE))
    began = shop.now
    assert shop.work().due_at == began + 3600
    shop.now = began + 3600
    ended = shop.work()
    assert (ended.status, ended.reason) == (RunStatus.FAILED, RUN_LATE)
    assert shop.account.effects == {"create a": 1, "create sorry": 1}
    error = shop.page(run).run.error
    assert error is not None
    assert error["kind"] == "Timeout"


def test_the_time_of_a_run_counts_from_its_start_not_from_its_event(shop: Workshop) -> None:
    shop.begin(shop.recipe("  - {action: wait, with: {for: 50m}}", more=WHOLE))
    shop.now += 5 * 3600  # nobody could work on it
    assert shop.finish().status is RunStatus.SUCCEEDED


def test_a_run_whose_steps_are_all_done_in_time_has_succeeded(shop: Workshop) -> None:
    shop.begin(shop.recipe(create("a"), more=WHOLE))
    claimed = shop.claim("dies")
    bench = shop.bench(claimed)
    perform_all(bench, bench.recipe.steps, bench.scope())
    bench.flush()  # and dies, before the end of the run is written
    shop.now += 2 * 3600
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create a": 1}


def test_the_last_words_of_a_run_have_a_minute(shop: Workshop) -> None:
    more = WHOLE.replace("name: sorry}", "name: sorry}, retry: {attempts: 9, delays: [20s]}")
    shop.begin(shop.recipe("  - {action: wait, with: {for: 3h}}", more=more))
    shop.account.faults = [("before", Transient("away"))] * 9
    began = shop.now
    ended = shop.finish()
    assert (ended.status, ended.reason) == (RunStatus.FAILED, RUN_LATE), "the first reason counts"
    assert shop.now == began + 3600 + 60
    assert 4 <= 9 - len(shop.account.faults) <= 7


def test_a_step_may_not_take_longer_than_the_run(shop: Workshop) -> None:
    shop.begin(shop.recipe("  - {action: wait, with: {for: 3h}, timeout: 2h, on_error: continue}", more=WHOLE))
    assert shop.finish().reason == RUN_LATE


def test_calls_outside_get_no_longer_than_what_is_left() -> None:
    assert total() == 25
    with no_longer_than(3):
        assert 2 < total() <= 3
    with no_longer_than(0):
        assert total() == SHORTEST
    assert total() == 25


def total() -> float:
    """Seconds that a call that begins now gets altogether."""
    return float(str(Timeouts(connect=5, read=20, total=25).as_timeout().total))


def test_an_action_runs_within_what_is_left_of_its_time(shop: Workshop) -> None:
    seen: list[float] = []
    create_job = shop.account.create

    def look(*arguments: object, **more: object) -> object:
        seen.append(total())
        return create_job(*arguments, **more)  # type: ignore[arg-type]

    shop.account.create = look  # type: ignore[assignment, method-assign]
    shop.begin(shop.recipe(create("a", ", timeout: 10s") + "\n" + create("b")))
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert 9 < seen[0] <= 10
    assert seen[1] == 25
