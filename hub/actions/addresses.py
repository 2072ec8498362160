"""Which addresses recipes may reach, decided where the socket opens: on the address itself, whatever it was called.

Loopback, private, link-local, metadata and reserved addresses are refused, also inside the IPv6 forms that carry an
IPv4 address. A host is let through all the same when the settings name it.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address

# IANA's special-purpose registries; and 168.63.129.16, where a large cloud answers its own machines.
_CLOSED_V4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Only global unicast is open at all, so ::/96, mapped, NAT64, unique local, link-local and fec0::/10 never are.
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)


class Refused(Exception):
    """The address is one that recipes may not reach."""


def is_public(address: str) -> bool:
    """Whether this literal address (as the operating system writes it) is on the open internet."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return not any(parsed in network for network in _CLOSED_V4)
    return parsed in _OPEN_V6 and not any(parsed in network for network in _CLOSED_V6)


def is_literal(host: str) -> bool:
    """Whether a host is given by its address, not by a name."""
    try:
        ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Private hosts that may be reached all the same: (host, port), port 0 for all of them."""

    entries: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def read(cls, texts: Iterable[str]) -> AllowedHosts:
        """From "host", "host:port", "[::1]:port" and "::1"."""
        return cls(frozenset(_entry(text.strip()) for text in texts if text.strip()))

    def __contains__(self, place: tuple[str, int]) -> bool:
        name = plain_host(place[0])
        return (name, place[1]) in self.entries or (name, 0) in self.entries


def _entry(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if host and port.isdecimal() and (":" not in host or host.endswith("]")):
        return plain_host(host), int(port)
    return plain_host(text), 0


def plain_host(host: str) -> str:
    """A host's name without brackets, final dot and capitals."""
    return host.strip("[]").rstrip(".").lower()


def open_socket(
    host: str,
    port: int,
    *,
    allowed: AllowedHosts,
    timeout: float,
    options: Sequence[tuple[int, int, int | bytes]] = (),
) -> socket.socket:
    """A connected socket to one of the host's addresses, of which each is judged before it is dialled.

    The name is looked up once, so no second answer can lead elsewhere. Refused when all addresses are closed ones,
    gaierror when the name is unknown, OSError when nobody takes the connection within `timeout` seconds altogether.
    """
    deadline = time.monotonic() + timeout
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    if (host, port) not in allowed:
        found = [each for each in found if is_public(str(each[4][0]))]
    if not found:
        raise Refused("it is a private address")
    problem: OSError = TimeoutError("timed out")
    for family, kind, protocol, _, address in found:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        try:
            for option in options:
                sock.setsockopt(*option)
            sock.settimeout(left)
            sock.connect(address)
        except OSError as failed:
            sock.close()
            problem = failed
            continue
        sock.settimeout(timeout)
        return sock
    raise problem
