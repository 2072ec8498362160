"""What becomes of a delivery: believed or not, new or known, and what its sender and its owner are told."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from typing import Any

import pytest

from hub.engine.reception import Answer
from hub.model import Delivery, DeliveryStatus, new_id
from hub.store.views.shapes import DeliveryLine
from tests.engine.conftest import Workshop

STEP = '  - {id: note, action: notify.send, with: {to: "json://chat", body: "{{ body.name }}"}}'
GITHUB = "{type: webhook, path: hook, verify: github, secret: HOOK}"
NUMBERS = itertools.count()


def deliver(shop: Workshop, body: bytes, *, path: str = "hook", sent_id: str = "", **headers: str) -> Answer:
    """Bring a delivery signed as GitHub does; `sent_id` is the id that its sender gives it."""
    shop.now += 1
    now = shop.now
    signature = hmac.new(b"hook-secret", body, hashlib.sha256).hexdigest()
    all_headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": f"sha256={signature}",
        "X-GitHub-Delivery": sent_id or f"id-{next(NUMBERS)}",
        **headers,
    }
    url = f"https://hub.example.com/hooks/{path}"
    return shop.intake.deliver(
        Delivery(new_id("dlv", now), path, "POST", url, "", tuple(all_headers.items()), body, now)
    )


def listen(shop: Workshop, trigger: str = GITHUB) -> None:
    """Put a recipe in force that listens at this webhook."""
    shop.secrets["HOOK"] = "hook-secret"
    shop.recipe(STEP, trigger=trigger)


def kept(shop: Workshop) -> DeliveryLine:
    """The newest delivery."""
    return shop.views.deliveries(limit=1).items[0]


def body(**fields: Any) -> bytes:
    """A JSON body."""
    return json.dumps(fields).encode()


def test_a_believed_delivery_is_kept_with_its_run_and_then_the_bell_rings(shop: Workshop) -> None:
    listen(shop)
    answer = deliver(shop, body(name="Ana"))
    assert answer.status == 202
    assert answer.body["id"] == kept(shop).event_id
    assert shop.bell.rings == 1
    shop.finish()
    assert shop.letters.sent == [("json://chat", "Ana")]


def test_the_same_id_again_is_a_duplicate_and_starts_nothing(shop: Workshop) -> None:
    listen(shop)
    first = deliver(shop, body(name="Ana"), sent_id="one")
    second = deliver(shop, body(name="Ana"), sent_id="one")
    assert (second.status, second.body["id"], second.body["status"]) == (202, first.body["id"], "duplicate")
    assert len(shop.views.runs().items) == 1


def test_an_old_delivery_under_a_new_id_is_seen_through(shop: Workshop) -> None:
    listen(shop)
    deliver(shop, body(name="Ana"), sent_id="one")
    assert deliver(shop, body(name="Ana"), sent_id="two").status == 202
    assert kept(shop).status is DeliveryStatus.REPLAYED
    assert len(shop.views.runs().items) == 1


def test_a_wrong_signature_and_an_unknown_address_look_the_same_from_outside(shop: Workshop) -> None:
    listen(shop)
    forged = deliver(shop, body(name="Ana"), **{"X-Hub-Signature-256": "sha256=" + "0" * 64})
    assert "signature" in kept(shop).reason
    unknown = deliver(shop, body(name="Ana"), path="nowhere")
    assert forged == unknown
    assert forged.status == 404
    assert kept(shop).status is DeliveryStatus.REJECTED
    assert shop.views.runs().items == ()


def test_a_genuine_body_that_cannot_be_read_is_kept_and_starts_nothing(shop: Workshop) -> None:
    listen(shop)
    assert deliver(shop, b'{"name": ').status == 202
    assert kept(shop).status is DeliveryStatus.UNPARSED
    assert kept(shop).reason
    assert shop.views.runs().items == ()


def test_dedupe_by_an_expression(shop: Workshop) -> None:
    listen(shop, "{type: webhook, path: hook, verify: none, dedupe: body.order}")
    deliver(shop, body(name="Ana", order=7))
    deliver(shop, body(name="Ana Ruiz", order=7))
    deliver(shop, body(name="Ana", order=8))
    assert len(shop.views.runs().items) == 2


def test_dedupe_that_cannot_be_read_falls_back_on_the_body(shop: Workshop) -> None:
    listen(shop, "{type: webhook, path: hook, verify: none, dedupe: body.order}")
    deliver(shop, body(name="Ana"))
    deliver(shop, body(name="Ana"))
    deliver(shop, body(name="Ben"))
    assert len(shop.views.runs().items) == 2


def test_a_recipe_may_say_what_the_sender_is_told(shop: Workshop) -> None:
    listen(shop, "{type: webhook, path: hook, verify: none, respond: {status: 200, body: thanks}}")
    answer = deliver(shop, body(name="Ana"))
    assert (answer.status, answer.body) == (200, "thanks")


def test_a_handshake_is_answered_kept_and_starts_nothing(shop: Workshop) -> None:
    listen(shop, "{type: webhook, path: hook, verify: slack, secret: HOOK}")
    challenge = body(type="url_verification", challenge="abc123")
    stamp = str(int(shop.now) + 1)
    signature = hmac.new(b"hook-secret", b"v0:" + stamp.encode() + b":" + challenge, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Signature": f"v0={signature}", "X-Slack-Request-Timestamp": stamp}
    answer = deliver(shop, challenge, **headers)
    assert (answer.status, "abc123" in str(answer.body)) == (200, True)
    assert kept(shop).event_id == ""
    assert kept(shop).reason
    assert shop.views.runs().items == ()


@pytest.mark.parametrize("enabled", [True, False])
def test_every_recipe_that_listens_gets_a_run_of_its_own(shop: Workshop, enabled: bool) -> None:
    listen(shop, "{type: webhook, path: hook, verify: none}")
    if enabled:
        listen(shop, "{type: webhook, path: hook, verify: none}")
    deliver(shop, body(name="Ana"))
    assert len(shop.views.runs().items) == 1 + enabled


def test_a_recipe_that_believes_anybody_does_not_open_another_ones_door(shop: Workshop) -> None:
    listen(shop, "{type: webhook, path: hook, verify: none}")
    listen(shop)
    deliver(shop, body(name="Ana"), **{"X-Hub-Signature-256": "sha256=" + "0" * 64})
    (run,) = shop.views.runs().items
    assert run.recipe_id == "recipe-1"
