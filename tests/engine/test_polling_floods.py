"""Too many runs of one recipe from one look wait for a person, all of them, and go or are dropped together."""

from __future__ import annotations

from typing import Any

import pytest

from hub.engine.polling import Pass
from hub.engine.polling.reading import GRACE
from hub.errors import Transient
from hub.model import RunStatus
from tests.engine.conftest import Workshop

TRIGGER = "{type: poll, resource: jobs}"
NOTE = '  - {id: note, action: notify.send, with: {to: "json://chat", body: "{{ record.name }}"}}'
LIMIT = 5


def poll(shop: Workshop, **options: Any) -> Pass:
    shop.now += 60
    done = shop.poller(flood=LIMIT, **options).poll("jobs")
    assert done is not None
    return done


def states(shop: Workshop, recipe_id: str = "") -> list[RunStatus]:
    """The states of all runs, oldest first."""
    return [each.status for each in reversed(shop.views.runs(recipe_id=recipe_id, limit=200).items)]


def flood(shop: Workshop, count: int, *, pages_of: int = 200) -> Pass:
    """A recipe with a baseline, and then so many new jobs at once."""
    shop.recipe(NOTE, trigger=TRIGGER)
    poll(shop)
    for number in range(count):
        shop.account.office_creates(name=f"job {number}")
    shop.account.page_size = pages_of
    return poll(shop)


def test_as_many_as_the_limit_go_on(shop: Workshop) -> None:
    assert not flood(shop, LIMIT).flooded
    assert states(shop) == [RunStatus.QUEUED] * LIMIT
    assert shop.views.floods() == []


def test_one_more_and_all_are_held_with_the_reason_and_a_preview(shop: Workshop) -> None:
    assert flood(shop, LIMIT + 1).flooded == {"recipe-1"}
    assert states(shop) == [RunStatus.HELD] * (LIMIT + 1)
    assert "too many runs" in shop.views.runs().items[0].reason
    (line,) = shop.views.floods()
    assert (line.recipe_id, line.resource, line.held, line.begun) == ("recipe-1", "jobs", LIMIT + 1, 0)
    assert set(line.preview) == {("jobs.created", f"job {number}") for number in range(LIMIT + 1)}


def test_another_recipe_is_not_held_with_it(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs, where: record.name == 'job 3'}")
    flood(shop, LIMIT + 3)
    assert states(shop, "recipe-1") == [RunStatus.QUEUED]
    assert set(states(shop, "recipe-2")) == {RunStatus.HELD}


def test_runs_of_earlier_pages_wait_for_the_end_of_the_pass_and_are_held_too(shop: Workshop) -> None:
    flood(shop, LIMIT + 4, pages_of=2)
    assert states(shop) == [RunStatus.HELD] * (LIMIT + 4)
    assert shop.views.floods()[0].begun == 0


def test_a_calm_pass_of_several_pages_is_due_at_its_end(shop: Workshop) -> None:
    flood(shop, 4, pages_of=2)
    assert [each.due_at <= shop.now for each in shop.views.runs().items] == [True] * 4


def test_runs_that_have_begun_before_it_is_known_are_told(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    poll(shop)
    for number in range(LIMIT + 2):
        shop.account.office_creates(name=f"job {number}")
    shop.account.page_size = 3
    pages = shop.account.pages

    def slow(*arguments: Any, **options: Any) -> Any:
        for number, page in enumerate(pages(*arguments, **options)):
            if number == 1:
                shop.now += GRACE
                shop.ledger.claim("worker", limit=2, now=shop.now, lease=60)
            yield page

    shop.account.pages = slow  # type: ignore[method-assign]
    poll(shop)
    (line,) = shop.views.floods()
    assert (line.held, line.begun) == (LIMIT, 2)
    assert states(shop).count(RunStatus.RUNNING) == 2


def test_a_pass_that_breaks_off_and_is_made_again_counts_as_one(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    poll(shop)
    for number in range(LIMIT + 1):
        shop.account.office_creates(name=f"job {number}")
    pages = shop.account.pages

    def broken(*arguments: Any, **options: Any) -> Any:
        yield next(pages(*arguments, **options))
        raise Transient("away")

    shop.account.pages = broken  # type: ignore[method-assign]
    with pytest.raises(Transient):
        poll(shop)
    assert states(shop) == [RunStatus.QUEUED] * 3
    shop.account.pages = pages  # type: ignore[method-assign]
    shop.now -= 50  # before the runs of the first try are due
    poll(shop)
    assert states(shop) == [RunStatus.HELD] * (LIMIT + 1)


def test_a_pass_that_stays_broken_for_long_does_not_make_a_flood_of_trickles(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    poll(shop)
    shop.account.page_size = 200
    parts = shop.account.pages

    def two_pages(*arguments: Any, **options: Any) -> Any:
        page = next(parts(*arguments, **options))
        yield type(page)(page.records, last=False)
        raise Transient("away")

    shop.account.pages = two_pages  # type: ignore[method-assign]
    for number in range(LIMIT + 3):
        shop.account.office_creates(name=f"job {number}")
        shop.now += 1000
        with pytest.raises(Transient):
            poll(shop)
    assert RunStatus.HELD not in states(shop)


def test_all_are_released_at_once(shop: Workshop) -> None:
    flood(shop, LIMIT + 1)
    flood_id = shop.views.floods()[0].id
    assert shop.ledger.release_flood(flood_id, by="ana", now=shop.now) == LIMIT + 1
    assert states(shop) == [RunStatus.QUEUED] * (LIMIT + 1)
    assert shop.views.floods() == []
    assert shop.ledger.release_flood(flood_id, by="ana", now=shop.now) == 0
    assert [(each.who, each.what) for each in shop.views.audit_log().items] == [("ana", "flood.release")]


def test_or_at_a_pace_oldest_first(shop: Workshop) -> None:
    flood(shop, LIMIT + 1)
    shop.ledger.release_flood(shop.views.floods()[0].id, by="ana", now=shop.now, per_minute=2)
    oldest_first = sorted(shop.views.runs().items, key=lambda each: (each.created_at, each.id))
    assert [each.due_at - shop.now for each in oldest_first] == [0, 30, 60, 90, 120, 150]


def test_or_dropped_for_good(shop: Workshop) -> None:
    flood(shop, LIMIT + 1)
    assert shop.ledger.drop_flood(shop.views.floods()[0].id, by="ana", now=shop.now) == LIMIT + 1
    assert set(states(shop)) == {RunStatus.CANCELLED}
    assert "dropped by ana" in shop.views.runs().items[0].reason
    poll(shop)
    assert len(states(shop)) == LIMIT + 1


def test_the_next_look_counts_anew_while_a_flood_waits(shop: Workshop) -> None:
    flood(shop, LIMIT + 1)
    shop.account.office_creates(name="later")
    poll(shop)
    assert states(shop)[-1] is RunStatus.QUEUED
    assert shop.views.floods()[0].held == LIMIT + 1
