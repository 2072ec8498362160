"""Ringing for a worker, and waiting for the bell.

A ring does two things in one round trip: it wakes a drain that is idling, and it sees that one more drain stands in
RQ's queue for a worker that has none. At most one waits there, so a ring costs the same however many runs are due.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

QUEUE = "hub"
JOB = "workers.drain.drain"
WAKE = "hub:wake"
WAKE_KEPT = 16
"""How many wake-ups are remembered: more than there are idle drains."""

COOL_DOWN = 2.0
"""Seconds without another try after Redis did not answer, so that no request waits for it twice."""

LONGEST_WAIT = 2.0
"""Seconds that one wait for the bell may take."""

DEAF_FOR = 5.0
"""Seconds without another wait at a Redis that did not answer: one that hangs costs a few seconds each time."""

log = logging.getLogger(__name__)


def open_redis(url: str, *, patience: float = 1.0) -> redis.Redis:
    """A client that fails within about `patience` seconds instead of redis-py's own long retries.

    Hosts that hand out rediss:// with a certificate of their own making need `?ssl_cert_reqs=none` in the URL.
    """
    client: redis.Redis = redis.Redis.from_url(
        url,
        socket_connect_timeout=patience,
        socket_timeout=patience,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=25,
    )
    return client


class RedisBell:
    """hub.ports.Bell over Redis."""

    def __init__(self, url: str, *, drain_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = open_redis(url)
        self._waiting = open_redis(url, patience=LONGEST_WAIT + 1.0)
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
        self._job_timeout = int(drain_seconds + 120)
        self._clock = clock
        self._silent_until = 0.0
        self._deaf_until = 0.0

    def ring(self) -> bool:
        """Wake a worker. False when Redis is away; the clock rings again for what is due."""
        if self._clock() < self._silent_until:
            return False
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.lpush(WAKE, "1")
                pipe.ltrim(WAKE, 0, WAKE_KEPT - 1)
                pipe.llen(self._queue.key)
                queued = pipe.execute()[-1]
            if not queued:
                self._queue.enqueue_call(JOB, result_ttl=0, failure_ttl=60, timeout=self._job_timeout)
        except redis.RedisError as problem:
            self._silent_until = self._clock() + COOL_DOWN
            log.warning("Redis did not answer, so no worker was woken. The clock tries again. (%s)", problem)
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Sleep until the bell rings, at most `seconds` (up to 2). True when it rang. With Redis away: just sleep."""
        seconds = max(0.01, min(seconds, LONGEST_WAIT))
        if self._clock() < self._deaf_until:
            time.sleep(min(seconds, 0.5))
            return False
        try:
            return self._waiting.blpop([WAKE], timeout=seconds) is not None
        except redis.RedisError:
            self._deaf_until = self._clock() + DEAF_FOR
            return False

    def state(self) -> dict[str, Any]:
        """{ok, server, queued} for doctor and dashboard; {ok: False, error} when Redis is away."""
        try:
            info: Any = self._redis.info("server")
            return {
                "ok": True,
                "server": info.get("redis_version", ""),
                "queued": int(self._redis.llen(self._queue.key)),
            }
        except redis.RedisError as problem:
            return {"ok": False, "error": str(problem)}

    def close(self) -> None:
        """Give the connections back."""
        self._redis.close()
        self._waiting.close()
