"""Workglue's neighbours: signed webhooks from the quoting program and from the website's lead form."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sandbox.database import Database
from sandbox.neighbours.delivery import send
from sandbox.neighbours.leads import make_lead, read_lead
from sandbox.neighbours.quotes import make_quote
from sandbox.problems import UsageError
from sandbox.seeding import seed_when_empty
from tests.sandbox.caller import Caller, Serve
from tests.sandbox.test_command_line import run


class Receiver:
    """Takes webhooks and keeps them."""

    def __init__(self, server: HTTPServer) -> None:
        self.status = 202
        self.requests: list[Request] = []
        server.expect_request("/hook", method="POST").respond_with_handler(self.take)
        self.url = server.url_for("/hook")

    def take(self, request: Request) -> Response:
        request.get_data()
        self.requests.append(request)
        return Response("taken" if self.status < 400 else "no <room>", self.status)


@pytest.fixture
def receiver(httpserver: HTTPServer) -> Receiver:
    return Receiver(httpserver)


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def submit(browser: requests.Session, caller: Caller, path: str, **fields: str) -> requests.Response:
    page = browser.get(caller.server.root + path, timeout=10).text
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    return browser.post(caller.server.root + path, data={"token": token, **fields}, timeout=10)


def signature(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def test_a_quote_from_the_command_line_is_signed(tmp_path: Path, receiver: Receiver) -> None:
    place = {"SANDBOX_DATABASE": str(tmp_path / "quotes.db")}
    ended = run(
        tmp_path, "quote", "--to", receiver.url, "--secret", "s3cret", "--event", "sent", "--count", "2", **place
    )
    assert ended.stdout.count("was answered with 202.") == 2, ended.stderr
    for request in receiver.requests:
        stamp = request.headers["X-PaintScout-Timestamp"]
        body = request.get_data()
        assert request.headers["X-PaintScout-Signature"] == signature("s3cret", stamp.encode() + b"." + body)
        content = json.loads(body)
        assert request.headers["X-PaintScout-Delivery"] == content["id"]
        assert (content["type"], content["quote"]["status"]) == ("quote.sent", "sent")
    assert len({request.headers["X-PaintScout-Delivery"] for request in receiver.requests}) == 2


def test_a_quote_that_nobody_takes_is_a_clear_message(tmp_path: Path, receiver: Receiver) -> None:
    receiver.status = 404
    place = {"SANDBOX_DATABASE": str(tmp_path / "quotes.db")}
    refused = run(tmp_path, "quote", "--to", receiver.url, "--secret", "x", **place)
    assert (refused.returncode, "did not take it: no <room>" in refused.stderr) == (2, True)
    silent = run(tmp_path, "quote", "--to", "http://127.0.0.1:1/hook", "--secret", "x", **place)
    assert (silent.returncode, "Nobody answers at" in silent.stderr) == (2, True)
    unknown = run(tmp_path, "quote", "--to", receiver.url, "--secret", "x", "--job", "job_99999", **place)
    assert "There is no job 'job_99999'" in unknown.stderr


@pytest.mark.parametrize(
    "url", ["", "hub", "ftp://127.0.0.1/x", "http://", "http://127.0.0.1:99999/x", "file:///etc/hosts"]
)
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(UsageError, match="is not an address that webhooks can be sent to"):
        send(url, b"{}", headers={})


def test_a_redirect_is_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/moved").respond_with_data(status=307, headers={"Location": httpserver.url_for("/hook")})
    assert send(httpserver.url_for("/moved"), b"{}", headers={}).status == 307


def test_a_quote_adds_up_and_names_the_job(tmp_path: Path) -> None:
    database = Database(tmp_path / "quotes.db")
    seed_when_empty(database, jobs=30)
    with database.reading() as connection:
        quotes = [
            make_quote(connection, random.Random(n), event="accepted", job=job, now=0)
            for n, job in enumerate([None, None, "job_7"])
        ]
    database.close()
    for content in quotes:
        lines = content["quote"]["line_items"]
        assert sum(float(line["amount"]) for line in lines) == float(content["quote"]["total"])
        assert content["customer"]["name"]
    assert quotes[-1]["workglue"]["job_id"] == "job_7"


def test_an_account_without_opportunities_has_no_quotes(tmp_path: Path) -> None:
    database = Database(tmp_path / "quotes.db")
    seed_when_empty(database, jobs=0)
    with database.reading() as connection, pytest.raises(UsageError, match="There is no opportunity"):
        make_quote(connection, random.Random(1), event="sent", job=None, now=0)
    database.close()


def test_the_quotes_page_sends(serve: Serve, receiver: Receiver, browser: requests.Session) -> None:
    caller = serve(quote_webhook=(receiver.url, "s3cret"))
    answer = submit(browser, caller, "/sandbox/quotes", event="accepted", job="")
    assert "The receiver answered 202." in answer.text
    stamp, body = receiver.requests[0].headers["X-PaintScout-Timestamp"], receiver.requests[0].get_data()
    assert receiver.requests[0].headers["X-PaintScout-Signature"] == signature("s3cret", f"{stamp}.".encode() + body)
    receiver.status = 500
    refused = submit(browser, caller, "/sandbox/quotes", event="accepted", job="")
    assert (refused.status_code, "no &lt;room&gt;" in refused.text) == (502, True)
    assert submit(browser, caller, "/sandbox/quotes", event="eaten", job="").status_code == 422
    assert submit(browser, caller, "/sandbox/quotes", event="sent", job="job_999").status_code == 422


def test_the_lead_form_sends_a_signed_webhook(serve: Serve, receiver: Receiver, browser: requests.Session) -> None:
    caller = serve(lead_webhook=(receiver.url, "s3cret"))
    filled = {"name": "Zoë O'Brien", "phone": " (303) 555-0142 ", "message": "Two\nlines", "may_text": "yes"}
    answer = submit(browser, caller, "/sandbox/lead-form", **filled)
    assert "Thank you." in answer.text
    (request,) = receiver.requests
    body = request.get_data()
    assert request.headers["X-Signature"] == signature("s3cret", body)
    content: dict[str, Any] = json.loads(body)
    assert {name: content[name] for name in ("name", "phone", "email", "address", "may_text", "source")} == {
        "name": "Zoë O'Brien",
        "phone": "(303) 555-0142",
        "email": None,
        "address": None,
        "may_text": True,
        "source": "Website",
    }


@pytest.mark.parametrize(
    ("filled", "complaint"),
    [
        ({"phone": "1"}, "Please tell us your name."),
        ({"name": "Ann"}, "Please leave a phone number or an e-mail address"),
        ({"name": "x" * 201, "email": "a@b.example"}, "This is too long."),
    ],
)
def test_a_lead_that_cannot_be_reached_is_not_sent(
    serve: Serve, receiver: Receiver, browser: requests.Session, filled: dict[str, str], complaint: str
) -> None:
    answer = submit(browser, serve(lead_webhook=(receiver.url, "x")), "/sandbox/lead-form", **filled)
    assert (answer.status_code, complaint in answer.text) == (422, True)
    assert receiver.requests == []


def test_a_lead_that_is_refused_can_be_sent_again(serve: Serve, receiver: Receiver, browser: requests.Session) -> None:
    receiver.status = 503
    caller = serve(lead_webhook=(receiver.url, ""))
    answer = submit(browser, caller, "/sandbox/lead-form", name="Ann", email="a@b.example")
    assert (answer.status_code, 'value="a@b.example"' in answer.text) == (502, True)
    assert "X-Signature" not in receiver.requests[0].headers


def test_without_a_receiver_the_pages_say_what_to_set(visitor: Caller, browser: requests.Session) -> None:
    for path, name in (("lead-form", "SANDBOX_LEAD_WEBHOOK_URL"), ("quotes", "SANDBOX_QUOTE_WEBHOOK_URL")):
        text = browser.get(f"{visitor.server.root}/sandbox/{path}", timeout=10).text
        assert name in text
        assert "disabled" in text
    answer = submit(browser, visitor, "/sandbox/lead-form", name="Ann", phone="1")
    assert answer.status_code == 502


def test_every_lead_has_its_own_id() -> None:
    values, faults = read_lead({"name": "Ann", "phone": "1"})
    assert faults == {}
    assert len({make_lead(values, text_me=False, now=0)["id"] for _ in range(50)}) == 50
