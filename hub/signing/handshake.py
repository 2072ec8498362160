"""Questions that senders ask before they send events: "are you there, and is this address yours?" """

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hub.errors import SignatureError
from hub.model import Delivery
from hub.signing.content import render_content
from hub.signing.reading import Reading
from hub.signing.scheme import Handshake, Scheme
from hub.signing.verifier import verify

# What may be echoed or signed for a stranger: a token, never markup and never something that could be a JSON object.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=:-]{1,512}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered over HTTP. `body` is text in UTF-8."""

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def answer_handshake(
    scheme: Scheme,
    delivery: Delivery,
    *,
    secrets: Sequence[str],
    handshake_secrets: Sequence[str] = (),
    tolerance: float | None = None,
    now: float,
) -> Answer | None:
    """The answer when this delivery is a handshake of the scheme, None when it is not.

    SignatureError when it is one and is not believed, or asks for more than a token to be given back.
    """
    reading = Reading(delivery, scheme)
    for handshake in scheme.handshakes:
        if delivery.method.upper() != handshake.method or not _is_meant(handshake, reading):
            continue
        secret = next(iter(secrets), "")
        if handshake.signed:
            found = verify(scheme, delivery, secrets=secrets, tolerance=tolerance, now=now)
            secret = secrets[found.secret_index]
        elif handshake.token:
            _check_token(reading.text(handshake.token), handshake_secrets)
        return _answer(handshake, reading, secret)
    return None


def _is_meant(handshake: Handshake, reading: Reading) -> bool:
    return all((found := reading.text(source)) and expected in ("*", found) for source, expected in handshake.when)


def _check_token(sent: str, secrets: Sequence[str]) -> None:
    if not any(secret and hmac.compare_digest(secret.encode(), sent.encode()) for secret in secrets):
        raise SignatureError("Somebody tried to connect this address with a token that is not the handshake secret.")


def _answer(handshake: Handshake, reading: Reading, secret: str) -> Answer:
    headers = tuple((name, _render(content, reading, secret)) for name, content in handshake.headers)
    if handshake.fields:
        fields = {name: _render(content, reading, secret) for name, content in handshake.fields}
        return Answer(200, json.dumps(fields), (("Content-Type", "application/json"), *headers))
    body = _render(handshake.text, reading, secret) if handshake.text else ""
    return Answer(200, body, (("Content-Type", "text/plain; charset=utf-8"), *headers))


def _render(content: str, reading: Reading, secret: str) -> str:
    for source in re.findall(r"\{(?:hmac_hex:|hmac_base64:)?([^{}]+)\}", content):
        if not _TOKEN.fullmatch(reading.text(source)):
            raise SignatureError("A handshake asked for something that is not a token to be given back.")
    return render_content(content, reading, secret=secret).decode()
