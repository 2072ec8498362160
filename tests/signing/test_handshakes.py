"""A sender's question is answered the way it wants, and only if it may ask."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from hub.errors import SignatureError
from hub.model import Delivery
from hub.signing import SCHEMES, Answer, answer_handshake, sign
from tests.signing.deliveries import NOW, delivery

SECRET = "correct horse battery staple"


def ask(name: str, sent: Delivery, *, secrets: list[str] | None = None, token: str = "") -> Answer | None:
    return answer_handshake(
        SCHEMES[name],
        sent,
        secrets=[SECRET] if secrets is None else secrets,
        handshake_secrets=[token] if token else [],
        now=NOW,
    )


def signed(name: str, body: bytes, **more: str) -> Delivery:
    headers = sign(SCHEMES[name], secret=SECRET, body=body, now=NOW, delivery_id="m1")
    return delivery(body, {**headers, **more})


def test_slack_gets_its_challenge_back() -> None:
    body = b'{"type": "url_verification", "token": "old", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7"}'
    answer = ask("slack", signed("slack", body))
    assert answer == Answer(
        200,
        "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7",
        (("Content-Type", "text/plain; charset=utf-8"),),
    )


def test_zoom_gets_its_token_encrypted() -> None:
    body = b'{"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}'
    answer = ask("zoom", signed("zoom", body), secrets=["an older one", SECRET])
    assert answer is not None
    assert json.loads(answer.body) == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": hmac.new(SECRET.encode(), b"qgg8vlvZRS6UYooatFL8Aw", "sha256").hexdigest(),
    }
    assert ("Content-Type", "application/json") in answer.headers


def test_twitch_gets_its_challenge_back() -> None:
    sent = signed(
        "twitch",
        b'{"challenge": "pogchamp-kappa-360noscope-vohiyo"}',
        **{"Twitch-Eventsub-Message-Type": "webhook_callback_verification"},
    )
    assert ask("twitch", sent).body == "pogchamp-kappa-360noscope-vohiyo"  # type: ignore[union-attr]


def test_meta_must_know_the_handshake_secret() -> None:
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock"
    sent = delivery(b"", method="GET", query=query)
    assert ask("meta", sent, token="meatyhamhock").body == "1158201444"  # type: ignore[union-attr]
    for token in ("", "other", SECRET):
        with pytest.raises(SignatureError, match="not the handshake secret"):
            ask("meta", sent, token=token)
    with pytest.raises(SignatureError):
        ask("meta", delivery(b"", method="GET", query="hub.mode=subscribe&hub.challenge=1"), token="meatyhamhock")


def test_asana_gets_its_secret_back() -> None:
    sent = delivery(b"{}", {"X-Hook-Secret": "b537207f20cbfa02357cf448134da559"})
    answer = ask("asana", sent, secrets=[])
    assert answer is not None
    assert (answer.status, answer.body) == (200, "")
    assert ("X-Hook-Secret", "b537207f20cbfa02357cf448134da559") in answer.headers


def test_dropbox_and_notion_and_x() -> None:
    assert ask("dropbox", delivery(b"", method="GET", query="challenge=abc")).body == "abc"  # type: ignore[union-attr]
    answer = ask("notion", delivery(b'{"verification_token": "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}'))
    assert answer is not None and answer.body == ""
    crc = ask("x", delivery(b"", method="GET", query="crc_token=foo&nonce=bar"))
    expected = base64.b64encode(hmac.new(SECRET.encode(), b"foo", "sha256").digest()).decode()
    assert json.loads(crc.body) == {"response_token": f"sha256={expected}"}  # type: ignore[union-attr]
    with pytest.raises(SignatureError, match="no secret to answer with"):
        ask("x", delivery(b"", method="GET", query="crc_token=foo"), secrets=[])


@pytest.mark.parametrize("name", ["slack", "zoom"])
def test_a_question_that_must_be_signed_and_is_not(name: str) -> None:
    body = (
        b'{"type": "url_verification", "challenge": "a",'
        b' "event": "endpoint.url_validation", "payload": {"plainToken": "a"}}'
    )
    sent = signed(name, body)
    forged = replace(sent, headers=())
    with pytest.raises(SignatureError):
        ask(name, forged)
    with pytest.raises(SignatureError):
        answer_handshake(SCHEMES[name], sent, secrets=[SECRET], now=NOW + 3_600)


@pytest.mark.parametrize(
    "asked",
    ["<script>alert(1)</script>", "a b", '{"id":1}', "a\r\nSet-Cookie: x", "ä", "a" * 513, "x%0d%0aY:1", '"', "{}"],
)
def test_nothing_but_a_token_is_given_back(asked: str) -> None:
    """Else a stranger could have a page shown from our address, or a body of his choice signed with our secret."""
    for name, parameter in (("dropbox", "challenge"), ("x", "crc_token")):
        with pytest.raises(SignatureError, match="not a token"):
            ask(name, delivery(b"", method="GET", query=f"{parameter}={quote(asked)}"))
    with pytest.raises(SignatureError):
        ask("asana", delivery(b"{}", {"X-Hook-Secret": asked}))


@pytest.mark.parametrize("name", SCHEMES)
def test_an_ordinary_delivery_is_no_question(name: str) -> None:
    assert ask(name, delivery(b'{"type": "event_callback", "event": {"type": "message"}}')) is None
    assert ask(name, delivery(b"", method="GET")) is None
    assert ask(name, delivery(b"\xff", method="DELETE")) is None
