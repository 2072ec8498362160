"""The other side: the headers with which a sender's delivery is believed. For tests, examples and our own webhooks."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.model import Delivery
from hub.signing.content import render_content
from hub.signing.digests import encode, make_signature
from hub.signing.reading import Reading, spell_header
from hub.signing.scheme import Carrier, Kind, Scheme, Stamp


def sign(
    scheme: Scheme,
    *,
    secret: str,
    body: bytes,
    now: float,
    delivery_id: str = "",
    method: str = "POST",
    url: str = "",
    content_type: str = "application/json",
) -> dict[str, str]:
    """The headers to send with `body`: signature, time stamp and delivery id, as far as the scheme has them.

    `secret` is the private key where the scheme has two ("whsk_..." in base64 for Ed25519, PKCS#8 for P-256).
    ValueError for a scheme whose signature does not stand in a header, SignatureError where `delivery_id` is needed.
    """
    if scheme.kind is Kind.NONE:
        return {}
    active = scheme.for_secret(secret.replace("whsk_", "whpk_", 1))
    carrier = active.carrier
    name = _header_name(carrier.source) + ("-1" if carrier.numbered else "")
    if not _header_name(carrier.source):
        raise ValueError(f"{scheme.title} does not sign in a header")
    stamp = format_time(active.stamp, now) if active.stamp else ""
    opening = _opening(active.stamp, carrier, stamp) if active.stamp else ""
    headers = _known_headers(active, stamp, delivery_id)
    sent = {**headers, "content-type": content_type, **({name: carrier.prefix + opening} if opening else {})}
    delivery = Delivery("", "", method, url, url.partition("?")[2], tuple(sent.items()), body, now)
    value = _signature_text(active, Reading(delivery, active), secret)
    if carrier.separator:
        entry = f"{carrier.name}{carrier.pair}{value}" if carrier.name else value
        value = f"{opening}{carrier.separator}{entry}" if opening else entry
    return {spell_header(each): text for each, text in {**headers, name: carrier.prefix + value}.items()}


def _known_headers(scheme: Scheme, stamp: str, delivery_id: str) -> dict[str, str]:
    """What is sent beside the signature, as far as it has headers: the delivery's id and the time stamp."""
    given = [(scheme.id[0], delivery_id)] if scheme.id else []
    if scheme.stamp:
        given.append((scheme.stamp.source, stamp))
    return {name: text for source, text in given if text and (name := _header_name(source))}


def format_time(stamp: Stamp, now: float) -> str:
    """`now` as this sender writes time stamps."""
    if stamp.unit == "iso":
        return datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(int(now * 1000) if stamp.unit == "ms" else int(now))


def _signature_text(scheme: Scheme, reading: Reading, secret: str) -> str:
    if not scheme.signs:
        return encode(secret.encode(), scheme.encoding)
    content = render_content(scheme.contents[0], reading, secret=secret)
    return encode(make_signature(scheme, secret, content), scheme.encoding)


def _opening(stamp: Stamp, carrier: Carrier, text: str) -> str:
    kind, _, name = stamp.source.partition(":")
    if kind != "entry":
        return ""
    return text if name.isdigit() else f"{name}{carrier.pair}{text}"


def _header_name(source: str) -> str:
    kind, _, name = source.split("|")[0].partition(":")
    return name if kind == "header" else ""
