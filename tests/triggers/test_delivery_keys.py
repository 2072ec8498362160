"""The same delivery has the same key however often it comes; another one has another; an old one is caught."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from hub.model import Delivery
from hub.signing import SCHEMES, scheme_of, sign
from hub.triggers.webhook import Reception, receive
from tests.signing.deliveries import NOW, delivery
from tests.triggers.samples import trigger

SECRET = "correct horse"


def take(verify: Any, sent: Delivery, *, now: float = NOW) -> Reception:
    hook = trigger("webhook", path="leads", verify=verify, secret="ONE", methods=["GET", "POST"])
    return receive(hook, sent, secrets={"ONE": SECRET}, now=now)


def sent_by(verify: Any, body: bytes, *, now: float = NOW, id: str = "", **more: Any) -> Delivery:
    headers = sign(scheme_of(verify), secret=SECRET, body=body, now=now, delivery_id=id)
    return delivery(body, headers, **more)


def sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def test_a_signed_id_is_enough() -> None:
    received = take("stripe", sent_by("stripe", b'{"id": "evt_1"}'))
    assert (received.key, received.replay_body_sha) == ("evt_1", "")


def test_an_id_that_is_not_signed_is_watched_by_the_body() -> None:
    """GitHub signs the body alone: an old delivery under a new id would be believed."""
    first = take("github", sent_by("github", b'{"a": 1}', id="g1"))
    again = take("github", sent_by("github", b'{"a": 1}', id="g2"))
    assert (first.key, again.key) == ("g1", "g2")
    assert first.replay_body_sha == again.replay_body_sha == sha(b'{"a": 1}')
    assert take("github", sent_by("github", b'{"a": 2}', id="g3")).replay_body_sha != first.replay_body_sha


def test_a_signed_time_stamp_makes_equal_bodies_different() -> None:
    first = take("zendesk", sent_by("zendesk", b"{}", id="z1"))
    later = take("zendesk", sent_by("zendesk", b"{}", id="z2", now=NOW + 60))
    assert first.replay_body_sha and later.replay_body_sha
    assert first.replay_body_sha != later.replay_body_sha


def test_who_knows_the_token_needs_no_replay() -> None:
    received = take("token", sent_by("token", b"{}", id="k1"))
    assert (received.key, received.replay_body_sha) == ("k1", "")


def test_without_an_id_the_body_is_the_key() -> None:
    first = take("jobber", sent_by("jobber", b'{"a": 1}'))
    assert first.key == "sha256:" + sha(b'{"a": 1}')
    assert first.replay_body_sha == ""
    assert take("jobber", sent_by("jobber", b'{"a": 1}', query="x=1")).key == first.key
    assert take("jobber", sent_by("jobber", b'{"a":1}')).key != first.key


def test_where_nothing_is_signed_the_address_counts_too() -> None:
    keys = [
        take("none", delivery(b"{}", query="job=1")).key,
        take("none", delivery(b"{}", query="job=2")).key,
        take("none", delivery(b"", query="job=1", method="GET")).key,
        take("none", delivery(b"", query="job=2", method="GET")).key,
        take("none", delivery(b"", query="job=1", method="POST")).key,
    ]
    assert len(set(keys)) == len(keys)
    assert take("none", delivery(b"{}", query="job=1")).key == keys[0]


def test_a_changed_token_in_the_address_does_not_change_the_key() -> None:
    hook = trigger("webhook", path="leads", verify="jotform", secret=["ONE", "TWO"])
    body, kind = b"q1=a", "application/x-www-form-urlencoded"
    keys = {
        receive(
            hook, delivery(body, query=f"token={token}", content_type=kind), secrets={"ONE": "a", "TWO": "b"}, now=NOW
        ).key
        for token in ("a", "b")
    }
    assert len(keys) == 1


def test_pings_are_always_new() -> None:
    sent = sent_by("dropbox", b"{}")
    assert take("dropbox", sent).key == "dlv_1"
    again = take("dropbox", replace(sent, id="dlv_2"))
    assert (again.key, again.replay_body_sha) == ("dlv_2", "")


@pytest.mark.parametrize("known", ["x" * 201, "ä", " leading", "a\tb", "a\nb", "\u202eabc"])
def test_an_odd_id_becomes_a_hash(known: str) -> None:
    body = json.dumps({"id": known}).encode()
    key = take("stripe", sent_by("stripe", body)).key
    assert key == "sha256:" + sha(known.encode())
    assert len(key) < 80


def test_an_id_that_is_no_text_counts_as_none() -> None:
    for body in (b'{"id": null}', b'{"id": true}', b'{"id": {"a": 1}}', b'{"id": ""}', b"[]"):
        assert take("stripe", sent_by("stripe", body)).key == "sha256:" + sha(body)
    assert take("stripe", sent_by("stripe", b'{"id": 7}')).key == "7"


def test_many_events_in_one_delivery_are_known_by_all_their_ids() -> None:
    url = delivery().url
    body = b'[{"eventId": 1}, {"eventId": 2}]'
    headers = sign(SCHEMES["hubspot"], secret=SECRET, body=body, now=NOW, url=url)
    assert take("hubspot", delivery(body, headers)).key == "1,2"


def test_an_id_of_ones_own_choice() -> None:
    choice = {"scheme": "hmac", "id": "body:order.number"}
    received = take(choice, sent_by(choice, b'{"order": {"number": "A-7"}}'))
    assert (received.key, received.replay_body_sha) == ("A-7", "")
