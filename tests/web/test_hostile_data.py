"""Data from outside is text on every page, whatever it looks like."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

from hub.model import RunStatus, StepStatus
from hub.ports import RunChange
from hub.services import Services
from hub.web import create_app
from tests.web import scenes
from tests.web.visitor import Visitor

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</pre></textarea></title><svg onload=alert(1)>",
    "{{ 71 * 7777777 }} {% raw %}",
    "`<b onclick=alert(1)>code</b>`",
    'Ana "Annie" O\'Neil & Söhne',
    "\u202e\u0000 right to left",
    "hx-get=/logout hx-trigger=load",
]
TEMPLATES = Path(create_app.__code__.co_filename).parent / "templates"
HARMLESS = {name for file in TEMPLATES.glob("*.html") for name in re.findall(r"<([a-z][a-z0-9]*)", file.read_text())}
HARMLESS |= {"time", "code"}
"""Elements that the templates use."""


class Elements(HTMLParser):
    """Notes every element and attribute that stands on a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.scripts = 0
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.scripts += tag == "script"
        self.attributes |= {name for name, _ in attrs}


def check(html: str) -> None:
    """Nothing stands on the page that the templates did not put there."""
    found = Elements(html)
    assert found.names <= HARMLESS
    assert found.scripts == 2
    assert not {name for name in found.attributes if name.startswith("on")}
    assert "552222167" not in html


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_body_is_text_everywhere(
    visit: Callable[..., Visitor], app: Flask, services: Services, text: str
) -> None:
    answer = scenes.send_lead(app, {"name": text, "message": text, text: text})
    assert answer.status_code == 202
    run = services.views.runs().items[0].id
    [line] = services.views.deliveries().items
    visitor = visit()
    for page in ("/", "/runs", f"/runs/{run}", "/inbox", f"/inbox/{line.id}", "/recipes/website-lead"):
        check(visitor.read(page))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_results_are_text(visit: Callable[..., Visitor], services: Services, text: str) -> None:
    run, at = scenes.add_run(services, about=text), services.clock()
    error = {"kind": "Permanent", "code": text, "message": text, "hint": text, "detail": text, "fields": {text: text}}
    place = {"file": text, "line": 3, "column": 1}
    verdict = {"value": True, "parts": [{"value": True, "text": text, "saw": {text: text}}]}
    step = scenes.add_step(
        run,
        "tell",
        text,
        at,
        StepStatus.ERROR,
        path=text,
        note=text,
        error=error | place,
        request=text,
        output={text: text},
    )
    change = RunChange(RunStatus.FAILED, reason=text, error=error | place, verdict=verdict, finished_at=at)
    scenes.work(services, run, change, [step])
    visitor = visit()
    for page in ("/", "/runs", f"/runs/{run}"):
        check(visitor.read(page))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_questions_are_text(visit: Callable[..., Visitor], text: str) -> None:
    visitor = visit()
    for page, names in (("/runs", ("q", "recipe", "status", "after")), ("/inbox", ("path", "status", "after"))):
        for name in names:
            answer = visitor.client.get(page, query_string={name: text})
            assert answer.status_code == 200
            check(answer.text)
    check(visitor.client.get(f"/runs/{text}").text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_login_is_text(app: Flask, text: str) -> None:
    visitor = Visitor(app.test_client())
    check(visitor.client.get("/login", query_string={"next": text}).text)
    answer = visitor.log_in(text, text, next=text)
    assert answer.status_code == 403
    check(answer.text)


def test_hostile_headers_and_addresses_are_text(visit: Callable[..., Visitor], app: Flask, services: Services) -> None:
    for text in HOSTILE:
        plain = text.encode("ascii", "ignore").decode().replace("\x00", "")
        app.test_client().open(
            f"/hooks/{plain.replace('?', '')}",
            method="POST",
            query_string={"q": text},
            headers={"X-Odd": plain, "User-Agent": plain},
        )
    visitor = visit("viewer")
    check(visitor.read("/inbox"))
    for line in services.views.deliveries().items:
        check(visitor.read(f"/inbox/{line.id}"))
