"""How often somebody may try to log in: counted in this process, by address and by account.

Counting in the process costs no write to the database that a stranger could cause at will. With several web
processes each has its own count, so the limits are for one process; they stay far below what guessing needs.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW = 900.0
"""Seconds for which an attempt counts."""

PER_ADDRESS = 10
PER_ACCOUNT = 50
"""Higher than the one for an address: a stranger shall not be able to lock the office out from one place."""

MOST_NAMES = 10_000


class Attempts:
    """Recent attempts. Safe for many threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._times: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def admit(self, address: str, account: str) -> float:
        """Count an attempt and return 0, or return the seconds to wait when there were too many already."""
        now = self._clock()
        with self._lock:
            counts = [(self._recent(name, now), most) for name, most in _names(address, account)]
            waits = [times[-most] + WINDOW - now for times, most in counts if len(times) >= most]
            if not waits:
                for times, _ in counts:
                    times.append(now)
            return max(waits, default=0.0)

    def forget(self, address: str, account: str) -> None:
        """The right password was given: earlier attempts do not count any more."""
        with self._lock:
            for name, _ in _names(address, account):
                self._times.pop(name, None)

    def _recent(self, name: tuple[str, str], now: float) -> deque[float]:
        times = self._times.setdefault(name, deque())
        self._times.move_to_end(name)
        while times and times[0] <= now - WINDOW:
            times.popleft()
        while len(self._times) > MOST_NAMES:
            self._times.popitem(last=False)
        return times


def _names(address: str, account: str) -> tuple[tuple[tuple[str, str], int], ...]:
    return (("address", _neighbourhood(address)), PER_ADDRESS), (("account", account.casefold()), PER_ACCOUNT)


def _neighbourhood(address: str) -> str:
    """An IPv6 customer has a whole /64, so it counts as one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False))
