"""Signs of life of the hub's processes, so that the dashboard and `doctor` can tell which of them are there."""

from __future__ import annotations

import atexit
import logging
import threading

from hub.errors import HubError
from hub.services import Services

EVERY = 5.0
"""Seconds between two signs of life."""

log = logging.getLogger(__name__)


def leave_sign(services: Services, *, kind: str, name: str) -> None:
    """Leave one sign of life. A database that is away is no reason to stop working."""
    try:
        services.ledger.heartbeat(kind, name, now=services.clock())
    except HubError as problem:
        log.debug("No sign of life could be left: %s", problem)


class Presence:
    """Leaves a sign of life every few seconds from a thread of its own, until it is stopped or the process ends."""

    def __init__(self, services: Services, *, kind: str, name: str, every: float = EVERY) -> None:
        self._services = services
        self._kind = kind
        self._name = name
        self._every = every
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

    def _run(self) -> None:
        while True:
            leave_sign(self._services, kind=self._kind, name=self._name)
            if self._over.wait(self._every):
                return
