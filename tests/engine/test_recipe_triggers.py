"""Triggers of type `recipe`: a run's end starts others, in the same transaction and exactly once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.engine.chains import MOST_HOPS
from hub.engine.rehearsal import rehearse
from hub.engine.run import MOST_CRASHES, give_up_run, work
from hub.errors import RecipeError
from hub.model import Event, RunStatus
from hub.ports import Arrival, Entry
from hub.store.views.shapes import RunPage
from tests.engine.conftest import LEASE, Workshop

GOOD = "  - {action: stop, with: {result: 7}}"
BAD = "  - {id: get, action: jobs.get, with: {id: nobody}}"
NOTE = '  - {action: jobs.create, with: {name: "{{ event.data.recipe }} {{ event.data.status }}"}}'


def listener(shop: Workshop, recipe: str, status: str, steps: str = NOTE) -> str:
    """A recipe that starts when another one ends so."""
    return shop.recipe(steps, trigger=f"{{type: recipe, recipe: {recipe}, status: {status}}}").id


def drain(shop: Workshop, *, most: int = 50) -> None:
    """Work on everything that is due now, until nothing is."""
    for _ in range(most):
        claimed = shop.ledger.claim("worker", limit=10, now=shop.now, lease=LEASE)
        if not claimed:
            return
        for each in claimed:
            work(shop.bench(each))
    raise AssertionError("there is always something due")


def pages(shop: Workshop, recipe: str = "") -> list[RunPage]:
    """All runs, oldest first."""
    lines = shop.views.runs(limit=100, recipe_id=recipe).items
    return [shop.page(each.id) for each in reversed(lines)]


def test_the_end_of_a_run_starts_who_listens_for_it(shop: Workshop) -> None:
    bad, good = shop.recipe(BAD), shop.recipe(GOOD)
    failed, succeeded = listener(shop, bad.id, "failed"), listener(shop, good.id, "succeeded")
    listener(shop, bad.id, "succeeded")
    first, second = shop.begin(bad, why="test"), shop.begin(good)
    drain(shop)
    assert shop.account.effects == {f"create {bad.id} failed": 1, f"create {good.id} succeeded": 1}
    [page] = pages(shop, failed)
    error = shop.page(first).run.error
    assert page.event.data == {
        "recipe": bad.id,
        "name": bad.name,
        "run": first,
        "status": "failed",
        "reason": "There is no jobs nobody.",
        "error": error,
        "result": None,
        "event": {"inputs": {}, "why": "test"},
    }
    assert (page.event.source, page.event.key, page.event.hop) == (f"recipe:{bad.id}", first, 1)
    assert page.event.cause_run_id == first
    assert pages(shop, succeeded)[0].event.data["result"] == 7
    assert pages(shop, succeeded)[0].event.data["run"] == second


def test_event_and_run_are_there_exactly_when_the_end_is(shop: Workshop) -> None:
    class Killed(BaseException):
        pass

    class Dies:
        """A journal whose commit never comes about, or comes about without an answer."""

        def __init__(self, *, after: bool) -> None:
            self.after = after

        def write(self, entry: Entry) -> None:
            """See hub.engine.journal.Journal."""
            if self.after:
                journal.write(entry)
            raise Killed

    bad = shop.recipe(BAD)
    follower = listener(shop, bad.id, "failed")
    shop.begin(bad)
    journal = shop.tools.journal
    for after in (False, True):
        bench = shop.bench(shop.claim())
        bench.tools = replace(bench.tools, journal=Dies(after=after))
        with pytest.raises(Killed):
            work(bench)
        assert len(pages(shop, follower)) == after
        shop.now += LEASE
    drain(shop)
    assert len(pages(shop, follower)) == 1


def test_a_late_second_end_of_the_same_run_starts_nothing(shop: Workshop) -> None:
    bad = shop.recipe(BAD)
    follower = listener(shop, bad.id, "failed")
    shop.begin(bad)
    frozen = shop.bench(shop.claim("frozen"))
    shop.now += LEASE
    drain(shop)
    with pytest.raises(BaseException, match="belongs to another worker"):
        work(frozen)
    assert len(pages(shop, follower)) == 1


def test_runs_that_are_given_up_are_heard_of_too(shop: Workshop) -> None:
    bad = shop.recipe(GOOD)
    follower = listener(shop, bad.id, "failed")
    shop.begin(bad)
    for _ in range(MOST_CRASHES):
        shop.claim("dies")
        shop.now += LEASE
    drain(shop)
    shop.now += 1
    shop.begin(bad)
    give_up_run(shop.claim(), RecipeError("Its version is gone."), shop.tools)
    drain(shop)
    reasons = [each.event.data["reason"] for each in pages(shop, follower)]
    assert reasons == ["This run has taken 5 workers down with it and is given up.", "Its version is gone."]


@pytest.mark.parametrize("how", ["skipped", "cancelled", "off"])
def test_other_ends_and_recipes_that_are_off_start_nothing(shop: Workshop, how: str) -> None:
    skips = shop.recipe("  - {action: stop, with: {status: skipped}}" if how == "skipped" else BAD)
    for status in ("failed", "succeeded"):
        follower = listener(shop, skips.id, status)
        if how == "off":
            shop.recipes.pop()
    run = shop.begin(skips)
    if how == "cancelled":
        shop.ledger.cancel(run, now=shop.now, by="Ana")
    drain(shop)
    assert pages(shop, follower) == []
    assert len(pages(shop)) == 1


def test_any_means_any_other_one(shop: Workshop) -> None:
    bad = shop.recipe(BAD)
    alarm = listener(shop, "any", "failed", BAD)
    shop.begin(bad)
    drain(shop)
    assert len(pages(shop, alarm)) == 1, "its own failure does not start it"


def test_where_sees_what_has_happened(shop: Workshop) -> None:
    bad = shop.recipe(BAD)
    trigger = "{type: recipe, recipe: any, status: failed, where: \"'nobody' in event.data.reason\"}"
    shop.recipe(NOTE, trigger=trigger)
    shop.begin(bad)
    drain(shop)
    assert shop.account.effects == {f"create {bad.id} failed": 1}


def test_a_chain_ends_after_five_hops_with_a_run_that_says_why(shop: Workshop) -> None:
    """`check` refuses such a circle; a folder may get there all the same, by an office's switch or an old version."""
    one = shop.recipe(BAD, trigger="{type: recipe, recipe: recipe-2}")
    two = listener(shop, one.id, "failed", BAD)
    shop.begin(one)
    drain(shop)
    found = sorted(pages(shop), key=lambda each: each.event.hop)
    assert [each.event.hop for each in found] == list(range(MOST_HOPS + 2))
    assert [each.run.status for each in found] == [*[RunStatus.FAILED] * (MOST_HOPS + 1), RunStatus.SKIPPED]
    assert found[-1].run.reason == "Recipes have started each other 5 times in a row, so this run does nothing."
    assert found[-1].run.recipe_id in (one.id, two)
    assert found[-1].event.data["event"] == {"inputs": {}}, "what the first one was started with"


def test_a_dry_run_starts_nothing(shop: Workshop) -> None:
    bad = shop.recipe(BAD)
    follower = listener(shop, bad.id, "failed")
    event = Event("evt_1", "manual", f"manual:{bad.id}", "evt_1", shop.now, {"inputs": {}})
    ended = rehearse(bad, event, lambda journal, clock: replace(shop.tools, journal=journal, clock=clock, dry=True))
    assert ended.status is RunStatus.FAILED
    assert pages(shop, follower) == []


def test_a_run_that_only_tests_an_address_starts_nothing(shop: Workshop) -> None:
    bad = shop.recipe(BAD)
    follower = listener(shop, bad.id, "failed")
    event = Event("evt_1", "webhook", f"manual:{bad.id}", "evt_1", shop.now, {"inputs": {}}, origin="test")
    run = shop.intake.begin(bad, bad.triggers[0].id, event)
    shop.ledger.admit([Arrival(event, (run,))])
    drain(shop)
    assert shop.status(run.id) is RunStatus.FAILED
    assert pages(shop, follower) == []
