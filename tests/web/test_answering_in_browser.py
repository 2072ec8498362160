"""Answering in a real browser: on a phone by the link, and on the run page; with the security policy in force."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, ViewportSize, expect

from hub.model import RunStatus
from hub.services import Services
from tests.web import scenes
from tests.web.conftest import Time, make_user
from tests.web.questions import begin, go_on, link, write_recipe
from tests.web.visitor import PASSWORD

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def services(make_services: Callable[..., Services], tmp_path: Path) -> Services:
    services = make_services(HUB_RECIPES=str(write_recipe(tmp_path / "asking")))
    services.publish_recipes()
    return services


@pytest.fixture
def asking(services: Services, clock: Time) -> str:
    """A run that waits for its answer."""
    run = begin(services)
    clock.now += 3600
    go_on(services)
    return run


def complaints(page: Page) -> list[str]:
    """What a checker for accessibility says."""
    return [each["id"] for each in Axe().run(page).response["violations"]]


def test_a_customer_answers_on_a_phone(page: Page, site: str, services: Services, asking: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(site + link(services, asking))
    expect(page.get_by_role("heading", level=1)).to_have_text("May we send the quote to Miller & Sons?")
    assert not complaints(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Note for the office").fill("Please <call> before.")
    page.get_by_label("Most amount").fill("250")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Answered: Approve")
    expect(page.get_by_text("By somebody with the link")).to_be_visible()
    assert not complaints(page)
    assert go_on(services).status is RunStatus.SUCCEEDED
    page.goto(site + link(services, asking, "decline"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Answered: Approve")
    expect(page.get_by_role("button")).to_have_count(0)


def test_a_damaged_link_in_a_browser(page: Page, site: str, services: Services, asking: str) -> None:
    page.goto(site + link(services, asking)[:-2])
    expect(page.get_by_role("heading", level=1)).to_have_text("This link is damaged")


def test_an_operator_answers_on_the_run_page(page: Page, site: str, services: Services, asking: str) -> None:
    scenes.be_well(services)
    make_user(services, "ana@example.com", "operator")
    page.goto(f"{site}/login")
    page.get_by_label("E-mail address").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("One run waits for an answer.")).to_be_visible()
    page.get_by_role("link", name="Answer", exact=True).click()
    page.get_by_role("link", name="Send the quote").click()
    expect(page.get_by_role("heading", name="May we send the quote to Miller & Sons?")).to_be_visible()
    assert not complaints(page)
    page.get_by_label("Note for the office").fill("on the phone")
    page.evaluate("document.querySelector('[data-live]').dispatchEvent(new Event('refresh'))")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("Note for the office")).to_have_value("on the phone")
    page.get_by_role("button", name="Call me").click()
    expect(page.get_by_role("status")).to_contain_text("Answered: Call me. The run goes on.")
    assert go_on(services).status is RunStatus.SUCCEEDED


def test_an_operator_is_done_with_what_a_run_was_held_for(page: Page, site: str, services: Services) -> None:
    make_user(services, "ana@example.com", "operator")
    page.goto(f"{site}/login")
    page.get_by_label("E-mail address").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    run = begin(services, "call-first")
    page.goto(f"{site}/runs/{run}")
    expect(page.get_by_text("Call Miller & Sons before anything is sent.").first).to_be_visible()
    expect(page.get_by_role("button", name="Skip it")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The run goes on.")
    assert go_on(services).status is RunStatus.SUCCEEDED
