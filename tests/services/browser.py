"""A real browser for tests: one Chromium per session, a fresh context per test.

The fixture `browser` is there in every room; `page` for those whose conftest.py imports it.

A page that breaks its content security policy, or writes an error to the console, fails its test.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
EXPECTED = "Failed to load resource"
"""What Chromium notes about each answer of 400 or above, which is not the page's mistake."""


def find_chromium() -> Path | None:
    """The browser's program: $CHROMIUM, or from the PATH."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        found = shutil.which(name) if name else None
        if found:
            return Path(found)
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The session's browser. Without one on the machine: a skip at home, a failure in CI."""
    program = find_chromium()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed, and CI must test with it.")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in a context of its own; its complaints fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints = listen(opened)
    yield opened
    context.close()
    assert not complaints


def listen(page: Page) -> list[str]:
    """A list that fills with the page's errors: of scripts, of the console, of the content security policy."""
    complaints: list[str] = []

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error" and EXPECTED not in message.text:
            complaints.append(message.text)

    def note_error(error: Error) -> None:
        complaints.append(str(error))

    page.on("console", note_console)
    page.on("pageerror", note_error)
    page.on("requestfailed", lambda request: complaints.append(request.url) if "csp" in str(request.failure) else None)
    return complaints
