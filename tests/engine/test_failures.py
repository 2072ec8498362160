"""What becomes of a step that fails: tried again, passed over, held, handled, given up."""

from __future__ import annotations

from hub.errors import Permanent, RateLimited, Transient, Unauthorized, Unknown
from hub.model import RunStatus, StepStatus
from tests.engine.account import Account, names
from tests.engine.conftest import Workshop

CREATE = "  - {id: job, action: jobs.create, with: {name: Miller}}"
SEND = '  - {id: note, action: notify.send, with: {to: "json://chat", body: hello}}'


def test_a_passing_fault_is_tried_again_later_and_every_attempt_is_kept(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(CREATE))
    shop.account.faults = [("before", Transient("away")), ("before", Transient("still away"))]
    first = shop.work()
    assert first.due_at is not None
    shop.now = first.due_at
    assert shop.finish().status is RunStatus.SUCCEEDED
    attempts = shop.page(run).steps[0].attempts
    assert [each.outcome for each in attempts] == ["error", "error", "ok"]
    assert shop.account.effects == {"create Miller": 1}


def test_a_step_is_given_up_after_its_attempts(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(CREATE.replace("with:", "retry: {attempts: 3, delays: [1s, 2s]}, with:")))
    shop.account.faults = [("before", Transient("away")) for _ in range(5)]
    ended = shop.finish()
    assert ended.status is RunStatus.FAILED
    assert len(shop.account.faults) == 2
    error = shop.page(run).run.error
    assert error is not None
    assert (error["message"], error["step"], error["line"]) == ("away", "job", 7)


def test_an_unknown_create_is_repeated_with_the_same_key_and_happens_once(shop: Workshop) -> None:
    shop.begin(shop.recipe(CREATE))
    shop.account.faults = [("after", Unknown("cut off")), ("after", Unknown("cut off"))]
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create Miller": 1}
    assert len({call for call in shop.account.calls if call.startswith("create")}) == 1


def test_without_keys_the_hub_waits_looks_and_does_not_create_twice(shop: Workshop) -> None:
    shop.account = Account(idempotent=False, clock=shop.clock)
    shop.begin(shop.recipe(CREATE))
    shop.account.faults = [("after", Unknown("cut off"))]
    sent_at = shop.now
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.now >= sent_at + 90
    assert shop.account.looked_since == [sent_at - 300], "the API's clock may be behind ours"
    assert shop.account.effects == {"create Miller": 1}


def test_without_keys_a_create_that_never_arrived_is_repeated_after_looking(shop: Workshop) -> None:
    shop.account = Account(idempotent=False, clock=shop.clock)
    shop.begin(shop.recipe(CREATE))
    shop.account.faults = [("before", Unknown("cut off"))]
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create Miller": 1}


def test_without_keys_two_that_look_alike_are_left_to_a_person(shop: Workshop) -> None:
    shop.account = Account(idempotent=False, clock=shop.clock)
    shop.begin(shop.recipe(CREATE))
    shop.account.faults = [("after", Unknown("cut off"))]
    shop.account.office_creates(name="Miller")
    ended = shop.finish()
    assert ended.status is RunStatus.HELD
    assert "look alike" in ended.reason


def test_a_message_that_may_have_gone_is_held_until_a_person_decides(shop: Workshop) -> None:
    recipe = shop.recipe(SEND)
    for decision, sent in (("repeat", 1), ("done", 0), ("skip", 0)):
        shop.letters.sent.clear()
        shop.letters.faults = [Unknown("cut off")]
        run = shop.begin(recipe)
        assert shop.finish().status is RunStatus.HELD
        assert shop.ledger.requeue([run], now=shop.now, decision=decision) == 1
        assert shop.finish().status is RunStatus.SUCCEEDED
        assert len(shop.letters.sent) == sent, decision
        expected = StepStatus.SKIPPED if decision == "skip" else StepStatus.OK
        assert shop.steps(run)["note"].status is expected


def test_a_recipe_may_say_what_to_do_when_a_message_may_have_gone(shop: Workshop) -> None:
    for choice, sent in (("repeat", 1), ("skip", 0)):
        shop.letters.sent.clear()
        shop.letters.faults = [Unknown("cut off")]
        shop.begin(shop.recipe(SEND.replace("with:", f"on_unknown: {choice}, with:")))
        assert shop.finish().status is RunStatus.SUCCEEDED
        assert len(shop.letters.sent) == sent


def test_patience_that_the_api_asks_for_costs_no_attempt(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(CREATE.replace("with:", "retry: 1, with:")))
    shop.account.faults = [("before", RateLimited("slow", retry_after=20)) for _ in range(8)]
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.steps(run)["job"].tries == 1


def test_a_refused_key_parks_the_run_and_it_finishes_with_a_new_one(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(CREATE.replace("with:", "retry: 1, with:")))
    shop.account.faults = [("before", Unauthorized("refused", version=7))]
    assert shop.finish().status is RunStatus.PARKED
    assert shop.rejected == [("workglue", 7)]
    assert shop.ledger.connect("workglue", fingerprint="new", now=shop.now)
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.steps(run)["job"].tries == 1


def test_on_error_continue_goes_on_also_when_the_run_is_resumed(shop: Workshop) -> None:
    recipe = shop.recipe(
        """
  - {id: job, action: jobs.create, on_error: continue, with: {name: Miller}}
  - {action: wait, with: {for: 1h}}
  - {id: other, if: steps.job is not defined, action: jobs.create, with: {name: other}}"""
    )
    shop.account.faults = [("before", Permanent("refused"))]
    shop.begin(recipe)
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert names(shop.account.effects, "create") == ["other"]


def test_on_error_steps_run_instead_of_failing_and_know_the_error(shop: Workshop) -> None:
    recipe = shop.recipe(
        """
  - id: job
    action: jobs.create
    with: {name: Miller}
    on_error:
      - {action: notify.send, with: {to: "json://chat", body: "It said: {{ error.message }}"}}
  - {action: jobs.create, with: {name: after}}"""
    )
    shop.account.faults = [("before", Permanent("refused"))]
    shop.begin(recipe)
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.letters.sent == [("json://chat", "It said: refused")]
    assert names(shop.account.effects, "create") == ["after"]


def test_on_error_hold_lets_a_person_try_again(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(CREATE.replace("with:", "on_error: hold, with:")))
    shop.account.faults = [("before", Permanent("refused"))]
    assert shop.finish().status is RunStatus.HELD
    shop.ledger.requeue([run], now=shop.now)
    assert shop.finish().status is RunStatus.SUCCEEDED


def test_on_error_hold_lets_a_person_pass_over_the_step(shop: Workshop) -> None:
    note = '  - {if: steps.job is not defined, action: notify.send, with: {to: "json://chat", body: skipped}}'
    recipe = shop.recipe(CREATE.replace("with:", "on_error: hold, with:") + "\n" + note)
    for decision, status in (("skip", StepStatus.SKIPPED), ("done", StepStatus.OK)):
        run = shop.begin(recipe)
        shop.account.faults = [("before", Permanent("refused"))]
        assert shop.finish().status is RunStatus.HELD
        shop.ledger.requeue([run], now=shop.now, decision=decision)
        assert shop.finish().status is RunStatus.SUCCEEDED
        assert shop.steps(run)["job"].status is status
        assert not shop.account.effects
        assert bool(shop.letters.sent) == (decision == "skip")
        shop.letters.sent.clear()


def test_the_recipes_on_error_steps_run_and_the_run_is_failed_all_the_same(shop: Workshop) -> None:
    more = 'on_error:\n  - {action: notify.send, with: {to: "json://chat", body: "{{ error.step }} failed"}}'
    shop.begin(shop.recipe(CREATE, more=more))
    shop.account.faults = [("before", Permanent("refused"))]
    assert shop.finish().status is RunStatus.FAILED
    assert shop.letters.sent == [("json://chat", "job failed")]


def test_an_action_that_breaks_fails_the_run_and_not_the_worker(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(SEND))
    shop.letters.faults = [ZeroDivisionError("division by zero")]
    assert shop.finish().status in (RunStatus.FAILED, RunStatus.HELD)
    assert "division by zero" in str(shop.page(run).run.error)
