"""Addresses of webhooks: paused and going on, set up with samples, tested, and written as a command."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask

from hub.model import DeliveryStatus
from hub.services import Services
from tests.web.conftest import NOON, Time
from tests.web.scenes import LEAD, send_lead
from tests.web.visitor import Visitor, told

Enter = Callable[..., Visitor]
PAGE = "/inbox/address?path=website-lead"


def do(visitor: Visitor, deed: str, path: str = "website-lead", **fields: str) -> str:
    """A form of the page of an address; what the page says afterwards."""
    answer = visitor.send(f"/inbox/address/{deed}", {"path": path, **fields}, page="/inbox/addresses")
    assert answer.status_code in (200, 303), answer.text
    return visitor.words(answer.headers["Location"]) if answer.status_code == 303 else answer.text


class MovingTime(Time):
    """A clock that goes on a little whenever somebody looks at it, so that there is an order."""

    def __call__(self) -> float:
        self.now += 0.0001
        return self.now


@pytest.fixture
def clock() -> Time:
    """The time of the test."""
    return MovingTime()


def states(services: Services) -> list[str]:
    return [each.status.value for each in services.views.deliveries().items]


def test_a_paused_address_keeps_everything_and_starts_it_in_order(visit: Enter, app: Flask, services: Services) -> None:
    visitor = visit()
    assert "/hooks/website-lead is paused" in do(visitor, "pause")
    for name in ("Ana", "Ben", "Cleo"):
        assert told(send_lead(app, {"name": name}))["status"] == "accepted"
    assert told(send_lead(app, {"name": "Ben"}))["status"] == "duplicate"
    assert services.views.runs().items == ()
    assert states(services) == ["duplicate", "paused", "paused", "paused"]
    assert "3 kept back" in visitor.words("/inbox")
    assert "3 kept back" in visitor.words("/inbox/addresses")
    assert "/hooks/website-lead is paused: what comes is kept" in visitor.words("/recipes")
    assert "It is paused: 3 kept back." in visitor.words("/recipes/website-lead")
    assert "It is paused already" in do(visitor, "pause")
    assert "It goes on" in do(visitor, "resume")
    assert told(send_lead(app, {"name": "Dora"}))["status"] == "accepted"  # behind those that wait
    assert services.views.runs().items == ()
    while services.inbox.work():
        pass
    found = services.views.runs().items
    assert [each.subject for each in found] == ["dora", "cleo", "ben", "ana"]
    assert services.views.address("website-lead").state == ""
    send_lead(app, {"name": "Emil"})
    assert len(services.views.runs().items) == 5
    assert [row.what for row in services.views.audit_log().items][:2] == ["address.resume", "address.pause"]


def test_nothing_is_lost_while_the_recipe_is_off_and_the_address_paused(
    visit: Enter, app: Flask, services: Services
) -> None:
    visitor = visit()
    do(visitor, "pause")
    services.ledger.switch("website-lead", on=False, by="the test", now=NOON)
    services.shelf._looked_at = float("-inf")
    assert send_lead(app).status_code == 202
    assert "No recipe that is on listens" in do(visitor, "resume")
    services.ledger.resume("website-lead", by="the test", now=NOON)
    assert services.inbox.work() == 0
    assert states(services) == ["paused"]
    services.ledger.switch("website-lead", on=True, by="the test", now=NOON)
    services.shelf._looked_at = float("-inf")
    assert services.inbox.work() == 1
    assert len(services.views.runs().items) == 1


def test_a_viewer_can_do_none_of_it(visit: Enter, app: Flask) -> None:
    send_lead(app)
    visitor = visit("viewer")
    html = visitor.read(PAGE)
    assert "Send a test" not in html
    assert (
        "<button"
        not in html.split("<main")[1].replace("data-copy", "").split("Latest deliveries")[0].split("hidden>Copy")[-1]
    )
    for deed in ("pause", "resume", "listen", "test", "command"):
        answer = visitor.send(f"/inbox/address/{deed}", {"path": "website-lead"}, page="/inbox")
        assert answer.status_code == 403


@pytest.mark.parametrize("path", ["", "../x", "A", "a//b", "x" * 201, "a b", "<script>"])
def test_odd_paths_are_refused(visit: Enter, path: str) -> None:
    visitor = visit()
    assert visitor.client.get("/inbox/address", query_string={"path": path}).status_code == 404
    assert visitor.send("/inbox/address/pause", {"path": path}, page="/inbox/addresses").status_code == 400


def test_an_address_that_is_being_set_up_shows_the_fields(visit: Enter, app: Flask, services: Services) -> None:
    visitor = visit()
    assert "The hub listens" in do(visitor, "listen", "new/form", **{"for": "1h"})
    body = {"contact": {"email": "ana@example.com", "age": 41}, "items": [{"sku": "A-1"}], "first name": "Ana"}
    answer = app.test_client().post("/hooks/new/form?source=ad", json=body)
    assert (answer.status_code, told(answer)) == (202, {"status": "sample"})
    assert states(services) == ["sample"]
    text = visitor.words("/inbox/address?path=new/form")
    assert "body.contact.email text ana@example.com 1 of 1" in text
    assert "body.contact.age number 41" in text
    assert 'body["items"] list 1 entry' in text
    assert 'body["items"][0].sku text A-1' in text
    assert 'body["first name"] text Ana' in text
    assert "query.source text ad" in text
    assert "path: new/form" in text
    assert services.views.runs().items == ()


def test_listening_ends_and_is_bounded(visit: Enter, app: Flask, services: Services, clock: Time) -> None:
    visitor = visit()
    do(visitor, "listen", "new/form", **{"for": "10m"})
    for number in range(51):
        app.test_client().post("/hooks/new/form", data=str(number))
    assert states(services)[:2] == ["rejected", "sample"]
    assert services.views.address("new/form").samples == 50
    clock.now += 601
    assert app.test_client().post("/hooks/new/form", data="late").status_code == 404
    do(visitor, "listen", "other", **{"for": "1h"})
    do(visitor, "listen", "other", **{"for": ""})
    assert app.test_client().post("/hooks/other", data="x").status_code == 404
    assert "A recipe listens at this address already" in do(visitor, "listen", **{"for": "1h"})


def test_a_test_runs_the_recipe_and_does_not_stand_for_the_real_thing(
    visit: Enter, app: Flask, services: Services
) -> None:
    visitor = visit()
    text = do(visitor, "test", body='{"name": "Ana Ruiz"}', content_type="application/json")
    assert "The test was sent and answered 202." in text
    assert "Accepted test" in text
    assert len(services.views.runs().items) == 1
    assert told(send_lead(app, b'{"name": "Ana Ruiz"}'))["status"] == "accepted"
    do(visitor, "test", body='{"name": "Ana Ruiz"}', content_type="application/json")
    assert len(services.views.runs().items) == 3
    assert [row.what for row in services.views.audit_log().items].count("address.test") == 2


def test_a_signed_address_believes_its_test_and_the_command(visit: Enter, site: str, services: Services) -> None:
    services.ledger.switch("signed", on=True, by="the test", now=NOON)
    visitor = visit()
    fields = {"body": '{"job_id": "it\'s 1"}', "content_type": "application/json"}
    assert "answered 202" in do(visitor, "test", "paintscout/quote", **fields)
    html = do(visitor, "command", "paintscout/quote", **fields)
    command = unescape(re.search(r'<pre id="command"[^>]*>(.*?)</pre>', html, re.DOTALL)[1])  # type: ignore[index]
    assert "bWFkZSB1cA" not in html
    assert "It is believed until" in html
    command = command.replace("http://localhost", site).replace("curl -sS", "curl -sS --noproxy '*'")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, timeout=20)
    assert '"status": "accepted"' in done.stdout
    [real, _] = services.views.deliveries(status=DeliveryStatus.ACCEPTED).items
    assert real.origin == ""


def test_the_form_begins_with_the_last_real_body(visit: Enter, app: Flask) -> None:
    visitor = visit()
    assert "Two bedrooms" in visitor.read(PAGE)
    send_lead(app, {"name": "Greta", "phone": LEAD["phone"]})
    assert "Greta" in visitor.read(PAGE)


def test_what_was_turned_away_is_told_in_a_sentence(visit: Enter, services: Services) -> None:
    minute = int(NOON // 60)
    services.ledger.count_refused({("website-lead", "too many", minute): 37, ("", "not believed", minute): 1})
    text = visit("viewer").words("/inbox")
    assert "37 deliveries to /hooks/website-lead were refused, too many at once: Today 12:00 to Today 12:01" in text
    assert "1 delivery that was not believed is not kept one by one" in text
