"""Deliveries as the gate would hand them over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.model import Delivery

NOW = 1_790_000_000.0
URL = "https://hub.example.com/hooks/leads"


def delivery(
    body: bytes = b"{}",
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    *,
    method: str = "POST",
    url: str = URL,
    query: str = "",
    content_type: str = "application/json",
    now: float = NOW,
) -> Delivery:
    """One request; `query` is put behind `url`, and a Content-Type in front of the headers."""
    pairs = tuple(headers.items()) if isinstance(headers, Mapping) else tuple(headers)
    address = f"{url}?{query}" if query else url
    typed = (("Content-Type", content_type),) if content_type else ()
    return Delivery("dlv_1", "leads", method, address, query or address.partition("?")[2], (*typed, *pairs), body, now)
