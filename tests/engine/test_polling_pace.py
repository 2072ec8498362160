"""How often lists are looked at: as recipes say, and never for more than a third of the API's calls."""

from __future__ import annotations

import pytest

from hub.engine.polling.pace import pause_between, plan
from hub.model import Cursor
from hub.services.coverage import judge_lists

MINUTE, DAY = 60.0, 86_400.0


def test_what_fits_is_looked_at_as_often_as_recipes_say() -> None:
    found = plan({"jobs": MINUTE, "contacts": 10.0}, {"jobs": 1, "contacts": 1}, per_minute=120)
    assert {name: each.every for name, each in found.items()} == {"jobs": 60.0, "contacts": 10.0}
    assert not any(each.is_stretched for each in found.values())


def test_a_list_that_costs_too_much_is_looked_at_more_seldom() -> None:
    found = plan({"jobs": MINUTE}, {"jobs": 500}, per_minute=120)
    assert found["jobs"].every == 750.0, "500 requests at 40 a minute"
    assert found["jobs"].is_stretched


def test_small_lists_are_not_stretched_for_a_big_one_and_what_they_leave_is_its() -> None:
    found = plan({"jobs": MINUTE, "contacts": MINUTE, "customers": MINUTE}, {"jobs": 500}, per_minute=120)
    assert (found["contacts"].every, found["customers"].every) == (60.0, 60.0)
    assert found["jobs"].every == pytest.approx(500 * 60 / 38)


@pytest.mark.parametrize("requests", [{}, {"a": 3, "b": 900, "c": 41}, {"a": 5000, "b": 5000, "c": 5000}])
@pytest.mark.parametrize("per_minute", [3, 30, 120, 6000])
def test_together_they_never_take_more_than_a_third(requests: dict[str, int], per_minute: int) -> None:
    found = plan({"a": 10.0, "b": MINUTE, "c": 3600.0}, requests, per_minute=per_minute)
    assert sum(each.requests * 60 / each.every for each in found.values()) <= per_minute / 3 + 1e-9
    assert all(each.every >= each.wanted for each in found.values())


def test_without_a_limit_nothing_is_stretched() -> None:
    assert plan({"jobs": 10.0}, {"jobs": 10_000}, per_minute=0)["jobs"].every == 10.0
    assert plan({}, {}, per_minute=120) == {}


def test_a_long_pass_takes_its_third_and_a_short_one_does_not_wait() -> None:
    assert pause_between(9, per_minute=120, burst=20) == 0.0
    assert pause_between(10, per_minute=120, burst=20) == 1.5
    assert pause_between(10_000, per_minute=0, burst=20) == 0.0


@pytest.mark.parametrize(("age", "frozen"), [(599.0, False), (601.0, True)])
def test_a_list_that_was_not_looked_at_for_ten_intervals_is_frozen(age: float, frozen: bool) -> None:
    now = 1_000_000.0
    cursor = Cursor("jobs", last_ok_at=now - age, last_full_at=now - age)
    (found,) = judge_lists([cursor], plan({"jobs": MINUTE}, {}, per_minute=0), now=now, full_every=DAY)
    assert found.is_frozen is frozen
    (nobody,) = judge_lists([cursor], {}, now=now, full_every=DAY)
    assert not nobody.is_frozen, "no recipe listens to it any more"


def test_a_list_that_is_never_read_to_its_end_is_told() -> None:
    now = 10_000_000.0
    intervals = plan({"jobs": MINUTE}, {}, per_minute=0)
    for full_at, stale in ((now - 2 * DAY, False), (now - 4 * DAY, True)):
        cursor = Cursor("jobs", last_ok_at=now, last_full_at=full_at)
        assert judge_lists([cursor], intervals, now=now, full_every=DAY)[0].is_stale is stale


def test_a_change_without_an_event_is_unexplained() -> None:
    cursor = Cursor("jobs", last_ok_at=1.0, changed=14, handled=13)
    assert judge_lists([cursor], {}, now=2.0, full_every=DAY)[0].unexplained == 1
