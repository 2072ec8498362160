"""What a look at a list cannot be sure of: lists that shrink, stamps of tomorrow, fields that appear, pages that are
older than what we did ourselves."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from hub.engine.polling import Pass
from hub.errors import RateLimited
from hub.model import Event, RunStatus
from hub.ports import Page
from tests.engine.account import Account
from tests.engine.conftest import Workshop

TRIGGER = "{type: poll, resource: jobs, events: [created, updated, deleted]}"
NOTE = '  - {id: note, action: notify.send, with: {to: "json://chat", body: "{{ record.name }}"}}'


def poll(shop: Workshop, **options: Any) -> Pass:
    shop.now += 60
    done = shop.poller(**options).poll("jobs")
    assert done is not None
    return done


def events(shop: Workshop) -> list[Event]:
    lines = shop.views.runs(limit=200).items
    found = [shop.page(each.id).event for each in reversed(lines)]
    return [each for each in found if each.source == "poll:jobs"]


def told(shop: Workshop) -> list[tuple[str, list[str]]]:
    return [(each.type.partition(".")[2], list(each.data["changed"])) for each in events(shop)]


def jobs(shop: Workshop, count: int, **fields: Any) -> list[str]:
    given = {"city": "Austin", "stage_id": "s1", "quickbooks_id": None} | fields
    return [shop.account.office_creates(name=f"job {number}", **given) for number in range(count)]


def test_a_person_says_that_a_list_is_right_and_the_missing_ones_are_deleted(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    ids = jobs(shop, 20)
    poll(shop)
    for record_id in ids[:12]:
        shop.account.office_deletes(record_id)
    assert poll(shop, full_every=0.0).held
    assert shop.views.cursors()[0].held
    assert not shop.ledger.accept_list("contacts", by="ana", now=shop.now)
    assert shop.ledger.accept_list("jobs", by="ana", now=shop.now)
    assert not shop.ledger.accept_list("jobs", by="ana", now=shop.now), "once"
    for _ in range(2):
        assert not poll(shop).held
    assert [verb for verb, _ in told(shop)] == ["deleted"] * 12
    assert [(each.who, each.what) for each in shop.views.audit_log().items] == [("ana", "list.accept")]
    assert shop.views.cursors()[0].accepted == 12
    poll(shop)
    assert shop.views.cursors()[0].accepted == 0, "the next time, a person is asked again"


def test_that_a_list_is_right_says_nothing_about_more_records(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    ids = jobs(shop, 20)
    poll(shop)
    for record_id in ids[:8]:
        shop.account.office_deletes(record_id)
    poll(shop, full_every=0.0)
    shop.ledger.accept_list("jobs", by="ana", now=shop.now)
    shop.account.records["jobs"].clear()
    assert poll(shop).held
    assert told(shop) == []


def test_a_pass_under_way_does_not_undo_what_a_person_says(shop: Workshop) -> None:
    ids = jobs(shop, 20)
    poll(shop)
    for record_id in ids[:12]:
        shop.account.office_deletes(record_id)
    poll(shop, full_every=0.0)
    shop.account.page_size = 4
    pages = shop.account.pages

    def meanwhile(*arguments: Any, **options: Any) -> Any:
        for number, page in enumerate(pages(*arguments, **options)):
            if number == 1:
                assert shop.ledger.accept_list("jobs", by="ana", now=shop.now)
            yield page

    shop.account.pages = meanwhile  # type: ignore[method-assign]
    shop.now += 60
    assert shop.poller().poll("jobs") is None
    assert shop.views.cursors()[0].accepted == 12


def test_an_empty_answer_at_the_first_look_does_not_make_everything_new(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    jobs(shop, 9)
    for record in shop.account.records["jobs"].values():
        record["created_at"] = "2025-01-01T00:00:00Z"
    records, shop.account.records["jobs"] = shop.account.records["jobs"], {}
    shop.account.served_at = shop.now
    poll(shop)
    shop.account.records["jobs"] = records
    fresh = shop.account.office_creates(name="fresh")
    poll(shop)
    assert [each.data["record_id"] for each in events(shop)] == [fresh]


def test_a_stamp_of_tomorrow_hides_nothing(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    first, second = jobs(shop, 2)
    poll(shop)
    shop.account.records["jobs"][first] |= {"city": "Waco", "updated_at": "2031-01-01T00:00:00Z"}
    poll(shop)
    shop.account.office_edits(second, city="Reno")
    poll(shop)
    assert sorted(each.data["record"]["city"] for each in events(shop)) == ["Reno", "Waco"]


def test_a_clock_that_goes_back_makes_the_next_pass_a_full_one(shop: Workshop) -> None:
    jobs(shop, 2)
    shop.account.served_at = shop.now + 7200
    shop.account.records["jobs"]["j1"]["updated_at"] = "2026-03-31T13:55:00Z"
    poll(shop)
    shop.account.served_at = shop.now + 60
    assert not poll(shop).full
    assert poll(shop).full


def test_a_field_that_the_list_begins_to_have_fires_nothing(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    ids = jobs(shop, 4)
    poll(shop)
    for record_id in ids:
        shop.account.records["jobs"][record_id]["margin"] = 30
    shop.account.office_edits(ids[0], city="Waco")
    poll(shop)
    assert told(shop) == [("updated", ["city"])]
    assert events(shop)[0].data["before"]["margin"] == 30
    assert poll(shop).full, "the field is taken as it is in the whole list"
    assert len(told(shop)) == 1
    shop.account.office_edits(ids[1], margin=35)
    poll(shop)
    assert told(shop)[1:] == [("updated", ["margin"])]
    assert shop.ledger.count_unexplained("jobs") == 0


def own_write(shop: Workshop) -> str:
    (job,) = jobs(shop, 1)
    mover = shop.recipe('  - {action: jobs.update, with: {id: "{{ record.id }}", stage_id: s2}}')
    shop.recipe(NOTE, trigger=TRIGGER)
    poll(shop)
    shop.begin(mover, record={"id": job})
    return job


def test_a_page_from_before_our_own_write_says_nothing_about_the_record(shop: Workshop) -> None:
    own_write(shop)
    pages = shop.account.pages

    def stale(*arguments: Any, **options: Any) -> Any:
        found = list(pages(*arguments, **options))
        assert shop.finish().status is RunStatus.SUCCEEDED
        yield from found

    shop.account.pages = stale  # type: ignore[method-assign]
    poll(shop)
    shop.account.pages = pages  # type: ignore[method-assign]
    poll(shop)
    assert told(shop) == []


def test_a_page_from_before_our_own_deletion_makes_no_new_record(shop: Workshop) -> None:
    (job,) = jobs(shop, 1)
    jobs(shop, 1)
    remover = shop.recipe('  - {action: jobs.delete, with: {id: "{{ record.id }}"}}')
    shop.recipe(NOTE, trigger=TRIGGER)
    poll(shop)
    shop.begin(remover, record={"id": job})
    pages = shop.account.pages

    def stale(*arguments: Any, **options: Any) -> Any:
        found = list(pages(*arguments, **options))
        assert shop.finish().status is RunStatus.SUCCEEDED
        yield from found

    shop.account.pages = stale  # type: ignore[method-assign]
    poll(shop, full_every=0.0)
    shop.account.pages = pages  # type: ignore[method-assign]
    for _ in range(3):
        poll(shop, full_every=0.0)
    assert told(shop) == []


def shifting(account: Account, times: int) -> None:
    """Let the first pages after the first one say that records have moved, so many times."""
    pages, left = account.pages, [times]

    def moved(*arguments: Any, **options: Any) -> Any:
        for number, page in enumerate(pages(*arguments, **options)):
            shifted = number == 1 and left[0] > 0
            left[0] -= shifted
            yield Page(page.records, page.last, shifted=shifted)

    account.pages = moved  # type: ignore[method-assign]


@pytest.mark.parametrize(("times", "looks", "dirty"), [(0, 1, False), (1, 2, False), (3, 4, False), (9, 4, True)])
def test_a_list_that_moves_is_read_again_and_in_the_end_says_nothing_about_what_is_missing(
    shop: Workshop, times: int, looks: int, dirty: bool
) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    ids = jobs(shop, 9)
    poll(shop)
    full_at = shop.views.cursors()[0].last_full_at
    shop.account.office_deletes(ids[0])
    shop.account.calls.clear()
    shifting(shop.account, times)
    assert poll(shop, full_every=0.0).dirty is dirty
    assert len([each for each in shop.account.calls if each.startswith("list")]) == looks
    assert (shop.views.cursors()[0].last_full_at == full_at) is dirty
    assert shop.ledger.absent("jobs", since_pass=2)[0].missed == (0 if dirty else 1)


def test_after_a_time_away_the_event_says_since_when(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    (job,) = jobs(shop, 1)
    poll(shop)
    last = shop.now
    shop.now += 5 * 86_400
    shop.account.office_edits(job, city="Waco")
    shop.account.office_edits(job, city="Reno")
    poll(shop)
    (event,) = events(shop)
    assert event.data["since"] == "2026-03-31T12:01:00+00:00"
    assert last == 1_774_958_460.0
    assert (event.data["before"]["city"], event.data["record"]["city"]) == ("Austin", "Reno")


def test_a_pass_that_is_stopped_gives_its_list_up_at_once(shop: Workshop) -> None:
    jobs(shop, 9)
    over = threading.Event()
    pages = shop.account.pages

    def stopped(*arguments: Any, **options: Any) -> Any:
        for page in pages(*arguments, **options):
            yield page
            over.set()

    shop.account.pages = stopped  # type: ignore[method-assign]
    assert shop.poller(stopping=over.is_set).poll("jobs") is None
    over.clear()
    shop.account.pages = pages  # type: ignore[method-assign]
    assert shop.poller(owner="another").poll("jobs") is not None


def test_more_patience_than_a_look_has_ends_it_and_a_little_does_not(shop: Workshop) -> None:
    jobs(shop, 2)
    pages = shop.account.pages

    def asking(*arguments: Any, **options: Any) -> Any:
        options["patience"](wait)
        yield from pages(*arguments, **options)

    shop.account.pages = asking  # type: ignore[method-assign]
    naps: list[float] = []
    wait = 90.0
    assert poll(shop, sleep=naps.append)
    assert sum(naps) == 90
    wait = 3600.0
    with pytest.raises(RateLimited):
        poll(shop)


def test_what_was_seen_is_accounted_for_and_a_change_without_an_event_is_not(shop: Workshop) -> None:
    own_write(shop)
    shop.finish()
    shop.account.office_edits("j1", city="Waco")
    shop.account.office_creates(name="new")
    poll(shop)
    seen = shop.views.cursors()[0]
    assert (seen.checked, seen.changed, seen.handled, shop.ledger.count_unexplained("jobs")) == (2, 2, 2, 0)
    with shop.database.write() as link:
        link.exec_driver_sql("UPDATE snapshot SET rev = rev + 1 WHERE record_id = 'j1'")
    assert shop.ledger.count_unexplained("jobs") == 1
    poll(shop, full_every=0.0)
    assert shop.views.cursors()[0].unexplained == 1
