"""A hub with a real SQLite database, recipes of its own and a clock that stands still; Redis is not there."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from hub.model import new_id
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.database import Database
from hub.store.migrate import upgrade
from hub.web import create_app
from hub.web.accounts import hash_password
from tests.services.browser import page
from tests.web.visitor import PASSWORD, Visitor

__all__ = ["page"]

NOON = 1_795_521_600.0
"""Tuesday, 24 November 2026, 12:00 UTC."""

RECIPES = Path(__file__).parent / "recipes"
CANARY = "https://chat.example.com/canary-of-a-secret"
SECRETS = {"HUB_SECRET_TEAM_CHAT_URL": CANARY, "HUB_SECRET_PAINTSCOUT_SECRET": "whsec_" + "bWFkZSB1cA" * 3}
_hash = hash_password(PASSWORD)


@dataclass
class Time:
    """The hub's clock, moved by hand."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now


@dataclass
class Bell:
    """A bell that is heard: counts its rings, and answers for Redis."""

    rings: int = 0
    is_there: bool = True

    def ring(self) -> bool:
        self.rings += 1
        return self.is_there

    def state(self) -> dict[str, Any]:
        return {"ok": True, "server": "7.2", "queued": 0} if self.is_there else {"ok": False, "error": "refused"}

    def close(self) -> None:
        """Nothing to give back."""


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("prepared") / "hub.db"
    database = Database.open(f"sqlite:///{file}")
    upgrade(database)
    database.close()
    return file


@pytest.fixture
def clock() -> Time:
    """The time of the test."""
    return Time()


@pytest.fixture
def make_services(tmp_path: Path, prepared: Path, clock: Time) -> Iterator[Callable[..., Services]]:
    """Makes services over a fresh database, with settings given by their variables."""
    opened: list[Services] = []

    def make(**variables: str) -> Services:
        home = tmp_path / f"home-{len(opened)}"
        home.mkdir()
        shutil.copy(prepared, home / "hub.db")
        given = {"HUB_HOME": str(home), "HUB_RECIPES": str(RECIPES), "WORKGLUE_API_KEY": "wg-key"}
        given |= SECRETS
        services = open_services(read_settings(given | variables), clock=clock)
        services.__dict__["bell"] = Bell()
        opened.append(services)
        return services

    yield make
    for services in opened:
        services.close()


@pytest.fixture
def services(make_services: Callable[..., Services]) -> Services:
    """Services with the recipes of this folder in force."""
    services = make_services()
    services.publish_recipes()
    return services


@pytest.fixture
def app(services: Services) -> Flask:
    """The application over them."""
    return create_app(services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has logged in with."""
    return app.test_client()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The application behind a real socket; its address."""
    with serve(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visit(app: Flask, services: Services) -> Callable[..., Visitor]:
    """Logs somebody in with a role."""

    def enter(role: str = "operator") -> Visitor:
        email = f"{role}@example.com"
        make_user(services, email, role)
        visitor = Visitor(app.test_client())
        assert visitor.log_in(email).status_code == 303
        return visitor

    return enter


def make_user(services: Services, email: str, role: str) -> None:
    """A user with PASSWORD, unless there is one."""
    now = services.clock()
    services.ledger.create_user(new_id("usr", now), email=email, password_hash=_hash, role=role, now=now, by="the test")


@contextmanager
def serve(app: Flask) -> Iterator[int]:
    """The application in Werkzeug's server, on a thread; its port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
