"""A whole hub: real sandbox, real Redis, real processes, in a folder of its own."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Server
from tests.services.postgres import postgres_cluster, postgres_url
from tests.services.processes import HubProcesses

__all__ = ["postgres_cluster", "postgres_url"]

RECIPES = Path(__file__).parent / "recipes"
SECRET = "website-lead-secret-canary"


@dataclass
class House:
    """The hub and the sandbox that it works against."""

    hub: HubProcesses
    sandbox: Server
    database: Path

    def start(self) -> None:
        """Start web, clock and two workers."""
        self.hub.start("clock")
        self.hub.start("worker-1", "worker")
        self.hub.start("worker-2", "worker")
        self.hub.start_web()

    def stop_api(self) -> None:
        """The Public API goes away."""
        self.sandbox.stop()

    def start_api(self) -> None:
        """It comes back, at the same address and with the same records."""
        self.sandbox = Server(self.database, port=self.sandbox.port, rate_per_minute=0)

    def post_lead(self, number: int, *, secret: str = SECRET) -> tuple[int, dict[str, Any]]:
        """Send one signed website lead; (status, answer)."""
        lead = {"lead_id": f"lead-{number}", "name": f"Lead {number}", "email": f"lead{number}@example.com"}
        body = json.dumps(lead).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=30)
        try:
            headers = {"Content-Type": "application/json", "X-Signature": signature}
            connection.request("POST", "/hooks/lead", body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def api(self, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
        """One call of the Public API, as another program of the office makes it."""
        return call_api(self.sandbox, method, path, fields)

    def effects(self, resource: str, action: str) -> list[dict[str, Any]]:
        """Every change of this kind that the sandbox has seen, oldest first."""
        found: list[dict[str, Any]] = []
        since = 0
        while True:
            query = f"?since={since}&resource={resource}&action={action}&limit=1000"
            page = _call(self.sandbox.root, "GET", f"/sandbox/activity{query}", None, {})
            if not page["data"]:
                return found
            found.extend(page["data"])
            since = page["data"][-1]["id"]


def call_api(sandbox: Server, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
    """One call of the Public API of a sandbox, as another program of the office makes it."""
    return _call(sandbox.url, method, path, fields, {"Authorization": f"Bearer {sandbox.key}"})


def _call(base: str, method: str, path: str, fields: dict[str, Any] | None, headers: dict[str, str]) -> Any:
    host, _, prefix = base.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        body = None if fields is None else json.dumps(fields)
        target = f"/{prefix}{path}" if prefix else path
        connection.request(method, target, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status < 400, (answer.status, text)
        return json.loads(text) if text else None
    finally:
        connection.close()


@pytest.fixture
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """A hub that is released but not started, and a sandbox with 160 jobs and no rate limit.

    On SQLite, or with the parameter "postgres" on a real PostgreSQL.
    """
    on_postgres = getattr(request, "param", "sqlite") == "postgres"
    database_url = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if on_postgres else {}
    database = tmp_path / "sandbox.db"
    sandbox = Server(database, jobs=160, today=date(2026, 3, 31), rate_per_minute=0)
    environment = {
        "HUB_RECIPES": str(RECIPES),
        "WORKGLUE_API_URL": sandbox.url,
        "WORKGLUE_API_KEY": sandbox.key,
        "HUB_SECRET_LEAD_SECRET": SECRET,
        "HUB_ADMIN_PASSWORD": "correct horse battery staple",
        **database_url,
    }
    house = House(HubProcesses(tmp_path / "hub", environment), sandbox, database)
    try:
        with house.hub as hub:
            released = hub.cli("release")
            assert released.returncode == 0, released.stdout + released.stderr
            yield house
    finally:
        house.sandbox.stop()
