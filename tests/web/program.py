"""Another program: it has a token and speaks JSON, and it takes what it subscribed to."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from hub.model import Event, new_id
from hub.services import Services
from hub.store.subscribers import ApiToken
from tests.services.bell import StillBell
from workers.drain import Drain


def make_token(services: Services, *scopes: str, name: str = "Zap", expires_at: float | None = None) -> str:
    """A token's text."""
    secret = secrets.token_urlsafe(32)
    token = ApiToken(secrets.token_hex(6), name, scopes or ("hooks",), services.clock(), expires_at=expires_at)
    services.ledger.create_token(token, secret, by="the test")
    return f"hub_{token.id}_{secret}"


class Program:
    """Calls the API with its token."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client = app.test_client()
        self.token = token

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        if body is not None:
            more |= {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def subscribe(self, url: str, *events: str, status: int = 201, **more: Any) -> dict[str, Any]:
        answer = self.call("POST", "/hooks", {"url": url, "events": list(events or ["jobs.created"]), **more})
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json
        return found

    def hook(self, hook_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/hooks/{hook_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json
        return found


def happen(services: Services, word: str, record: dict[str, Any], **more: Any) -> list[str]:
    """What the poller does when it finds something new; the runs that this starts."""
    services.shelf._looked_at = float("-inf")  # it looks twice a second
    now = services.clock()
    resource = word.partition(".")[0]
    data = {"resource": resource, "record_id": record["id"], "record": record, "before": None, "changed": [], **more}
    event = Event(new_id("evt", now), word, f"poll:{resource}", new_id("key", now), now, {"since": None, **data})
    return list(services.intake.admit(event).run_ids)


def work(services: Services) -> None:
    """Do everything that is due."""
    services.__dict__["bell"] = StillBell()
    Drain(services, owner="the test").work(seconds=20, linger=0.0)
