"""A mail server that takes what it gets, or says what a test tells it to say."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any


class Mailbox:
    """SMTP on a free port of 127.0.0.1.

    `replies` gives another answer to a command (in capitals); "DROP" breaks off there, "DRIP" answers ever so slowly.
    "MAIL SENT" is the answer to the mail itself. `features` are what it says it can do; with a `certificate` it can
    STARTTLS.
    """

    def __init__(
        self,
        replies: Mapping[str, str] | None = None,
        *,
        features: Sequence[str] = ("AUTH PLAIN",),
        certificate: Path | None = None,
    ) -> None:
        self.replies = dict(replies or {})
        self.features = features
        self.certificate = certificate
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
                with contextlib.suppress(OSError), sock:
                    sock.settimeout(10)
                    self._talk(sock, greet=True)

    def _make_secure(self, sock: socket.socket) -> ssl.SSLSocket:
        assert self.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.certificate.with_name("key.pem"))
        return context.wrap_socket(sock, server_side=True)

    def _drip(self, lines: Any) -> None:
        while True:  # until the other side has had enough
            lines.write(b"250-wait\r\n")
            time.sleep(0.02)

    def _take_mail(self, lines: Any) -> bool:
        """Take a mail and answer. False when it is to break off instead."""
        lines.write(b"354 go on\r\n")
        mail = []
        while (part := lines.readline().decode()) != ".\r\n":
            mail.append(part)
        self.mails.append("".join(mail))
        if self.replies.get("MAIL SENT") == "DROP":
            return False
        lines.write(self.replies.get("MAIL SENT", "250 taken").encode() + b"\r\n")
        return True

    def _talk(self, sock: socket.socket, *, greet: bool) -> None:
        lines: Any = sock.makefile("rwb", buffering=0)
        if greet:
            lines.write(b"220 mailbox\r\n")
        while line := lines.readline().decode().strip():
            command = line.split()[0].upper()
            self.commands.append(line.upper())
            reply = self.replies.get(line.upper(), self.replies.get(command, ""))
            if reply == "DROP":
                return
            if reply == "DRIP":
                self._drip(lines)
            elif command == "EHLO":
                offers = [*self.features, *(["STARTTLS"] if self.certificate and greet else [])]
                lines.write("".join(f"250-{each}\r\n" for each in ["mailbox", *offers]).encode() + b"250 HELP\r\n")
            elif command == "STARTTLS" and self.certificate and not reply:
                lines.write(b"220 go on\r\n")
                with self._make_secure(sock) as secure:
                    self._talk(secure, greet=False)
                return
            elif command == "DATA" and not reply:
                if not self._take_mail(lines):
                    return
            else:
                usual = {"AUTH": "235 welcome", "QUIT": "221 bye"}.get(command, "250 fine")
                lines.write((reply or usual).encode() + b"\r\n")
