"""What a recipe says under `verify` becomes a scheme, or a sentence that teaches."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from hub.errors import SignatureError
from hub.signing import SCHEMES, scheme_of, verify
from tests.signing.deliveries import NOW, delivery

SECRET = "correct horse battery staple"
BODY = b'{"id": "e1"}'
S = str(int(NOW))


def digest(message: bytes, algorithm: str = "sha256", key: bytes = SECRET.encode()) -> bytes:
    return hmac.new(key, message, algorithm).digest()


@pytest.mark.parametrize("name", SCHEMES)
def test_a_name_is_enough(name: str) -> None:
    assert scheme_of(name) is SCHEMES[name]
    assert scheme_of({"scheme": name}) == SCHEMES[name]


@pytest.mark.parametrize(
    ("choice", "headers"),
    [
        ({"scheme": "hmac"}, {"X-Signature": digest(BODY).hex()}),
        (
            {"scheme": "hmac", "header": "X-Lead-Sig", "algorithm": "sha1", "encoding": "base64", "prefix": "v1="},
            {"x-lead-sig": "v1=" + base64.b64encode(digest(BODY, "sha1")).decode()},
        ),
        ({"scheme": "hmac", "algorithm": "sha512"}, {"X-Signature": digest(BODY, "sha512").hex()}),
        ({"scheme": "hmac", "key": "base64"}, {"X-Signature": digest(BODY, key=base64.b64decode("c2VjcmV0")).hex()}),
        (
            {"scheme": "hmac", "content": "{timestamp}.{body}", "timestamp": "X-Time"},
            {"X-Time": S, "X-Signature": digest(f"{S}.".encode() + BODY).hex()},
        ),
        (
            {"scheme": "hmac", "content": "{timestamp}{body}", "timestamp": "X-Time", "unit": "ms"},
            {"X-Time": S + "000", "X-Signature": digest(f"{S}000".encode() + BODY).hex()},
        ),
        (
            {"scheme": "hmac", "content": "{id}:{body}", "id": "header:X-Id"},
            {"X-Id": "e1", "X-Signature": digest(b"e1:" + BODY).hex()},
        ),
        (
            {"scheme": "hmac", "content": "{method} {path}?{query}\n{header:X-A}\n{body_sha256}"},
            {
                "X-A": "ä",
                "X-Signature": digest(f"POST /hooks/leads?a=1\nä\n{hashlib.sha256(BODY).hexdigest()}".encode()).hex(),
            },
        ),
        ({"scheme": "token", "header": "X-Key"}, {"X-Key": SECRET}),
        ({"scheme": "token", "header": "X-Key", "prefix": "Key "}, {"X-Key": f"Key {SECRET}"}),
        ({"scheme": "token", "prefix": "Token "}, {"Authorization": f"Token {SECRET}"}),
    ],
)
def test_details_make_a_scheme_of_ones_own(choice: dict[str, str], headers: dict[str, str]) -> None:
    secret = "c2VjcmV0" if choice.get("key") == "base64" else SECRET
    sent = delivery(BODY, headers, query="a=1")
    assert verify(scheme_of(choice), sent, secrets=[secret], now=NOW).secret_index == 0
    with pytest.raises(SignatureError):
        verify(scheme_of(choice), sent, secrets=[secret + "x"], now=NOW)


def test_a_token_in_the_address() -> None:
    scheme = scheme_of({"scheme": "token", "query": "key"})
    sent = delivery(BODY, query="key=correct%20horse+battery%20staple")
    assert verify(scheme, sent, secrets=[SECRET], now=NOW).secret_index == 0


@pytest.mark.parametrize(
    ("choice", "message", "hint"),
    [
        ("stripes", "no way to verify that is called 'stripes'", "Did you mean stripe?"),
        ("hubspot-v2", "called 'hubspot-v2'", "Did you mean hubspot_v2?"),
        ("GitHub", "called 'GitHub'", "Did you mean github?"),
        ("zzz", "called 'zzz'", "all are listed in docs/webhooks.md"),
        ("", "called ''", "Write one of standard"),
        (5, "no way to verify", "Write one of standard"),
        (["hmac"], "no way to verify", "Write one of standard"),
        ({}, "has no name", "scheme: hmac"),
        ({"header": "X-Sig"}, "has no name", "scheme: hmac"),
        ({"scheme": "hmac", "heeder": "X"}, "hmac knows no key 'heeder'", "Did you mean header?"),
        ({"scheme": "stripe", "header": "X"}, "stripe knows no key 'header'", "Write only `verify: stripe`."),
        ({"scheme": "hmac", "header": "X Sig"}, "header must be the name of a header", "X-Signature"),
        ({"scheme": "hmac", "header": "X-Sig\r\nY: 1"}, "header must be the name of a header", "X-Signature"),
        ({"scheme": "hmac", "header": ""}, "header must be a text", ""),
        ({"scheme": "hmac", "algorithm": "md5"}, "algorithm cannot be 'md5'", "sha256, sha1, sha512"),
        ({"scheme": "hmac", "encoding": "utf8"}, "encoding cannot be 'utf8'", "hex, base64"),
        ({"scheme": "hmac", "content": "{bdy}"}, "{bdy} is no piece", "{timestamp}.{body}"),
        ({"scheme": "hmac", "content": "{body"}, "a brace is not closed", "{timestamp}.{body}"),
        ({"scheme": "hmac", "content": "{timestamp}"}, "body is not in the signed content", "{timestamp}.{body}"),
        ({"scheme": "hmac", "content": "hello"}, "anybody could change it", "{timestamp}.{body}"),
        ({"scheme": "hmac", "content": "{timestamp}.{body}"}, "holds a time stamp", "timestamp: X-Timestamp"),
        ({"scheme": "hmac", "timestamp": "X-Time"}, "not in the signed content, so it proves nothing", "{timestamp}"),
        ({"scheme": "hmac", "unit": "ms"}, "there is no timestamp", ""),
        ({"scheme": "hmac", "content": "{secret}{body}"}, "does not belong into the content", ""),
        ({"scheme": "hmac", "content": "{hmac_hex}{body}"}, "is no piece", "{timestamp}"),
        ({"scheme": "hmac", "content": "{body:}{body}"}, "brace", "{timestamp}"),
        ({"scheme": "hmac", "id": "X-Id"}, "id says where", "id: header:X-Id"),
        ({"scheme": "hmac", "id": "cookie:x"}, "id says where", "id: header:X-Id"),
        ({"scheme": "token", "header": "X", "query": "y"}, "not in both", "Keep one"),
        ({"scheme": "token", "query": "a b"}, "bare name of the parameter", "query: token"),
        ({"scheme": "github", "handshake_secret": "X"}, "no handshake with a secret", ""),
        ({"scheme": "none", "header": "x"}, "none knows no key 'header'", "scheme, id"),
    ],
)
def test_a_wrong_choice_is_explained(choice: Any, message: str, hint: str) -> None:
    with pytest.raises(SignatureError) as caught:
        scheme_of(choice)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_an_id_of_ones_own_is_known_to_be_signed_or_not() -> None:
    assert scheme_of({"scheme": "hmac", "id": "body:id"}).id_signed
    assert scheme_of({"scheme": "hmac", "id": "header:X-Id", "content": "{id}.{body}"}).id_signed
    assert scheme_of({"scheme": "hmac", "id": "header:X-Id", "content": "{header:X-ID}.{body}"}).id_signed
    assert not scheme_of({"scheme": "hmac", "id": "header:X-Id"}).id_signed
    assert not scheme_of({"scheme": "token", "id": "body:id"}).id_signed
