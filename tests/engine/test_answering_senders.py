"""`respond`, `limit` and `gzip` of a webhook, and another text under a known id."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from hub.engine.reception import Answer
from hub.engine.turnstile import REJECTED_PER_SENDER, Turnstile
from hub.model import Delivery, DeliveryStatus, new_id
from hub.queue import OwnPace
from tests.engine.conftest import Workshop
from tests.engine.test_intake import body, deliver, kept, listen

OPEN = "{type: webhook, path: hook, verify: none"


def send(shop: Workshop, raw: bytes, *, intake: Any = None, remote: str = "", **headers: str) -> Answer:
    """Bring an unsigned delivery."""
    shop.now += 1
    given = {"Content-Type": "application/json", **headers}
    delivery = Delivery(
        new_id("dlv", shop.now), "hook", "POST", "http://x/hooks/hook", "", tuple(given.items()), raw, shop.now, remote
    )
    answer: Answer = (intake or shop.intake).deliver(delivery)
    return answer


def test_another_text_under_a_known_id_is_a_conflict(shop: Workshop) -> None:
    listen(shop)
    first = deliver(shop, body(name="Ana"), sent_id="one")
    answer = deliver(shop, body(name="Eve"), sent_id="one")
    assert (answer.status, answer.body) == (202, {"id": first.body["id"], "status": "conflict"})
    assert kept(shop).status is DeliveryStatus.CONFLICT
    assert len(shop.views.runs().items) == 1


def test_it_is_a_duplicate_where_the_recipe_itself_names_the_key(shop: Workshop) -> None:
    listen(shop, OPEN + ", dedupe: body.order}")
    send(shop, body(order=7, name="Ana"))
    send(shop, body(order=7, name="Ben"))
    assert kept(shop).status is DeliveryStatus.DUPLICATE


def test_the_answer_may_use_what_came(shop: Workshop) -> None:
    listen(shop, OPEN + ', respond: {status: 200, body: {hello: "{{ body.name }}", n: "{{ body.n + 1 }}"}}}')
    assert send(shop, body(name="Ana", n=1)).body == {"hello": "Ana", "n": 2}


def test_an_answer_that_cannot_be_rendered_is_the_plain_one(shop: Workshop) -> None:
    listen(shop, OPEN + ', respond: {status: 201, body: "{{ body.missing.deep }}"}}')
    answer = send(shop, body(name="Ana"))
    assert (answer.status, answer.body["status"]) == (201, "accepted")
    assert len(shop.views.runs().items) == 1


def test_the_answer_may_have_a_type_of_its_own(shop: Workshop) -> None:
    listen(shop, OPEN + ", respond: {body: '<Response/>', content_type: text/xml}}")
    answer = send(shop, body(name="Ana"))
    assert (answer.status, answer.body, answer.headers) == (202, "<Response/>", {"Content-Type": "text/xml"})


def test_with_wait_the_answer_knows_the_result(shop: Workshop) -> None:
    listen(shop, OPEN + ', respond: {wait: 5s, body: {sent: "{{ result }}", to: "{{ body.name }}"}}}')
    answer = send(shop, body(name="Ana"))
    assert (answer.status, answer.body["status"]) == (202, "accepted")
    assert answer.awaited.seconds == 5.0
    ending = shop.views.ending(answer.awaited.event_id, answer.awaited.recipe_id)
    assert ending is not None
    assert not ending.over
    shop.finish()
    ending = shop.views.ending(answer.awaited.event_id, answer.awaited.recipe_id)
    assert ending is not None
    assert ending.over
    told = answer.awaited.tell(ending.run_id, ending.status.value, ending.result)
    assert (told.status, told.body["to"]) == (200, "Ana")
    assert told.body["sent"] == ending.result
    again = send(shop, body(name="Ana"))
    assert again.awaited.event_id == answer.awaited.event_id


def test_without_a_body_the_sender_hears_how_it_ended(shop: Workshop) -> None:
    listen(shop, OPEN + ", respond: {wait: 5s}}")
    answer = send(shop, body(name="Ana"))
    told = answer.awaited.tell("run_1", "failed", None)
    event_id = answer.awaited.event_id
    assert (told.status, told.body) == (200, {"id": event_id, "run": "run_1", "status": "failed", "result": None})


def test_more_than_the_limit_is_refused_and_counted_not_kept(shop: Workshop) -> None:
    listen(shop, OPEN + ", limit: 3 per minute}")
    turnstile = Turnstile(OwnPace(), shop.ledger, clock=shop.clock, default=None)
    intake = replace(shop.intake, turnstile=turnstile)
    answers = [send(shop, body(n=n), intake=intake) for n in range(5)]
    assert [each.status for each in answers] == [202, 202, 202, 429, 429]
    seconds = int(answers[3].headers["Retry-After"])
    assert 0 < seconds <= 20
    assert f"send it again in {seconds} s" in answers[3].body["error"]["message"]
    assert len(shop.views.deliveries().items) == 3
    shop.now += seconds
    assert send(shop, body(n=9), intake=intake).status == 202
    turnstile.write()
    [refused] = shop.views.refused(since=0.0)
    assert (refused.path, refused.kind, refused.count) == ("hook", "too many", 2)


def test_whoever_is_not_believed_uses_up_nothing_and_fills_no_disk(shop: Workshop) -> None:
    listen(shop, "{type: webhook, path: hook, verify: github, secret: HOOK, limit: 1 per minute}")
    turnstile = Turnstile(OwnPace(), shop.ledger, clock=lambda: shop.now, default=None)
    intake = replace(shop.intake, turnstile=turnstile)
    start = shop.now
    for number in range(REJECTED_PER_SENDER + 30):
        shop.now = start
        assert send(shop, body(n=number), intake=intake, remote="203.0.113.9").status == 404
    assert len(shop.views.deliveries(limit=500).items) == REJECTED_PER_SENDER
    assert send(shop, body(n=1), intake=intake, remote="203.0.113.10").status == 404
    assert len(shop.views.deliveries(limit=500).items) == REJECTED_PER_SENDER + 1
    turnstile.write()
    assert [each.count for each in shop.views.refused(since=0.0)] == [30]


def test_compressed_bodies_are_read_where_the_trigger_says_so(shop: Workshop) -> None:
    listen(shop, OPEN + ", gzip: true}")
    raw = gzip.compress(body(name="Ana")) + gzip.compress(b" ")
    assert send(shop, raw, **{"Content-Encoding": "gzip"}).status == 202
    page = shop.views.delivery(kept(shop).id)
    assert page is not None
    assert page.delivery.body == raw
    event = shop.views.event(kept(shop).event_id)
    assert event is not None
    assert event.event.data["body"] == {"name": "Ana"}
    again = gzip.compress(body(name="Ana"), mtime=1) + gzip.compress(b" ")
    assert send(shop, again, **{"Content-Encoding": "gzip"}).body["status"] == "duplicate"


@pytest.mark.parametrize("signs", ["the text", "what it is compressed to"])
def test_either_form_may_be_signed(shop: Workshop, signs: str) -> None:
    listen(shop, "{type: webhook, path: hook, verify: github, secret: HOOK, gzip: true}")
    text = body(name="Ana")
    raw = gzip.compress(text)
    signature = _github(text if signs == "the text" else raw)
    headers = {"Content-Encoding": "gzip", "X-Hub-Signature-256": signature, "X-GitHub-Delivery": "1"}
    assert send(shop, raw, **headers).body["status"] == "accepted"
    other = gzip.compress(text, mtime=1)  # the sender compresses it anew when it repeats it
    repeated = {**headers, "X-Hub-Signature-256": _github(text if signs == "the text" else other)}
    assert send(shop, other, **repeated).body["status"] == "duplicate"
    assert send(shop, raw, **{**headers, "X-Hub-Signature-256": _github(b"other")}).status == 404
    assert len(shop.views.runs().items) == 1


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (gzip.compress(b" " * 9_000_000), "larger than 8,388,608 bytes"),
        (gzip.compress(b"{}")[:-3], "cut"),
        (b"no gzip at all", "damaged"),
        (gzip.compress(b"{}") * 200, "too many parts"),
    ],
)
def test_bombs_and_damaged_ones_are_kept_and_start_nothing(shop: Workshop, raw: bytes, reason: str) -> None:
    listen(shop, OPEN + ", gzip: true}")
    assert send(shop, raw, **{"Content-Encoding": "gzip"}).body["status"] == "unparsed"
    assert reason in kept(shop).reason
    assert shop.views.runs().items == ()


def test_compressed_bodies_elsewhere_are_refused_to_whom_is_believed(shop: Workshop) -> None:
    listen(shop)
    raw = gzip.compress(body(name="Ana"))
    headers = {"Content-Encoding": "gzip", "X-GitHub-Delivery": "1"}
    refused = send(shop, raw, **headers, **{"X-Hub-Signature-256": _github(raw)})
    assert (refused.status, json.loads(refused.body)["error"]["code"]) == (415, "encoded")
    assert "gzip: true" in kept(shop).reason
    assert send(shop, raw, **headers, **{"X-Hub-Signature-256": _github(b"x")}).status == 404
    assert shop.views.runs().items == ()


def _github(raw: bytes) -> str:
    return "sha256=" + hmac.new(b"hook-secret", raw, hashlib.sha256).hexdigest()
