"""The poller: a silent baseline, then exactly one event for every net change, and none for what we did ourselves."""

from __future__ import annotations

from typing import Any

import pytest

from hub.engine.polling.moments import read_stamp
from hub.errors import Transient, Unknown
from hub.model import Event, RunStatus
from tests.engine.account import Account
from tests.engine.conftest import Workshop

TRIGGER = "{type: poll, resource: jobs, events: [created, updated, deleted]}"
NOTE = '  - {id: note, action: notify.send, with: {to: "json://chat", body: "{{ event.type }} {{ record.name }}"}}'


def events(shop: Workshop) -> list[Event]:
    """All events so far, oldest first, as their runs know them."""
    lines = shop.views.runs(limit=200).items
    return [shop.page(each.id).event for each in reversed(lines)]


def told(shop: Workshop) -> list[tuple[str, str, list[str]]]:
    """(type, name, changed fields) of all events so far."""
    return [(each.type, each.data["record"]["name"], each.data["changed"]) for each in events(shop)]


def poll(shop: Workshop, **options: Any) -> Any:
    """One pass, some time later."""
    shop.now += 60
    return shop.poller(**options).poll("jobs")


def test_the_first_pass_is_silent_and_later_ones_tell_what_is_new_and_changed(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    ids = [shop.account.office_creates(name=f"job {number}", stage_id="s1") for number in range(7)]
    first = poll(shop)
    assert (first.baseline, first.checked, told(shop)) == (True, 7, [])
    shop.account.office_creates(name="new", stage_id="s1")
    shop.account.office_edits(ids[2], stage_id="s2", city="Austin")
    poll(shop)
    poll(shop)
    found = sorted(told(shop))
    assert [each[:2] for each in found] == [("jobs.created", "new"), ("jobs.updated", "job 2")]
    assert sorted(found[1][2]) == ["city", "stage_id"]


def test_before_and_after_are_told_with_their_stages(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs, changed: {stage.category: {from: sales, to: active}}}")
    job = shop.account.office_creates(name="a", stage_id="s1")
    poll(shop)
    shop.account.office_edits(job, stage_id="s2")
    poll(shop)
    shop.account.office_edits(job, stage_id="s1")
    poll(shop)
    (event,) = events(shop)
    assert event.data["before"]["stage"]["name"] == "Good Lead"
    assert event.data["record"]["stage"]["name"] == "Won"


def test_related_records_are_fetched_where_a_trigger_asks_for_them(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs, events: [created], expand: [customer, contacts]}")
    shop.account.records["customers"] = {"c1": {"id": "c1", "name": "Miller"}}
    shop.account.records["contacts"] = {"p1": {"id": "p1", "first_name": "Ana"}}
    related = {"related": {"jobs": ("customer", "contacts", "stage")}}
    poll(shop, **related)
    shop.account.office_creates(name="a", stage_id="s1", customer_id="c1", contact_ids=["p1", "gone"])
    shop.account.office_creates(name="b", stage_id="s1", customer_id=None, contact_ids=[])
    poll(shop, **related)
    first, second = sorted((each.data["record"] for each in events(shop)), key=lambda record: str(record["name"]))
    assert (first["customer"]["name"], [each["first_name"] for each in first["contacts"]]) == ("Miller", ["Ana"])
    assert (second["customer"], second["contacts"], second["stage"]["name"]) == (None, [], "Good Lead")


def test_a_pass_reads_only_what_changed_where_the_api_can_tell(shop: Workshop) -> None:
    shop.account.office_creates(name="a")
    poll(shop)
    poll(shop)
    assert shop.account.calls == ["list jobs since ever", "list jobs since 2026-03-31T11:55:01Z"]


def test_where_the_api_cannot_tell_what_changed_the_hub_compares_all(shop: Workshop) -> None:
    shop.account = Account(updated_since=False, clock=shop.clock)
    shop.recipe(NOTE, trigger=TRIGGER)
    job = shop.account.office_creates(name="a", city="")
    poll(shop)
    shop.account.office_edits(job, city="Austin")
    poll(shop)
    assert told(shop) == [("jobs.updated", "a", ["city"])]


def test_a_pass_that_breaks_half_way_repeats_no_event_and_misses_none(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    ids = [shop.account.office_creates(name=f"job {number}", city="") for number in range(7)]
    poll(shop)
    for job in ids:
        shop.account.office_edits(job, city="Austin")
    shop.account.page_size = 2
    pages = shop.account.pages

    def breaks_after_two(*args: Any, **options: Any) -> Any:
        for number, page in enumerate(pages(*args, **options)):
            if number == 2:
                raise Transient("away")
            yield page

    shop.account.pages = breaks_after_two  # type: ignore[method-assign]
    with pytest.raises(Transient):
        poll(shop)
    assert len(told(shop)) == 4
    shop.account.pages = pages  # type: ignore[method-assign]
    poll(shop)
    assert sorted(name for _, name, _ in told(shop)) == [f"job {number}" for number in range(7)]


def test_a_deleted_record_is_told_after_two_whole_passes_and_a_look(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    ids = [shop.account.office_creates(name=f"job {number}") for number in range(7)]
    poll(shop)
    shop.account.office_deletes(ids[3])
    poll(shop, full_every=0.0)
    assert told(shop) == []
    poll(shop, full_every=0.0)
    poll(shop, full_every=0.0)
    assert [each[:2] for each in told(shop)] == [("jobs.deleted", "job 3")]


def test_a_deleted_record_that_comes_back_is_told_as_new_again(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    shop.account.office_creates(name="stays")
    poll(shop)
    job = shop.account.office_creates(name="a")
    poll(shop)
    record = shop.account.records["jobs"][job]
    shop.account.office_deletes(job)
    for _ in range(2):
        poll(shop, full_every=0.0)
    shop.account.records["jobs"][job] = record
    poll(shop, full_every=0.0)
    assert [each[0] for each in told(shop)] == ["jobs.created", "jobs.deleted", "jobs.created"]


def test_a_list_that_shrinks_too_much_is_not_believed(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger=TRIGGER)
    for number in range(30):
        shop.account.office_creates(name=f"job {number}")
    poll(shop)
    records, shop.account.records["jobs"] = shop.account.records["jobs"], {}
    for _ in range(3):
        assert "came back empty, and 30 were known" in poll(shop, full_every=0.0).held
    shop.account.records["jobs"] = dict(list(records.items())[:23])
    for _ in range(3):
        assert "7 of 30 jobs were missing at once" in poll(shop, full_every=0.0).held
    shop.account.records["jobs"] = records
    poll(shop, full_every=0.0)
    assert told(shop) == []


def test_two_pollers_at_once_do_not_double(shop: Workshop) -> None:
    shop.account.office_creates(name="a")
    cursor = shop.ledger.take_cursor("jobs", owner="first", now=shop.now + 60, lease=600)
    assert cursor is not None
    assert poll(shop, owner="second") is None


def own_write(shop: Workshop) -> str:
    """A recipe of ours moves a job; its id."""
    job = shop.account.office_creates(name="a", stage_id="s1", city="Austin", quickbooks_id=None)
    mover = shop.recipe('  - {action: jobs.update, with: {id: "{{ record.id }}", stage_id: s2}}')
    shop.recipe(NOTE, trigger=TRIGGER)
    poll(shop)
    shop.begin(mover, record={"id": job})
    return job


def test_our_own_write_does_not_come_back_nor_what_the_api_did_because_of_it(shop: Workshop) -> None:
    own_write(shop)
    assert shop.finish().status is RunStatus.SUCCEEDED
    poll(shop)
    poll(shop, full_every=0.0)
    assert told_by_poll(shop) == []


def told_by_poll(shop: Workshop) -> list[tuple[str, list[str]]]:
    """(type, changed) of the events that the poller made."""
    return [(each.type, each.data["changed"]) for each in events(shop) if each.source == "poll:jobs"]


def test_a_persons_edit_of_another_field_at_the_same_time_still_counts(shop: Workshop) -> None:
    job = own_write(shop)
    shop.account.office_edits(job, city="Dallas")
    shop.finish()
    poll(shop)
    assert told_by_poll(shop) == [("jobs.updated", ["city"])]


def test_a_page_fetched_while_a_write_of_ours_is_under_way_waits_for_its_outcome(shop: Workshop) -> None:
    own_write(shop)
    naps: list[float] = []
    shop.account.during = [lambda: poll(shop, sleep=naps.append)]
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert naps
    poll(shop)
    assert told_by_poll(shop) == []


def test_a_page_that_had_to_wait_is_read_again_from_the_same_place(shop: Workshop) -> None:
    job = own_write(shop)
    before = shop.views.cursors()[0].position
    naps: list[float] = []
    shop.account.during = [lambda: poll(shop, sleep=naps.append)]
    shop.account.faults = [("after", Unknown("cut off"))]
    other = shop.account.office_creates(name="meanwhile")
    shop.work()
    assert sum(naps) >= 10, "it waited as long as it may"
    left_out = min(shop.account.records["jobs"][each]["updated_at"] for each in (job, other))
    position = read_stamp(shop.views.cursors()[0].position)
    assert read_stamp(before) <= position <= read_stamp(left_out)  # type: ignore[operator]
    shop.now += 3600
    shop.finish()
    poll(shop)
    assert [each.data["record_id"] for each in events(shop) if each.source == "poll:jobs"] == [other]
    assert job != other


def test_a_create_that_an_upsert_finds_again_after_a_lost_answer_is_still_ours(shop: Workshop) -> None:
    maker = shop.recipe("  - {action: jobs.upsert, with: {match: {name: ours}, city: Austin}}")
    shop.recipe(NOTE, trigger=TRIGGER)
    poll(shop)
    shop.begin(maker)
    shop.account.faults = [("after", Unknown("cut off"))]
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert len(shop.account.records["jobs"]) == 1
    poll(shop)
    assert told_by_poll(shop) == []


def test_where_decides_before_a_run_is_made(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs, events: [created], where: record.city == 'Austin'}")
    poll(shop)
    shop.account.office_creates(name="here", city="Austin")
    shop.account.office_creates(name="there", city="Dallas")
    poll(shop)
    assert [each[1] for each in told(shop)] == ["here"]


def test_a_where_that_breaks_makes_a_run_that_fails_and_says_why(shop: Workshop) -> None:
    shop.recipe(NOTE, trigger="{type: poll, resource: jobs, events: [created], where: record.size > 5}")
    poll(shop)
    shop.account.office_creates(name="odd", size="large")
    poll(shop)
    ended = shop.finish()
    assert ended.status is RunStatus.FAILED
    assert ended.reason


def test_a_record_that_we_created_is_not_told_as_new(shop: Workshop) -> None:
    maker = shop.recipe("  - {action: jobs.create, with: {name: ours}}")
    shop.recipe(NOTE, trigger=TRIGGER)
    poll(shop)
    shop.begin(maker)
    shop.finish()
    poll(shop)
    assert told_by_poll(shop) == []
