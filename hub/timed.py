"""One exchange over HTTP within its time and its size. When it fails, it says whether anything can have been sent.

Nothing is repeated, no redirect is followed. Both doors to other APIs, hub.workglue and hub.actions, go through it.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any

from urllib3 import HTTPConnectionPool, Timeout
from urllib3 import exceptions as failures
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import BaseHTTPResponse, HTTPResponse

SHORTEST = 0.05
"""Seconds that a call gets at least."""

_ENDS_AT: ContextVar[float | None] = ContextVar("ends_at", default=None)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for one call: to connect, to read the whole answer, and in total."""

    connect: float = 5.0
    read: float = 20.0
    total: float = 25.0

    def as_timeout(self) -> Timeout:
        """The same for urllib3, cut by what `no_longer_than` says here."""
        ends_at = _ENDS_AT.get()
        left = self.total if ends_at is None else max(SHORTEST, ends_at - time.monotonic())
        return Timeout(connect=min(self.connect, left), read=min(self.read, left), total=min(self.total, left))


@contextmanager
def no_longer_than(seconds: float | None) -> Iterator[None]:
    """All calls that this thread begins meanwhile end `seconds` from now at the latest; None is no bound."""
    token = _ENDS_AT.set(None if seconds is None else time.monotonic() + seconds)
    try:
        yield
    finally:
        _ENDS_AT.reset(token)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `cut` says why the body is not whole: "" (it is), "too large" or "lost"."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: str = ""


class NeverSent(Exception):
    """No connection came about, so surely nothing was sent. The text says why."""


class Lost(Exception):
    """Something may have been sent, and no answer came back. The text says why."""


def exchange(
    pool: HTTPConnectionPool,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    timeouts: Timeouts,
    largest: int,
) -> Answer:
    """Send one request to `target` (path and query) and read the answer, of at most `largest` bytes.

    Raises NeverSent or Lost; an answer whose head arrived is returned, whatever became of its body.
    """
    try:
        response = pool.urlopen(
            method,
            target,
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            timeout=timeouts.as_timeout(),
        )
    except (failures.HTTPError, OSError) as problem:
        raise Lost(_loss(problem)) from problem
    return read_whole(response, largest=largest)


def read_whole(response: BaseHTTPResponse, *, largest: int) -> Answer:
    """The answer with its body, unpacked, as far as it arrives in time and is not larger than `largest` bytes."""
    try:
        body = response.read(largest + 1, decode_content=True)
    except (failures.HTTPError, OSError):
        response.close()
        return Answer(response.status, response.headers, b"", "lost")
    if len(body) > largest:
        response.close()
        return Answer(response.status, response.headers, b"", "too large")
    response.release_conn()
    return Answer(response.status, response.headers, body)


class TimedConnection(HTTPConnection):
    """A connection that tells "never sent" apart, and reads against one deadline."""

    def connect(self) -> None:
        """Connect, or raise NeverSent."""
        try:
            super().connect()
        except (failures.HTTPError, OSError, ValueError) as problem:
            raise NeverSent(_refusal(problem)) from problem

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """The answer's head; head and body share what is left of the call's time."""
        # The socket's own time-out counts from byte to byte, and an answer that drips would never meet it.
        deadline = time.monotonic() + (self.timeout or 0.0)
        self.response_class = partial(_TimedAnswer, deadline=deadline)  # type: ignore[assignment]
        return super().getresponse()


class TimedTlsConnection(TimedConnection, HTTPSConnection):
    """The same over TLS."""


class _TimedAnswer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, deadline: float, **more: Any) -> None:
        super().__init__(sock, *arguments, **more)
        self.fp = io.BufferedReader(TimedReader(self.fp.detach(), sock, deadline))


class TimedReader(io.RawIOBase):
    """What an answer is read through: each read may take what is left until the deadline, and no more."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """As much as there is. TimeoutError when the deadline is over."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Give the stream back."""
        self._raw.close()
        super().close()


def _refusal(problem: Exception) -> str:
    if isinstance(problem, failures.NameResolutionError | failures.LocationParseError | socket.gaierror | UnicodeError):
        return "its name cannot be found"
    if isinstance(problem, failures.SSLError | ssl.SSLError | ValueError):
        return "no secure connection to it can be made"
    if isinstance(problem, failures.NewConnectionError | ConnectionError):
        return "it takes no connection"
    if isinstance(problem, failures.ConnectTimeoutError | TimeoutError):
        return "it does not answer"
    return "it cannot be connected to"


def _loss(problem: Exception) -> str:
    if isinstance(problem, failures.TimeoutError | TimeoutError):
        return "no answer came in time"
    return "the connection broke before the answer"
