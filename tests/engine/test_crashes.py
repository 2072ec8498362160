"""A worker that dies, freezes or is asked to stop at any moment: another one goes on, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.engine.run import work
from hub.errors import LeaseLost
from hub.model import RunStatus, StepStatus
from tests.engine.account import Account, names
from tests.engine.conftest import LEASE, Workshop

TWO = """
  - {id: first, action: jobs.create, with: {name: first}}
  - {id: second, action: jobs.create, with: {name: second}}"""


class Killed(BaseException):
    """kill -9, as far as Python can play it: nothing of the run is written after it."""


def kill() -> None:
    """Die here."""
    raise Killed


def test_a_worker_killed_after_the_effect_leaves_it_done_once(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(TWO))
    shop.account.during = [lambda: None, kill]
    with pytest.raises(Killed):
        shop.work()
    assert shop.steps(run)["first"].status is StepStatus.OK
    assert shop.steps(run)["second"].status is StepStatus.STARTED
    assert shop.ledger.claim("other", limit=1, now=shop.now + LEASE - 1, lease=LEASE) == []
    shop.now += LEASE
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create first": 1, "create second": 1}
    assert shop.page(run).run.crashes == 1


def test_a_message_is_held_when_its_worker_died_while_sending(shop: Workshop) -> None:
    run = shop.begin(shop.recipe('  - {id: note, action: notify.send, with: {to: "json://chat", body: hello}}'))
    shop.letters.faults = [Killed()]  # type: ignore[list-item]
    with pytest.raises(Killed):
        shop.work()
    shop.now += LEASE
    assert shop.finish().status is RunStatus.HELD
    assert shop.letters.sent == []
    assert shop.steps(run)["note"].status is StepStatus.UNKNOWN


@pytest.mark.parametrize("arrived", [True, False])
def test_without_keys_the_next_worker_waits_before_it_looks(shop: Workshop, arrived: bool) -> None:
    shop.account = Account(idempotent=False, clock=shop.clock)
    shop.begin(shop.recipe("  - {id: first, action: jobs.create, with: {name: first}}"))
    shop.account.during = [kill]
    sent_at = shop.now
    with pytest.raises(Killed):
        shop.work()
    if not arrived:
        shop.account.records["jobs"].clear()
        shop.account.effects.clear()
    shop.now += LEASE
    waiting = shop.work()
    assert (waiting.status, waiting.due_at) == (RunStatus.QUEUED, sent_at + 90)
    shop.now = sent_at + 90
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create first": 1}


def test_the_wait_counts_from_the_last_send_however_long_its_intent_took(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.account = Account(idempotent=False, clock=shop.clock)
    shop.begin(shop.recipe("  - {id: first, action: jobs.create, with: {name: first}}"))
    shop.account.during = [kill]
    record, outages = shop.ledger.record, [60.0]

    def write(entries: Any) -> set[str]:
        shop.now += outages.pop() if outages else 0.0
        return record(entries)

    monkeypatch.setattr(shop.ledger, "record", write)
    intended_at = shop.now
    with pytest.raises(Killed):
        shop.work()
    assert shop.now == intended_at + 60, "the database was away for a minute"
    sent_at = shop.now
    shop.now += LEASE
    waiting = shop.work()
    assert (waiting.status, waiting.due_at) == (RunStatus.QUEUED, sent_at + 90)


def test_a_worker_that_froze_past_its_lease_changes_nothing_any_more(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(TWO))
    frozen = shop.bench(shop.claim("frozen"))
    shop.now += LEASE
    assert shop.finish().status is RunStatus.SUCCEEDED
    before = shop.page(run)
    with pytest.raises(LeaseLost):
        work(frozen)
    assert shop.page(run) == before
    assert shop.account.effects == {"create first": 1, "create second": 1}


def test_a_cancelled_run_stops_before_its_next_effect(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(TWO))
    shop.account.during = [lambda: _cancel(shop, run)]
    with pytest.raises(LeaseLost):
        shop.work()
    assert shop.status(run) is RunStatus.CANCELLED
    assert names(shop.account.effects, "create") == ["first"]


def _cancel(shop: Workshop, run: str) -> None:
    assert shop.ledger.cancel(run, now=shop.now, by="test")


def test_a_worker_asked_to_stop_hands_the_run_back_at_once(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(TWO))
    shop.account.during = [shop.stopping.set]
    ended = shop.work()
    assert (ended.status, ended.due_at) == (RunStatus.QUEUED, shop.now)
    shop.stopping.clear()
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.account.effects == {"create first": 1, "create second": 1}
    assert shop.page(run).run.crashes == 0


def test_a_run_that_kills_its_workers_is_given_up(shop: Workshop) -> None:
    run = shop.begin(shop.recipe(TWO))
    for _ in range(5):
        shop.account.during = [kill]
        with pytest.raises(Killed):
            shop.work()
        shop.now += LEASE
    shop.account.during = [kill]
    assert shop.finish().status is RunStatus.FAILED
    assert "taken 5 workers down" in shop.page(run).run.reason
    assert shop.account.effects == {"create first": 1}


@pytest.mark.parametrize("moment", range(1, 7))
def test_killed_at_any_write_the_run_ends_with_each_effect_once(
    shop: Workshop, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.begin(shop.recipe(TWO))
    record: Callable[..., Any] = shop.ledger.record
    calls = 0

    def dies_at(entries: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == moment:
            raise Killed
        return record(entries)

    monkeypatch.setattr(shop.ledger, "record", dies_at)
    for _ in range(3):
        try:
            ended = shop.work()
        except Killed:
            shop.now += LEASE
            continue
        assert ended.status is RunStatus.SUCCEEDED
        break
    assert shop.account.effects == {"create first": 1, "create second": 1}
