"""The bytes that are signed: a text with pieces in braces becomes bytes.

| piece | what it is |
|---|---|
| `{body}` | the raw body |
| `{body_sha256}` | the hex SHA-256 of the body |
| `{timestamp}` | the time stamp, as it was sent |
| `{id}` | the delivery's id, as it was sent |
| `{method}`, `{url}`, `{path}`, `{query}` | of the request; the address is the public one |
| `{url_other_port}` | the address without its port, or with the usual one where it has none |
| `{url_decoded}` | the address with the percent codes decoded that HubSpot decodes |
| `{form}` | the form's names and values, sorted, as Twilio signs them |
| `{secret}` | the secret itself |
| `{hmac_hex:SOURCE}`, `{hmac_base64:SOURCE}` | the HMAC-SHA256 of the text there |
| `{header:NAME}`, `{query:NAME}`, `{body:PATH}`, `{form:NAME}` | the text there |
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from hub.errors import SignatureError
from hub.signing.forms import MOST_FIELDS
from hub.signing.reading import Reading

_PIECE = re.compile(r"\{([a-z0-9_]+)(:[^{}:]+(?::[^{}]+)?)?\}")
_SOURCES = frozenset({"header", "query", "body", "form"})
_SOURCE = "@source"

# developers.hubspot.com, "Validate the v3 request signature": only these are decoded, and each once.
_HUBSPOT_CODES = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
_HUBSPOT_CODE = re.compile("|".join(_HUBSPOT_CODES), re.IGNORECASE)


@lru_cache(maxsize=512)
def split_content(content: str) -> tuple[tuple[str, str], ...]:
    """The pieces of a content as (name, argument); plain text has the name "". ValueError for a piece nobody knows."""
    pieces: list[tuple[str, str]] = []
    end = 0
    for match in _PIECE.finditer(content):
        pieces.append(("", content[end : match.start()]))
        name, argument = match[1], (match[2] or "")[1:]
        if name in _SOURCES and argument:
            pieces.append((_SOURCE, f"{name}:{argument}"))
        elif name in _PIECES and bool(argument) == name.startswith("hmac_"):
            pieces.append((name, argument))
        else:
            raise ValueError(f"{match[0]} is no piece of signed content")
        end = match.end()
    pieces.append(("", content[end:]))
    for number, (name, _) in enumerate(pieces[:-1]):
        if name == "id":  # what ends the id may not stand in it, see _id
            pieces[number] = (name, pieces[number + 1][1][:1])
    if any("{" in text or "}" in text for name, text in pieces if not name):
        raise ValueError("a brace is not closed")
    return tuple(piece for piece in pieces if piece != ("", ""))


def render_content(content: str, reading: Reading, *, secret: str = "") -> bytes:
    """The bytes that `content` stands for. SignatureError when a piece that must be there is missing."""
    return b"".join(_render(reading, name, argument, secret) for name, argument in split_content(content))


def _render(reading: Reading, name: str, argument: str, secret: str) -> bytes:
    if not name:
        return argument.encode()
    if name == _SOURCE:
        return _required(reading.text(argument), argument.partition(":")[2])
    return _PIECES[name](reading, argument, secret)


def _body(reading: Reading, _argument: str, _secret: str) -> bytes:
    return reading.delivery.body


def _body_sha256(reading: Reading, _argument: str, _secret: str) -> bytes:
    return hashlib.sha256(reading.delivery.body).hexdigest().encode()


def _timestamp(reading: Reading, _argument: str, _secret: str) -> bytes:
    stamp = reading.scheme.stamp
    return _required(reading.text(stamp.source) if stamp else "", "time stamp")


def _id(reading: Reading, end: str, _secret: str) -> bytes:
    # "a" + "." + "1.b" and "a.1" + "." + "b" are the same bytes: an id that holds its own end could eat the time stamp.
    found = read_id(reading)
    if end and end in found:
        raise SignatureError(f"The delivery's id holds {end!r}, which it may not.")
    return _required(found, "delivery id")


def _method(reading: Reading, _argument: str, _secret: str) -> bytes:
    return reading.delivery.method.upper().encode("ascii")


def _url(reading: Reading, _argument: str, _secret: str) -> bytes:
    return reading.url.encode()


def _url_other_port(reading: Reading, _argument: str, _secret: str) -> bytes:
    parts = urlsplit(reading.url)
    host = parts.netloc.rpartition("@")[2]
    name = re.sub(r":\d+$", "", host)
    other = name if name != host else f"{name}:{443 if parts.scheme == 'https' else 80}"
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(host, other))).encode()


def _url_decoded(reading: Reading, _argument: str, _secret: str) -> bytes:
    return _HUBSPOT_CODE.sub(lambda code: _HUBSPOT_CODES[code[0].upper()], reading.url).encode()


def _path(reading: Reading, _argument: str, _secret: str) -> bytes:
    return urlsplit(reading.url).path.encode()


def _query(reading: Reading, _argument: str, _secret: str) -> bytes:
    return reading.delivery.query.encode()


def _form(reading: Reading, _argument: str, _secret: str) -> bytes:
    # Twilio: name and value of each pair, sorted, each pair once. A body that is no form is not signed itself; its hash
    # stands in the address, which is. twilio.com/docs/usage/security
    body = reading.delivery.body
    promised = reading.text("query:bodySHA256")
    if promised:
        if not hmac.compare_digest(promised.lower().encode(), hashlib.sha256(body).hexdigest().encode()):
            raise SignatureError("The body is not the one whose hash stands in the address.")
        return b""
    if not body:
        return b""
    pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    if not pairs:
        raise SignatureError("The body is neither a form nor named by its hash in the address.")
    return "".join(name + value for name, value in sorted(set(pairs))).encode()


def _secret(_reading: Reading, _argument: str, secret: str) -> bytes:
    return secret.encode()


def _hmac_hex(reading: Reading, argument: str, secret: str) -> bytes:
    return _hmac(reading, argument, secret).hex().encode()


def _hmac_base64(reading: Reading, argument: str, secret: str) -> bytes:
    return base64.b64encode(_hmac(reading, argument, secret))


def _hmac(reading: Reading, argument: str, secret: str) -> bytes:
    if not secret:
        raise SignatureError("There is no secret to answer with.")
    return hmac.new(secret.encode(), reading.text(argument).encode(), "sha256").digest()


def read_id(reading: Reading) -> str:
    """The delivery's id: the texts at the scheme's id sources, joined by ":"; "" when the first is not there."""
    texts = [reading.text(source) for source in reading.scheme.id]
    return ":".join(text for text in texts if text) if texts and texts[0] else ""


def _required(text: str, what: str) -> bytes:
    if not text:
        raise SignatureError(f"There is no {what} in this delivery, although it is part of what is signed.")
    return text.encode()


_PIECES: dict[str, Callable[[Reading, str, str], bytes]] = {
    "body": _body,
    "body_sha256": _body_sha256,
    "timestamp": _timestamp,
    "id": _id,
    "method": _method,
    "url": _url,
    "url_other_port": _url_other_port,
    "url_decoded": _url_decoded,
    "path": _path,
    "query": _query,
    "form": _form,
    "secret": _secret,
    "hmac_hex": _hmac_hex,
    "hmac_base64": _hmac_base64,
}
