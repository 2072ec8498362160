"""A process among others: the signs of life that it leaves, which program it is, and how it is asked to end."""

from __future__ import annotations

import _thread
import atexit
import functools
import hashlib
import logging
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from hub import __version__
from hub.errors import HubError
from hub.services import Services

EVERY = 5.0
"""Seconds between two signs of life."""

PROGRAM = ("hub", "workers", "migrations")

log = logging.getLogger(__name__)


class Ending:
    """Whether this process was asked to end, by SIGTERM or SIGINT. What waits for `over` wakes up.

    A signal may come while the main thread holds the very lock that `over.set()` takes; so another thread sets it.
    """

    def __init__(self) -> None:
        self.asked = False
        self.over = threading.Event()
        self._asked_at = 0.0

    @property
    def since(self) -> float:
        """Seconds since it was asked; 0 while it is not."""
        return time.monotonic() - self._asked_at if self.asked else 0.0

    def listen(self) -> None:
        """From now on both signals are heard here, however often they come."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.hear)

    def hear(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """Note that the process is to end. A signal handler, and safe to repeat."""
        if not self.asked:
            self._asked_at = time.monotonic()
            self.asked = True
            _thread.start_new_thread(self.over.set, ())

    def ignore(self) -> None:
        """At the very end: repeated signals must not kill a process that is ending well, as Python would let them."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)


@functools.cache
def program() -> str:
    """A short text that differs when the program on this disk does, so that a deploy is noticed."""
    root = Path(__file__).parents[1]
    seal = hashlib.sha256(__version__.encode())
    for file in sorted(file for part in PROGRAM for file in (root / part).rglob("*.py")):
        seal.update(file.relative_to(root).as_posix().encode())
        seal.update(file.read_bytes())
    return seal.hexdigest()[:16]


def leave_sign(services: Services, *, kind: str, name: str, detail: Mapping[str, Any] | None = None) -> None:
    """Leave one sign of life. A database that is away is no reason to stop working."""
    try:
        services.ledger.heartbeat(kind, name, now=services.clock(), detail=detail)
    except HubError as problem:
        log.debug("No sign of life could be left: %s", problem)


class Presence:
    """Leaves a sign of life every few seconds from a thread of its own, until it is stopped or the process ends."""

    def __init__(self, services: Services, *, kind: str, name: str, every: float = EVERY) -> None:
        self._services = services
        self._kind = kind
        self._name = name
        self._every = every
        self.about = {"began": services.clock(), "version": __version__, "program": program()}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin. At the end of the process it stops before the interpreter takes the database away."""
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """End, and wait until a sign that is being left is left."""
        self._over.set()
        self._thread.join(timeout=self._every)
        atexit.unregister(self.stop)

    def say_farewell(self) -> None:
        """The last sign, after `stop`: this end was meant."""
        leave_sign(self._services, kind=self._kind, name=self._name, detail={**self.about, "ended": True})

    def _run(self) -> None:
        self._say_what_is_away()
        while True:
            leave_sign(self._services, kind=self._kind, name=self._name, detail=self.about)
            if self._over.wait(self._every):
                return

    def _say_what_is_away(self) -> None:
        if not self._services.bell.state()["ok"]:
            log.warning("Redis does not answer. The %s starts anyway; workers look for work by themselves.", self._kind)
