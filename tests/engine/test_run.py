"""How a run goes through its steps: order, conditions, branches, loops, waits, and how it ends."""

from __future__ import annotations

import pytest

from hub.errors import Permanent, Transient
from hub.model import RunStatus, StepStatus
from tests.engine.account import names
from tests.engine.conftest import Workshop

CREATE = "  - {id: job, action: jobs.create, with: {name: Miller}}"


def test_outputs_flow_from_step_to_step_and_are_kept(shop: Workshop) -> None:
    recipe = shop.recipe(
        CREATE
        + """
  - id: note
    action: notify.send
    with: {to: "{{ secrets.CHAT }}", body: "Made {{ steps.job.name }} as {{ steps.job.id }}"}"""
    )
    run = shop.begin(recipe)
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.letters.sent == [("json://secret-canary@chat", "Made Miller as j1")]
    steps = shop.steps(run)
    assert [(path, step.status) for path, step in steps.items()] == [("job", StepStatus.OK), ("note", StepStatus.OK)]
    assert steps["job"].output["name"] == "Miller"
    assert steps["job"].request == {"name": "Miller"}


def test_secrets_stand_nowhere_in_what_is_kept(shop: Workshop) -> None:
    recipe = shop.recipe(
        """
  - {id: note, action: notify.send, with: {to: "{{ secrets.CHAT }}", body: hello}}
  - {id: leak, action: notify.send, with: {to: "{{ secrets.CHAT }}", body: "{{ secrets.CHAT }}"}}"""
    )
    shop.letters.faults = [Permanent("cannot reach json://secret-canary@chat")]
    run = shop.begin(recipe)
    shop.finish()
    assert "secret-canary" not in repr(shop.page(run))
    second = shop.begin(recipe)
    shop.finish()
    assert "secret-canary" not in repr(shop.page(second))
    assert all("canary" not in body for _, body in shop.letters.sent)


def test_a_condition_that_does_not_hold_skips_the_step_and_keeps_what_it_saw(shop: Workshop) -> None:
    recipe = shop.recipe(
        """
  - {id: a, if: record.total > 100, action: jobs.create, with: {name: big}}
  - {id: b, if: steps.a is not defined, action: jobs.create, with: {name: small}}"""
    )
    run = shop.begin(recipe, record={"total": 5})
    assert shop.finish().status is RunStatus.SUCCEEDED
    skipped = shop.steps(run)["a"]
    assert skipped.status is StepStatus.SKIPPED
    assert skipped.verdict is not None
    assert skipped.verdict["saw"] == {"record.total": 5}
    assert names(shop.account.effects, "create") == ["small"]


def test_a_condition_that_breaks_is_a_failure_not_a_no(shop: Workshop) -> None:
    recipe = shop.recipe("  - {id: a, if: record.total > 100, action: jobs.create, with: {name: big}}")
    run = shop.begin(recipe, record={"total": "five"})
    assert shop.finish().status is RunStatus.FAILED
    error = shop.page(run).run.error
    assert error is not None
    assert (error["file"], error["line"]) == ("recipe-1.yaml", 7)


def test_a_recipes_condition_that_breaks_fails_the_run_and_is_no_verdict(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(CREATE, more="if: record.total > 100"), record={"total": "five"})
    assert shop.finish().status is RunStatus.FAILED
    assert shop.page(run).run.verdict is None


def test_an_answer_that_holds_a_secret_is_kept_without_it(shop: Workshop) -> None:
    job = shop.account.office_creates(name="call json://secret-canary@chat")
    run = shop.begin(shop.recipe('  - {id: job, action: jobs.get, with: {id: "{{ record.id }}"}}'), record={"id": job})
    shop.finish()
    assert shop.steps(run)["job"].output["name"] == "call [secret CHAT]"


def test_for_each_goes_on_with_the_list_that_it_began_with(shop: Workshop) -> None:
    recipe = shop.recipe(
        """
  - id: make
    for_each: "[now() | date('%H:%M'), 'b']"
    action: jobs.create
    with: {name: "{{ item }}"}"""
    )
    shop.account.faults = [("before", Transient("away"))]
    began = shop.now
    shop.begin(recipe)
    first = shop.work()
    assert first.due_at is not None
    shop.now = began + 3600
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert names(shop.account.effects, "create") == ["12:00", "b"]


def test_the_recipes_own_condition_skips_the_whole_run(shop: Workshop) -> None:
    recipe = shop.recipe(CREATE, more="if: [record.a, record.b]")
    run = shop.begin(recipe, record={"a": True, "b": False})
    assert shop.finish().status is RunStatus.SKIPPED
    assert shop.page(run).run.verdict is not None
    assert not shop.account.effects


def test_set_gives_variables_that_survive_a_pause(shop: Workshop) -> None:
    recipe = shop.recipe(
        """
  - {action: set, with: {who: "{{ record.name }}", twice: "{{ record.n * 2 }}"}}
  - {action: wait, with: {for: 2h}}
  - {id: job, action: jobs.create, with: {name: "{{ vars.who }} {{ vars.twice }}"}}"""
    )
    shop.begin(recipe, record={"name": "Ana", "n": 21})
    began = shop.now
    first = shop.work()
    assert (first.status, first.due_at) == (RunStatus.QUEUED, began + 7200)
    shop.now = began + 7199
    assert shop.ledger.claim("worker", limit=1, now=shop.now, lease=60) == []
    shop.now = began + 7200
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert names(shop.account.effects, "create") == ["Ana 42"]


def test_inputs_have_their_defaults_until_somebody_says_otherwise(shop: Workshop) -> None:
    recipe = shop.recipe(
        '  - {action: jobs.create, with: {name: "{{ inputs.days }} {{ run.attempt }}"}}',
        more="inputs: {days: {type: integer, default: 3}}",
    )
    shop.begin(recipe)
    shop.finish()
    shop.begin(recipe, inputs={"days": 9})
    shop.finish()
    assert names(shop.account.effects, "create") == ["3 1", "9 1"]


def test_choose_takes_the_first_branch_that_fits_and_stays_in_it(shop: Workshop) -> None:
    recipe = shop.recipe(
        """
  - id: size
    action: choose
    branches:
      - if: record.total > 100
        steps:
          - {action: wait, with: {for: 1h}}
          - {action: jobs.create, with: {name: big}}
      - else: true
        steps:
          - {action: jobs.create, with: {name: small}}
  - {action: jobs.create, with: {name: after}}"""
    )
    run = shop.begin(recipe, record={"total": 500})
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert names(shop.account.effects, "create") == ["after", "big"]
    assert shop.steps(run)["size"].output == {"branch": 1}


@pytest.mark.parametrize("status", ["succeeded", "failed", "skipped"])
def test_stop_ends_the_run_as_the_recipe_says(shop: Workshop, status: str) -> None:
    recipe = shop.recipe(f"  - {{action: stop, with: {{status: {status}, message: enough}}}}\n{CREATE}")
    run = shop.begin(recipe)
    ended = shop.finish()
    assert (ended.status, ended.reason) == (RunStatus(status), "enough")
    assert not shop.account.effects
    assert shop.page(run).run.finished_at is not None


def test_for_each_does_every_item_once_also_across_a_pause(shop: Workshop) -> None:
    recipe = shop.recipe(
        """
  - id: make
    for_each: record.names
    as: name
    if: name != "skip"
    action: jobs.create
    with: {name: "{{ loop.index }} {{ name }}"}"""
    )
    shop.account.faults = [("before", Transient("away"))]
    run = shop.begin(recipe, record={"names": ["a", "skip", "c"]})
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create 1 a": 1, "create 3 c": 1}
    outputs = shop.steps(run)["make"].output
    assert [each and each["name"] for each in outputs] == ["1 a", None, "3 c"]


def test_for_each_with_many_at_once_does_every_item_once(shop: Workshop) -> None:
    recipe = shop.recipe(
        """
  - {id: make, for_each: record.names, max_parallel: 4, action: jobs.create, with: {name: "{{ item }}"}}"""
    )
    shop.begin(recipe, record={"names": [f"n{number}" for number in range(12)]})
    shop.account.faults = [("after", Transient("away")), ("before", Transient("away"))]
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert set(shop.account.effects.values()) == {1}
    assert len(shop.account.effects) == 12


def test_for_each_over_something_else_than_a_list_says_so(shop: Workshop) -> None:
    recipe = shop.recipe('  - {id: make, for_each: record, action: jobs.create, with: {name: "{{ item }}"}}')
    shop.begin(recipe, record={"a": 1})
    ended = shop.finish()
    assert ended.status is RunStatus.FAILED
    assert "needs a list" in ended.reason
