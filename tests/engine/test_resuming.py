"""Runs that have failed, taken up again: what is done stays done, what may have happened is not doubled."""

from __future__ import annotations

from typing import Any

import pytest

from hub.engine.run import work
from hub.errors import HubError, LeaseLost, Transient, Unknown
from hub.model import RunStatus, StepStatus
from tests.engine.account import Account
from tests.engine.again import (
    NO,
    ONCE,
    START,
    TELL,
    THREE,
    WAYS,
    Again,
    again,
    fail_at,
    failed_in_second,
    mend,
)
from tests.engine.conftest import LEASE

__all__ = ["again"]


def test_what_is_done_stays_done_and_the_failed_step_is_done_anew(again: Again) -> None:
    run = failed_in_second(again)
    new = again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert again.shop.account.effects == {"create first": 1, "create second": 1, "create third": 1}
    assert again.shop.status(run) is RunStatus.FAILED
    page, old = again.shop.page(new), again.shop.page(run)
    assert (page.run.replay_of, page.run.root_id, page.run.replay_no) == (run, run, 1)
    assert page.run.recipe_version == old.run.recipe_version
    before, after = again.shop.steps(run), again.shop.steps(new)
    assert (after["first"].output, after["first"].finished_at) == (before["first"].output, before["first"].finished_at)
    assert [line.attempts for line in page.steps if line.step.path == "first"] == [()]


def test_a_step_that_failed_for_sure_gets_a_key_of_its_own(again: Again) -> None:
    run = failed_in_second(again)
    again.resume(run)
    again.finish()
    keys = [each.removeprefix("create ") for each in again.shop.account.calls if each.startswith("create ")]
    assert keys[0] == f"{run}/first"
    assert keys[1].startswith(f"{run}/second#")
    assert keys[2] == f"{run}/third"


def test_a_create_that_may_have_happened_is_sent_under_its_old_key(again: Again) -> None:
    run = failed_in_second(again, Unknown("The connection broke."), when="after")
    assert again.shop.steps(run)["second"].error["may_have_happened"] is True  # type: ignore[index]
    again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert again.shop.account.effects == {"create first": 1, "create second": 1, "create third": 1}
    assert f"create {run}/second" in again.shop.account.calls


def test_where_the_api_knows_no_keys_it_is_looked_up(again: Again) -> None:
    again.shop.account = Account(idempotent=False, clock=again.shop.clock)
    run = failed_in_second(again, Unknown("The connection broke."), when="after")
    again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert again.shop.account.looked_since
    assert again.shop.account.effects == {"create first": 1, "create second": 1, "create third": 1}


def test_a_key_that_the_api_has_forgotten_is_not_trusted(again: Again) -> None:
    run = failed_in_second(again, Unknown("The connection broke."), when="after")
    again.shop.now += 3 * 86_400
    again.shop.account._keys.clear()
    again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert again.shop.account.effects["create second"] == 1


def test_a_message_that_may_have_left_is_held_for_a_person(again: Again) -> None:
    shop = again.shop
    run = shop.begin(shop.recipe(TELL + "\n  - {id: last, action: jobs.create, with: {name: last}}"))
    claimed = shop.claim()
    shop.letters.faults = [Unknown("Cut.")]
    bench = shop.bench(claimed)
    assert work(bench).status is RunStatus.HELD
    assert shop.ledger.cancel(run, now=shop.now, by="ana")
    new = again.resume(run)
    assert again.finish().status is RunStatus.HELD
    assert shop.letters.sent == []
    assert shop.ledger.requeue([new], now=shop.now, decision="done") == 1
    assert again.finish().status is RunStatus.SUCCEEDED
    assert shop.letters.sent == []


def test_a_message_that_surely_did_not_leave_is_sent(again: Again) -> None:
    shop = again.shop
    shop.letters.faults = [Transient("Refused.")]
    run = shop.begin(shop.recipe(TELL, more=ONCE))
    assert again.finish().status is RunStatus.FAILED
    again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert len(shop.letters.sent) == 1


def test_a_run_is_resumed_once_and_then_its_successor(again: Again) -> None:
    run = failed_in_second(again)
    fail_at(again.shop.account, "third", NO)
    new = again.resume(run)
    with pytest.raises(HubError, match="resumed already") as caught:
        again.resume(run)
    assert new in caught.value.hint
    with pytest.raises(HubError, match="not over yet"):
        again.resume(new)
    assert again.finish().status is RunStatus.FAILED
    mend(again.shop.account)
    last = again.resume(new)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert again.shop.page(last).run.root_id == run
    assert again.shop.account.effects == {"create first": 1, "create second": 1, "create third": 1}


def test_what_cannot_be_resumed_says_why(again: Again) -> None:
    shop = again.shop
    good = shop.begin(shop.recipe("  - {id: first, action: jobs.create, with: {name: first}}"))
    again.finish()
    with pytest.raises(HubError, match="Nothing in it has failed"):
        again.resume(good)
    stopped = shop.begin(shop.recipe("  - {action: stop, with: {status: failed, message: No}}"))
    again.finish()
    with pytest.raises(HubError, match="ended it with a `stop`"):
        again.resume(stopped)
    with pytest.raises(HubError, match="no run run_none"):
        again.resume("run_none")


def test_a_cancelled_run_goes_on_where_it_was(again: Again) -> None:
    shop = again.shop
    run = shop.begin(shop.recipe(THREE))

    def cancel() -> None:
        shop.ledger.cancel(run, now=shop.now, by="ana")

    shop.account.during = [lambda: None, cancel]
    with pytest.raises(LeaseLost):
        shop.work()
    new = again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create first": 1, "create second": 1, "create third": 1}
    assert shop.status(new) is RunStatus.SUCCEEDED


def test_a_wait_ends_when_it_would_have_ended(again: Again) -> None:
    shop = again.shop
    run = shop.begin(shop.recipe("  - {id: rest, action: wait, with: {for: 2d}}"))
    due_at = shop.work().due_at
    shop.now += 86_400
    assert shop.ledger.cancel(run, now=shop.now, by="ana")
    again.resume(run)
    assert again.work().due_at == due_at


LOOP = """
  - {id: each, action: jobs.create, for_each: "['a', 'b', 'c']", with: {name: "{{ item }}"}}
  - {id: last, action: jobs.create, with: {name: last}}"""


def test_a_loop_goes_on_with_the_item_that_failed(again: Again) -> None:
    fail_at(again.shop.account, "b", NO)
    run = again.fail(LOOP, [])
    mend(again.shop.account)
    assert again.resuming.failed_step(again.shop.page(run)).path == "each[1]"
    again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert again.shop.account.effects == {"create a": 1, "create b": 1, "create c": 1, "create last": 1}


@pytest.mark.parametrize("name", ["two", "left", "right"])
def test_branches_go_on_with_the_step_that_failed(again: Again, name: str) -> None:
    fail_at(again.shop.account, name, NO)
    run = again.fail(WAYS, [])
    mend(again.shop.account)
    again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert again.shop.account.effects == {f"create {each}": 1 for each in ("one", "two", "left", "right")}


def test_a_failure_that_the_recipe_passes_over_is_not_tried_again(again: Again) -> None:
    steps = """
  - {id: first, action: jobs.create, with: {name: first}, on_error: continue}
  - {id: second, action: jobs.create, with: {name: second}}"""
    shop = again.shop
    fail_at(shop.account, "first", NO)
    run = shop.begin(shop.recipe(steps))
    real = shop.account.create

    def create(resource: str, fields: Any, *, key: str) -> Any:
        if fields["name"] == "second":
            raise NO
        return real(resource, fields, key=key)

    shop.account.create = create  # type: ignore[method-assign]
    assert again.finish().status is RunStatus.FAILED
    mend(shop.account)
    new = again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create second": 1}
    assert shop.steps(new)["first"].status is StepStatus.ERROR


def test_what_on_error_has_done_is_not_done_again(again: Again) -> None:
    shop = again.shop
    fail_at(shop.account, "second", NO)
    run = again.fail(THREE, [], more='on_error: [{id: tell, action: notify.send, with: {to: "json://chat", body: No}}]')
    new = again.resume(run)
    assert again.finish().status is RunStatus.FAILED
    mend(shop.account)
    again.resume(new)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert len(shop.letters.sent) == 1


def test_the_time_of_a_step_begins_anew(again: Again) -> None:
    shop = again.shop
    steps = "  - {id: slow, action: jobs.create, with: {name: slow}, timeout: 1m}"
    run = shop.begin(shop.recipe(steps))
    fail_at(shop.account, "slow", Unknown("Nothing came back."), when="after")
    assert again.finish().status is RunStatus.FAILED
    mend(shop.account)
    shop.now += 600
    again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create slow": 1}


def test_a_run_that_took_workers_down_may_be_resumed(again: Again) -> None:
    shop = again.shop

    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    run = shop.begin(shop.recipe(THREE))
    for _ in range(5):
        shop.account.during = [kill]
        with pytest.raises(Killed):
            shop.work()
        shop.now += LEASE
    assert again.finish().status is RunStatus.FAILED
    assert shop.page(run).run.error["code"] == "RUN600"  # type: ignore[index]
    new = again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED
    assert shop.page(new).run.crashes == 0
    assert shop.account.effects == {"create first": 1, "create second": 1, "create third": 1}


def test_its_conditions_are_not_asked_again(again: Again) -> None:
    fail_at(again.shop.account, "second", NO)
    run = again.fail(THREE, [], more='if: "now().year == 2026"')
    mend(again.shop.account)
    again.shop.now += 366 * 86_400
    again.resume(run)
    assert again.finish().status is RunStatus.SUCCEEDED


def test_the_limit_of_runs_an_hour_does_not_hold_it_again(again: Again) -> None:
    fail_at(again.shop.account, "second", NO)
    run = again.fail(THREE, [], more="settings: {limits: {runs_per_hour: 1}}")
    mend(again.shop.account)
    new = again.resume(run)
    assert again.shop.status(new) is RunStatus.QUEUED
    other = again.resume(run, START)
    assert again.shop.status(other) is RunStatus.HELD
