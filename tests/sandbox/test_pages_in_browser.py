"""The pages in a real browser: the life of the key, Try now, and that everybody can read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.sandbox.caller import Caller, Serve

pytestmark = pytest.mark.browser
PAGES = (
    "/",
    "/account/integrations",
    "/account/integrations/reset",
    "/account/profile",
    "/account/activity",
    "/developer/",
    "/developer/jobs",
    "/sandbox/chat",
    "/sandbox/faults",
    "/sandbox/lead-form",
    "/sandbox/quotes",
    "/nowhere",
)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context()
    yield opened
    opened.close()


@pytest.fixture
def complaints(context: BrowserContext) -> list[str]:
    """What the browser's console complains about, such as a broken policy."""
    told: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            told.append(message.text)

    context.on("console", listen)
    return told


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def without_key(caller: Caller) -> Caller:
    with caller.server.database.writing() as connection:
        connection.execute("DELETE FROM api_keys")
    return caller


def test_a_key_is_created_shown_and_copied(
    serve: Serve, context: BrowserContext, page: Page, complaints: list[str]
) -> None:
    caller = without_key(serve())
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{caller.server.root}/account/integrations")
    expect(page.get_by_text("No Workglue Account API Key has been created yet.")).to_be_visible()
    page.get_by_role("button", name="Create Account API Key").click()
    shown = page.locator("[data-key-text]")
    expect(shown).not_to_contain_text("wga_")
    expect(page.get_by_text("Never")).to_be_visible()

    page.get_by_role("button", name="Show the key").click()
    expect(shown).to_contain_text("wga_")
    key = shown.inner_text()
    page.get_by_role("button", name="Hide the key").click()
    expect(shown).not_to_contain_text("wga_")
    page.get_by_role("button", name="Copy the key").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key

    caller.session.headers["Authorization"] = f"Bearer {key}"
    assert caller.get("/jobs").status_code == 200
    page.reload()
    expect(page.get_by_text("Never")).to_be_hidden()
    assert complaints == []


def test_a_key_is_reset_and_revoked(serve: Serve, page: Page, complaints: list[str]) -> None:
    caller = serve()
    page.goto(f"{caller.server.root}/account/integrations")
    shown = page.locator("[data-key-text]")
    page.get_by_role("link", name="Reset").click()
    expect(page.get_by_text("System-level Zapier")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    assert caller.get("/jobs").status_code == 200
    page.get_by_role("link", name="Reset").click()
    page.get_by_role("button", name="Reset the key").click()
    assert caller.get("/jobs").status_code == 401
    page.get_by_role("button", name="Show the key").click()
    expect(shown).to_contain_text("wga_")
    caller.session.headers["Authorization"] = f"Bearer {shown.inner_text()}"
    assert caller.get("/jobs").status_code == 200

    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("No Workglue Account API Key has been created yet.")).to_be_visible()
    assert caller.get("/jobs").status_code == 401
    assert complaints == []


def test_an_outdated_page_says_what_to_do(serve: Serve, page: Page) -> None:
    caller = serve()
    assert caller.server.key
    page.goto(f"{caller.server.root}/account/integrations")
    page.context.clear_cookies()
    page.get_by_role("button", name="Show the key").click()
    expect(page.get_by_text("The key could not be read. Reload this page.")).to_be_visible()


def test_try_now_runs_the_command(serve: Serve, context: BrowserContext, page: Page, complaints: list[str]) -> None:
    caller = serve()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{caller.server.root}/developer/jobs")
    for anchor, status, part in (
        ("listJobs", "200 OK", '"next_cursor"'),
        ("createJob", "201 CREATED", '"Miller - Deck Staining"'),
        ("updateJob", "200 OK", '"2026-04-14"'),
        ("deleteJob", "204 NO CONTENT", "(empty)"),
    ):
        section = page.locator(f"#{anchor}")
        section.get_by_text("Try now").click()
        section.get_by_role("button", name="Run it").click()
        expect(section.locator(".status")).to_have_text(status)
        expect(section.locator("[data-result]")).to_contain_text(part)
        expect(section.locator("[data-result]")).to_contain_text("cache-control: private, no-cache")
    assert [row["action"] for row in caller.journal()] == ["create", "update", "delete"]
    section.get_by_role("button", name="Copy the command").click()
    expect(section.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -i -X DELETE ")
    assert complaints == []


def test_try_now_shows_refusals_and_silence(serve: Serve, page: Page) -> None:
    caller = serve()
    assert caller.server.key
    page.goto(f"{caller.server.root}/developer/jobs")
    section = page.locator("#getJob")
    section.get_by_text("Try now").click()
    run = section.get_by_role("button", name="Run it")
    faults = f"{caller.server.root}/sandbox/api/faults"
    caller.session.post(faults, json={"kind": "server_error", "amount": 503, "count": 1}, timeout=10)
    run.click()
    expect(section.locator(".status")).to_have_text("503 SERVICE UNAVAILABLE")
    caller.session.post(faults, json={"kind": "drop_before"}, timeout=10)
    run.click()
    expect(section.locator(".status")).to_have_text("No answer: the connection was closed.")


def test_new_messages_appear_by_themselves(serve: Serve, page: Page, complaints: list[str]) -> None:
    caller = serve()
    page.goto(f"{caller.server.root}/sandbox/chat")
    expect(page.get_by_text("No message has arrived yet.")).to_be_visible()
    caller.session.post(f"{caller.server.root}/sandbox/messages", json={"text": "Job <b>won</b>"}, timeout=10)
    expect(page.get_by_text("Job <b>won</b>")).to_be_visible()
    assert complaints == []


def test_without_scripts_everything_but_running_works(serve: Serve, browser: Browser) -> None:
    caller = without_key(serve())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{caller.server.root}/account/integrations")
    page.get_by_role("button", name="Create Account API Key").click()
    page.get_by_role("button", name="Show the key").click()
    expect(page.locator("[data-key-text]")).to_contain_text("wga_")
    expect(page.get_by_role("button", name="Copy the key")).to_be_hidden()
    page.get_by_role("link", name="Hide the key").click()
    expect(page.locator("[data-key-text]")).not_to_contain_text("wga_")
    page.get_by_role("link", name="Documentation").first.click()
    page.get_by_text("Try now").click()
    expect(page.get_by_text("curl -i")).to_be_visible()
    expect(page.get_by_role("button", name="Run it")).to_be_hidden()
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 360)])
def test_everybody_can_read_the_pages(serve: Serve, browser: Browser, scheme: str, width: int) -> None:
    caller = serve()
    caller.patch("/jobs/job_1", {"stage_id": "stg_3", "city": "Golden"})
    root = caller.server.root
    caller.session.post(f"{root}/sandbox/messages/crew", json={"title": "Won", "text": "Fence " * 80}, timeout=10)
    caller.session.post(f"{root}/sandbox/api/faults", json={"kind": "latency", "amount": 0, "path": "/x"}, timeout=10)
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    page = context.new_page()
    for path in PAGES:
        page.goto(root + path)
        for summary in page.locator("summary").all():
            summary.click()
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path
    context.close()
