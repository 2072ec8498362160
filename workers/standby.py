"""Working without Redis: while it is away, a child of the worker claims runs straight from the database.

RQ cannot help then: its loop waits for Redis and its jobs come through Redis. A child is forked here just as RQ forks
one, from the main thread and never while RQ's own child lives, so that there are never more runs in hand than set.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import redis

from hub.model import new_id
from hub.presence import Ending
from hub.queue import open_redis
from hub.services import open_services
from hub.settings import Settings
from workers.drain import Drain, end_in_time

LAST_SECONDS = 25.0
"""Seconds after which a child that was asked to end is killed; hosts kill us after 30."""

LOOK_EVERY = 1.0
"""Seconds between two looks at a Redis that is away, and at the database by a worker that nobody wakes."""

PROBE = "hub:probe"
SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger(__name__)


class Watch:
    """Whether Redis does its work: it answers in time and takes what is written. One that hangs, is full or takes no
    writes is as good as away."""

    def __init__(self, url: str, *, patience: float) -> None:
        self.patience = patience
        self._redis = open_redis(url)
        self._answered_at = time.monotonic()

    def answers(self) -> bool:
        """Ask it, for about two seconds at most."""
        try:
            self._redis.set(PROBE, "1", ex=60)
        except redis.RedisError as problem:
            log.debug("Redis does not answer: %s", problem)
            return False
        self.note_answer()
        return True

    def note_answer(self) -> None:
        """It has just answered."""
        self._answered_at = time.monotonic()

    @property
    def silent_for(self) -> float:
        """Seconds since its last answer."""
        return time.monotonic() - self._answered_at

    @property
    def is_away(self) -> bool:
        """Whether it has been silent for longer than the patience."""
        return self.silent_for >= self.patience


class OwnBell:
    """A doorbell for the runs that start runs of their own: it wakes nobody but the drain that it belongs to."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> bool:
        """Have the next wait end at once. False: no other worker hears it."""
        self._rung.set()
        return False

    def wait(self, seconds: float) -> bool:
        """Sleep until it rings, at most so long. Whether it rang."""
        rang = self._rung.wait(seconds)
        self._rung.clear()
        return rang

    def state(self) -> dict[str, Any]:
        """As hub.queue.RedisBell says it while Redis is away."""
        return {"ok": False, "error": "Redis is away."}

    def close(self) -> None:
        """Nothing to close."""


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Hold SIGTERM and SIGINT back, so that a fork is known to both sides before either hears them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


class Standby:
    """Goes on without Redis, for as long as it is away. `leave_sign` is called before each fork, must leave no
    connection to the database open, and is told what to show."""

    def __init__(self, settings: Settings, watch: Watch, ending: Ending, leave_sign: Callable[..., None]) -> None:
        self._settings = settings
        self._watch = watch
        self._ending = ending
        self._leave_sign = leave_sign

    def run(self) -> None:
        """Until Redis answers again or the process is asked to end."""
        log.warning("Redis is away; the worker goes on without it, a little slower.")
        while not self._ending.asked and not self._watch.answers():
            self._leave_sign(redis="away")
            began = time.monotonic()
            self._attend(self._fork())
            if time.monotonic() - began < LOOK_EVERY:  # a child that cannot even begin is no reason to spin
                self._ending.over.wait(LOOK_EVERY)
        if not self._ending.asked:
            log.info("Redis answers again.")

    def _fork(self) -> int:
        with signals_held():
            child = os.fork()
            if child == 0:
                _stand_in(self._settings)
            return child

    def _attend(self, child: int) -> None:
        asked_at = math.inf
        while os.waitpid(child, os.WNOHANG)[0] == 0:
            self._leave_sign(redis="away")
            if asked_at == math.inf and (self._ending.asked or self._watch.answers()):
                os.kill(child, signal.SIGTERM)
                asked_at = time.monotonic()
            if time.monotonic() - asked_at > LAST_SECONDS:
                os.kill(child, signal.SIGKILL)
            if asked_at == math.inf:
                self._ending.over.wait(LOOK_EVERY)
            else:
                time.sleep(0.05)


def _stand_in(settings: Settings) -> None:
    """The child: one drain that nobody wakes and that ends when it is asked to. Never returns."""
    code = 1
    try:
        stopping = end_in_time()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        services = open_services(settings)
        services.bell = OwnBell()  # type: ignore[assignment]
        team = Drain(services, owner=new_id("wrk", services.clock()), stopping=stopping)
        team.work(seconds=math.inf, linger=math.inf)
        services.close()
        code = 0
    except BaseException:
        log.exception("The work without Redis broke off; it begins anew.")
    finally:
        os._exit(code)
