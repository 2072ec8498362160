"""A web server that does exactly what a test says, also what no decent server would do."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request as it came. Header names are in small letters."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Talk:
    """One request and the connection that it came over."""

    def __init__(self, sock: socket.socket, request: Request, stopping: threading.Event) -> None:
        self._sock = sock
        self.request = request
        self.stopping = stopping

    def send(self, raw: bytes) -> None:
        self._sock.sendall(raw)

    def answer(self, status: int = 200, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        """A whole answer; anything but bytes is written as JSON."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} Some Reason", f"Content-Length: {len(raw)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)

    def drip(self, raw: bytes, *, pause: float = 0.02) -> None:
        """One byte after the other, until the other side has had enough."""
        for byte in raw:
            if self.stopping.is_set():
                return
            self.send(bytes([byte]))
            time.sleep(pause)

    def reset(self) -> None:
        """Break the connection off, as a killed server or a firewall does."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionAbortedError

    def close(self) -> None:
        """End the connection in the middle, but politely."""
        raise ConnectionAbortedError


class Faulty:
    """Serves on a free port of 127.0.0.1; `behave` is called for each request, in the thread of its connection."""

    def __init__(self, behave: Callable[[Talk], None]) -> None:
        self.behave = behave
        self.requests: list[Request] = []
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._stopping.set()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for sock in self._open:
            sock.close()

    def __enter__(self) -> Faulty:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError), sock, sock.makefile("rb") as incoming:
            while not self._stopping.is_set():
                request = _read(incoming)
                if request is None:
                    return
                self.requests.append(request)
                self.behave(Talk(sock, request, self._stopping))


def _read(incoming: Any) -> Request | None:
    first = incoming.readline().decode("latin-1").split()
    if len(first) < 2:
        return None
    headers = {}
    while line := incoming.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Request(first[0], first[1], headers, incoming.read(int(headers.get("content-length", 0))))
