"""Clients for tests, and a clock that stands still until it is moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.timed import Timeouts
from hub.workglue.client import Workglue
from hub.workglue.profile import Profile, built_in
from tests.workglue.faulty import Faulty, Talk

KEY = "wg_canary_5f0e7d"
NOW = 1_774_000_000.0
HASTY = Timeouts(connect=0.5, read=0.4, total=0.9)

ServeFaulty = Callable[[Callable[[Talk], None]], Faulty]


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def client_of(
    url: str, *, profile: Profile | None = None, clock: Callable[[], float] | None = None, **more: Any
) -> Workglue:
    """A client with a key and little patience."""
    options: dict[str, Any] = {"key": KEY, "timeouts": HASTY, **more}
    return Workglue(base_url=url, profile=profile or built_in(), clock=clock or Clock(), **options)
