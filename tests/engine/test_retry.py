"""The retry decision: error and counts in, a value out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.engine.retry import Next, Situation, decide
from hub.errors import Conflict, NeedsPerson, NotFound, Permanent, RateLimited, Transient, Unauthorized, Unknown
from hub.model import ActionKind, RetryRule
from hub.recipe.reading.retries import DEFAULT_DELAYS, DEFAULT_RETRY

NOW = 1_000_000.0
FIRST = Situation(ActionKind.KEYED, DEFAULT_RETRY, tries=1, now=NOW, luck=0.5)


def test_a_passing_fault_is_tried_again_by_the_schedule() -> None:
    decision = decide(Transient("away"), FIRST)
    assert decision.next is Next.AGAIN
    assert decision.counted
    assert NOW + DEFAULT_DELAYS[0] / 2 <= decision.due_at <= NOW + DEFAULT_DELAYS[0]


def test_the_last_try_fails_and_says_how_often() -> None:
    decision = decide(Transient("away"), replace(FIRST, tries=10))
    assert decision.next is Next.FAIL
    assert "10 times" in decision.reason


def test_retry_after_is_obeyed_when_it_is_longer_than_the_schedule() -> None:
    assert decide(Transient("away", retry_after=900), FIRST).due_at >= NOW + 900


def test_no_api_makes_us_wait_longer_than_a_day() -> None:
    assert decide(RateLimited("slow down", retry_after=1e9), replace(FIRST, luck=0.0)).due_at <= NOW + 86_400


def test_waiting_for_the_api_costs_no_attempt() -> None:
    decision = decide(RateLimited("slow down", retry_after=3), replace(FIRST, tries=10))
    assert (decision.next, decision.counted) == (Next.AGAIN, False)
    assert decision.due_at >= NOW + 3


def test_a_refused_key_parks_without_using_up_a_try() -> None:
    decision = decide(Unauthorized("no"), replace(FIRST, tries=10))
    assert (decision.next, decision.counted) == (Next.PARK, False)


@pytest.mark.parametrize("error", [Permanent("no"), NotFound("no"), Conflict("no")])
def test_what_cannot_work_later_fails_at_once(error: Permanent) -> None:
    assert decide(error, FIRST).next is Next.FAIL


def test_a_persons_decision_holds() -> None:
    assert decide(NeedsPerson("which one?"), FIRST).next is Next.HOLD


@pytest.mark.parametrize("kind", [ActionKind.PURE, ActionKind.READ, ActionKind.ABSOLUTE, ActionKind.KEYED])
def test_an_unknown_result_is_repeated_where_that_doubles_nothing(kind: ActionKind) -> None:
    assert decide(Unknown("cut off"), replace(FIRST, kind=kind)).next is Next.AGAIN


def test_an_unknown_create_without_keys_waits_until_it_is_safe_to_look() -> None:
    decision = decide(Unknown("cut off"), replace(FIRST, keyed=False, look_at=NOW + 90))
    assert decision.next is Next.AGAIN
    assert decision.due_at >= NOW + 90


@pytest.mark.parametrize(("choice", "expected"), [("hold", Next.HOLD), ("repeat", Next.AGAIN), ("skip", Next.SKIP)])
def test_an_unknown_message_follows_the_recipe(choice: str, expected: Next) -> None:
    situation = replace(FIRST, kind=ActionKind.SEND, on_unknown=choice)
    assert decide(Unknown("cut off"), situation).next is expected


@given(
    attempts=st.integers(1, 12),
    delays=st.lists(st.floats(0, 86_400), max_size=12),
    tries=st.integers(1, 20),
    luck=st.floats(0, 1, exclude_max=True),
)
def test_a_step_is_never_tried_more_often_than_the_rule_says(
    attempts: int, delays: list[float], tries: int, luck: float
) -> None:
    rule = RetryRule(attempts, tuple(delays))
    decision = decide(Transient("away"), replace(FIRST, rule=rule, tries=tries, luck=luck))
    assert (decision.next is Next.AGAIN) == (tries < attempts)
    if decision.next is Next.AGAIN:
        assert decision.due_at >= NOW
