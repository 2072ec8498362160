"""The dashboard in a real browser: what people do, with the security policy in force, by keyboard and with a reader.

The `page` fixture fails a test on any violation of the policy and any error in the console.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from flask import Flask
from playwright.sync_api import Page, expect

from hub.model import RunStatus
from hub.ports import RunChange
from hub.services import Services
from hub.stored import Cell, Held
from tests.web import scenes
from tests.web.conftest import Time, make_user
from tests.web.visitor import PASSWORD

pytestmark = pytest.mark.browser

ANA = "ana@example.com"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def ana(page: Page, site: str, services: Services) -> Page:
    """Ana, logged in, with something to look at."""
    scenes.be_well(services)
    make_user(services, ANA, "operator")
    page.set_default_timeout(10_000)
    page.goto(f"{site}/login")
    page.get_by_label("E-mail address").fill(ANA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Home")).to_have_attribute("aria-current", "page")
    return page


def refresh(page: Page) -> None:
    """What happens every few seconds, at once."""
    page.evaluate("document.querySelector('[data-live]').dispatchEvent(new Event('refresh'))")


def test_logging_in_and_out(page: Page, site: str, services: Services) -> None:
    make_user(services, ANA, "viewer")
    page.goto(f"{site}/runs?status=failed")
    expect(page).to_have_title("Log in · Hub")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(ANA)
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/runs?status=failed")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_contain_text("You are logged out.")
    page.go_back()
    page.reload()
    expect(page).to_have_title("Log in · Hub")


def test_switching_a_recipe_off(ana: Page, services: Services) -> None:
    ana.get_by_role("link", name="Recipes").click()
    switch = ana.get_by_role("switch", name="Website lead")
    expect(switch).to_be_checked()
    switch.focus()
    ana.keyboard.press("Space")
    expect(ana.get_by_role("status")).to_contain_text("“Website lead” is off.")
    expect(switch).not_to_be_checked()
    assert not services.views.recipe("website-lead").line.enabled  # type: ignore[union-attr]


def test_reading_a_failed_run_and_running_it_again(ana: Page, services: Services) -> None:
    scenes.fail(services)
    ana.reload()
    ana.get_by_role("link", name="See why").click()
    ana.get_by_role("link", name="Miller").click()
    expect(ana.get_by_role("heading", level=1)).to_have_text("Website lead")
    expect(ana.get_by_text("Did you mean Good Lead?").first).to_be_visible()
    expect(ana.get_by_role("table", name="Attempts of Create the job")).to_be_visible()
    expect(ana.get_by_role("table", name="Attempts of Find or create the customer")).not_to_be_visible()
    ana.get_by_text("1 attempt", exact=True).click()
    expect(ana.get_by_role("table", name="Attempts of Find or create the customer")).to_be_visible()
    ana.get_by_role("link", name="line 24 of website-lead.yaml").first.click()
    expect(ana.locator("#L24")).to_be_in_viewport()
    ana.go_back()
    ana.get_by_text("Run again", exact=True).click()
    ana.get_by_role("button", name="Yes, run again").click()
    expect(ana.get_by_role("status")).to_contain_text("This is the new run.")
    expect(ana.get_by_text("Queued", exact=True).first).to_be_visible()
    assert len(services.views.runs().items) == 2


def test_deciding_about_a_held_run(ana: Page, services: Services) -> None:
    run = scenes.hold(services)
    ana.reload()
    ana.get_by_role("link", name="Decide").click()
    ana.get_by_role("link", name="Website lead").click()
    ana.get_by_role("button", name="Count as done").click()
    expect(ana.get_by_role("status")).to_contain_text("counts as done")
    assert services.views.run(run).run.variables == {"decision": "done"}  # type: ignore[union-attr]


def test_a_page_keeps_itself_fresh_and_open_what_is_open(ana: Page, site: str, services: Services, clock: Time) -> None:
    run = scenes.add_run(services)
    ana.goto(f"{site}/runs/{run}")
    expect(ana.get_by_text("Queued", exact=True)).to_be_visible()
    ana.get_by_text("Its data").click()
    expect(ana.get_by_text('"content_type"')).to_be_visible()
    ana.evaluate("window.sameDocument = true")
    scenes.work(services, run, RunChange(RunStatus.HELD, reason="A person must decide."))
    expect(ana.get_by_text("Held", exact=True)).to_be_visible()
    expect(ana.get_by_text('"content_type"')).to_be_visible()
    assert ana.evaluate("window.sameDocument")


def test_a_list_refreshes_itself(ana: Page, site: str, services: Services) -> None:
    ana.goto(f"{site}/runs")
    expect(ana.get_by_text("Nothing has run yet")).to_be_visible()
    scenes.fail(services)
    refresh(ana)
    expect(ana.get_by_role("link", name="Website lead")).to_be_visible()
    expect(ana).to_have_title("Runs · Hub")


def test_a_refresh_after_the_end_of_the_session_leads_to_the_login(ana: Page, site: str, services: Services) -> None:
    ana.goto(f"{site}/runs")
    user = services.ledger.find_user(ANA)
    assert user is not None
    services.ledger.end_sessions(user.id)
    refresh(ana)
    expect(ana).to_have_title("Log in · Hub")


def test_a_refresh_that_fails_leaves_the_page_as_it_is(ana: Page, site: str, services: Services) -> None:
    scenes.fail(services)
    ana.goto(f"{site}/runs")
    ana.route("**/runs", lambda route: route.fulfill(status=503, body="<p>away</p>", content_type="text/html"))
    with ana.expect_response("**/runs"):
        refresh(ana)
    ana.unroute("**/runs")
    with ana.expect_response("**/runs"):
        refresh(ana)
    expect(ana.get_by_role("link", name="Website lead")).to_be_visible()


def test_a_filter_counts_when_it_is_chosen(ana: Page, site: str, services: Services) -> None:
    scenes.fail(services)
    scenes.hold(services)
    ana.goto(f"{site}/runs")
    expect(ana.get_by_role("link", name="Website lead")).to_have_count(2)
    ana.get_by_label("Status").select_option("held")
    expect(ana).to_have_url(f"{site}/runs?status=held&recipe=&q=")
    expect(ana.get_by_role("link", name="Website lead")).to_have_count(1)


def test_an_address_is_copied(ana: Page, site: str) -> None:
    ana.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ana.goto(f"{site}/recipes/website-lead")
    ana.get_by_role("button", name="Copy").first.click()
    expect(ana.get_by_role("button", name="Copied")).to_be_visible()
    assert ana.evaluate("navigator.clipboard.readText()") == f"{site}/hooks/website-lead"


def test_without_javascript_everything_can_be_done(browser: object, site: str, services: Services) -> None:
    run = scenes.fail(services)
    make_user(services, ANA, "operator")
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page: Page = context.new_page()
    page.goto(f"{site}/login")
    page.get_by_label("E-mail address").fill(ANA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{site}/runs")
    page.get_by_label("Status").select_option("failed")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Website lead").click()
    page.get_by_text("Run again", exact=True).click()
    page.get_by_role("button", name="Yes, run again").click()
    expect(page.get_by_role("status")).to_contain_text("This is the new run.")
    assert page.url != f"{site}/runs/{run}"
    page.goto(f"{site}/recipes")
    page.get_by_role("switch", name="Website lead").click()
    expect(page.get_by_role("status")).to_contain_text("is off")
    context.close()


def test_a_hostile_delivery_does_nothing(ana: Page, site: str, app: Flask, services: Services) -> None:
    text = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    scenes.send_lead(app, {"name": text, "message": text})
    ana.on("dialog", lambda dialog: pytest.fail(dialog.message))
    for address in ("/", "/runs", f"/runs/{services.views.runs().items[0].id}", "/inbox"):
        ana.goto(f"{site}{address}")
        assert ana.locator("main img, main script").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(ana: Page, site: str, app: Flask, services: Services, scheme: str) -> None:
    ana.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    ana.set_default_timeout(20_000)
    for address in every_page(app, services):
        ana.goto(f"{site}{address}")
        ana.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        found = Axe().run(ana, options=None if scheme == "light" else {"runOnly": ["color-contrast"]})
        grave = [each for each in found.response["violations"] if each["impact"] in ("serious", "critical", "moderate")]
        assert not grave, f"{address}: {found.generate_report()}"


def test_the_login_page_shuts_nobody_out(page: Page, site: str) -> None:
    page.goto(f"{site}/login")
    assert Axe().run(page).violations_count == 0


@pytest.mark.parametrize("size", [PHONE, {"width": 320, "height": 640}, {"width": 800, "height": 1000}])
def test_no_page_is_wider_than_the_screen(
    ana: Page, site: str, app: Flask, services: Services, size: dict[str, int]
) -> None:
    ana.set_viewport_size(size)  # type: ignore[arg-type]
    for address in every_page(app, services):
        ana.goto(f"{site}{address}")
        ana.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        too_wide = ana.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, address


def every_page(app: Flask, services: Services) -> list[str]:
    """The address of every kind of page, with something on each."""
    long = "A-very-long-name-without-any-space-" * 6
    runs = [scene(services) for scene in (scenes.succeed, scenes.fail, scenes.hold, scenes.park)]
    scenes.send_lead(app, {"name": long, "message": long}, headers={"X-Long": long})
    scenes.send_lead(app, b"\x00\xff" * 40)
    lines = [each.id for each in services.views.deliveries().items]
    cursor = services.ledger.take_cursor("jobs", owner="the test", now=services.clock(), lease=60)
    assert cursor is not None
    services.ledger.poll_done(cursor)
    return [
        *("/", "/recipes", "/recipes/website-lead", "/recipes/signed", "/recipes/broken", "/runs", "/inbox"),
        *("/runs?status=cancelled", "/nowhere"),
        *(f"/runs/{each}" for each in runs),
        *(f"/inbox/{each}" for each in lines),
    ]


def test_the_keyboard_reaches_the_content_first(ana: Page, site: str) -> None:
    ana.goto(f"{site}/runs")
    ana.keyboard.press("Tab")
    expect(ana.get_by_role("link", name="Skip to the content")).to_be_focused()
    ana.keyboard.press("Enter")
    expect(ana.locator("main")).to_be_focused()


def test_deleting_what_a_recipe_keeps(ana: Page, site: str, services: Services) -> None:
    cell = Cell("website-lead", "value", "leads this week")
    services.ledger.put_held(cell, Held(7), now=services.clock(), by=ANA)
    ana.set_viewport_size(PHONE)
    ana.goto(f"{site}/recipes/website-lead")
    kept = ana.get_by_role("region", name="What it keeps between runs")
    expect(kept).to_contain_text("leads this week")
    assert ana.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out on a phone"
    kept.get_by_text("Delete", exact=True).click()
    kept.get_by_role("button", name="Yes, delete “leads this week”").click()
    expect(ana.get_by_role("status")).to_contain_text("“leads this week” is deleted.")
    assert services.ledger.held(cell, now=services.clock()) is None
