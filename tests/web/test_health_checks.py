"""What watchers from outside are told, without a login and without details."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from hub.services import Services
from hub.web import create_app
from tests.web import scenes
from tests.web.conftest import NOON
from tests.web.visitor import told


def test_a_living_process_with_its_database_is_well(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, told(answer)) == (200, {"ok": True})
    assert client.head("/healthz").status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_without_its_database_it_is_not(app: Flask, services: Services) -> None:
    with services.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE recipe RENAME TO gone")
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, told(answer)) == (503, {"ok": False})


def test_readiness_names_every_part(client: FlaskClient, services: Services) -> None:
    scenes.be_well(services)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    parts = {"database": "ok", "redis": "ok", "worker": "ok", "clock": "ok", "key": "ok"}
    assert told(answer) == {"ready": True, "parts": parts}


def test_parts_that_are_away_do_not_stop_deliveries(client: FlaskClient, services: Services) -> None:
    services.bell.is_there = False  # type: ignore[attr-defined]
    services.ledger.heartbeat("clock", "clock_1", now=NOON - 100)
    services.ledger.connect("workglue", fingerprint="0123", now=NOON)
    services.ledger.reject_key("workglue", version=1, now=NOON)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    parts = {"database": "ok", "redis": "away", "worker": "silent", "clock": "silent", "key": "rejected"}
    assert told(answer) == {"ready": True, "parts": parts}


def test_a_database_that_is_not_prepared_is_not_ready(make_services: Callable[..., Services]) -> None:
    services = make_services(HUB_MAX_BODY="1000")
    with services.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    answer = create_app(services).test_client().get("/readyz")
    assert answer.status_code == 503
    assert told(answer)["ready"] is False
    assert told(answer)["parts"]["database"] == "behind"
