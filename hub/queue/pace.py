"""Counting what happens under a name, for all web processes together: in Redis, and in each process alone while Redis
is away, so that a lost Redis closes nothing.

A name may do `limit` things at once and wins one back every `per` / `limit` seconds; what is kept of it is one time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import redis

from hub.queue.bell import open_redis

MOST_NAMES = 10_000
"""Names that a process remembers by itself. Beyond that it forgets all of them."""

_PATIENCE = 0.3
_COOL_DOWN = 5.0
_ROUNDING = 1e-6
_SCRIPT = """
local now, step, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
if full + step - now > most then return tostring(full + step - now - most) end
redis.call('SET', KEYS[1], string.format('%.6f', full + step), 'PX', math.ceil((full + step - now) * 1000) + 1000)
return '0'
"""

log = logging.getLogger(__name__)


class OwnPace:
    """The count of one process, for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._full: dict[str, float] = {}

    def wait(self, name: str, *, limit: int, per: float, now: float) -> float:
        """See hub.engine.turnstile.Pace."""
        with self._lock:
            full = max(self._full.get(name, 0.0), now) + per / limit
            over = full - now - per
            if over > _ROUNDING:
                return over
            if len(self._full) >= MOST_NAMES:
                self._full.clear()
            self._full[name] = full
            return 0.0


class SharedPace:
    """The count of all processes that share a Redis."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = open_redis(url, patience=_PATIENCE)
        self._count = self._redis.register_script(_SCRIPT)
        self._own = OwnPace()
        self._clock = clock
        self._silent_until = float("-inf")

    def wait(self, name: str, *, limit: int, per: float, now: float) -> float:
        """See hub.engine.turnstile.Pace."""
        if self._clock() >= self._silent_until:
            try:
                return float(self._count(keys=[f"hub:pace:{name}"], args=[now, per / limit, per + _ROUNDING]))
            except redis.RedisError as problem:
                self._silent_until = self._clock() + _COOL_DOWN
                log.warning("Redis did not answer, so each process counts for itself. (%s)", problem)
        return self._own.wait(name, limit=limit, per=per, now=now)

    def close(self) -> None:
        """Give the connections back."""
        self._redis.close()
