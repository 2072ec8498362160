"""HTTP to anywhere but closed addresses. No proxy or password is taken from the environment, no cookie is kept."""

from __future__ import annotations

import logging
import socket
from typing import Any, ClassVar, cast

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3 import exceptions as failures

from hub.actions.addresses import AllowedHosts, open_socket
from hub.timed import Answer, TimedConnection, TimedTlsConnection, Timeouts, exchange

LARGEST_ANSWER = 5 * 1024 * 1024


class Wire(HTTPAdapter):
    """Pooled connections to many hosts. Threads share it; processes must not."""

    def __init__(self, allowed: AllowedHosts, *, hosts: int = 64, pool_size: int = 32) -> None:
        super().__init__(pool_connections=hosts, pool_maxsize=pool_size)
        self.poolmanager.pool_classes_by_scheme = _pools(allowed)
        # urllib3 logs whole addresses, and an address may hold a secret.
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)

    def exchange(self, request: requests.PreparedRequest, *, timeouts: Timeouts) -> Answer:
        """Send a prepared request and read the answer. Raises Refused, NeverSent or Lost; ValueError for an address
        that cannot be one."""
        try:
            # The certificates to trust come with requests: not every machine has some of its own.
            pool = self.get_connection_with_tls_context(request, verify=DEFAULT_CA_BUNDLE_PATH)
        except (failures.HTTPError, requests.RequestException) as problem:
            raise ValueError("not an address") from problem
        return exchange(
            cast(HTTPConnectionPool, pool),
            request.method or "GET",
            request.path_url,
            headers=request.headers,
            body=cast(bytes | None, request.body),
            timeouts=timeouts,
            largest=LARGEST_ANSWER,
        )


class _GuardedConnection(TimedConnection):
    """A connection that is only made to an address that was judged first."""

    allowed: ClassVar[AllowedHosts]

    def _new_conn(self) -> socket.socket:
        return open_socket(
            self._dns_host,
            self.port,
            allowed=self.allowed,
            timeout=cast(float, self.timeout),
            options=self.socket_options or (),
        )


def _pools(allowed: AllowedHosts) -> dict[str, Any]:
    """The kinds of pool whose connections know what is allowed: urllib3 makes connections from classes alone."""

    class Plain(_GuardedConnection):
        pass

    class Tls(_GuardedConnection, TimedTlsConnection):
        pass

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    Plain.allowed = Tls.allowed = allowed
    return {"http": PlainPool, "https": TlsPool}
