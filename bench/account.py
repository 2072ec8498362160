"""An API that is never the bottleneck: one record, answered by a bare socket server in a process of its own."""

from __future__ import annotations

import json
import multiprocessing
import socket
import threading
from multiprocessing.process import BaseProcess

ANSWER = json.dumps({"id": "job_1", "name": "Miller", "updated_at": "2026-03-31T12:00:00.000000Z"}).encode()
REPLY = (
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: "
    + str(len(ANSWER)).encode()
    + b"\r\n\r\n"
    + ANSWER
)


def start() -> tuple[str, BaseProcess]:
    """Its base address, and its process; end it with `terminate()`."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(listener,), daemon=True)
    process.start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1", process


def _serve(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    waiting = b""
    while True:
        part = connection.recv(65536)
        if not part:
            return
        waiting += part
        while b"\r\n\r\n" in waiting:
            head, _, rest = waiting.partition(b"\r\n\r\n")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            if len(rest) < length:
                break
            waiting = rest[length:]
            connection.sendall(REPLY)
