"""No page shows a secret: not those of recipes, not what proves a sender, not the key, not a password."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hub.engine.scope import CLOSE, OPEN
from hub.model import RunStatus, StepStatus
from hub.ports import RunChange
from hub.services import Services
from hub.web.wording.values import is_secret_name
from tests.web import scenes
from tests.web.conftest import CANARY
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def pages_about(services: Services) -> list[str]:
    lines = [f"/inbox/{each.id}" for each in services.views.deliveries().items]
    runs = [f"/runs/{each.id}" for each in services.views.runs().items]
    return [*lines, *runs, "/", "/recipes", "/recipes/website-lead", "/runs", "/inbox"]


def test_proofs_of_a_sender_are_not_shown(visit: Enter, app: Flask, services: Services) -> None:
    headers = {
        "Authorization": "Basic canary1",
        "Cookie": "sid=canary2",
        "X-Hub-Signature-256": "sha256=canary3",
        "Stripe-Signature": "t=1,v1=canary4",
        "X-Gitlab-Token": "canary5",
        "X-Api-Key": "canary6",
        "X-Apikey": "canary7",
        "X-Plain": "seen",
    }
    client = app.test_client(use_cookies=False)
    client.post("/hooks/website-lead?token=canary8&sig=canary9&page=2", json={"name": "Ana"}, headers=headers)
    visitor = visit("admin")
    for page in pages_about(services):
        assert "canary" not in visitor.read(page), page
    text = visitor.words(pages_about(services)[0])
    assert "Authorization not shown (13 characters)" in text
    assert "X-Plain seen" in text
    assert "page=2" in text


def test_the_text_of_a_recipe_secret_is_replaced_by_its_name(visit: Enter, app: Flask, services: Services) -> None:
    services.ledger.put_secret("SEALED", "sealed-canary-value", by="the test", now=services.clock())
    services._secrets = (float("-inf"), {})  # they are read again every 5 seconds
    scenes.send_lead(app, {"name": "Ana", "message": f"see {CANARY} and sealed-canary-value"})
    visitor = visit("admin")
    for page in pages_about(services):
        assert "canary" not in visitor.read(page), page
    for page in pages_about(services)[:2]:
        assert "see [secret TEAM_CHAT_URL] and [secret SEALED]" in visitor.read(page)


def test_the_place_of_a_secret_is_shown_as_its_name(visit: Enter, services: Services) -> None:
    run, at = scenes.add_run(services), services.clock()
    kept = f"{OPEN}secret:TEAM_CHAT_URL:{run}{CLOSE}"
    step = scenes.add_step(run, "tell", "notify.send", at, StepStatus.OK, request={"to": kept})
    scenes.work(services, run, RunChange(RunStatus.SUCCEEDED, finished_at=at), [step])
    assert '"to": "[secret TEAM_CHAT_URL]"' in visit("viewer").words(f"/runs/{run}")


def test_neither_key_nor_passwords_are_on_any_page(visit: Enter, services: Services) -> None:
    scenes.fail(services)
    visitor = visit("admin")
    for page in pages_about(services):
        html = visitor.read(page)
        assert "wg-key" not in html
        assert "argon2" not in html
        assert services.secret_key not in html


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Proxy-Authorization",
        "cookie",
        "X-Shopify-Hmac-SHA256",
        "X-Auth-Token",
        "api_key",
        "apikey",
        "sig",
        "key",
    ],
)
def test_names_that_prove_something(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["Content-Type", "Keep-Alive", "X-Monkey", "signal", "keyboard", "User-Agent", "Webhook-Id"]
)
def test_names_that_do_not(name: str) -> None:
    assert not is_secret_name(name)
