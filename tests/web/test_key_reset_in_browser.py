"""The whole story in a real browser: Reset in Workglue, the banner, the new key, and the run that waited finishes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from hub.engine.bench import Bench, Lease
from hub.engine.run import work
from hub.model import RunStatus
from hub.services import Services
from hub.web import create_app
from sandbox.server import Server
from tests.web import scenes
from tests.web.conftest import make_user, serve
from tests.web.test_in_browser import PHONE
from tests.web.visitor import PASSWORD

pytestmark = pytest.mark.browser

ADMIN = "admin@example.com"
RECIPE = """recipe: 1
name: Make a job
trigger: {type: webhook, path: website-lead, verify: none}
steps:
  - {id: customer, action: customers.upsert, with: {match: {name: "{{ body.name }}"}, phone: "{{ body.phone }}"}}
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Server]:
    """The Public API with its pages."""
    with Server(tmp_path / "sandbox.db", jobs=5, today=date(2026, 3, 31), rate_per_minute=0) as server:
        yield server


@pytest.fixture
def services(make_services: Callable[..., Services], sandbox: Server, tmp_path: Path) -> Services:
    """A hub with one recipe that writes."""
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "make-a-job.yaml").write_text(RECIPE)
    made = make_services(WORKGLUE_API_URL=sandbox.url, WORKGLUE_API_KEY=sandbox.key, HUB_RECIPES=str(folder))
    made.publish_recipes()
    scenes.be_well(made)
    return made


def finish(services: Services) -> RunStatus:
    """What a worker does with the run that is due."""
    [claimed] = services.ledger.claim("worker", limit=1, now=services.clock(), lease=60.0)
    recipe = services.shelf.version(claimed.run.recipe_id, claimed.run.recipe_version)
    stopping = threading.Event()
    return work(Bench.lay(claimed, recipe=recipe, tools=services.tools, lease=Lease(), stopping=stopping)).status


def log_in(page: Page, site: str) -> None:
    page.set_default_timeout(10_000)
    page.goto(f"{site}/login")
    page.get_by_label("E-mail address").fill(ADMIN)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#verdict")).to_be_visible()


def reset_in_workglue(page: Page, sandbox: Server) -> str:
    """Press Reset on the account's page, and copy the new key."""
    page.goto(f"{sandbox.root}/account/integrations/reset")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("h1").first).to_be_visible()
    return sandbox.key


def test_reset_banner_new_key_and_the_run_finishes(page: Page, sandbox: Server, services: Services) -> None:
    make_user(services, ADMIN, "admin")
    app = create_app(services)
    assert scenes.send_lead(app).status_code == 202
    with serve(app) as port:
        site = f"http://127.0.0.1:{port}"
        log_in(page, site)
        expect(page.locator("main")).not_to_contain_text("refuses the API key")
        new_key = reset_in_workglue(page, sandbox)
        assert finish(services) is RunStatus.PARKED
        page.goto(site)
        expect(page.locator(".verdict")).to_contain_text("Workglue refuses the API key.")
        page.get_by_role("link", name="Enter the key").click()
        expect(page.locator(".pill.bad")).to_contain_text("Refused")
        expect(page.locator("main")).to_contain_text("1 run")
        page.get_by_label("New Account API Key").fill("wga_not-this-one-000000")
        page.get_by_role("button", name="Use this key").click()
        expect(page.get_by_role("status")).to_contain_text("Workglue does not accept this key")
        page.get_by_label("New Account API Key").fill(new_key)
        page.get_by_role("button", name="Use this key").click()
        expect(page.get_by_role("status")).to_contain_text("It is in force now")
        expect(page.locator(".pill.good")).to_contain_text("In force")
        assert finish(services) is RunStatus.SUCCEEDED
        page.goto(site)
        expect(page.locator(".verdict")).not_to_contain_text("key")
        page.goto(f"{site}/connections")
        expect(page.locator(".facts")).to_contain_text(f"…{new_key[-4:]}")
        assert new_key not in page.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_readable_by_everybody_and_fits_a_phone(
    page: Page, services: Services, scheme: str, tmp_path: Path
) -> None:
    make_user(services, ADMIN, "admin")
    now = services.clock()
    services.ledger.put_secret("TEAM_CHAT", "one", by=ADMIN, now=now)
    services.ledger.put_secret("TEAM_CHAT", "two", by=ADMIN, now=now, previous_until=now + 86_400)
    services.ledger.enter_key("workglue", "wga_a-key-of-the-office-0001", environment="", by=ADMIN, now=now)
    services.ledger.reject_key("workglue", version=2, now=now)
    with serve(create_app(services)) as port:
        log_in(page, f"http://127.0.0.1:{port}")
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"http://127.0.0.1:{port}/connections")
        page.screenshot(path=str(tmp_path / f"{scheme}.png"), full_page=True)
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        width = page.evaluate("document.documentElement.scrollWidth")
        page.screenshot(path=str(tmp_path / f"{scheme}-phone.png"), full_page=True)
        assert width <= PHONE["width"]
