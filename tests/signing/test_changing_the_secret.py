"""While a secret is being changed several count, and it is known which one fitted."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.errors import SignatureError
from hub.signing import SCHEMES, sign, verify
from tests.signing.deliveries import NOW, delivery

STANDARD = SCHEMES["standard"]
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()
NEW = "whsec_" + base64.b64encode(b"n" * 24).decode()
SEED = b"s" * 32
PRIVATE = "whsk_" + base64.b64encode(SEED).decode()
PUBLIC = (
    "whpk_"
    + base64.b64encode(
        Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    ).decode()
)


def signed(secret: str) -> dict[str, str]:
    return sign(STANDARD, secret=secret, body=b"{}", now=NOW, delivery_id="msg_1")


@pytest.mark.parametrize(("secret", "index"), [(NEW, 0), (OLD, 1)])
def test_either_of_two_secrets_fits_and_is_named(secret: str, index: int) -> None:
    assert verify(STANDARD, delivery(b"{}", signed(secret)), secrets=[NEW, OLD], now=NOW).secret_index == index


def test_an_unreadable_secret_does_not_hide_a_good_one() -> None:
    sent = delivery(b"{}", signed(NEW))
    assert verify(STANDARD, sent, secrets=["whsec_*****", "", NEW], now=NOW).secret_index == 2


@pytest.mark.parametrize("secret", ["whsec_*****", "whsec_", "whsec_ä", "whpk_AAAA", "whpk_"])
def test_a_secret_that_is_no_key_says_so(secret: str) -> None:
    sent = delivery(b"{}", signed(PRIVATE if secret.startswith("whpk_") else NEW))
    with pytest.raises(SignatureError, match="not written the way this sender's secrets are") as caught:
        verify(STANDARD, sent, secrets=[secret], now=NOW)
    assert "*****" not in str(caught.value.as_dict())


def test_a_sender_who_signs_with_both_is_believed_with_either() -> None:
    old, new = signed(OLD), signed(NEW)
    both = {**new, "Webhook-Signature": f"{old['Webhook-Signature']} {new['Webhook-Signature']}"}
    for secret in (OLD, NEW):
        assert verify(STANDARD, delivery(b"{}", both), secrets=[secret], now=NOW).secret_index == 0


def test_a_public_key_believes_the_signature_of_its_private_key() -> None:
    headers = signed(PRIVATE)
    assert headers["Webhook-Signature"].startswith("v1a,")
    assert verify(STANDARD, delivery(b"{}", headers), secrets=[NEW, PUBLIC], now=NOW).secret_index == 1
    with pytest.raises(SignatureError, match="does not match"):
        verify(STANDARD, delivery(b"{} ", headers), secrets=[PUBLIC], now=NOW)


def test_the_secret_decides_what_kind_of_signature_counts() -> None:
    """Nobody who knows the public key can pass it off as the key of an HMAC."""
    as_if_symmetric = signed("whsec_" + PUBLIC.removeprefix("whpk_"))
    with pytest.raises(SignatureError):
        verify(STANDARD, delivery(b"{}", as_if_symmetric), secrets=[PUBLIC], now=NOW)
    renamed = {**as_if_symmetric, "Webhook-Signature": as_if_symmetric["Webhook-Signature"].replace("v1,", "v1a,")}
    with pytest.raises(SignatureError):
        verify(STANDARD, delivery(b"{}", renamed), secrets=[PUBLIC], now=NOW)
