"""The first page: everything at a glance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hub.services import Services
from hub.web import create_app
from tests.web import scenes
from tests.web.conftest import NOON, make_user
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


@pytest.fixture
def healthy(make_services: Callable[..., Services], tmp_path: object) -> Services:
    """A hub of which every part is there, with no recipe yet."""
    services = make_services(HUB_RECIPES=str(tmp_path))
    scenes.be_well(services)
    return services


def enter(services: Services) -> Visitor:
    make_user(services, "ana@example.com", "operator")
    visitor = Visitor(create_app(services).test_client())
    visitor.log_in("ana@example.com")
    return visitor


def test_a_fresh_hub_is_well_and_says_how_to_begin(healthy: Services) -> None:
    text = enter(healthy).words("/")
    assert "All is well" in text
    assert "Nothing has run yet." in text
    assert "No list is looked at." in text
    assert "Nothing is planned" in text


def test_what_is_missing_is_said_with_the_command(visit: Enter, services: Services) -> None:
    services.ledger.heartbeat("worker", "worker_1", now=NOON - 130)
    text = visit().words("/")
    assert "The worker was last seen 2 minutes ago. Start it with: python -m hub worker" in text
    assert "The clock has not been seen yet." in text


def test_runs_are_counted_and_linked(visit: Enter, services: Services) -> None:
    scenes.succeed(services)
    scenes.fail(services)
    scenes.hold(services)
    scenes.park(services)
    visitor = visit()
    text = visitor.words("/")
    assert "1 Succeeded 1 Failed 0 Skipped 0 Cancelled" in text
    assert "0 Queued 0 Running 1 Parked 1 Held" in text
    assert "One run failed in the last 24 hours. See why" in text
    assert 'href="/failures"' in visitor.read("/")


def test_runs_of_yesterday_do_not_count_as_today(visit: Enter, services: Services, clock: object) -> None:
    clock.now -= 90_000  # type: ignore[attr-defined]
    scenes.fail(services)
    clock.now += 90_000  # type: ignore[attr-defined]
    text = visit().words("/")
    assert "0 Failed" in text
    assert "failed in the last 24 hours" not in text
    assert "Yesterday 11:00" in text


def test_polls_show_what_they_checked(visit: Enter, services: Services) -> None:
    cursor = services.ledger.take_cursor("jobs", owner="the test", now=NOON, lease=60)
    assert cursor is not None
    done = replace(cursor, baseline_at=NOON - 9_000, last_ok_at=NOON - 20, passes=3, checked=1_204, changed=14)
    done = replace(done, handled=14, last_full_at=NOON - 7_200)
    services.ledger.poll_done(done)
    services.ledger.take_cursor("customers", owner="the test", now=NOON, lease=60)
    text = visit().words("/")
    assert "Jobs 1,204 14 14 0 20 seconds ago 2 hours ago" in text
    assert "Customers 0 0 0 0 first look under way not yet" in text


def test_schedules_of_recipes_that_are_on_are_shown(visit: Enter, services: Services) -> None:
    services.ledger.schedule("job-won", "morning", next_at=NOON + 3 * 3600)
    services.ledger.schedule("signed", "morning", next_at=NOON + 3600)  # this recipe is off
    text = visit().words("/")
    assert "Tell the team when a job is won starts Today 15:00" in text
    assert "PaintScout quote accepted starts" not in text


def test_times_are_those_of_the_office(make_services: Callable[..., Services]) -> None:
    services = make_services(HUB_TIMEZONE="America/Chicago")
    services.publish_recipes()
    scenes.fail(services)
    page = enter(services).read("/")
    assert '<time datetime="2026-11-24T12:00:00Z" title="2026-11-24 12:00:00.000 UTC">Today 06:00</time>' in page


def test_redis_and_the_key_are_shown(visit: Enter, services: Services) -> None:
    services.bell.is_there = False  # type: ignore[attr-defined]
    services.ledger.connect("workglue", fingerprint="0123", now=NOON)
    services.ledger.reject_key("workglue", version=1, now=NOON)
    text = visit().words("/")
    assert "Redis does not answer" in text
    assert "Workglue key is refused" in text
