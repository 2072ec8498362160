"""The rate limit: a burst, then an even flow, for one key, in all processes together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.account.gate import Limit, weigh
from tests.sandbox.caller import Clock, Serve

LIMIT = Limit(per_minute=120, burst=20)


@settings(deadline=None)
@given(st.lists(st.floats(0, 5), max_size=200))
def test_no_stretch_of_time_sees_more_than_its_share(waits: list[float]) -> None:
    now, full_at, let_in = 1_000_000_000.0, 0.0, []
    for wait in waits:
        now += wait
        verdict = weigh(LIMIT, full_at, now=now)
        full_at = verdict.full_at
        if verdict.allowed:
            let_in.append(now)
    for first, start in enumerate(let_in):
        for last in range(first, len(let_in)):
            assert last - first + 1 <= LIMIT.burst + (let_in[last] - start) * 2 + 1


@settings(deadline=None)
@given(st.floats(0, 60), st.floats(0, 60))
def test_whoever_waits_as_told_gets_in(busy: float, later: float) -> None:
    now = 1_000_000_000.0
    verdict = weigh(LIMIT, now + busy, now=now)
    if not verdict.allowed:
        assert weigh(LIMIT, verdict.full_at, now=now + verdict.retry_after).allowed
    assert weigh(LIMIT, now + busy, now=now + busy + later).allowed


def test_the_burst_is_used_up_and_fills_again(serve: Serve) -> None:
    clock = Clock(1_774_900_000)
    caller = serve(rate_per_minute=120, burst=3, clock=clock)
    answers = [caller.get("/jobs") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"120"}
    assert answers[-1].headers["Retry-After"] == "1"
    assert answers[-1].headers["X-RateLimit-Reset"] == "2"
    assert answers[-1].json()["error"]["code"] == "rate_limited"
    clock.now += 1
    answers = [caller.get("/jobs") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_refused_requests_do_not_push_the_end_away(serve: Serve) -> None:
    clock = Clock(1_774_900_000)
    caller = serve(rate_per_minute=60, burst=1, clock=clock)
    assert [caller.get("/jobs").status_code for _ in range(5)] == [200, 429, 429, 429, 429]
    clock.now += 1
    assert caller.get("/jobs").status_code == 200


def test_two_processes_share_one_limit(serve: Serve) -> None:
    clock = Clock(1_774_900_000)
    pair = [serve(rate_per_minute=120, burst=5, clock=clock) for _ in range(2)]
    answers = [pair[turn % 2].get("/jobs").status_code for turn in range(8)]
    assert answers == [200] * 5 + [429] * 3


def test_answers_that_are_errors_carry_the_numbers_too(serve: Serve) -> None:
    caller = serve(rate_per_minute=120, burst=5, clock=Clock(1_774_900_000))
    assert caller.get("/nowhere").headers["X-RateLimit-Remaining"] == "4"
    assert "X-RateLimit-Remaining" not in caller.call("GET", "/jobs", headers={"Authorization": "x"}).headers


@pytest.mark.parametrize(("rate", "headers"), [(0, False), (None, True)])
def test_zero_is_no_limit_and_nothing_is_the_dialects(serve: Serve, rate: int | None, headers: bool) -> None:
    answer = serve(rate_per_minute=rate).get("/jobs")
    assert ("X-RateLimit-Limit" in answer.headers) is headers
    assert answer.headers.get("X-RateLimit-Limit", "120") == "120"
