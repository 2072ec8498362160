"""Tokens: made once, kept as a hash, and nothing else opens the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from hub.errors import Unavailable
from hub.services import Services
from hub.store.tables import api_token, audit
from hub.web.api.access import PER_MINUTE, Rates
from tests.web.conftest import Time
from tests.web.program import Program, make_token
from tests.web.visitor import Visitor


def test_a_token_opens_the_api(app: Flask, services: Services) -> None:
    answer = Program(app, make_token(services, "read", "hooks")).call("GET", "/me")
    assert answer.status_code == 200
    assert (answer.json["name"], answer.json["scopes"]) == ("Zap", ["read", "hooks"])
    assert set(answer.json) == {"id", "name", "scopes"}


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer hub_",
        "Bearer hub_abcdef_tooshort",
        "Bearer " + "hub_abcdef012345_" + "x" * 43,
        "Basic aHViOmh1Yg==",
        "Bearer hub_abcdef012345_" + "x" * 100_000,
    ],
)
def test_nothing_else_does(app: Flask, services: Services, header: str | None) -> None:
    make_token(services)
    answer = app.test_client().get("/api/v1/me", headers={} if header is None else {"Authorization": header})
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == "unauthorized"
    assert "tokens create" in answer.json["error"]["hint"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_wrong_secret_does_not(app: Flask, services: Services) -> None:
    token = make_token(services)
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    assert Program(app, wrong).call("GET", "/me").status_code == 401


def test_a_session_of_the_dashboard_does_not(visit: Callable[..., Visitor]) -> None:
    visitor = visit("admin")
    assert visitor.client.get("/api/v1/me").status_code == 401
    assert visitor.client.post("/api/v1/hooks", json={}).status_code == 401


def test_no_form_token_and_no_origin_is_asked_for(app: Flask, services: Services) -> None:
    program = Program(app, make_token(services))
    answer = program.call("POST", "/hooks", {}, headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://zap.test"})
    assert answer.status_code == 422
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_a_revoked_and_an_expired_token_let_nobody_in(app: Flask, services: Services, clock: Time) -> None:
    token = make_token(services)
    assert services.ledger.revoke_token(token.split("_")[1], by="ana", now=clock.now, where="here")
    assert not services.ledger.revoke_token(token.split("_")[1], by="ana", now=clock.now)
    assert Program(app, token).call("GET", "/me").status_code == 401
    short = Program(app, make_token(services, expires_at=clock.now + 10))
    assert short.call("GET", "/me").status_code == 200
    clock.now += 10
    assert short.call("GET", "/me").status_code == 401


def test_the_database_does_not_know_the_secret(services: Services) -> None:
    secret = make_token(services).split("_", 2)[2]
    with services.database.read() as connection:
        for table in (api_token, audit):
            rows = connection.execute(select(table)).all()
            assert rows
            assert secret not in str(rows)


def test_making_and_revoking_is_audited(services: Services, clock: Time) -> None:
    token_id = make_token(services).split("_")[1]
    services.ledger.revoke_token(token_id, by="ana", now=clock.now, where="10.0.0.1")
    revoked, made = services.views.audit_log().items[:2]
    assert (made.who, made.what, made.after["token"]) == ("the test", "token.create", token_id)
    assert (revoked.who, revoked.what, revoked.before, revoked.where) == (
        "ana",
        "token.revoke",
        {"token": token_id},
        "10.0.0.1",
    )
    assert services.views.find_audit_break() is None


def test_its_last_use_is_noted_once_a_minute(app: Flask, services: Services, clock: Time) -> None:
    program = Program(app, make_token(services))
    begun = clock.now
    for wait in (0, 30, 31):
        clock.now += wait
        program.call("GET", "/me")
    assert services.views.tokens()[0].used_at == begun + 61
    clock.now += 20
    program.call("GET", "/me")
    assert services.views.tokens()[0].used_at == begun + 61


def test_a_token_may_ask_so_often_a_minute(app: Flask, services: Services, clock: Time) -> None:
    program, other = Program(app, make_token(services)), Program(app, make_token(services))
    statuses = [program.call("GET", "/me").status_code for _ in range(PER_MINUTE)]
    assert set(statuses) == {200}
    refused = program.call("GET", "/me")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    assert refused.json["error"]["code"] == "too_many_requests"
    assert other.call("GET", "/me").status_code == 200
    clock.now += 1
    assert [program.call("GET", "/me").status_code for _ in range(3)] == [200, 200, 429]


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    clock = Time()
    rates = Rates(clock)
    assert rates.take("a") == 0
    clock.now -= 1000
    assert rates.take("a") == 0


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/", 404, "not_found"),
        ("POST", "/me", 405, "method_not_allowed"),
        ("PUT", "/hooks/hook-1", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_there_is_said_in_json(
    app: Flask, services: Services, method: str, path: str, status: int, code: str
) -> None:
    answer = Program(app, make_token(services)).call(method, path)
    assert answer.status_code == status
    assert answer.json["error"]["code"] == code
    if status == 405:
        assert answer.headers["Allow"]


def test_faults_of_ours_do_not_leak(
    app: Flask, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program = Program(app, make_token(services))

    def broken(**_: object) -> None:
        raise KeyError("canary")

    def away(**_: object) -> None:
        raise Unavailable("The database does not answer.", detail="canary")

    monkeypatch.setattr(services.views, "subscriptions", broken)
    answer = program.call("GET", "/hooks")
    assert (answer.status_code, answer.json["error"]["code"]) == (500, "broken")
    assert "canary" not in answer.text
    assert "canary" in caplog.text
    monkeypatch.setattr(services.views, "subscriptions", away)
    answer = program.call("GET", "/hooks")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "canary" not in answer.text


def test_the_description_and_the_addresses_agree(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").json
    described = {
        (path, method.upper()) for path, each in document["paths"].items() for method in each if method != "parameters"
    }
    rules = {
        (rule.rule.removeprefix("/api/v1").replace("<", "{").replace(">", "}"), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint not in ("api.nothing", "api.openapi")
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    assert described == rules
    named = {
        each["operationId"] for path in document["paths"].values() for key, each in path.items() if key != "parameters"
    }
    assert len(named) == len(described)
    schemas = document["components"]["schemas"]
    for path in document["paths"].values():
        for key, operation in path.items():
            contents = (
                [] if key == "parameters" else [*operation["responses"].values(), operation.get("requestBody", {})]
            )
            for each in contents:
                for content in each.get("content", {}).values():
                    assert content["schema"]["$ref"].rpartition("/")[2] in schemas
