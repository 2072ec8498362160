"""Senders that take for ever: a body must be there within a time, however small the drops are in which it comes.

A thread that waits for one cannot look at its watch, so another thread does, and closes what is overdue for reading.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

PATIENCE = 20.0
"""Seconds for a whole body."""

LOOK_EVERY = 0.5
SOCKETS = ("gunicorn.socket", "werkzeug.socket")


@dataclass(slots=True, eq=False)
class Watched:
    """One request. `overdue` says that its reading was ended."""

    socket: Any
    deadline: float
    overdue: bool = False


class SlowSenders:
    """The one who looks at the watch, for all threads of a process. Its thread is started by the first request."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._waiting: set[Watched] = set()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watched(self, environ: Mapping[str, Any]) -> Iterator[Watched]:
        """Watch while a body is read. Servers whose sockets we do not know must watch for themselves."""
        found = next((environ[name] for name in SOCKETS if name in environ), None)
        one = Watched(found, time.monotonic() + self._patience)
        with self._lock:
            self._waiting.add(one)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="slow-senders", daemon=True)
                self._thread.start()
        try:
            yield one
        finally:
            with self._lock:
                self._waiting.discard(one)

    def _watch(self) -> None:
        while True:
            time.sleep(min(LOOK_EVERY, self._patience))
            now = time.monotonic()
            with self._lock:
                late = [each for each in self._waiting if each.deadline < now and not each.overdue]
                for each in late:
                    each.overdue = True
                    if each.socket is not None:
                        with contextlib.suppress(OSError):  # it is gone by itself
                            each.socket.shutdown(socket.SHUT_RD)
