"""Headers that every answer carries, and what may be kept by browsers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from hub.services import Services
from tests.web import scenes
from tests.web.visitor import Visitor

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("page", ["/", "/recipes", "/runs", "/inbox", "/nowhere", "/healthz", "/login", "/runs/none"])
def test_every_answer_is_protected(visit: Callable[..., Visitor], page: str) -> None:
    headers = visit().client.get(page).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_https_is_kept_to(client: FlaskClient) -> None:
    headers = client.get("/login", base_url="https://localhost").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_no_page_has_inline_script_or_style(visit: Callable[..., Visitor], services: Services) -> None:
    runs = [f"/runs/{scene(services)}" for scene in (scenes.succeed, scenes.fail, scenes.hold, scenes.park)]
    visitor = visit()
    for page in ("/", "/recipes", "/recipes/broken", "/recipes/website-lead", "/runs", "/inbox", "/nowhere", *runs):
        html = visitor.client.get(page).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html), page
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html)), page
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html), page
