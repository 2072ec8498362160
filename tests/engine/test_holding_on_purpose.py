"""`hold`: the run waits for a person, and each decision counts for one step only."""

from __future__ import annotations

import pytest

from hub.errors import Transient
from hub.model import RunStatus, StepStatus
from tests.engine.conftest import Workshop

HOLD = """
  - id: call
    action: hold
    with: {message: "Call {{ inputs.name }} first."}
  - id: after
    action: set
    with: {called: "{{ steps.call is defined }}"}
"""
FORM = "inputs: {name: text}"


@pytest.mark.parametrize(("decision", "called"), [("done", True), ("skip", False)])
def test_a_held_run_goes_on_as_decided(shop: Workshop, decision: str, called: bool) -> None:
    run = shop.begin(shop.recipe(HOLD, more=FORM), inputs={"name": "Miller"})
    ended = shop.work()
    assert (ended.status, ended.reason) == (RunStatus.HELD, "Call Miller first.")
    assert shop.steps(run)["call"].status is StepStatus.WAITING
    shop.ledger.requeue([run], now=shop.now, decision=decision)
    assert shop.work().status is RunStatus.SUCCEEDED
    assert shop.steps(run)["after"].output == {"called": called}
    assert shop.steps(run)["call"].status is (StepStatus.OK if called else StepStatus.SKIPPED)


@pytest.mark.parametrize("decision", ["", "repeat"])
def test_no_decision_holds_it_on(shop: Workshop, decision: str) -> None:
    run = shop.begin(shop.recipe(HOLD, more=FORM), inputs={"name": "Miller"})
    shop.work()
    shop.ledger.requeue([run], now=shop.now, decision=decision)
    assert shop.work().status is RunStatus.HELD
    shop.ledger.requeue([run], now=shop.now, decision="done")
    assert shop.work().status is RunStatus.SUCCEEDED


def test_each_hold_needs_a_decision_of_its_own(shop: Workshop) -> None:
    steps = (
        HOLD + "  - action: wait\n    with: {for: 1h}\n  - id: second\n    action: hold\n    with: {message: Again.}"
    )
    run = shop.begin(shop.recipe(steps, more=FORM), inputs={"name": "Miller"})
    shop.work()
    shop.ledger.requeue([run], now=shop.now, decision="done")
    shop.work()
    shop.now += 3600
    ended = shop.work()
    assert (ended.status, ended.reason) == (RunStatus.HELD, "Again.")
    assert shop.steps(run)["second"].status is StepStatus.WAITING


def test_a_decision_does_not_reach_a_later_step_that_is_tried_again(shop: Workshop) -> None:
    """The message fails once after the decision; without it being forgotten, the retry would count as done."""
    steps = HOLD + "  - id: tell\n    action: notify.send\n    with: {to: 'json://chat', body: hello}"
    run = shop.begin(shop.recipe(steps, more=FORM), inputs={"name": "Miller"})
    shop.work()
    shop.ledger.requeue([run], now=shop.now, decision="done")
    shop.letters.faults.append(Transient("busy"))
    assert shop.work().status is RunStatus.QUEUED
    assert shop.page(run).run.variables == {}
    shop.now += 60
    assert shop.work().status is RunStatus.SUCCEEDED
    assert shop.letters.sent == [("json://chat", "hello")]


def test_a_decision_survives_a_worker_that_is_asked_to_stop(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(HOLD, more=FORM), inputs={"name": "Miller"})
    shop.work()
    shop.ledger.requeue([run], now=shop.now, decision="done")
    shop.stopping.set()
    shop.work()
    shop.stopping.clear()
    assert shop.work().status is RunStatus.SUCCEEDED
