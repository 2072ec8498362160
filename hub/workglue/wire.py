"""The pooled connections to the API. No proxy or password is taken from the environment, no cookie is kept."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import cast

from requests import Request
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

from hub.timed import Answer, TimedConnection, TimedTlsConnection, Timeouts, exchange

LARGEST_ANSWER = 32 * 1024 * 1024


class Wire:
    """Connections to one host. Threads share it; processes must not."""

    def __init__(self, base_url: str, *, timeouts: Timeouts, pool_size: int = 32) -> None:
        adapter = HTTPAdapter(pool_maxsize=pool_size)
        adapter.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
        # The certificates to trust come with requests: not every machine has some of its own.
        pool = adapter.get_connection_with_tls_context(
            Request("GET", base_url).prepare(), verify=DEFAULT_CA_BUNDLE_PATH
        )
        self._pool = cast(HTTPConnectionPool, pool)
        self._timeouts = timeouts
        # urllib3 logs whole addresses, and the values of filters in them are nobody's business.
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)

    def exchange(self, method: str, target: str, *, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Send one request to `target` (path and query) and read the answer. Raises NeverSent or Lost."""
        return exchange(
            self._pool, method, target, headers=headers, body=body, timeouts=self._timeouts, largest=LARGEST_ANSWER
        )


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = TimedConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = TimedTlsConnection
