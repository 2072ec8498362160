"""Send one webhook: no redirects, no repeats, a time limit."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.problems import UsageError

TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Receipt:
    """What the receiver answered."""

    status: int
    text: str

    @property
    def accepted(self) -> bool:
        """Whether the receiver took it."""
        return 200 <= self.status < 300


def send(url: str, body: bytes, *, headers: Mapping[str, str]) -> Receipt:
    """POST a JSON body. Raises UsageError when the address cannot be used or nobody answers there."""
    parts = urlsplit(url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    try:
        connection = kinds[parts.scheme](parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    except (KeyError, ValueError):
        raise UsageError(f"{url!r} is not an address that webhooks can be sent to.") from None
    if not parts.hostname:
        raise UsageError(f"{url!r} is not an address that webhooks can be sent to.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return Receipt(answer.status, answer.read(2000).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException) as problem:
        raise UsageError(f"Nobody answers at {url}: {problem}.") from problem
    finally:
        connection.close()
