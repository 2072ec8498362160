"""Forms count only when they come from the page that the person saw."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hub.services import Services
from tests.web import scenes
from tests.web.conftest import make_user
from tests.web.visitor import PASSWORD, Visitor

Enter = Callable[..., Visitor]


def is_on(services: Services) -> bool:
    page = services.views.recipe("website-lead")
    assert page is not None
    return page.line.enabled


def switch_off(visitor: Visitor, **more: object) -> int:
    return visitor.send("/recipes/website-lead/switch", {"on": "0"}, **more).status_code  # type: ignore[arg-type]


def test_a_form_with_its_token_counts(visit: Enter, services: Services) -> None:
    assert switch_off(visit()) == 303
    assert not is_on(services)


@pytest.mark.parametrize("token", ["", "wrong", "IjEyMyI.aaaa.bbbb"])
def test_a_form_without_its_token_does_not(visit: Enter, services: Services, token: str) -> None:
    answer = visit().client.post("/recipes/website-lead/switch", data={"csrf_token": token, "on": "0"})
    assert answer.status_code == 400
    assert "out of date" in answer.text
    assert is_on(services)


def test_a_token_of_somebody_else_does_not_count(visit: Enter, services: Services) -> None:
    stolen = visit("admin").token()
    answer = visit("operator").client.post("/recipes/website-lead/switch", data={"csrf_token": stolen, "on": "0"})
    assert answer.status_code == 400
    assert is_on(services)


def test_a_token_of_before_the_login_does_not_count(app: Flask, services: Services) -> None:
    make_user(services, "ana@example.com", "operator")
    visitor = Visitor(app.test_client())
    before = visitor.token("/login")
    visitor.log_in("ana@example.com")
    answer = visitor.client.post("/recipes/website-lead/switch", data={"csrf_token": before, "on": "0"})
    assert answer.status_code == 400
    assert is_on(services)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "odd"])
def test_a_form_that_another_site_made_is_refused(visit: Enter, services: Services, site: str) -> None:
    assert switch_off(visit(), headers={"Sec-Fetch-Site": site}) == 403
    assert is_on(services)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost.evil.example", "null", "http://localhost:81"]
)
def test_an_older_browser_is_checked_by_its_origin(visit: Enter, services: Services, origin: str) -> None:
    assert switch_off(visit(), headers={"Origin": origin}) == 403
    assert is_on(services)


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}]
)
def test_our_own_pages_are_believed(visit: Enter, services: Services, headers: dict[str, str]) -> None:
    assert switch_off(visit(), headers=headers) == 303
    assert not is_on(services)


def test_the_login_form_needs_its_token_too(app: Flask, services: Services) -> None:
    make_user(services, "ana@example.com", "viewer")
    client = app.test_client()
    answer = client.post("/login", data={"email": "ana@example.com", "password": PASSWORD})
    assert answer.status_code == 400
    assert client.get("/runs").status_code == 303


def test_every_deed_and_the_logout_need_a_token(visit: Enter, services: Services) -> None:
    visitor = visit()
    run = scenes.hold(services)
    for deed in ("replay", "cancel", "decide", "release"):
        assert visitor.client.post(f"/runs/{run}/{deed}", data={"decision": "skip", "number": "1"}).status_code == 400
    assert visitor.client.post("/logout").status_code == 400
    assert visitor.client.get("/runs").status_code == 200
    assert services.views.run(run).run.status.value == "held"  # type: ignore[union-attr]


def test_no_deed_can_be_done_by_following_a_link(visit: Enter, services: Services) -> None:
    visitor = visit()
    run = scenes.hold(services)
    for address in ("/recipes/website-lead/switch?on=0", f"/runs/{run}/cancel", f"/runs/{run}/replay", "/logout"):
        assert visitor.client.get(address).status_code == 405
    assert is_on(services)
