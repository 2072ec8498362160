"""What `sign` signs, `verify` believes, for every scheme that signs in a header; and nothing that was changed since."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import SignatureError
from hub.signing import SCHEMES, Kind, Scheme, sign, verify
from tests.signing.deliveries import NOW, delivery

FORM = "application/x-www-form-urlencoded"
SIGNING = [scheme for scheme in SCHEMES.values() if scheme.signs and scheme.carrier.source.startswith("header:")]
HMACS = [scheme for scheme in SIGNING if scheme.kind is Kind.HMAC]

BODIES = {"twilio": b"a=1&b=%C3%A9", "linear": f'{{"webhookTimestamp": {int(NOW * 1000)}}}'.encode()}

P256 = ec.derive_private_key(99, ec.SECP256R1())
SEED = b"q" * 32


def keys_for(scheme: Scheme, raw: bytes) -> tuple[str, str]:
    """(the secret to sign with, the secret to check with)."""
    if scheme.kind is Kind.ED25519:
        public = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(SEED).decode(), public.hex()
    if scheme.kind is Kind.ECDSA:
        private = P256.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public_pem = P256.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        return private, public_pem
    secret = raw.hex() if scheme.key == "text" else base64.b64encode(raw).decode()
    return secret, secret


def send(scheme: Scheme, secret: str, body: bytes) -> dict[str, str]:
    kind = FORM if scheme.name == "twilio" else "application/json"
    url = delivery().url
    return sign(scheme, secret=secret, body=body, now=NOW, delivery_id="id_1", url=url, content_type=kind)


@pytest.mark.parametrize("scheme", SIGNING, ids=lambda scheme: scheme.name)
def test_signed_is_believed_and_changed_is_not(scheme: Scheme) -> None:
    body = BODIES.get(scheme.name, '{"name": "Müller"}'.encode())
    private, public = keys_for(scheme, b"k" * 24)
    kind = FORM if scheme.name == "twilio" else "application/json"
    sent = delivery(body, send(scheme, private, body), content_type=kind)
    verify(scheme, sent, secrets=[public], now=NOW)
    for position in range(len(body)):
        flipped = body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :]
        with pytest.raises(SignatureError):
            verify(scheme, replace(sent, body=flipped), secrets=[public], now=NOW)


@given(
    scheme=st.sampled_from([each for each in HMACS if each.name != "twilio"]),
    body=st.binary(),
    raw=st.binary(min_size=1),
)
def test_any_body_and_any_secret_will_do(scheme: Scheme, body: bytes, raw: bytes) -> None:
    if scheme.stamp and scheme.stamp.source.startswith("body:"):
        scheme = replace(scheme, stamp=None)
    private, public = keys_for(scheme, raw)
    sent = delivery(body, send(scheme, private, body))
    assert verify(scheme, sent, secrets=[public], now=NOW).secret_index == 0


@given(
    scheme=st.sampled_from([each for each in HMACS if each.name != "linear"]),
    header=st.text(st.characters(max_codepoint=255), max_size=120),
)
def test_any_other_signature_is_refused_in_words(scheme: Scheme, header: str) -> None:
    _, public = keys_for(scheme, b"k" * 24)
    headers = send(scheme, public, b"{}")
    carrier = scheme.carrier.source.split("|")[0].removeprefix("header:") + ("-1" if scheme.carrier.numbered else "")
    name = next(each for each in headers if each.lower() == carrier)
    with pytest.raises(SignatureError) as caught:
        verify(scheme, delivery(b"{}", {**headers, name: header}), secrets=[public], now=NOW)
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("name", ["mailgun", "jotform", "google_ads"])
def test_a_scheme_without_a_header_says_that_it_cannot_sign(name: str) -> None:
    with pytest.raises(ValueError, match="does not sign in a header"):
        sign(SCHEMES[name], secret="s", body=b"{}", now=NOW)


def test_the_headers_of_the_simple_schemes() -> None:
    assert sign(SCHEMES["none"], secret="", body=b"", now=NOW) == {}
    assert sign(SCHEMES["token"], secret="t0p", body=b"", now=NOW) == {"Authorization": "Bearer t0p"}
    assert sign(SCHEMES["basic"], secret="a:b", body=b"", now=NOW) == {"Authorization": "Basic YTpi"}
    assert sign(SCHEMES["gitlab"], secret="t0p", body=b"", now=NOW) == {"X-Gitlab-Token": "t0p"}
