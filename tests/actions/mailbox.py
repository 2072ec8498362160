"""A mail server that takes what it gets, or says what a test tells it to say."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from types import TracebackType


class Mailbox:
    """SMTP on a free port of 127.0.0.1.

    `replies` gives another answer to a command (in capitals); "DROP" breaks off there.
    """

    def __init__(self, replies: Mapping[str, str] | None = None) -> None:
        self.replies = dict(replies or {})
        self.mails: list[str] = []
        self.commands: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                with sock, sock.makefile("rwb", buffering=0) as lines:
                    self._talk(lines)

    def _talk(self, lines: socket.SocketIO) -> None:
        lines.write(b"220 mailbox\r\n")
        while line := lines.readline().decode().strip():
            command = line.split()[0].upper()
            self.commands.append(line.upper())
            reply = self.replies.get(line.upper(), self.replies.get(command, ""))
            if reply == "DROP":
                return
            if command == "EHLO":
                lines.write(b"250-mailbox\r\n250 AUTH PLAIN\r\n")
            elif command == "DATA" and not reply:
                lines.write(b"354 go on\r\n")
                mail = []
                while (part := lines.readline().decode()) != ".\r\n":
                    mail.append(part)
                self.mails.append("".join(mail))
                lines.write(self.replies.get("MAIL SENT", "250 taken").encode() + b"\r\n")
            else:
                usual = {"AUTH": "235 welcome", "QUIT": "221 bye"}.get(command, "250 fine")
                lines.write((reply or usual).encode() + b"\r\n")
