"""What went wrong, in plain words and without details for strangers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.errors import HubError, Unavailable
from hub.services import Services
from tests.web.visitor import Visitor, words_of

Enter = Callable[..., Visitor]


def break_views(services: Services, problem: Exception) -> None:
    def fall(*_: object, **__: object) -> None:
        raise problem

    services.views.counts = fall  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("page", ["/nowhere", "/runs/none/further", "/static/none", "/favicon.ico", "/.env", "/%00"])
def test_an_unknown_page_is_a_404(client: FlaskClient, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 404
    assert "There is nothing here" in words_of(answer.text)
    assert 'href="/"' in answer.text


def test_an_unknown_page_keeps_the_menu_for_whoever_is_in(visit: Enter) -> None:
    assert 'aria-label="Main"' in visit().client.get("/runs/none").text


def test_a_wrong_method_is_a_405_and_names_the_right_ones(client: FlaskClient) -> None:
    assert client.delete("/login").status_code == 405
    answer = client.get("/logout")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "This cannot be done here" in answer.text


def test_a_form_that_is_too_large_is_a_413(client: FlaskClient) -> None:
    answer = client.post("/login", data={"email": "x" * 100_000})
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_a_bug_is_a_500_without_its_details(visit: Enter, services: Services, caplog: pytest.LogCaptureFixture) -> None:
    visitor = visit()
    break_views(services, RuntimeError("a canary of a detail"))
    answer = visitor.client.get("/")
    assert answer.status_code == 500
    assert "Something broke" in answer.text
    assert "canary" not in answer.text
    assert "a canary of a detail" in caplog.text


def test_a_database_that_is_away_is_a_503(visit: Enter, services: Services) -> None:
    visitor = visit()
    break_views(services, Unavailable("away", hint="Run: python -m hub release"))
    answer = visitor.client.get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Nothing was changed. Please try again in a few seconds. Run: python -m hub release" in answer.text


def test_what_the_hub_refuses_is_said(visit: Enter, services: Services) -> None:
    visitor = visit()
    break_views(services, HubError("The stored secrets do not fit the key.", hint="Set HUB_SEALING_KEYS."))
    answer = visitor.client.get("/")
    assert answer.status_code == 409
    assert "The stored secrets do not fit the key. Set HUB_SEALING_KEYS." in answer.text


def test_with_the_database_away_even_the_fault_page_can_be_shown(app: Flask, services: Services) -> None:
    with services.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE session")
    client = app.test_client()
    with client.session_transaction() as session:
        session["token"] = "x"
    assert client.get("/").status_code == 503
    assert client.get("/nowhere").status_code == 404
