"""`wait_for` with a webhook: every run that a believed delivery fits goes on with it, once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub.engine.run import work
from hub.engine.signals import Pause
from hub.model import Delivery, RunStatus, StepStatus, new_id
from tests.engine.conftest import Workshop

LISTEN = """
  - id: done
    action: wait_for
    with:
      webhook: jobs/done
      verify: token
      secret: DONE
      match: body.job_id
      equals: "{{ inputs.job }}"
      for: 2d
      otherwise: {result: unknown}
  - id: after
    action: set
    with: {result: "{{ steps.done.body.result }}", late: "{{ steps.done.timed_out }}"}
"""
FORM = "inputs: {job: integer}"
OURS = "a-long-token-of-ours"


@pytest.fixture
def shop(shop: Workshop) -> Workshop:
    shop.secrets |= {"DONE": OURS}
    return shop


def send(shop: Workshop, body: Any, *, path: str = "jobs/done", proof: str = OURS) -> int:
    """Deliver; the status of the answer."""
    headers = (("Content-Type", "application/json"), ("Authorization", f"Bearer {proof}"))
    delivery = Delivery(
        new_id("dlv", shop.now), path, "POST", f"https://hub.example.com/hooks/{path}", "", headers,
        json.dumps(body).encode(), shop.now,
    )  # fmt: skip
    return shop.intake.deliver(delivery).status


def begin(shop: Workshop, job: int = 7) -> str:
    recipe = shop.recipes[0] if shop.recipes else shop.recipe(LISTEN, more=FORM)
    return shop.begin(recipe, inputs={"job": job})


def result(shop: Workshop, run: str) -> Any:
    return shop.steps(run)["after"].output


def test_a_run_goes_on_with_the_delivery_that_fits(shop: Workshop) -> None:
    run = begin(shop)
    ended = shop.work()
    assert (ended.status, ended.due_at) == (RunStatus.QUEUED, shop.now + 2 * 86_400)
    assert ended.reason == "Waiting for what another app sends to /hooks/jobs/done."
    shop.now += 60
    for other in ({"job_id": 8, "result": "another one"}, {"result": "none at all"}, ["no object"]):
        assert send(shop, other) == 202
        assert shop.page(run).run.due_at > shop.now
    assert send(shop, {"job_id": "7", "result": "good"}) == 202  # as a text: it is the same number
    assert shop.work().status is RunStatus.SUCCEEDED
    assert result(shop, run) == {"result": "good", "late": False}
    assert shop.bell.rings


def test_a_delivery_that_is_not_believed_counts_for_nothing(shop: Workshop) -> None:
    run = begin(shop)
    shop.work()
    assert send(shop, {"job_id": 7, "result": "forged"}, proof="wrong") == 404
    assert shop.page(run).run.due_at > shop.now
    shop.now += 3 * 86_400
    shop.work()
    assert result(shop, run) == {"result": "unknown", "late": True}


def test_a_delivery_before_the_step_counts_and_one_before_the_run_does_not(shop: Workshop) -> None:
    steps = "  - action: wait\n    with: {for: 1h}" + LISTEN
    recipe = shop.recipe(steps, more=FORM)
    assert send(shop, {"job_id": 7, "result": "before the run"}) == 202
    shop.now += 1
    run = shop.begin(recipe, inputs={"job": 7})
    shop.work()
    shop.now += 60
    assert send(shop, {"job_id": 7, "result": "before the step"}) == 202
    shop.now += 3600
    assert shop.work().status is RunStatus.SUCCEEDED
    assert result(shop, run)["result"] == "before the step"


def test_all_runs_that_fit_are_woken_and_no_others(shop: Workshop) -> None:
    runs = [begin(shop, 7), begin(shop, 7), begin(shop, 8)]
    for claimed in shop.ledger.claim("worker", limit=10, now=shop.now, lease=60.0):
        work(shop.bench(claimed))
    shop.now += 1
    send(shop, {"job_id": 7, "result": "good"})
    due = {run: shop.page(run).run.due_at <= shop.now for run in runs}
    assert list(due.values()) == [True, True, False]


def test_duplicates_count_once(shop: Workshop) -> None:
    steps = LISTEN.replace("id: after", "id: unused") + LISTEN.replace("id: done", "id: again").replace(
        "steps.done", "steps.again"
    )
    run = shop.begin(shop.recipe(steps, more=FORM), inputs={"job": 7})
    shop.work()
    shop.now += 1
    for _ in range(3):
        send(shop, {"job_id": 7, "result": "good"})
    assert shop.work().status is RunStatus.QUEUED  # the second step waits for a delivery of its own
    assert shop.steps(run)["again"].status is StepStatus.WAITING
    shop.now += 1
    send(shop, {"job_id": 7, "result": "better"})
    assert shop.work().status is RunStatus.SUCCEEDED
    assert result(shop, run)["result"] == "better"


def test_a_delivery_while_the_run_lies_down_is_not_lost(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin(shop)

    class SentMeanwhile(Pause):
        def __init__(self, reason: str, *, due_at: float) -> None:
            super().__init__(reason, due_at=due_at)
            send(shop, {"job_id": 7, "result": "just then"})

    monkeypatch.setattr("hub.engine.flow.answers.Pause", SentMeanwhile)
    shop.work()
    assert shop.page(run).run.due_at <= shop.now
    assert shop.work().status is RunStatus.SUCCEEDED
    assert result(shop, run)["result"] == "just then"


def test_an_expression_that_the_gate_did_not_know_wakes_to_be_sure(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run begins to wait after the gate has looked which expressions there are, and before it keeps the delivery."""
    run = begin(shop)
    matches = shop.intake.ledger.awaited_matches
    monkeypatch.setattr("hub.store.ledger.SqlLedger.awaited_matches", lambda _, source: (matches(source), ())[1])
    shop.work()
    shop.now += 1
    send(shop, {"job_id": 8, "result": "another one"})
    assert shop.work().status is RunStatus.QUEUED  # woken for nothing
    send(shop, {"job_id": 7, "result": "good"})
    assert shop.work().status is RunStatus.SUCCEEDED
    assert result(shop, run)["result"] == "good"


def test_a_run_is_heard_after_its_recipe_was_switched_off(shop: Workshop) -> None:
    run = begin(shop)
    shop.work()
    recipes, shop.recipes = shop.recipes, []
    shop.now += 1
    assert send(shop, {"job_id": 7, "result": "good"}, proof="wrong") == 404
    assert send(shop, {"job_id": 7, "result": "good"}) == 202
    shop.recipes = recipes
    assert shop.work().status is RunStatus.SUCCEEDED
    shop.recipes = []
    assert send(shop, {"job_id": 7, "result": "again"}) == 404  # nobody waits any more
    assert result(shop, run)["result"] == "good"


def test_a_recipe_that_listens_there_is_started_as_well(shop: Workshop) -> None:
    run = begin(shop)
    trigger = "{type: webhook, path: jobs/done, verify: token, secret: DONE}"
    shop.recipe("  - id: seen\n    action: set\n    with: {a: '{{ body.result }}'}", trigger=trigger)
    shop.work()
    shop.now += 1
    assert send(shop, {"job_id": 7, "result": "good"}) == 202
    claimed = shop.ledger.claim("worker", limit=10, now=shop.now, lease=60.0)
    assert sorted(each.run.recipe_id for each in claimed) == ["recipe-1", "recipe-2"]
    assert {work(shop.bench(each)).status for each in claimed} == {RunStatus.SUCCEEDED}
    assert result(shop, run)["result"] == "good"


def test_what_cannot_be_read_does_not_count(shop: Workshop) -> None:
    run = begin(shop)
    shop.work()
    headers = (("Content-Type", "application/json"), ("Authorization", f"Bearer {OURS}"))
    broken = Delivery("dlv_1", "jobs/done", "POST", "https://x/hooks/jobs/done", "", headers, b'{"job_id": 7', shop.now)
    shop.intake.deliver(broken)
    shop.now += 3 * 86_400
    shop.work()
    assert result(shop, run)["late"] is True


def test_nothing_to_compare_with_is_an_error(shop: Workshop) -> None:
    steps = LISTEN.replace("{{ inputs.job }}", "{{ inputs.other }}").replace("otherwise: {result: unknown}", "")
    run = shop.begin(shop.recipe(steps, more="inputs: {other: {type: text, default: ''}}"))
    assert shop.work().status is RunStatus.FAILED
    assert "`equals` is empty" in str(shop.steps(run)["done"].error)


def test_the_run_that_the_delivery_itself_started_does_not_take_it(shop: Workshop) -> None:
    trigger = "{type: webhook, path: jobs/done, verify: token, secret: DONE}"
    steps = LISTEN.replace("{{ inputs.job }}", "{{ body.job_id }}")
    shop.recipe(steps, trigger=trigger)
    send(shop, {"job_id": 7, "result": "the first"})
    assert shop.work().status is RunStatus.QUEUED
    [run] = [each.id for each in shop.views.runs().items]
    shop.now += 1
    assert send(shop, {"job_id": 7, "result": "the second"}) == 202
    assert shop.page(run).run.due_at <= shop.now


def test_two_steps_side_by_side_do_not_take_the_same_delivery(shop: Workshop) -> None:
    listen = "{webhook: jobs/done, verify: token, secret: DONE, match: body.job_id, equals: 7}"
    ways = "".join(f"      - steps: [{{id: {name}, action: wait_for, with: {listen}}}]\n" for name in ("one", "two"))
    run = shop.begin(shop.recipe(f"  - action: parallel\n    branches:\n{ways}"))
    shop.work()
    shop.now += 1
    send(shop, {"job_id": 7, "result": "first"})
    assert shop.work().status is RunStatus.QUEUED
    assert sorted(shop.steps(run)[name].status for name in ("one", "two")) == [StepStatus.OK, StepStatus.WAITING]
    shop.now += 1
    send(shop, {"job_id": 7, "result": "second"})
    assert shop.work().status is RunStatus.SUCCEEDED
    assert {shop.steps(run)[name].output["body"]["result"] for name in ("one", "two")} == {"first", "second"}
