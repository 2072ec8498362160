"""The inbox in a real browser: found, looked at, run again; an address paused, tested and going on; one set up."""

from __future__ import annotations

import json
import urllib.request

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hub.services import Services
from tests.web.scenes import LEAD, send_lead
from tests.web.test_in_browser import PHONE, ana

__all__ = ["ana"]

pytestmark = pytest.mark.browser


def work(services: Services) -> None:
    """What the clock does at its ticks."""
    while services.inbox.work():
        pass


def test_a_delivery_is_found_looked_at_and_run_again(ana: Page, app: Flask, services: Services) -> None:
    send_lead(app)
    send_lead(app, {**LEAD, "name": "Ben Okafor"})
    ana.get_by_role("link", name="Inbox").click()
    ana.get_by_label("Text in body, headers or id").fill("okafor")
    ana.get_by_role("button", name="Show", exact=True).click()
    expect(ana.locator("main")).to_contain_text("2 deliveries looked through, to the end.")
    expect(ana.locator("tbody tr")).to_have_count(1)
    ana.locator("tbody tr a").click()
    expect(ana.locator("main")).to_contain_text("Ben Okafor")
    ana.get_by_role("link", name="Byte by byte").click()
    expect(ana.locator("pre")).to_contain_text("000000  7b 22 6e 61")
    ana.get_by_role("link", name="As text").click()
    with ana.expect_download() as saved:
        ana.get_by_role("link", name="Save it as it came").click()
    assert json.loads(saved.value.path().read_bytes())["name"] == "Ben Okafor"
    ana.get_by_role("button", name="Run again").click()
    expect(ana.get_by_role("status")).to_contain_text("1 run started, by the recipes as they are now.")
    expect(ana.locator("main")).to_contain_text("again")
    assert len(services.views.runs().items) == 3


def test_an_address_is_paused_tested_and_goes_on(ana: Page, services: Services) -> None:
    ana.get_by_role("link", name="Inbox").click()
    ana.get_by_role("link", name="All addresses").click()
    ana.get_by_role("link", name="/hooks/website-lead").click()
    ana.get_by_role("button", name="Pause").click()
    expect(ana.get_by_role("status")).to_contain_text("is paused. What comes is kept.")
    ana.get_by_role("button", name="Send a test").click()
    expect(ana.get_by_role("status")).to_contain_text("The test was sent and answered 202.")
    expect(ana.locator(".head .pill")).to_contain_text("Paused")
    assert services.views.runs().items == ()
    ana.get_by_role("link", name="Inbox").first.click()
    expect(ana.locator(".page .note")).to_contain_text("1 kept back")
    ana.get_by_role("link", name="/hooks/website-lead").first.click()
    ana.get_by_role("button", name="Go on").click()
    work(services)
    ana.reload()
    expect(ana.get_by_role("button", name="Pause")).to_be_visible()
    assert len(services.views.runs().items) == 1
    ana.get_by_role("button", name="Show it as a command").click()
    expect(ana.locator("#command")).to_contain_text("curl -sS -X POST")


def test_an_address_is_set_up_by_listening(ana: Page, site: str) -> None:
    ana.goto(f"{site}/inbox/addresses")
    ana.get_by_label("/hooks/").fill("paint/quotes")
    ana.get_by_role("button", name="Listen").click()
    expect(ana.get_by_role("status")).to_contain_text("The hub listens at /hooks/paint/quotes now.")
    body = json.dumps({"contact": {"email": "ana@example.com"}, "total": 1200}).encode()
    request = urllib.request.Request(f"{site}/hooks/paint/quotes", body, {"Content-Type": "application/json"})
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()
    ana.reload()
    expect(ana.locator("tbody")).to_contain_text("body.contact.email")
    expect(ana.locator("#recipe")).to_contain_text("path: paint/quotes")


def test_all_that_fit_run_again_on_a_phone(ana: Page, app: Flask, services: Services) -> None:
    ana.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for number in range(3):
        send_lead(app, {"name": f"Lead {number}"})
    ana.get_by_role("link", name="Inbox").click()
    ana.get_by_label("Address").fill("website-lead")
    ana.get_by_role("button", name="Show", exact=True).click()
    ana.get_by_role("link", name="Run all of these again").click()
    ana.get_by_role("button", name="Run 3 again").click()
    expect(ana.locator("#live")).to_contain_text("0 of 3")
    services.inbox.work()
    expect(ana.locator("#live")).to_contain_text("1 of 3")  # it refreshes itself
    ana.get_by_role("button", name="Stop").click()
    expect(ana.locator("#live")).to_contain_text("Stopped.")
    width = ana.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
