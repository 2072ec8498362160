"""The inbox: what other apps sent, as it came, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from hub.services import Services
from hub.web.dashboard.deliveries import ROWS
from tests.web.scenes import send_lead
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def latest(services: Services) -> str:
    return f"/inbox/{services.views.deliveries().items[0].id}"


def test_an_empty_inbox_says_how_to_fill_it(visit: Enter) -> None:
    visitor = visit("viewer")
    assert "Nothing has come in yet" in visitor.words("/inbox")
    assert "http://localhost/hooks/website-lead" in visitor.words("/inbox")
    assert "No delivery fits" in visitor.words("/inbox?status=rejected")


def test_every_kind_of_delivery_is_listed_with_its_state(visit: Enter, app: Flask, services: Services) -> None:
    send_lead(app)
    send_lead(app)
    send_lead(app, b'{"name": ')
    app.test_client().post("/hooks/nobody", data=b"x")
    visitor = visit("viewer")
    text = visitor.words("/inbox")
    for word in ("Accepted POST /hooks/website-lead", "Duplicate POST", "Unparsed POST", "Rejected POST /hooks/nobody"):
        assert word in text
    assert "No enabled recipe listens at this address." in text
    for status in ("accepted", "duplicate", "unparsed", "rejected"):
        assert len(re.findall(r'<tr id="dlv_', visitor.read(f"/inbox?status={status}"))) == 1
    assert "/hooks/website-lead" not in visitor.words("/inbox?path=nobody").split("newest first")[-1]


def test_a_delivery_is_shown_as_it_came(visit: Enter, app: Flask, services: Services) -> None:
    send_lead(app, headers={"X-Form": "contact", "User-Agent": "form/1.0"})
    text = visit("viewer").words(latest(services))
    assert "It was believed and kept as an event." in text
    assert '{ "name": "Ana Ruiz",' in text
    assert "X-Form contact" in text
    assert "User-Agent form/1.0" in text
    assert "89 bytes" in text
    assert "What it started Runs that this delivery started" in text
    assert "Queued Website lead Ana Ruiz" in text


def test_a_duplicate_leads_to_the_first(visit: Enter, app: Flask, services: Services) -> None:
    send_lead(app)
    first = latest(services)
    send_lead(app)
    second = next(f"/inbox/{each.id}" for each in services.views.deliveries().items if each.status.value == "duplicate")
    html = visit("viewer").read(second)
    assert first != second
    assert f'href="{first}"' in html
    assert "It came 2 times and started this once." in html


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "It was empty."),
        (b"name=Ana&phone=1", "name=Ana&phone=1"),
        (b"\x00\x01\xfe\xffPNG", "000000 00 01 fe ff 50 4e 47 ....PNG"),
        ("Größe: 10 €".encode(), "Größe: 10 €"),
        (b"\xff" * 5000, "... and 904 more bytes"),
        (b'{"deep": ' + b"[" * 5000 + b"]" * 5000 + b"}", "[[[[["),
    ],
)
def test_any_body_can_be_read(visit: Enter, app: Flask, services: Services, body: bytes, expected: str) -> None:
    app.test_client().post("/hooks/nobody", data=body)
    assert expected in visit("viewer").words(latest(services))


def test_a_large_body_is_cut_and_says_so(visit: Enter, app: Flask, services: Services) -> None:
    send_lead(app, b'{"name": "%s"}' % (b"x" * 200_000))
    html = visit("viewer").read(latest(services))
    assert len(html) < 80_000
    assert "more characters" in html
    assert "200.0 kB" in html


def test_pages_follow_each_other(visit: Enter, app: Flask, services: Services) -> None:
    for number in range(ROWS + 2):
        app.test_client().post("/hooks/nobody", data=str(number))
    visitor = visit("viewer")
    html = visitor.read("/inbox")
    assert len(re.findall(r'<tr id="dlv_', html)) == ROWS
    address = re.search(r'href="(/inbox\?after=[^"]+)" rel="next"', html)
    assert address
    assert len(re.findall(r'<tr id="dlv_', visitor.read(address[1].replace("&amp;", "&")))) == 2


def test_an_unknown_delivery_is_a_404(visit: Enter) -> None:
    visit().read("/inbox/dlv_none", status=404)
