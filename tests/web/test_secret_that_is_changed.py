"""A webhook's secret is changed while senders still use the old one: both are believed for a while, and the inbox says
which fitted."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from hub.services import Services
from hub.web import create_app
from tests.web.conftest import NOON, Time, make_user
from tests.web.visitor import Visitor

RECIPE = """recipe: 1
name: Signed
trigger:
  type: webhook
  path: signed-lead
  verify: {scheme: hmac, header: X-Signature, algorithm: sha256, encoding: hex}
  secret: [HOOK, SECOND]
steps: [{action: set, with: {a: "{{ body }}"}}]
"""
DAY = 86_400.0


@pytest.fixture
def services(make_services: Callable[..., Services], tmp_path: Path) -> Services:
    """A hub with one signed webhook."""
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "signed.yaml").write_text(RECIPE)
    made = make_services(HUB_RECIPES=str(folder))
    made.ledger.put_secret("HOOK", "canary-old-value", by="ana", now=NOON - DAY)
    made.ledger.put_secret("SECOND", "canary-second-value", by="ana", now=NOON - DAY)
    made.publish_recipes()
    made.ledger.put_secret("HOOK", "canary-new-value", by="ana", now=NOON, previous_until=NOON + DAY)
    made.forget_secrets()
    return made


def send(app: Flask, secret: str, number: int) -> int:
    body = f'{{"n": {number}}}'.encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return app.test_client().post("/hooks/signed-lead", data=body, headers={"X-Signature": signature}).status_code


def test_both_values_are_believed_until_the_old_one_ends(services: Services, clock: Time) -> None:
    app = create_app(services)
    assert send(app, "canary-new-value", 1) == 202
    assert send(app, "canary-old-value", 2) == 202
    assert send(app, "canary-second-value", 3) == 202
    assert send(app, "canary-wrong-value", 4) == 404
    clock.now = NOON + DAY
    services.forget_secrets()
    assert send(app, "canary-old-value", 5) == 404
    assert send(app, "canary-new-value", 6) == 202
    reasons = {each.size and each.status.value + ": " + each.reason for each in services.views.deliveries().items}
    assert "accepted: Its sender still uses the value that HOOK had before." in reasons
    assert "accepted: It was believed for SECOND, not for HOOK." in reasons
    assert "accepted: " in reasons
    assert len(services.views.runs().items) == 4


def test_the_office_sees_when_the_old_value_is_no_longer_used(services: Services, clock: Time) -> None:
    app = create_app(services)
    make_user(services, "admin@example.com", "admin")
    visitor = Visitor(app.test_client())
    visitor.log_in("admin@example.com")
    assert "None has come since the change." in visitor.words("/connections")
    assert send(app, "canary-old-value", 1) == 202
    clock.now = NOON + 7_200
    text = visitor.words("/connections")
    assert "The last one came 2 hours ago ." in text
    assert "Used by Signed" in text
    [line] = services.views.deliveries().items
    page = visitor.read(f"/inbox/{line.id}")
    assert "Its sender still uses the value that HOOK had before." in page
    assert "canary" not in page + visitor.read("/connections")
