"""Failures in a real browser: seen by cause, put right, resumed all at once; one run with what it sends corrected."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from hub.model import RunStatus
from hub.ports import RunChange
from hub.services import Services
from tests.web import scenes
from tests.web.conftest import Time, make_user
from tests.web.test_in_browser import ANA, PHONE, ana
from tests.web.visitor import PASSWORD

__all__ = ["ana"]

pytestmark = pytest.mark.browser


def tick(services: Services) -> None:
    """What the clock does at some of its ticks."""
    for _ in range(3):
        services.inbox.work()


def test_what_failed_is_put_right_and_all_of_it_goes_on(ana: Page, services: Services, clock: Time) -> None:
    runs = []
    for name in ("Miller & Sons", "Ana Ruiz", "Ben Okafor"):
        runs.append(scenes.fail(services, name))
        clock.now += 60
    ana.get_by_role("link", name="Home").click()
    ana.get_by_role("link", name="See why").click()
    expect(ana.locator("main")).to_contain_text("There is no stage called “Good Leed”.")
    expect(ana.locator("main")).to_contain_text("3 failed")
    problems = Axe().run(ana)
    assert problems.violations_count == 0, problems.generate_report()
    ana.get_by_role("button", name="Resume all 3").click()
    expect(ana.get_by_role("heading", level=1)).to_contain_text("Resuming 3 runs")
    expect(ana.locator("#live")).to_contain_text("0 of 3. The first one runs alone.")
    tick(services)
    expect(ana.locator("#live")).to_contain_text("1 of 3")
    first = services.views.taken_up_by(runs[0])
    scenes.work(services, first, RunChange(RunStatus.SUCCEEDED, finished_at=clock.now))
    tick(services)
    expect(ana.locator("#live")).to_contain_text("3 of 3. All done.")
    assert all(services.views.taken_up_by(each) for each in runs)
    ana.get_by_role("link", name="Failures").click()
    expect(ana.locator("main")).to_contain_text("Nothing has failed")


def test_the_page_fits_a_phone(ana: Page, site: str, services: Services) -> None:
    ana.set_viewport_size(PHONE)  # type: ignore[arg-type]
    scenes.fail(services)
    scenes.hold(services)
    ana.goto(f"{site}/failures")
    expect(ana.get_by_role("button", name="Resume it").first).to_be_visible()
    assert ana.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_editor_corrects_what_one_step_sends(page: Page, site: str, services: Services) -> None:
    scenes.be_well(services)
    make_user(services, ANA, "editor")
    run = scenes.fail(services)
    page.set_default_timeout(10_000)
    page.goto(f"{site}/login?next=/runs/{run}")
    page.get_by_label("E-mail address").fill(ANA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Resume", exact=True).click()
    page.get_by_text("Change what the step sends").click()
    sent = page.get_by_label("What job sends")
    assert json.loads(sent.input_value())["stage"] == "Good Leed"
    sent.fill('{"name": "Lead: Miller & Sons", "stage": "Good Lead"}')
    page.get_by_role("button", name="Resume with this").click()
    expect(page.get_by_role("status").first).to_contain_text("This run goes on where the one before has failed.")
    expect(page.locator("main")).to_contain_text("What the step job sends was changed.")
    taken = services.views.taken(services.views.taken_up_by(run))
    assert taken is not None
    assert taken.after == {"name": "Lead: Miller & Sons", "stage": "Good Lead"}
