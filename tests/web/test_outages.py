"""When the hub was away: on the first page for a day, and on a page of its own for a month."""

from __future__ import annotations

from collections.abc import Callable

from hub.services import Services
from hub.store.outages import Outage
from tests.web.conftest import NOON
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]
FACTS = {
    "webhooks": 3,
    "waiting": 1,
    "resumed": 2,
    "late": {"every-hour": 1},
    "skipped": {},
    "lists": {"jobs": 12, "contacts": 0},
}


def test_the_first_page_says_what_became_of_the_time(visit: Enter, services: Services) -> None:
    services.ledger.begin_outage(Outage("away-1", NOON - 1800, NOON - 900, "vanished", is_open=False, facts=FACTS))
    visitor = visit()
    text = visitor.words("/")
    assert "While the hub was away from Today" in text
    assert "3 webhooks were kept." in text
    assert "The first looks found changes: 12 in jobs." in text
    assert "One schedule ran late (every-hour)." in text
    assert "2 runs went on at another worker." in text
    assert "One run was waiting." in text
    assert "It ended without a word." in text
    assert "skipped (" not in text
    assert 'href="/outages"' in visitor.read("/")


def test_after_a_day_only_the_page_of_its_own_does(visit: Enter, services: Services) -> None:
    services.ledger.begin_outage(Outage("away-1", NOON - 90_000, NOON - 89_000, "stopped", is_open=False))
    services.ledger.begin_outage(
        Outage("deploy-1", NOON - 88_000, NOON - 88_000, "deployed", facts={"version": ["1.0", "1.1"]})
    )
    visitor = visit()
    assert "While the hub was away" not in visitor.words("/")
    text = visitor.words("/outages")
    assert text.index("A new version took over") < text.index("While the hub was away")
    assert "Version 1.1 took the place of 1.0." in text
    assert "More may come: not every list has been looked at since." in text
    assert "nothing came in. It was stopped on purpose." in text


def test_a_hub_that_was_never_away_says_so(visit: Enter) -> None:
    assert "It has not been away." in visit().words("/outages")


def test_names_from_outside_are_only_text(visit: Enter, services: Services) -> None:
    facts = {"late": {"<script>alert(1)</script>": 1}}
    services.ledger.begin_outage(Outage("away-1", NOON - 1800, NOON - 900, "vanished", facts=facts))
    assert "<script>alert(1)" not in visit().read("/")


def test_a_worker_without_redis_is_said(visit: Enter, services: Services) -> None:
    services.ledger.heartbeat("worker", "worker_1", now=NOON, detail={"redis": "away"})
    services.bell.state = lambda: {"ok": False, "error": "away"}  # type: ignore[method-assign]
    assert "Redis is away; the workers go on without it, a little slower." in visit().words("/")
