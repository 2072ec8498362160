"""`start: all` and dates: what was there before a recipe is counted, waits for a person, and starts once a record."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hub.engine.polling import Pass
from hub.model import RunStatus
from hub.ports import Backlog
from tests.engine.conftest import Workshop

NOTE = '  - {id: note, action: notify.send, with: {to: "json://chat", body: "{{ record.name }}"}}'
ALL = "{type: poll, resource: jobs, start: all}"


def poll(shop: Workshop, **options: Any) -> Pass:
    shop.now += 60
    done = shop.poller(flood=5, **options).poll("jobs")
    assert done is not None
    return done


def backlog(shop: Workshop) -> Backlog:
    (found,) = shop.ledger.backlogs("jobs")
    return found


def release(shop: Workshop, recipe: str, **options: Any) -> None:
    trigger = backlog(shop).trigger_id
    assert shop.ledger.release_backlog(recipe, trigger, by="ana", now=shop.now, **options)


def started(shop: Workshop, recipe: str) -> Counter[str]:
    """How many runs of a recipe each record has."""
    return Counter(each.subject for each in shop.views.runs(recipe_id=recipe, limit=200).items)


def account(shop: Workshop, count: int = 8) -> list[str]:
    return [shop.account.office_creates(name=f"job {number}", city="Austin") for number in range(count)]


def test_it_is_counted_and_held_where_the_list_is_known_already(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs}")
    account(shop)
    poll(shop)
    shop.recipe(NOTE, trigger=ALL)
    poll(shop)
    assert (backlog(shop).state, backlog(shop).counted) == ("waiting", 8)
    (line,) = shop.views.waiting_backlogs()
    assert (line.recipe_id, line.counted, len(line.preview)) == ("recipe-2", 8, 8)
    assert not started(shop, "recipe-1")
    assert not started(shop, "recipe-2")


def test_and_where_the_list_was_never_looked_at(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=ALL)
    account(shop)
    poll(shop)
    poll(shop)
    assert (backlog(shop).state, backlog(shop).counted) == ("waiting", 8)
    assert not started(shop, "recipe-1")


def test_once_released_each_record_starts_once_and_only_for_that_recipe(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs}")
    account(shop)
    poll(shop)
    shop.recipe(NOTE, trigger=ALL)
    poll(shop)
    release(shop, "recipe-2")
    for _ in range(3):
        poll(shop)
    assert started(shop, "recipe-2") == Counter({f"job {number}": 1 for number in range(8)})
    assert not started(shop, "recipe-1")
    assert (backlog(shop).state, backlog(shop).started) == ("done", 8)
    assert {each.status for each in shop.views.runs().items} == {RunStatus.QUEUED}, "no flood: a person wants them"


def test_a_record_made_while_it_waits_has_its_own_event_and_no_second_run(shop: Workshop) -> None:
    account(shop, 2)
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs}")
    poll(shop)
    shop.recipe(NOTE, trigger=ALL)
    poll(shop)
    shop.account.office_creates(name="new")
    poll(shop)
    assert started(shop, "recipe-2") == Counter({"new": 1})
    release(shop, "recipe-2")
    poll(shop)
    assert started(shop, "recipe-2") == Counter({"job 0": 1, "job 1": 1, "new": 1})


def test_a_recipe_put_in_force_in_the_middle_of_a_pass_gets_each_record_once(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs}")
    account(shop, 1)
    poll(shop)
    shop.account.office_creates(name="new 0")
    shop.account.office_creates(name="new 1")
    shop.account.page_size = 1
    pages = shop.account.pages

    def meanwhile(*arguments: Any, **options: Any) -> Any:
        for number, page in enumerate(pages(*arguments, **options)):
            if number == 2:
                shop.recipe(NOTE, trigger=ALL)
            yield page

    shop.account.pages = meanwhile  # type: ignore[method-assign]
    poll(shop)
    shop.account.pages = pages  # type: ignore[method-assign]
    poll(shop)
    release(shop, "recipe-2")
    poll(shop)
    assert started(shop, "recipe-2") == Counter({"job 0": 1, "new 0": 1, "new 1": 1})


def test_what_starts_is_the_record_as_it_is_then_and_later_changes_follow(shop: Workshop) -> None:
    ids = account(shop, 3)
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs}")
    poll(shop)
    shop.recipe(NOTE, trigger=ALL)
    poll(shop)
    shop.account.office_edits(ids[0], city="Dallas")
    shop.account.office_deletes(ids[2])
    for _ in range(2):
        poll(shop, full_every=0.0)
    release(shop, "recipe-2")
    poll(shop)
    shop.account.office_edits(ids[0], city="Waco")
    poll(shop)
    lines = shop.views.runs(recipe_id="recipe-2", limit=50).items
    events = sorted((shop.page(each.id).event for each in lines), key=lambda event: event.time)
    told = [(each.type, each.data["record"]["city"]) for each in events if each.data["record_id"] == ids[0]]
    assert told == [("jobs.updated", "Dallas"), ("jobs.created", "Dallas"), ("jobs.updated", "Waco")]
    assert {each.data["record_id"] for each in events} == {ids[0], ids[1]}, "one that is gone does not start"


def test_the_conditions_of_the_trigger_count(shop: Workshop) -> None:
    account(shop, 4)
    shop.account.office_creates(name="far", city="Reno")
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs, start: all, where: record.city == 'Reno'}")
    poll(shop)
    poll(shop)
    assert (backlog(shop).counted, list(backlog(shop).preview)) == (1, ["far"])
    release(shop, "recipe-1")
    poll(shop)
    assert started(shop, "recipe-1") == Counter({"far": 1})


def test_nothing_to_start_is_nothing_to_ask(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs, start: all, where: record.city == 'Reno'}")
    account(shop, 4)
    poll(shop)
    poll(shop)
    assert backlog(shop).state == "done"
    assert shop.views.waiting_backlogs() == []


def test_a_date_means_records_made_since(shop: Workshop) -> None:
    ids = account(shop, 3)
    for number, record_id in enumerate(ids):
        shop.account.records["jobs"][record_id]["created_at"] = f"2026-03-0{number + 1}T05:00:00Z"
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs, start: 2026-03-02}")
    for _ in range(2):
        poll(shop, zone="America/Chicago")
    assert list(backlog(shop).preview) == ["job 2"], "the second of March begins at six in the morning, UTC"


def test_dropped_it_never_starts(shop: Workshop) -> None:
    account(shop)
    shop.recipe(NOTE, trigger=ALL)
    poll(shop)
    poll(shop)
    assert shop.ledger.drop_backlog("recipe-1", backlog(shop).trigger_id, by="ana", now=shop.now)
    assert not shop.ledger.release_backlog("recipe-1", backlog(shop).trigger_id, by="ana", now=shop.now)
    poll(shop)
    assert not started(shop, "recipe-1")


def test_at_a_pace_the_runs_are_due_one_after_the_other(shop: Workshop) -> None:
    account(shop, 4)
    shop.recipe(NOTE, trigger=ALL)
    poll(shop)
    poll(shop)
    release(shop, "recipe-1", per_minute=2)
    at = shop.now
    poll(shop)
    due = sorted(each.due_at - at for each in shop.views.runs().items)
    assert due == [60.0, 60.0, 60.0, 90.0], "those whose time is past begin at once"
