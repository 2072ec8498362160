"""What the Standard Webhooks library signs is believed here, and what is signed here it believes."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from hub.errors import SignatureError
from hub.signing import SCHEMES, sign, verify
from tests.signing.deliveries import NOW, delivery

STANDARD = SCHEMES["standard"]
KEYS = st.binary(min_size=24, max_size=64)
IDS = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789_-", min_size=1, max_size=40)


def secret_of(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


@given(key=KEYS, delivery_id=IDS, body=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_the_library_signs_is_believed(key: bytes, delivery_id: str, body: str) -> None:
    moment = datetime.fromtimestamp(NOW, UTC)
    signature = Webhook(secret_of(key)).sign(delivery_id, moment, body)
    headers = {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(NOW)),
        "webhook-signature": f"{signature} v1,AAAA v9,x {signature}",
    }
    sent = delivery(body.encode(), headers)
    assert verify(STANDARD, sent, secrets=[secret_of(key)], now=NOW).delivery_id == delivery_id


@given(key=KEYS, delivery_id=IDS, body=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_signed_here_the_library_believes(key: bytes, delivery_id: str, body: str) -> None:
    headers = sign(STANDARD, secret=secret_of(key), body=body.encode(), now=time.time(), delivery_id=delivery_id)
    library = Webhook(secret_of(key))
    library.verify(body, headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        library.verify(body + " ", headers, json_parse=False)


def test_a_malformed_entry_before_a_good_one_does_no_harm() -> None:
    """The library stumbles over it; we do not."""
    headers = sign(STANDARD, secret=secret_of(b"k" * 24), body=b"{}", now=NOW, delivery_id="msg_1")
    headers["Webhook-Signature"] = f"garbage v1,=== ,,, v1 {headers['Webhook-Signature']}"
    assert verify(STANDARD, delivery(b"{}", headers), secrets=[secret_of(b"k" * 24)], now=NOW).secret_index == 0


def test_a_fraction_of_a_second_is_no_time_stamp() -> None:
    """The library takes it; nobody sends it."""
    headers = sign(STANDARD, secret=secret_of(b"k" * 24), body=b"{}", now=NOW, delivery_id="msg_1")
    headers["Webhook-Timestamp"] += ".5"
    with pytest.raises(SignatureError):
        verify(STANDARD, delivery(b"{}", headers), secrets=[secret_of(b"k" * 24)], now=NOW)
