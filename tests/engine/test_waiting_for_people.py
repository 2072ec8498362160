"""`wait_for` with people: the first answer counts, whenever it comes, and a run that nobody answers does as it says."""

from __future__ import annotations

import pytest

from hub.engine.signals import Pause
from hub.errors import Unavailable
from hub.model import RunStatus, StepStatus
from hub.ports.answers import Given
from tests.engine.conftest import LINKS, Workshop

ASK = """
  - id: ok
    action: wait_for
    with:
      question: "May we send it to {{ inputs.name }}?"
      answers: [approve, decline]
      for: 3d
      otherwise: decline
      ask: {note: {type: text, label: Note, default: none given}}
  - id: after
    action: set
    with: {came: "{{ steps.ok.answer }} by {{ steps.ok.by }}: {{ steps.ok.note }}", late: "{{ steps.ok.timed_out }}"}
"""
FORM = "inputs: {name: text}"


def approve(shop: Workshop, run: str, answer: str = "approve", place: str = "ok", **fields: str) -> bool:
    counts, _ = shop.ledger.answer(run, place, Given(answer, "ana@example.com", shop.now, fields))
    return counts


def test_a_run_waits_and_goes_on_with_the_answer(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(ASK, more=FORM), inputs={"name": "Miller"})
    ended = shop.work()
    assert (ended.status, ended.due_at) == (RunStatus.QUEUED, shop.now + 3 * 86_400)
    assert ended.reason == "Waiting for an answer: approve or decline."
    step = shop.steps(run)["ok"]
    assert step.status is StepStatus.WAITING
    assert step.request["question"] == "May we send it to Miller?"
    shop.now += 3600
    assert approve(shop, run, note="go ahead")
    assert shop.work().status is RunStatus.SUCCEEDED
    assert shop.steps(run)["after"].output == {"came": "approve by ana@example.com: go ahead", "late": False}
    assert shop.steps(run)["ok"].output["at"] == "2026-03-31T13:00:00Z"
    assert shop.steps(run)["ok"].due_at is None


def test_the_first_answer_counts(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(ASK, more=FORM), inputs={"name": "Miller"})
    shop.work()
    assert approve(shop, run, "decline")
    counts, found = shop.ledger.answer(run, "ok", Given("approve", "bob@example.com", shop.now))
    assert not counts
    assert found is not None
    assert (found.answer, found.by) == ("decline", "ana@example.com")
    shop.work()
    assert shop.steps(run)["ok"].output["answer"] == "decline"


def test_an_answer_that_comes_before_the_question_is_kept(shop: Workshop) -> None:
    steps = "  - action: wait\n    with: {for: 2h}" + ASK
    run = shop.begin(shop.recipe(steps, more=FORM), inputs={"name": "Miller"})
    shop.work()
    assert approve(shop, run)
    assert shop.page(run).run.due_at == shop.now + 7200  # it is not woken: it does not wait for this yet
    shop.now += 7200
    assert shop.work().status is RunStatus.SUCCEEDED
    assert shop.steps(run)["ok"].output["answer"] == "approve"


def test_nobody_answers_and_the_other_answer_counts(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(ASK, more=FORM), inputs={"name": "Miller"})
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.steps(run)["after"].output == {"came": "decline by : none given", "late": True}
    assert shop.steps(run)["ok"].note == "Nobody answered in time, so decline counts."
    counts, found = shop.ledger.answer(run, "ok", Given("approve", "late@example.com", shop.now))
    assert not counts
    assert found is not None
    assert found.timed_out


def test_nobody_answers_and_nothing_is_said_about_it(shop: Workshop) -> None:
    run = shop.begin(shop.recipe("  - id: ok\n    action: wait_for\n    with: {for: 1h}"))
    ended = shop.finish()
    assert ended.status is RunStatus.FAILED
    assert ended.reason == "Nobody answered in time."
    assert shop.steps(run)["ok"].status is StepStatus.ERROR


def test_without_a_length_it_waits_for_a_year(shop: Workshop) -> None:
    shop.begin(shop.recipe("  - id: ok\n    action: wait_for"))
    assert shop.work().due_at == shop.now + 366 * 86_400


def test_trying_again_after_nobody_answered_asks_anew(shop: Workshop) -> None:
    run = shop.begin(shop.recipe("  - id: ok\n    action: wait_for\n    with: {for: 1h}\n    on_error: hold"))
    assert shop.finish().status is RunStatus.HELD
    assert not approve(shop, run)
    shop.ledger.requeue([run], now=shop.now, decision="repeat")
    assert shop.work().due_at == shop.now + 3600
    assert approve(shop, run)
    assert shop.work().status is RunStatus.SUCCEEDED


@pytest.mark.parametrize(("decision", "left"), [("done", StepStatus.OK), ("skip", StepStatus.SKIPPED)])
def test_a_question_that_failed_can_be_counted_as_done_or_skipped(
    shop: Workshop, decision: str, left: StepStatus
) -> None:
    run = shop.begin(shop.recipe("  - id: ok\n    action: wait_for\n    with: {for: 1h}\n    on_error: hold"))
    shop.finish()
    shop.ledger.requeue([run], now=shop.now, decision=decision)
    assert shop.work().status is RunStatus.SUCCEEDED
    assert shop.steps(run)["ok"].status is left


def test_an_answer_while_the_run_lies_down_is_not_lost(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker has seen no answer, and one comes before it has written that the run waits."""
    run = shop.begin(shop.recipe("  - id: ok\n    action: wait_for"))

    class AnsweredMeanwhile(Pause):
        def __init__(self, reason: str, *, due_at: float) -> None:
            super().__init__(reason, due_at=due_at)
            assert approve(shop, run)

    monkeypatch.setattr("hub.engine.flow.answers.Pause", AnsweredMeanwhile)
    shop.work()
    assert shop.page(run).run.due_at == shop.now
    assert shop.work().status is RunStatus.SUCCEEDED


def test_a_run_that_is_over_is_not_answered(shop: Workshop) -> None:
    run = shop.begin(shop.recipe("  - id: ok\n    action: wait_for"))
    shop.work()
    shop.ledger.cancel(run, now=shop.now, by="ana@example.com")
    assert shop.ledger.answer(run, "ok", Given("approve", "ana@example.com", shop.now)) == (False, None)


def test_each_item_of_a_loop_has_its_own_question(shop: Workshop) -> None:
    steps = """
  - id: each
    action: choose
    for_each: "['Ana', 'Bob']"
    max_parallel: 2
    branches:
      - else: true
        steps:
          - action: notify.send
            with: {to: "json://chat", body: "{{ item }} {{ links.ok.approve }}"}
          - id: ok
            action: wait_for
          - id: kept
            action: set
            with: {answer: "{{ steps.ok.answer }}"}
"""
    run = shop.begin(shop.recipe(steps))
    shop.work()
    sent = sorted(body for _, body in shop.letters.sent)
    assert sent == [f"{name} {LINKS.address(run, f'ok-{n}', 'approve')}" for n, name in enumerate(("Ana", "Bob"))]
    assert approve(shop, run, "decline", "ok-1")
    assert shop.work().status is RunStatus.QUEUED
    assert approve(shop, run, "approve", "ok-0")
    assert shop.work().status is RunStatus.SUCCEEDED
    assert len(shop.letters.sent) == 2
    answers = {path: step.output["answer"] for path, step in shop.steps(run).items() if step.action == "wait_for"}
    assert answers == {"each[0].ok": "approve", "each[1].ok": "decline"}


def test_links_are_the_same_before_and_after_the_question(shop: Workshop) -> None:
    steps = """
  - action: notify.send
    with: {to: "json://chat", body: "{{ links.ok.page }}"}
  - id: ok
    action: wait_for
  - action: notify.send
    with: {to: "json://chat", body: "{{ links.ok.page }}"}
"""
    run = shop.begin(shop.recipe(steps))
    shop.work()
    approve(shop, run)
    shop.work()
    assert [body for _, body in shop.letters.sent] == [LINKS.address(run, "ok", "page")] * 2


def test_two_questions_side_by_side_are_answered_in_any_order(shop: Workshop) -> None:
    steps = """
  - action: parallel
    branches:
      - steps:
          - {id: one, action: wait_for, with: {for: 2d}}
          - action: notify.send
            with: {to: "json://chat", body: "one {{ steps.one.answer }}"}
      - steps:
          - {id: two, action: wait_for, with: {for: 3d}}
          - action: notify.send
            with: {to: "json://chat", body: "two {{ steps.two.answer }}"}
"""
    run = shop.begin(shop.recipe(steps))
    assert shop.work().due_at == shop.now + 2 * 86_400
    assert approve(shop, run, place="two")
    assert shop.work().status is RunStatus.QUEUED
    assert shop.letters.sent == [("json://chat", "two approve")]
    assert approve(shop, run, "decline", place="one")
    assert shop.work().status is RunStatus.SUCCEEDED
    assert shop.letters.sent == [("json://chat", "two approve"), ("json://chat", "one decline")]


def test_a_database_that_is_away_only_delays(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    run = shop.begin(shop.recipe("  - id: ok\n    action: wait_for"))
    shop.work()
    approve(shop, run)

    def away(*_: object, **__: object) -> None:
        raise Unavailable("The database does not answer.")

    with monkeypatch.context() as trouble:
        trouble.setattr("hub.store.ledger.SqlLedger.find_answer", away)
        ended = shop.work()
    assert (ended.status, ended.due_at) == (RunStatus.QUEUED, shop.now + 5)
    assert shop.page(run).run.crashes == 0
    shop.now += 5
    assert shop.work().status is RunStatus.SUCCEEDED
