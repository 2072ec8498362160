"""Sessions: what the right password opens, and everything that ends it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.services import Services
from hub.web import create_app
from hub.web.sessions import IDLE, LONGEST
from tests.web.conftest import Time, make_user
from tests.web.visitor import PASSWORD, Visitor

ANA = "ana@example.com"


@pytest.fixture
def ana(services: Services, client: FlaskClient) -> Visitor:
    """Ana, who has a login and has not used it yet."""
    make_user(services, ANA, "operator")
    return Visitor(client)


def is_in(visitor: Visitor) -> bool:
    return visitor.client.get("/runs").status_code == 200


def test_without_a_login_every_page_leads_to_the_door(client: FlaskClient) -> None:
    for page in ("/", "/recipes", "/recipes/website-lead", "/runs", "/runs/run_1", "/inbox", "/inbox/dlv_1"):
        answer = client.get(page)
        assert answer.status_code == 303
        assert answer.location.startswith("/login")


def test_without_a_login_no_deed_is_done(client: FlaskClient, services: Services) -> None:
    token = Visitor(client).token("/login")
    answer = client.post("/recipes/website-lead/switch", data={"csrf_token": token, "on": "0"})
    assert answer.location == "/login"
    assert services.views.recipe("website-lead").line.enabled  # type: ignore[union-attr]


def test_the_right_password_opens_the_page_that_was_wanted(ana: Visitor) -> None:
    assert ana.client.get("/runs?status=failed").location == "/login?next=/runs?status%3Dfailed"
    answer = ana.log_in(ANA, next="/runs?status=failed")
    assert (answer.status_code, answer.location) == (303, "/runs?status=failed")
    assert is_in(ana)


def test_capitals_in_the_address_do_not_matter(ana: Visitor) -> None:
    assert ana.log_in("  Ana@Example.COM ").status_code == 303


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD + " ", PASSWORD.upper(), "x" * 5000, "ä\x00"])
def test_a_wrong_password_opens_nothing(ana: Visitor, password: str) -> None:
    answer = ana.log_in(ANA, password)
    assert answer.status_code == 403
    assert "do not belong together" in answer.text
    assert not is_in(ana)


def test_an_unknown_address_gets_the_same_answer(ana: Visitor) -> None:
    known, unknown = ana.log_in(ANA, "wrong"), ana.log_in("bob@example.com", "wrong")
    assert known.status_code == unknown.status_code

    def plain(text: str, address: str) -> str:
        start = text.index("<main")
        return text[start:].replace(address, "").split("csrf_token")[0]

    assert plain(known.text, ANA) == plain(unknown.text, "bob@example.com")


def test_the_cookie_is_closed_to_scripts_and_other_sites(ana: Visitor) -> None:
    cookie = ana.log_in(ANA).headers["Set-Cookie"]
    assert cookie.startswith("hub=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_over_https_the_cookie_is_bound_to_host_and_https(ana: Visitor) -> None:
    answer = ana.log_in(ANA, base_url="https://localhost")
    assert answer.status_code == 400  # the token came with the other cookie
    answer = ana.client.get("/login", base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-hub=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_a_cookie_from_plain_http_counts_nothing_over_https(ana: Visitor) -> None:
    ana.log_in(ANA)
    other = ana.client.application.test_client()
    other.set_cookie("hub", ana.client.get_cookie("hub").value)  # type: ignore[union-attr]
    assert other.get("/runs").status_code == 200
    assert other.get("/runs", base_url="https://localhost").status_code == 303


def test_logging_in_makes_a_new_session(ana: Visitor, services: Services) -> None:
    ana.client.get("/login")
    before = ana.client.get_cookie("hub").value  # type: ignore[union-attr]
    ana.log_in(ANA)
    after = ana.client.get_cookie("hub").value  # type: ignore[union-attr]
    assert before != after
    other = ana.client.application.test_client()
    other.set_cookie("hub", before)
    assert other.get("/runs").status_code == 303


def test_logging_out_ends_every_copy_of_the_cookie(ana: Visitor) -> None:
    ana.log_in(ANA)
    thief = ana.client.application.test_client()
    thief.set_cookie("hub", ana.client.get_cookie("hub").value)  # type: ignore[union-attr]
    assert thief.get("/runs").status_code == 200
    assert ana.send("/logout").location == "/login"
    assert not is_in(ana)
    assert thief.get("/runs").status_code == 303


def test_an_idle_session_ends(ana: Visitor, clock: Time) -> None:
    ana.log_in(ANA)
    clock.now += IDLE - 60
    assert is_in(ana)
    clock.now += IDLE - 60  # since the last visit
    assert is_in(ana)
    clock.now += IDLE + 60
    assert not is_in(ana)


def test_an_idle_session_stays_ended(ana: Visitor, clock: Time) -> None:
    ana.log_in(ANA)
    old = ana.client.get_cookie("hub").value  # type: ignore[union-attr]
    clock.now += IDLE + 60
    assert not is_in(ana)
    clock.now -= IDLE
    ana.client.set_cookie("hub", old)
    assert not is_in(ana)


def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(ana: Visitor, clock: Time) -> None:
    ana.log_in(ANA)
    for _ in range(3):
        clock.now += IDLE / 2 - 10
        answer = ana.client.get("/runs", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/login?next=/runs"


def test_a_session_ends_after_a_week_whatever_happens(ana: Visitor, clock: Time) -> None:
    ana.log_in(ANA)
    begun = clock.now
    while clock.now + IDLE / 2 < begun + LONGEST:
        clock.now += IDLE / 2
        assert is_in(ana)
    clock.now = begun + LONGEST + 1
    assert not is_in(ana)


def test_a_changed_role_counts_at_once(ana: Visitor, services: Services, clock: Time) -> None:
    ana.log_in(ANA)
    user = services.ledger.find_user(ANA)
    assert user is not None
    services.ledger.set_role(user.id, "viewer", now=clock.now, by="the test")
    assert ana.send("/recipes/website-lead/switch", {"on": "0"}).status_code == 403


def test_a_changed_password_ends_all_sessions(ana: Visitor, services: Services, clock: Time) -> None:
    ana.log_in(ANA)
    user = services.ledger.find_user(ANA)
    assert user is not None
    services.ledger.set_password(user.id, "another hash", now=clock.now, by="the test")
    assert not is_in(ana)
    assert ana.log_in(ANA).status_code == 403


@pytest.mark.parametrize("cookie", ["", "nonsense", "eyJ0b2tlbiI6IngifQ.aaaa.bbbb", "x" * 4000])
def test_a_forged_cookie_opens_nothing(app: Flask, cookie: str) -> None:
    client = app.test_client()
    client.set_cookie("hub", cookie)
    assert client.get("/runs").status_code == 303


def test_a_cookie_signed_with_another_key_opens_nothing(ana: Visitor, make_services: Callable[..., Services]) -> None:
    ana.log_in(ANA)
    other = create_app(make_services(SECRET_KEY="another key")).test_client()
    other.set_cookie("hub", ana.client.get_cookie("hub").value)  # type: ignore[union-attr]
    assert other.get("/runs").status_code == 303


def test_logins_are_audited_without_passwords(ana: Visitor, services: Services) -> None:
    ana.log_in(ANA, "wrong-secret")
    ana.log_in(ANA)
    ana.send("/logout")
    rows = services.views.audit_log().items
    assert [(row.who, row.what, row.where) for row in rows][:3] == [
        (ANA, "logout", "127.0.0.1"),
        (ANA, "login", "127.0.0.1"),
        (ANA, "login.refused", "127.0.0.1"),
    ]
    assert "wrong-secret" not in str(rows)
    assert PASSWORD not in str(rows)


def test_whoever_is_in_is_not_asked_again(ana: Visitor) -> None:
    ana.log_in(ANA)
    assert ana.client.get("/login?next=/recipes").location == "/recipes"
