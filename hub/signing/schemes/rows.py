"""The shape that most senders share: an HMAC of the raw body in one header."""

from __future__ import annotations

from typing import Any

from hub.signing.scheme import Carrier, Kind, Scheme


def signed_body(name: str, title: str, header: str, shown_at: str, *, prefix: str = "", **more: Any) -> Scheme:
    """HMAC-SHA256 of the body in hexadecimal, in `header` behind `prefix`; `more` are fields of Scheme."""
    return Scheme(
        name=name,
        title=title,
        kind=Kind.HMAC,
        shown_at=shown_at,
        carrier=Carrier(f"header:{header}", prefix=prefix),
        **more,
    )
