"""From a raw delivery to the data that a recipe sees; what is not believed never gets that far."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import SignatureError
from hub.model import Delivery, DeliveryStatus
from hub.signing import SCHEMES, Answer, sign
from hub.triggers.webhook import Reception, receive
from tests.signing.deliveries import NOW, delivery
from tests.triggers.samples import trigger

SECRETS = {"ONE": "correct horse", "TWO": "battery staple", "EMPTY": "", "TOKEN": "handshake"}
FORM = "application/x-www-form-urlencoded"


def take(sent: Delivery, *, now: float = NOW, **options: Any) -> Reception:
    settled = {"path": "leads", "verify": "none", **options}
    return receive(trigger("webhook", **settled), sent, secrets=SECRETS, now=now)


def github(body: bytes, secret: str = SECRETS["ONE"], **headers: str) -> Delivery:
    signed = sign(SCHEMES["github"], secret=secret, body=body, now=NOW, delivery_id="g1")
    return delivery(body, {**signed, **headers})


def test_a_signed_delivery_becomes_data() -> None:
    sent = github(b'{"name": "M\xc3\xbcller", "zip": "01234"}', **{"X-GitHub-Event": "push"})
    received = take(sent, verify="github", secret="ONE")
    assert received.status is DeliveryStatus.ACCEPTED
    assert received.key == "g1"
    assert received.data == {
        "body": {"name": "Müller", "zip": "01234"},
        "headers": {"content-type": "application/json", "x-github-delivery": "g1", "x-github-event": "push"},
        "query": {},
        "content_type": "application/json",
    }
    assert (received.secret_name, received.reason, received.answer) == ("ONE", "", None)


def test_which_of_two_secrets_fitted() -> None:
    sent = github(b"{}", SECRETS["TWO"])
    assert take(sent, verify="github", secret=["ONE", "TWO"]).secret_name == "TWO"
    assert take(sent, verify="github", secret=["MISSING", "EMPTY", "TWO"]).secret_name == "TWO"
    with pytest.raises(SignatureError, match="does not match"):
        take(sent, verify="github", secret="ONE")


@pytest.mark.parametrize("secret", ["MISSING", ["MISSING", "EMPTY"], "EMPTY", None, []])
def test_without_its_secret_nothing_is_believed(secret: Any) -> None:
    with pytest.raises(SignatureError, match=r"is not set, so nothing can be believed"):
        take(github(b"{}"), verify="github", secret=secret)


def test_an_unsigned_delivery_is_not_believed() -> None:
    with pytest.raises(SignatureError):
        take(delivery(b"{}"), verify="github", secret="ONE")
    with pytest.raises(SignatureError):
        take(delivery(b"{}"), verify=None)
    with pytest.raises(SignatureError):
        take(delivery(b"{}"), verify="nothing")


def test_the_tolerance_of_the_recipe_counts() -> None:
    body = b'{"id": "evt_1"}'
    sent = delivery(body, sign(SCHEMES["stripe"], secret=SECRETS["ONE"], body=body, now=NOW))
    assert take(sent, verify="stripe", secret="ONE", tolerance=3_600.0, now=NOW + 3_000).key == "evt_1"
    with pytest.raises(SignatureError, match="50 minutes old"):
        take(sent, verify="stripe", secret="ONE", now=NOW + 3_000)


def test_a_body_that_does_not_parse_is_kept_for_its_owner() -> None:
    received = take(github(b'{"a": 1'), verify="github", secret="ONE")
    assert received.status is DeliveryStatus.UNPARSED
    assert "not valid JSON" in received.reason
    assert received.data["body"] is None
    assert received.data["content_type"] == "application/json"
    assert received.key == "g1"


def test_an_address_that_does_not_parse_is_kept_too() -> None:
    received = take(delivery(b"{}", query="a=%ff"))
    assert received.status is DeliveryStatus.UNPARSED
    assert "The address cannot be read." in received.reason


def test_types_that_the_owner_does_not_take() -> None:
    received = take(delivery(b"a=1", content_type=FORM), content_types=["json"])
    assert received.status is DeliveryStatus.UNPARSED
    assert "takes json only" in received.reason


def test_a_method_that_is_not_taken() -> None:
    with pytest.raises(SignatureError, match=r"It came by GET; this webhook takes POST\."):
        take(delivery(b"", method="GET"))
    assert take(delivery(b"", method="get"), methods=["GET"]).status is DeliveryStatus.ACCEPTED


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Authorization", False),
        ("Proxy-Authorization", False),
        ("Cookie", False),
        ("X-Api-Key", False),
        ("X-ApiKey", False),
        ("X-Hub-Signature-256", False),
        ("X-Shopify-Hmac-Sha256", False),
        ("X-Gitlab-Token", False),
        ("X-Hook-Secret", False),
        ("X-Airtable-Content-MAC", False),
        ("User-Agent", True),
        ("X-GitHub-Event", True),
        ("Webhook-Id", True),
        ("Idempotency-Key", True),
    ],
)
def test_what_proves_the_sender_is_not_passed_on(name: str, kept: bool) -> None:
    assert (name.lower() in take(delivery(b"{}", {name: "v"})).data["headers"]) is kept


def test_a_token_of_ones_own_is_not_passed_on_either() -> None:
    choice = {"scheme": "token", "header": "X-Door"}
    received = take(delivery(b"{}", {"X-Door": SECRETS["ONE"]}), verify=choice, secret="ONE")
    assert SECRETS["ONE"] not in json.dumps(received.data)
    choice = {"scheme": "token", "query": "door"}
    received = take(delivery(b"{}", query="door=correct+horse&job=7"), verify=choice, secret="ONE")
    assert received.data["query"] == {"job": "7"}
    body = json.dumps({"google_key": SECRETS["ONE"], "lead_id": "l1"}).encode()
    received = take(delivery(body), verify="google_ads", secret="ONE")
    assert received.data["body"] == {"lead_id": "l1"}
    pair = {"Authorization": "Basic " + base64.b64encode(b"correct horse").decode()}
    assert SECRETS["ONE"] not in json.dumps(take(delivery(b"{}", pair), verify="basic", secret="ONE").data)


def test_headers_and_query_that_come_twice() -> None:
    sent = delivery(b"{}", [("X-A", "1"), ("x-a", "2")], query="a=1&a=2&b=3")
    data = take(sent).data
    assert data["headers"]["x-a"] == "2"
    assert data["query"] == {"a": ["1", "2"], "b": "3"}


def test_a_sender_that_wants_exactly_200_gets_it() -> None:
    body = b"{}"
    sent = delivery(body, sign(SCHEMES["companycam"], secret=SECRETS["ONE"], body=body, now=NOW))
    received = take(sent, verify="companycam", secret="ONE")
    assert (received.reply, received.answer) == (Answer(200), None)
    assert take(delivery(b"{}")).reply is None


def test_a_handshake_is_answered_and_is_no_event() -> None:
    sent = delivery(b"", method="GET", query="hub.mode=subscribe&hub.challenge=77&hub.verify_token=handshake")
    choice = {"scheme": "meta", "handshake_secret": "TOKEN"}
    received = take(sent, verify=choice, secret="ONE")
    assert received.answer is not None
    assert received.answer.body == "77"
    assert (received.key, dict(received.data)) == ("", {})
    with pytest.raises(SignatureError):
        take(sent, verify={"scheme": "meta", "handshake_secret": "MISSING"}, secret="ONE")
    first = delivery(b"{}", {"X-Hook-Secret": "fresh"})
    assert take(first, verify="asana", secret="MISSING").answer


def test_a_nul_in_a_header_does_not_reach_the_database() -> None:
    assert take(delivery(b"{}", {"X-A": "a\0b"})).data["headers"]["x-a"] == "a\ufffdb"


def test_an_expression_is_left_to_the_engine() -> None:
    received = take(delivery(b'{"id": 7}'), dedupe="body.id")
    assert received.key_expression == "body.id"
    assert received.key.startswith("sha256:")


@given(
    verify=st.sampled_from(["none", "github", "stripe", "slack", "meta", "twilio", "jotform", "asana", "token"]),
    method=st.sampled_from(["GET", "POST", "OPTIONS", "ä", ""]),
    headers=st.lists(
        st.tuples(st.sampled_from(["x-hook-secret", "authorization", "content-type", "cookie"]), st.text()), max_size=4
    ),
    body=st.binary(max_size=60) | st.text(max_size=20).map(str.encode),
    query=st.text(max_size=40),
    content_type=st.sampled_from(["application/json", FORM, "multipart/form-data; boundary=x", "text/plain", ""])
    | st.text(max_size=20),
)
def test_whatever_is_sent_is_taken_kept_or_not_believed(
    verify: str, method: str, headers: list[tuple[str, str]], body: bytes, query: str, content_type: str
) -> None:
    sent = delivery(body, headers, method=method, query=query, content_type=content_type)
    try:
        received = take(sent, verify=verify, secret="ONE")
    except SignatureError as problem:
        assert problem.message.endswith(".")
        return
    assert "\\u0000" not in json.dumps(dict(received.data), ensure_ascii=False).encode().decode()
    assert bool(received.answer) != bool(received.key)
    assert bool(received.reason) == (received.answer is not None or received.status is DeliveryStatus.UNPARSED)
