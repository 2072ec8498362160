"""The report after a start: when the hub was away, why, and what became of the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.model import Delivery, Recipe, new_id
from hub.services import Services, open_services
from hub.services.outages import OutageReports, describe, find_gap
from hub.settings import read_settings
from hub.store.migrate import upgrade
from hub.store.outages import KEPT_FOR, Outage, Release
from hub.store.views.shapes import Heartbeat
from tests.services.bell import StillBell

NOW = 1_790_000_000.0
RECIPES = {
    "each": "{type: schedule, every: 1h, missed: each}",
    "once": "{type: schedule, every: 1h}",
    "skip": "{type: schedule, every: 1h, missed: skip}",
    "leads": "{type: webhook, path: leads, verify: none}",
}
PROGRAM = {"version": "1.0", "program": "aaaa"}


class Time:
    """A clock that is set."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def services(tmp_path: Path, clock: Time) -> Iterator[Services]:
    (tmp_path / "recipes").mkdir()
    for name, trigger in RECIPES.items():
        text = f"recipe: 1\nname: {name}\ntrigger: {trigger}\nsteps:\n  - {{action: set, with: {{a: 1}}}}\n"
        (tmp_path / "recipes" / f"{name}.yaml").write_text(text)
    environment = {"HUB_HOME": str(tmp_path), "HUB_RECIPES": str(tmp_path / "recipes"), "WORKGLUE_API_KEY": "wg_unused"}
    opened = open_services(read_settings(environment), clock=clock)
    opened.bell = StillBell()  # type: ignore[assignment]
    upgrade(opened.database)
    opened.publish_recipes()
    yield opened
    opened.close()


def beat(name: str, *, began: float, seen_at: float, kind: str = "clock", **detail: Any) -> Heartbeat:
    return Heartbeat(kind, name, seen_at, {"began": began, **PROGRAM, **detail})


def reports(services: Services) -> OutageReports:
    return OutageReports(services.ledger, services.views, services.clock, timezone="UTC")


def leave(services: Services, sign: Heartbeat) -> None:
    services.ledger.heartbeat(sign.kind, sign.id, now=sign.seen_at, detail=sign.detail)


def me(**detail: Any) -> Heartbeat:
    return beat("me", began=NOW, seen_at=NOW, **detail)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], None),
        ([beat("old", began=NOW - 9000, seen_at=NOW - 900)], (NOW - 900, NOW, True)),
        ([beat("old", began=NOW - 9000, seen_at=NOW - 60)], (NOW - 60, NOW, False)),
        ([beat("old", began=NOW - 9000, seen_at=NOW + 5)], (NOW, NOW, False)),
        ([beat("web", began=NOW - 9000, seen_at=NOW - 1, kind="web")], None),
        (
            [beat("old", began=NOW - 9000, seen_at=NOW - 900), beat("crashed", began=NOW - 30, seen_at=NOW - 20)],
            (NOW - 900, NOW - 30, True),
        ),
        ([beat("twin", began=NOW, seen_at=NOW)], None),
    ],
)
def test_a_gap_is_a_minute_without_any_clock(others: list[Heartbeat], expected: tuple[Any, ...] | None) -> None:
    found = find_gap(others, "me", began=NOW)
    assert (found and (found.since, found.until, found.is_away)) == expected


def test_a_process_of_an_older_program_says_nothing_of_its_beginning() -> None:
    found = find_gap([Heartbeat("clock", "old", NOW - 10, {})], "me", began=NOW)
    assert found is not None
    assert not found.is_away


@pytest.mark.parametrize(("ended", "cause"), [(True, "stopped"), (False, "vanished")])
def test_it_says_why(services: Services, ended: bool, cause: str) -> None:
    old = beat("old", began=NOW - 9000, seen_at=NOW - 900)
    leave(services, replace(old, detail={**old.detail, "ended": True}) if ended else old)
    reports(services).begin(me(), services.shelf.enabled())
    [found] = services.views.outages()
    assert (found.cause, found.since, found.until, found.is_open) == (cause, NOW - 900, NOW, True)


def test_two_clocks_that_begin_together_make_one_report(services: Services) -> None:
    leave(services, beat("old", began=NOW - 9000, seen_at=NOW - 900))
    leave(services, beat("twin", began=NOW, seen_at=NOW))
    for name in ("me", "twin"):
        reports(services).begin(beat(name, began=NOW, seen_at=NOW), services.shelf.enabled())
    assert len(services.views.outages()) == 1


def test_schedules_are_counted_as_they_will_run_and_webhooks_as_they_were_kept(services: Services, clock: Time) -> None:
    recipes: tuple[Recipe, ...] = services.shelf.enabled()
    for name in ("each", "once", "skip"):
        trigger = next(each for each in recipes if each.id == name).triggers[0]
        services.ledger.schedule(name, trigger.id, next_at=NOW - NOW % 3600 - 2 * 3600)
    leave(services, beat("old", began=NOW - 90_000, seen_at=NOW - 4 * 3600))
    clock.now = NOW - 600
    for number in range(3):
        headers = (("Content-Type", "application/json"),)
        body = b'{"n": %d}' % number
        services.intake.deliver(
            Delivery(new_id("dlv", clock.now), "leads", "POST", "http://x/hooks/leads", "", headers, body, clock.now)
        )
    clock.now = NOW
    assert NOW % 3600 > 120, "the last full hour is over, so that skipping it counts"
    reports(services).begin(me(), recipes)
    [found] = services.views.outages()
    assert found.facts["webhooks"] == 3
    assert found.facts["waiting"] == 3
    assert found.facts["late"] == {"each": 3, "once": 1}
    assert found.facts["skipped"] == {"once": 2, "skip": 3}
    said = describe(found)
    assert "3 webhooks were kept" in said
    assert "4 times of schedules ran late (each, once)" in said
    assert "5 times of schedules were skipped (once, skip)" in said


def test_a_new_program_is_reported_although_nothing_was_away(services: Services) -> None:
    leave(services, beat("old", began=NOW - 9000, seen_at=NOW - 5))
    services.ledger.note_release(Release("rel_1", NOW - 20, "1.1", "bbbb", ["leads", "once"]))
    reports(services).begin(me(version="1.1", program="bbbb"), services.shelf.enabled())
    [found] = services.views.outages()
    assert found.cause == "deployed"
    assert describe(found)[:2] == ["version 1.1 took the place of 1.0", "recipes changed: leads, once"]


def test_a_clock_that_begins_anew_at_once_has_nothing_to_report(services: Services) -> None:
    leave(services, beat("old", began=NOW - 9000, seen_at=NOW - 5))
    reports(services).begin(me(), services.shelf.enabled())
    assert services.views.outages() == []


def test_it_stays_open_until_the_lists_were_looked_at_and_leases_have_ended(services: Services, clock: Time) -> None:
    leave(services, beat("old", began=NOW - 9000, seen_at=NOW - 900))
    watching = reports(services)
    cursor = services.ledger.take_cursor("jobs", owner="old", now=NOW - 1000, lease=60)
    assert cursor is not None
    services.ledger.poll_done(replace(cursor, last_ok_at=NOW - 950, changed=7))
    watching.begin(me(), services.shelf.enabled())
    clock.now = NOW + 10
    watching.follow({"jobs", "contacts"})
    assert services.views.outages()[0].facts["lists"] == {}, "the last look before it tells nothing"
    clock.now = NOW + 30
    cursor = services.ledger.take_cursor("jobs", owner="me", now=clock.now, lease=60)
    assert cursor is not None
    services.ledger.poll_done(replace(cursor, last_ok_at=clock.now, changed=12, handled=12))
    watching.follow({"jobs", "contacts"})
    [found] = services.views.outages()
    assert (found.facts["lists"], found.is_open) == ({"jobs": 12}, True)
    cursor = services.ledger.take_cursor("jobs", owner="me", now=clock.now, lease=60)
    assert cursor is not None
    services.ledger.poll_done(replace(cursor, last_ok_at=clock.now + 20, changed=99))
    clock.now = NOW + 100
    watching.follow({"jobs"})
    [found] = services.views.outages()
    assert (found.facts["lists"], found.is_open) == ({"jobs": 12}, False), "only the first look counts"
    assert describe(found) == ["the first looks found changes: 12 in jobs"]


def test_a_list_that_cannot_be_looked_at_does_not_keep_it_open_for_ever(services: Services, clock: Time) -> None:
    leave(services, beat("old", began=NOW - 9000, seen_at=NOW - 900))
    watching = reports(services)
    watching.begin(me(), services.shelf.enabled())
    clock.now = NOW + 601
    watching.follow({"jobs"})
    assert not services.views.outages()[0].is_open


def test_another_clock_goes_on_with_a_report_that_is_open(services: Services, clock: Time) -> None:
    leave(services, beat("old", began=NOW - 9000, seen_at=NOW - 900))
    reports(services).begin(me(), services.shelf.enabled())
    leave(services, beat("me", began=NOW, seen_at=NOW + 80))
    clock.now = NOW + 90
    next_one = reports(services)
    next_one.begin(beat("next", began=clock.now, seen_at=clock.now), services.shelf.enabled())
    next_one.follow(())
    [found] = services.views.outages()
    assert not found.is_open


def test_reports_are_kept_for_thirty_days(services: Services) -> None:
    for age in (KEPT_FOR + 10, KEPT_FOR - 10, 0):
        services.ledger.begin_outage(Outage(f"age-{age}", NOW - age - 60, NOW - age, "stopped"))
    assert [each.id for each in services.views.outages()] == ["age-0", f"age-{KEPT_FOR - 10}"]
