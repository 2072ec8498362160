"""One budget of calls for all processes: even over a minute, a burst at most, and shared by shares."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.store.database import Database
from hub.store.ledger import SqlLedger

NOW = 1_774_958_400.0


@pytest.fixture
def ledger(db: Database) -> SqlLedger:
    """A ledger with one key, which may make 120 calls a minute, 10 at once."""
    ledger = SqlLedger(db)
    ledger.connect("workglue", fingerprint="a", now=NOW)
    ledger.learn_rate("workglue", per_minute=120, burst=10)
    return ledger


def draw(ledger: SqlLedger, *, now: float = NOW, wanted: int = 1, share: float = 1.0, patience: float = 0.0):
    """One draw."""
    return ledger.draw_calls("workglue", now=now, wanted=wanted, share=share, patience=patience)


def test_a_burst_may_go_at_once_and_then_one_call_each_interval(ledger: SqlLedger) -> None:
    assert [draw(ledger).calls for _ in range(12)] == [1] * 10 + [0] * 2
    assert draw(ledger).wait == pytest.approx(0.5)
    assert draw(ledger, now=NOW + 0.5).calls == 1
    assert draw(ledger, now=NOW + 0.5).calls == 0
    assert draw(ledger, now=NOW + 60, wanted=50).calls == 10


def test_over_a_minute_it_is_the_rate_whoever_asks(ledger: SqlLedger) -> None:
    made = sum(draw(ledger, now=NOW + tick / 10, wanted=3).calls for tick in range(600))
    assert made == 10 + 119


def test_a_handful_is_given_as_far_as_it_goes(ledger: SqlLedger) -> None:
    assert draw(ledger, wanted=7).calls == 7
    assert draw(ledger, wanted=7).calls == 3


def test_who_asks_with_a_smaller_share_leaves_the_rest_to_others(ledger: SqlLedger) -> None:
    assert draw(ledger, wanted=50, share=0.6).calls == 6
    assert draw(ledger, wanted=50, share=0.6).calls == 0
    assert draw(ledger, wanted=50, share=0.9).calls == 3
    assert draw(ledger, wanted=50).calls == 1


def test_a_call_that_is_due_soon_is_reserved_and_each_waits_for_its_own_turn(ledger: SqlLedger) -> None:
    draw(ledger, wanted=10)
    waits = [draw(ledger, patience=2.0) for _ in range(5)]
    assert [each.calls for each in waits] == [1, 1, 1, 1, 0]
    assert [each.wait for each in waits] == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.5])


def test_when_the_api_asks_for_patience_nobody_calls(ledger: SqlLedger) -> None:
    ledger.hold_calls("workglue", until=NOW + 30)
    ledger.hold_calls("workglue", until=NOW + 10)
    drawn = draw(ledger)
    assert (drawn.calls, drawn.wait, drawn.blocked) == (0, 30, True)
    assert draw(ledger, now=NOW + 30).calls == 1


def test_without_a_known_limit_everything_goes(ledger: SqlLedger) -> None:
    ledger.learn_rate("workglue", per_minute=0, burst=10)
    assert draw(ledger, wanted=1000).calls == 1000
    assert draw(ledger, wanted=1000).per_minute == 0
    ledger.connect("other", fingerprint="a", now=NOW)
    drawn = ledger.draw_calls("other", now=NOW, wanted=5, share=1, patience=0)
    assert (drawn.calls, drawn.per_minute) == (5, None)
    assert ledger.draw_calls("nobody", now=NOW, wanted=5, share=1, patience=0).calls == 5


def test_many_at_once_do_not_get_more_than_there_is(db: Database, ledger: SqlLedger) -> None:
    ledger.learn_rate("workglue", per_minute=120, burst=40)
    with ThreadPoolExecutor(16) as pool:
        drawn = list(pool.map(lambda _: draw(ledger, wanted=2), range(100)))
    assert sum(each.calls for each in drawn) == 40


def test_a_new_key_of_the_account_goes_on_with_the_budget(ledger: SqlLedger) -> None:
    draw(ledger, wanted=10)
    ledger.connect("workglue", fingerprint="b", now=NOW)
    assert draw(ledger).calls == 0
