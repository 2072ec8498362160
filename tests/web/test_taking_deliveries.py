"""The gate: what comes to /hooks/... is handed on raw, and the sender is told what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.engine.reception import Answer
from hub.errors import Unavailable
from hub.model import Delivery, DeliveryStatus
from hub.services import Services
from hub.web import create_app
from tests.web.conftest import NOON
from tests.web.scenes import LEAD, send_lead
from tests.web.visitor import told

NOT_FOUND = {"error": {"code": "not_found", "message": "There is nothing at this address."}}


class Listening:
    """An intake that keeps what it is given, and answers or raises as told."""

    def __init__(self, answer: Answer | Exception) -> None:
        self.answer = answer
        self.deliveries: list[Delivery] = []

    def deliver(self, delivery: Delivery) -> Answer:
        self.deliveries.append(delivery)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def listen(services: Services) -> Callable[[Any], Listening]:
    """Puts such an intake in the place of the real one."""

    def replace(answer: Answer | Exception) -> Listening:
        intake = Listening(answer)
        services.__dict__["intake"] = intake
        return intake

    return replace


def test_a_delivery_becomes_an_event_and_a_run(app: Flask, services: Services) -> None:
    answer = send_lead(app)
    assert answer.status_code == 202
    assert told(answer)["status"] == "accepted"
    found = services.views.event(told(answer)["id"])
    assert found is not None
    assert found.event.data["body"] == LEAD
    assert [run.recipe_id for run in found.runs] == ["website-lead"]
    assert services.bell.rings == 1  # type: ignore[attr-defined]


def test_the_same_delivery_twice_starts_one_run(app: Flask, services: Services) -> None:
    first, second = send_lead(app), send_lead(app)
    assert second.status_code == 202
    assert told(second) == {"id": told(first)["id"], "status": "duplicate"}
    assert len(services.views.runs().items) == 1


def test_an_unknown_address_is_answered_and_noted(client: FlaskClient, services: Services) -> None:
    answer = client.post("/hooks/no/such/address", data=b"hello")
    assert (answer.status_code, told(answer)) == (404, NOT_FOUND)
    [line] = services.views.deliveries().items
    assert (line.path, line.status) == ("no/such/address", DeliveryStatus.REJECTED)


def test_an_unsigned_delivery_looks_like_an_unknown_address(client: FlaskClient, services: Services) -> None:
    services.ledger.switch("signed", on=True, by="the test", now=NOON)
    answer = client.post("/hooks/paintscout/quote", json={"job_id": "job_1"})
    assert (answer.status_code, told(answer)) == (404, NOT_FOUND)
    [line] = services.views.deliveries().items
    assert line.recipe_id == "signed"
    assert "signature" in line.reason.lower() or "webhook-" in line.reason.lower()


@pytest.mark.parametrize(
    "path", ["", "/", "//", "/%2e%2e/x", "/a%00b", "/caf%C3%A9", "/%ff", "/a//b", "/" + "x" * 3000]
)
def test_odd_addresses_get_the_same_answer(client: FlaskClient, path: str) -> None:
    answer = client.post(f"/hooks{path}", data=b"x")
    assert (answer.status_code, told(answer)) == (404, NOT_FOUND)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "PURGE", "PROPFIND"])
def test_every_method_reaches_the_intake(client: FlaskClient, listen: Any, method: str) -> None:
    intake = listen(Answer(418, {"said": "no"}))
    answer = client.open("/hooks/website-lead", method=method)
    assert answer.status_code == 418
    assert [each.method for each in intake.deliveries] == [method]


def test_a_delivery_is_handed_on_as_it_came(client: FlaskClient, listen: Any) -> None:
    intake = listen(Answer(202, {}))
    raw = b'{"a": 1,  "a": 2}\x00\xff'
    client.post(
        "/hooks/crm/leads?b=2&a=1&a=%20x",
        data=raw,
        headers=[("X-Twice", "one"), ("Content-Type", "text/x-odd"), ("X-Twice", "two"), ("X-Late", "é")],
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    [found] = intake.deliveries
    assert found.body == raw
    assert (found.path, found.query, found.remote) == ("crm/leads", "b=2&a=1&a=%20x", "203.0.113.9")
    assert found.url == "http://localhost/hooks/crm/leads?b=2&a=1&a=%20x"
    assert found.received_at == NOON
    assert found.id.startswith("dlv_")
    assert ("X-Twice", "one, two") in found.headers
    assert ("Content-Type", "text/x-odd") in found.headers


@pytest.mark.parametrize("asked", ["/hooks/le%61ds", "/hooks/leads?", "/hooks/leads?b=%7e&a=1+2", "/hooks/a//b"])
def test_the_address_is_kept_as_it_was_sent(client: FlaskClient, listen: Any, asked: str) -> None:
    intake = listen(Answer(202, {}))
    client.post(asked, environ_overrides={"RAW_URI": asked})
    assert intake.deliveries[0].url == f"http://localhost{asked}"


def test_an_address_in_absolute_form_is_rebuilt(client: FlaskClient, listen: Any) -> None:
    intake = listen(Answer(202, {}))
    client.post("/hooks/a?b=1", environ_overrides={"RAW_URI": "http://evil.example/hooks/a?b=1"})
    client.post("/hooks/a", environ_overrides={"RAW_URI": "http://evil.example/hooks/a"})
    assert [each.url for each in intake.deliveries] == ["http://localhost/hooks/a?b=1", "http://localhost/hooks/a"]


def test_the_public_address_counts_not_the_host_header(make_services: Callable[..., Services]) -> None:
    services = make_services(HUB_PUBLIC_URL="https://hub.example.com")
    intake = Listening(Answer(202, {}))
    services.__dict__["intake"] = intake
    create_app(services).test_client().post("/hooks/a?x=1", headers={"Host": "evil.example.net"})
    assert intake.deliveries[0].url == "https://hub.example.com/hooks/a?x=1"


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ({"id": "evt_1"}, "application/json", '{"id": "evt_1"}'),
        ([1, 2], "application/json", "[1, 2]"),
        ("ok", "text/plain; charset=utf-8", "ok"),
        ("<script>alert(1)</script>", "text/plain; charset=utf-8", "<script>alert(1)</script>"),
        (None, "application/json", "null"),
    ],
)
def test_the_answer_is_json_or_text(client: FlaskClient, listen: Any, body: Any, kind: str, text: str) -> None:
    listen(Answer(201, body))
    answer = client.post("/hooks/a")
    assert (answer.status_code, answer.content_type, answer.text) == (201, kind, text)


def test_headers_of_the_answer_are_passed_on(client: FlaskClient, listen: Any) -> None:
    listen(Answer(200, "secret-back", {"X-Hook-Secret": "secret-back", "Content-Type": "text/html"}))
    answer = client.post("/hooks/a")
    assert answer.headers["X-Hook-Secret"] == "secret-back"
    assert answer.content_type == "text/html"


@pytest.mark.parametrize("problem", [Unavailable("The database is away."), RuntimeError("a bug"), KeyError("another")])
def test_what_cannot_be_kept_is_to_be_sent_again(client: FlaskClient, listen: Any, problem: Exception) -> None:
    listen(problem)
    answer = client.post("/hooks/website-lead", json=LEAD)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert told(answer)["error"]["code"] == "unavailable"
    assert "bug" not in answer.text


def test_a_database_that_is_gone_is_a_503(app: Flask, services: Services) -> None:
    with services.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE delivery RENAME TO gone")
    answer = send_lead(app)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "x-odd"])
def test_a_compressed_body_is_refused(app: Flask, services: Services, encoding: str) -> None:
    answer = send_lead(app, headers={"Content-Encoding": encoding})
    assert (answer.status_code, told(answer)["error"]["code"]) == (415, "encoded")
    assert not services.views.runs().items


def test_an_identity_encoding_is_none(app: Flask) -> None:
    assert send_lead(app, headers={"Content-Encoding": "Identity"}).status_code == 202


def test_a_large_body_is_taken_and_a_larger_one_refused(make_services: Callable[..., Services]) -> None:
    services = make_services(HUB_MAX_BODY="200000")
    services.publish_recipes()
    app = create_app(services)
    fits = b'{"name": "%s"}' % (b"x" * (200_000 - 12))
    assert len(fits) == 200_000
    assert send_lead(app, fits).status_code == 202
    refused = send_lead(app, fits + b" ")
    assert (refused.status_code, told(refused)["error"]["code"]) == (413, "too_large")
    assert [each.size for each in services.views.deliveries(status=DeliveryStatus.ACCEPTED).items] == [200_000]


def test_a_refused_body_is_shown_to_its_owner(app: Flask, services: Services) -> None:
    send_lead(app, headers={"Content-Encoding": "gzip"})
    [line] = services.views.deliveries().items
    assert (line.path, line.status, line.size) == ("website-lead", DeliveryStatus.REJECTED, 89)
    assert "compressed" in line.reason


def test_the_gate_sets_no_cookie_and_needs_no_token(app: Flask, client: FlaskClient) -> None:
    client.get("/login")  # a browser that has a session
    answer = client.post(
        "/hooks/website-lead",
        data=json.dumps(LEAD),
        headers={"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 202
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_form_is_not_parsed_but_handed_on(client: FlaskClient, listen: Any) -> None:
    intake = listen(Answer(202, {}))
    parts = b"".join(b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % each for each in range(3000))
    client.post("/hooks/form", data=parts + b"--b--\r\n", content_type="multipart/form-data; boundary=b")
    assert len(intake.deliveries[0].body) == len(parts) + 7
