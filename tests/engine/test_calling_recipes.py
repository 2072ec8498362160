"""`call`: another recipe as a run of its own, once, and its result for the caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hub.engine.bench import Tools
from hub.engine.chains import MOST_HOPS, called_run_id
from hub.engine.journal import Journal
from hub.engine.rehearsal import rehearse
from hub.engine.run import give_up_run, work
from hub.errors import RecipeError
from hub.model import Event, Run, RunStatus, StepStatus, new_id
from hub.ports import Arrival, ClaimedRun, Entry
from tests.engine.conftest import LEASE, Workshop

CHILD = """
  - {id: made, action: jobs.create, with: {name: "{{ inputs.name }}"}}
  - {action: stop, with: {result: {id: "{{ steps.made.id }}", twice: "{{ inputs.count * 2 }}"}}}"""
INPUTS = "{type: manual, inputs: {name: text, count: {type: integer, default: 2}}}"
WAITS = """
  - {action: wait, with: {for: 1h}}
  - {action: stop, with: {result: done}}"""


def calls(recipe: str, more: str = "inputs: {name: Miller}") -> str:
    """A step that calls another recipe, and one that keeps what it gave back."""
    seen = '{result: "{{ steps.other.result }}", status: "{{ steps.other.status }}"}'
    return f"""
  - {{id: other, action: call, with: {{recipe: {recipe}, {more}}}}}
  - {{id: seen, action: set, with: {seen}}}"""


def drain(shop: Workshop, *, most: int = 50) -> None:
    """Work on everything that is due now, until nothing is."""
    for _ in range(most):
        claimed = shop.ledger.claim("worker", limit=10, now=shop.now, lease=LEASE)
        if not claimed:
            return
        for each in claimed:
            work(shop.bench(each))
    raise AssertionError("there is always something due")


def children(shop: Workshop, run: str) -> list[Run]:
    """The runs that a run has called."""
    lines = shop.views.runs(limit=100).items
    pages = [shop.page(each.id) for each in lines]
    return [each.run for each in pages if each.event.cause_run_id == run and each.event.type == "call"]


def test_the_caller_gets_the_result_of_the_other_recipe(shop: Workshop) -> None:
    child = shop.recipe(CHILD, trigger=INPUTS)
    run = shop.begin(shop.recipe(calls(child.id)))
    drain(shop)
    steps = shop.steps(run)
    [called] = children(shop, run)
    assert shop.status(run) is RunStatus.SUCCEEDED
    assert steps["other"].output == {"run": called.id, "status": "succeeded", "result": {"id": "j1", "twice": 4}}
    assert steps["seen"].output == {"result": {"id": "j1", "twice": 4}, "status": "succeeded"}
    assert shop.account.effects == {"create Miller": 1}
    assert called.recipe_id == child.id
    assert shop.page(called.id).event.hop == 1


def test_the_caller_holds_no_worker_and_is_woken_by_the_end(shop: Workshop) -> None:
    child = shop.recipe(WAITS)
    run = shop.begin(shop.recipe(calls(child.id, "inputs: {}")))
    began = shop.now
    drain(shop)
    waiting = shop.page(run).run
    assert (waiting.status, waiting.owner) == (RunStatus.QUEUED, "")
    assert waiting.reason.startswith("Waiting for the recipe")
    for _ in range(10):  # the caller looks by itself now and then
        shop.now = min(shop.now + 600, began + 3599)
        drain(shop)
    assert shop.status(run) is RunStatus.QUEUED
    shop.now = began + 3600
    drain(shop)
    assert shop.status(run) is RunStatus.SUCCEEDED
    assert len(children(shop, run)) == 1


def test_without_wait_the_caller_goes_on_at_once(shop: Workshop) -> None:
    child = shop.recipe(WAITS)
    run = shop.begin(shop.recipe(calls(child.id, "wait: false")))
    work(shop.bench(shop.claim()))
    assert shop.status(run) is RunStatus.SUCCEEDED
    [called] = children(shop, run)
    assert shop.steps(run)["other"].output == {"run": called.id, "status": "started", "result": None}
    assert called.status is RunStatus.QUEUED


class Killed(BaseException):
    """kill -9, as far as Python can play it."""


class DeadlyJournal:
    """Dies in the first write, before or after it is durable."""

    def __init__(self, journal: Journal, *, after: bool) -> None:
        self._journal, self._after = journal, after

    def write(self, entry: Entry) -> None:
        """See hub.engine.journal.Journal."""
        if self._after:
            self._journal.write(entry)
        raise Killed


@pytest.mark.parametrize("after", [False, True])
def test_however_often_the_step_is_begun_the_recipe_is_called_once(shop: Workshop, after: bool) -> None:
    child = shop.recipe(CHILD, trigger=INPUTS)
    run = shop.begin(shop.recipe(calls(child.id)))
    bench = shop.bench(shop.claim())
    bench.tools = replace(bench.tools, journal=DeadlyJournal(bench.tools.journal, after=after))
    with pytest.raises(Killed):
        work(bench)
    assert len(children(shop, run)) == after
    shop.now += LEASE
    drain(shop)
    assert shop.status(run) is RunStatus.SUCCEEDED
    assert len(children(shop, run)) == 1
    assert shop.account.effects == {"create Miller": 1}


def test_a_called_run_that_ends_while_its_caller_is_at_work_is_not_missed(shop: Workshop) -> None:
    """The caller has looked, and lies down to wait; the other one ends right between the two."""
    child = shop.recipe("  - {action: set, with: {a: 1}}")
    run = shop.begin(shop.recipe(calls(child.id, "inputs: {}")))
    claimed = shop.claim("caller")
    bench = shop.bench(claimed)
    original = bench.tools.journal

    class Between:
        """Plays the other run between the two writes of the caller."""

        written = 0

        def write(self, entry: Entry) -> None:
            """See hub.engine.journal.Journal."""
            self.written += 1
            if entry.change is not None:
                work(shop.bench(shop.claim("other")))
            original.write(entry)

    bench.tools = replace(bench.tools, journal=Between())
    assert work(bench).status is RunStatus.QUEUED
    assert shop.page(run).run.due_at <= shop.now
    drain(shop)
    assert shop.status(run) is RunStatus.SUCCEEDED


def test_calls_side_by_side_and_in_loops_are_runs_of_their_own(shop: Workshop) -> None:
    child = shop.recipe(CHILD, trigger=INPUTS)
    steps = f"""
  - action: parallel
    branches:
      - steps: [{{id: a, action: call, with: {{recipe: {child.id}, inputs: {{name: A}}}}}}]
      - steps: [{{id: b, action: call, with: {{recipe: {child.id}, inputs: {{name: B}}}}}}]
  - {{id: many, action: call, for_each: "[1, 2, 3]", max_parallel: 3,
     with: {{recipe: {child.id}, inputs: {{name: "C{{{{ item }}}}", count: "{{{{ item }}}}"}}}}}}"""
    run = shop.begin(shop.recipe(steps))
    drain(shop)
    assert shop.status(run) is RunStatus.SUCCEEDED
    assert shop.account.effects == {f"create {name}": 1 for name in ("A", "B", "C1", "C2", "C3")}
    assert [each["result"]["twice"] for each in shop.steps(run)["many"].output] == [2, 4, 6]


@pytest.mark.parametrize(
    ("steps", "status", "says"),
    [
        ("  - {action: jobs.get, with: {id: nobody}}", RunStatus.FAILED, "failed: There is no jobs nobody."),
        ("  - {action: stop, with: {status: failed, message: enough}}", RunStatus.FAILED, "failed: enough"),
        ("  - {action: stop, with: {status: skipped}}", RunStatus.SUCCEEDED, ""),
    ],
)
def test_a_called_recipe_that_fails_fails_the_step(shop: Workshop, steps: str, status: RunStatus, says: str) -> None:
    child = shop.recipe(steps)
    run = shop.begin(shop.recipe(calls(child.id, "inputs: {}")))
    drain(shop)
    assert shop.status(run) is status
    assert says in shop.page(run).run.reason


def test_on_error_of_the_call_applies(shop: Workshop) -> None:
    child = shop.recipe("  - {action: jobs.get, with: {id: nobody}}")
    steps = f"""
  - {{id: other, action: call, with: {{recipe: {child.id}}}, on_error: continue}}
  - {{action: jobs.create, with: {{name: after}}}}"""
    run = shop.begin(shop.recipe(steps))
    drain(shop)
    assert shop.status(run) is RunStatus.SUCCEEDED
    assert shop.steps(run)["other"].status is StepStatus.ERROR
    assert shop.account.effects == {"create after": 1}


def test_a_called_run_that_is_cancelled_wakes_the_caller_and_fails_the_step(shop: Workshop) -> None:
    child = shop.recipe(WAITS)
    run = shop.begin(shop.recipe(calls(child.id, "inputs: {}")))
    drain(shop)
    [called] = children(shop, run)
    shop.ledger.cancel(called.id, now=shop.now, by="Ana")
    drain(shop)
    assert shop.status(run) is RunStatus.FAILED
    assert shop.page(run).run.reason.endswith("was cancelled: Cancelled by Ana.")


def test_a_person_can_have_a_failed_call_repeated(shop: Workshop) -> None:
    child = shop.recipe('  - {action: jobs.get, with: {id: "j1"}}\n  - {action: stop, with: {result: found}}')
    run = shop.begin(shop.recipe(f"  - {{id: other, action: call, with: {{recipe: {child.id}}}, on_error: hold}}"))
    drain(shop)
    assert shop.status(run) is RunStatus.HELD
    shop.account.office_creates(name="Miller")
    shop.ledger.requeue([run], now=shop.now, decision="repeat")
    drain(shop)
    assert shop.status(run) is RunStatus.SUCCEEDED
    assert shop.steps(run)["other"].output["result"] == "found"
    assert sorted(each.status for each in children(shop, run)) == [RunStatus.FAILED, RunStatus.SUCCEEDED]


def test_cancelling_the_caller_leaves_the_called_run_alone(shop: Workshop) -> None:
    child = shop.recipe(WAITS)
    run = shop.begin(shop.recipe(calls(child.id, "inputs: {}")))
    drain(shop)
    assert shop.ledger.cancel(run, now=shop.now, by="Ana")
    shop.now += 3600
    drain(shop)
    assert [each.status for each in children(shop, run)] == [RunStatus.SUCCEEDED]
    assert shop.status(run) is RunStatus.CANCELLED


def test_a_called_run_without_a_version_wakes_its_caller(shop: Workshop) -> None:
    child = shop.recipe(WAITS)
    run = shop.begin(shop.recipe(calls(child.id, "inputs: {}")))
    work(shop.bench(shop.claim()))
    give_up_run(shop.claim(), RecipeError("Its version is gone."), shop.tools)
    drain(shop)
    assert shop.page(run).run.reason.endswith("failed: Its version is gone.")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("inputs: {nmae: Miller}", "has no input `nmae`. The recipe `recipe-1` needs the input `name`."),
        ("inputs: {name: 7}", "`name`"),
        ('inputs: {name: A, count: "{{ vars.word }}"}', "`count`"),
        ('inputs: "{{ vars.word }}"', "`inputs`"),
    ],
)
def test_inputs_are_checked_when_the_recipe_is_called(shop: Workshop, more: str, says: str) -> None:
    child = shop.recipe(CHILD, trigger=INPUTS)
    steps = f"  - {{action: set, with: {{word: many}}}}{calls(child.id, more)}"
    run = shop.begin(shop.recipe(steps))
    drain(shop)
    assert shop.status(run) is RunStatus.FAILED
    assert says in shop.page(run).run.reason
    assert children(shop, run) == []


def test_only_a_recipe_that_is_switched_on_and_has_a_manual_trigger_is_called(shop: Workshop) -> None:
    polls = shop.recipe(WAITS, trigger="{type: poll, resource: jobs}")
    child = shop.recipe(WAITS)
    runs = [shop.begin(shop.recipe(calls(recipe, "inputs: {}"))) for recipe in (polls.id, "recipe-9", child.id)]
    shop.recipes.remove(child)
    drain(shop)
    reasons = [shop.page(run).run.reason for run in runs]
    assert "no trigger of the type `manual`" in reasons[0]
    assert "There is no recipe `recipe-9` that is switched on." in reasons[1]
    assert f"There is no recipe `{child.id}` that is switched on." in reasons[2]


def test_calls_of_calls_end_after_five_hops(shop: Workshop) -> None:
    recipe = shop.recipe(calls("recipe-1", "inputs: {}"))
    run = shop.begin(recipe)
    drain(shop)
    runs = [shop.page(each.id) for each in shop.views.runs(limit=100).items]
    assert sorted(each.event.hop for each in runs) == list(range(MOST_HOPS + 1))
    assert "5 times in a row" in shop.page(run).run.reason


def test_a_run_that_resumes_a_caller_finds_the_run_that_was_called(shop: Workshop) -> None:
    """Its keys are those of the first run, so it calls nothing again; it looks by itself for the end."""
    child = shop.recipe(WAITS)
    run = shop.begin(shop.recipe(calls(child.id, "inputs: {}")))
    drain(shop)
    shop.ledger.cancel(run, now=shop.now, by="Ana")
    page = shop.page(run)
    again = replace(
        page.run, id=new_id("run", shop.now), status=RunStatus.QUEUED, replay_of=run, replay_no=1, claim=0,
        finished_at=None, due_at=shop.now, variables={}, started_at=None,
    )  # fmt: skip
    shop.ledger.admit([Arrival(page.event, (again,))])
    drain(shop)
    assert len(children(shop, run)) == 1
    assert shop.status(again.id) is RunStatus.QUEUED
    shop.now += 3600 + 900
    drain(shop)
    shop.now += 900
    drain(shop)
    assert shop.status(again.id) is RunStatus.SUCCEEDED
    assert shop.steps(again.id)["other"].output["run"] == called_run_id(run, f"{run}/other")


def test_a_dry_run_lists_what_it_would_start_and_starts_nothing(shop: Workshop) -> None:
    child = shop.recipe(CHILD, trigger=INPUTS)
    caller = shop.recipe(f"  - {{id: other, action: call, with: {{recipe: {child.id}, inputs: {{name: Miller}}}}}}")
    event = Event("evt_1", "manual", f"manual:{caller.id}", "evt_1", shop.now, {"inputs": {}})

    def tools(journal: Journal, clock: Callable[[], float]) -> Tools:
        return replace(shop.tools, journal=journal, clock=clock, dry=True)

    ended = rehearse(caller, event, tools)
    assert ended.status is RunStatus.SUCCEEDED
    assert ended.plan == ({"step": "other", "do": "start", "recipe": child.id, "inputs": {"name": "Miller"}},)
    assert shop.views.runs(limit=10).items == ()
    wrong = shop.recipe(f"  - {{action: call, with: {{recipe: {child.id}, inputs: {{nmae: Miller}}}}}}")
    assert "has no input `nmae`" in rehearse(wrong, event, tools).reason


def test_the_history_of_a_called_run_stays_while_its_caller_is_not_over(shop: Workshop) -> None:
    child = shop.recipe("  - {action: stop, with: {result: 7}}")
    steps = calls(child.id, "inputs: {}")
    run = shop.begin(shop.recipe(steps))
    work(shop.bench(shop.claim()))
    work(shop.bench(next(each for each in _claimed(shop) if each.run.recipe_id == child.id)))
    shop.now += 10
    shop.ledger.prune(shop.now, keep_succeeded=1, keep_failed=1)
    assert len(children(shop, run)) == 1
    drain(shop)
    assert shop.steps(run)["seen"].output["result"] == 7
    shop.now += 10
    shop.ledger.prune(shop.now, keep_succeeded=1, keep_failed=1)
    assert shop.views.runs(limit=10).items == ()


def _claimed(shop: Workshop) -> list[ClaimedRun]:
    return shop.ledger.claim("worker", limit=10, now=shop.now, lease=LEASE)
