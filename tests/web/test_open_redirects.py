"""After the login people come to a page of the hub, whatever the link said that brought them."""

from __future__ import annotations

import pytest
from flask import Flask

from hub.services import Services
from hub.web.auth import safe_target
from tests.web.conftest import make_user
from tests.web.visitor import Visitor

ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "evil.example",
    " /runs",
    "/%09/ok\r\nSet-Cookie: a=b",
    "/runs\\..\\x",
    "//[::1",
    "",
    "?next=/runs",
    "/login",
    "/login?next=/login",
    "/logout",
    "/\u0000runs",
    "/ru ns",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_what_is_not_a_page_of_ours_leads_home(app: Flask, services: Services, target: str) -> None:
    make_user(services, "ana@example.com", "viewer")
    answer = Visitor(app.test_client()).log_in("ana@example.com", next=target)
    assert (answer.status_code, answer.location) == (303, "/")


@pytest.mark.parametrize(
    "target", ["/", "/runs", "/runs?status=failed&q=Ana+Ruiz", "/recipes/a%2Fb", "/inbox/dlv_1#headers"]
)
def test_pages_of_ours_are_reached(app: Flask, target: str) -> None:
    with app.test_request_context():
        assert safe_target(target) == target


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_same_for_whoever_is_in_already(visit: object, app: Flask, target: str) -> None:
    visitor: Visitor = visit("viewer")  # type: ignore[operator]
    answer = visitor.client.get("/login", query_string={"next": target})
    assert (answer.status_code, answer.location) == (302, "/")
