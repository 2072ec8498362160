"""Whoever only looks at an address learns nothing: the same answers whether anybody listens there or not."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.services import Services
from tests.web.conftest import NOON
from tests.web.scenes import send_lead

PATHS = ("website-lead", "paintscout/quote", "no/such/address")


def seen(client: FlaskClient, method: str, path: str, **more: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """Everything that an answer shows."""
    answer = client.open(f"/hooks/{path}", method=method, **more)
    return answer.status_code, answer.text, sorted(answer.headers.items())


@pytest.mark.parametrize(
    ("method", "status"),
    [("HEAD", 200), ("OPTIONS", 204), ("GET", 404), ("PUT", 404), ("DELETE", 404), ("TRACE", 404)],
)
def test_every_address_answers_alike(client: FlaskClient, services: Services, method: str, status: int) -> None:
    services.ledger.switch("signed", on=True, by="the test", now=NOON)
    answers = [seen(client, method, path) for path in PATHS]
    assert answers[0][0] == status
    assert answers[0] == answers[1] == answers[2]


def test_a_wrong_signature_looks_like_nothing_there(client: FlaskClient, services: Services) -> None:
    services.ledger.switch("signed", on=True, by="the test", now=NOON)
    for headers in ({}, {"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}):
        answers = [seen(client, "POST", path, data=b"{}", headers=headers) for path in PATHS[1:]]
        assert answers[0] == answers[1]


def test_options_name_the_methods_and_keep_nothing(client: FlaskClient, services: Services) -> None:
    answer = client.options("/hooks/website-lead")
    assert answer.headers["Allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    assert "Access-Control-Allow-Origin" not in answer.headers
    client.head("/hooks/website-lead")
    assert services.views.deliveries().items == ()


def test_no_answer_can_pass_for_a_page(app: Flask) -> None:
    assert send_lead(app).headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
