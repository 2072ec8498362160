"""The report of a time without the hub in a real browser, on a desk and on a phone, and for a reader."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from hub.services import Services
from hub.store.outages import Outage
from tests.web import scenes
from tests.web.conftest import NOON, make_user
from tests.web.test_outages import FACTS
from tests.web.visitor import PASSWORD

pytestmark = pytest.mark.browser

ANA = "ana@example.com"


def test_from_the_first_page_to_all_of_them(page: Page, site: str, services: Services) -> None:
    scenes.be_well(services)
    make_user(services, ANA, "viewer")
    services.ledger.begin_outage(Outage("away-1", NOON - 1800, NOON - 900, "vanished", is_open=False, facts=FACTS))
    services.ledger.begin_outage(
        Outage("deploy-1", NOON - 9000, NOON - 9000, "deployed", facts={"recipes": ["a", "b"]})
    )
    page.set_default_timeout(10_000)
    page.goto(f"{site}/login")
    page.get_by_label("E-mail address").fill(ANA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="While the hub was away")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("link", name="The times before").click()
    expect(page.get_by_role("heading", name="When the hub was away")).to_be_visible()
    expect(page.get_by_text("Recipes changed: a, b.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert not Axe().run(page).response["violations"]
