"""The door to mail: hub.context.Mail over SMTP, so that it is known of each mail whether it can have been sent.

All recipients or none: the text is handed over only when the server has accepted each of them, and one deadline holds
for the whole talk. What breaks before the final dot was surely not sent; what breaks after it may have been.
"""

from __future__ import annotations

import contextlib
import io
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from hub.actions.addresses import AllowedHosts, Refused, open_socket
from hub.actions.mail_servers import MailServer, read_server
from hub.actions.mime import compose, recipients_of
from hub.actions.recipients import Recipient, read_recipients
from hub.context import Letter
from hub.errors import Permanent, StepError, Transient, Unknown
from hub.timed import TimedReader

SECONDS = 60.0
_PIECE = 64 * 1024
_DOTS = re.compile(rb"^\.", re.MULTILINE)
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")


class SmtpMail:
    """Mails to people. `server` is the address in HUB_SMTP_URL, "" where none is set; its host is trusted, others must
    be public or named in `allowed_private_hosts`. `certificates` is a file of those to trust. Threads share it."""

    def __init__(
        self,
        server: str = "",
        *,
        sender: str = "",
        allowed_private_hosts: Iterable[str] = (),
        seconds: float = SECONDS,
        certificates: str = DEFAULT_CA_BUNDLE_PATH,
    ) -> None:
        self._server = server
        self._sender = sender
        self._allowed = AllowedHosts.read(allowed_private_hosts)
        self._seconds = seconds
        self._certificates = certificates

    def send(self, letter: Letter, *, server: str = "") -> None:
        """See hub.context.Mail. Permanent without a mail server or a sender, and for what the server refuses for good;
        Transient when surely nothing was sent; Unknown when it may have been."""
        found, sender = self._choose(server)
        allowed = self._allowed if server else AllowedHosts(self._allowed.entries | {(found.host, 0)})
        payload = compose(letter, sender)
        talk = _Talk(found, sender, deadline=time.monotonic() + self._seconds, certificates=self._certificates)
        try:
            talk.open(allowed)
            talk.hand_over(recipients_of(letter), _as_data(payload))
        finally:
            talk.end()

    def _choose(self, server: str) -> tuple[MailServer, Recipient]:
        if not (server or self._server):
            raise Permanent(
                "There is no mail server to send through.",
                hint="Set HUB_SMTP_URL, as in smtp://user:password@mail.example.com:587",
            )
        try:
            found = read_server(server or self._server)
        except ValueError as problem:
            # The address itself is in no message: it holds a password.
            raise Permanent(f"The address of the mail server cannot be used: {problem}.") from None
        sender = read_recipients((server and found.sender) or self._sender or found.sender, key="from")
        if len(sender) != 1:
            raise Permanent(
                "It is not said who mails come from.", hint="Set HUB_MAIL_FROM, as in Office <office@example.com>."
            )
        return found, sender[0]


def _as_data(message: bytes) -> bytes:
    """As it goes over the line: lines end in CRLF, and one that begins with a dot gets a second one."""
    text = _LINE_ENDS.sub(b"\r\n", message)
    return _DOTS.sub(b"..", text if text.endswith(b"\r\n") else text + b"\r\n")


class _Talk(smtplib.SMTP):
    """One talk with a mail server, with one deadline for all of it."""

    def __init__(self, server: MailServer, sender: Recipient, *, deadline: float, certificates: str) -> None:
        super().__init__(local_hostname=sender.domain)
        self._server = server
        self._sender = sender
        self._deadline = deadline
        self._tls = ssl.create_default_context(cafile=certificates)
        self._host = server.host  # what smtplib checks the certificate against

    def open(self, allowed: AllowedHosts) -> None:
        """Connect, make the connection secure and log in."""
        with self._before_sending():
            self.sock = open_socket(self._server.host, self._server.port, allowed=allowed, timeout=self._left())
            if self._server.security == "tls":
                self.sock.settimeout(self._left())
                self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._server.host)
            self._expect(self.getreply(), 220)
            self.ehlo_or_helo_if_needed()
            if self._server.security == "starttls":
                self._make_secure()
            if self._server.user:
                self.login(self._server.user, self._server.password)

    def hand_over(self, recipients: tuple[Recipient, ...], data: bytes) -> None:
        """Name everybody, then send the text. Nothing is sent when one of them is refused."""
        with self._before_sending():
            self._expect(self.mail(self._sender.address, self._options(recipients, len(data))), 250)
            self._name(recipients)
            self._expect(self.docmd("DATA"), 354)
            self.send(data)
        try:
            self.send(b".\r\n")
            reply = self.getreply()
        except (OSError, smtplib.SMTPException) as problem:
            words = f"The mail was handed to {self._server.host}, but no answer came, so it may have been sent."
            raise Unknown(words) from problem
        if reply[0] != 250:
            raise self._refusal(*reply, "the mail")

    def end(self) -> None:
        """Say good-bye, if there is time, and close."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if self.sock is not None:
                self._deadline = min(self._deadline, time.monotonic() + 2.0)
                self.putcmd("quit")
        self.close()

    def send(self, s: Any) -> None:
        """All of it before the deadline, or OSError."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        raw = s.encode(self.command_encoding) if isinstance(s, str) else s
        for start in range(0, len(raw), _PIECE):
            self.sock.settimeout(self._left())
            self.sock.sendall(raw[start : start + _PIECE])

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib's, before the deadline."""
        if self.file is None and self.sock is not None:
            raw: Any = self.sock.makefile("rb", buffering=0)
            self.file = io.BufferedReader(TimedReader(raw, self.sock, self._deadline))
        return super().getreply()

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("it took too long")
        return left

    def _make_secure(self) -> None:
        if not self.has_extn("starttls"):
            raise Permanent(
                f"The mail server {self._server.host} offers no secure connection, so nothing was sent.",
                hint="Use smtps:// if it has a port for that. In your own network, add ?tls=off to its address.",
            )
        assert self.sock is not None
        self.sock.settimeout(self._left())
        self.starttls(context=self._tls)
        self.ehlo_or_helo_if_needed()

    def _options(self, recipients: tuple[Recipient, ...], size: int) -> list[str]:
        options = [f"SIZE={size}"] if self.has_extn("size") else []
        foreign = [each.address for each in (self._sender, *recipients) if not each.address.isascii()]
        if not foreign:
            return options
        if not self.has_extn("smtputf8"):
            raise Permanent(f"The mail server {self._server.host} cannot send to {foreign[0]}: it takes plain letters.")
        self.command_encoding = "utf-8"
        return [*options, "SMTPUTF8", "BODY=8BITMIME"]

    def _name(self, recipients: tuple[Recipient, ...]) -> None:
        refused: dict[str, tuple[int, bytes]] = {}
        for each in recipients:
            reply = self.rcpt(each.address)
            if reply[0] not in (250, 251):
                refused[each.address] = reply
        if refused:
            worst = max(code for code, _ in refused.values())
            said = next(text for code, text in refused.values() if code == worst)
            raise self._refusal(worst, said, f"{', '.join(refused)}; nobody got the mail")

    def _expect(self, reply: tuple[int, bytes], code: int) -> None:
        if reply[0] != code:
            raise self._refusal(*reply, "the mail")

    def _refusal(self, code: int, said: bytes, what: str) -> StepError:
        kind: type[StepError] = Permanent if 500 <= code < 600 else Transient
        detail = " ".join(said.decode(errors="replace").split())[:300]
        return kind(f"The mail server {self._server.host} does not take {what} ({code}).", status=code, detail=detail)

    @contextlib.contextmanager
    def _before_sending(self) -> Any:
        """What goes wrong here has sent nothing: the StepError that says why."""
        host = self._server.host
        try:
            yield
        except Refused as problem:
            hint = "If this host is meant, name it in HUB_ALLOWED_PRIVATE_HOSTS."
            raise Permanent(f"Recipes may not send through {host}: {problem}.", hint=hint) from problem
        except smtplib.SMTPAuthenticationError as problem:
            kind: type[StepError] = Permanent if problem.smtp_code >= 500 else Transient
            raise kind(f"The mail server {host} does not accept the password.", status=problem.smtp_code) from None
        except smtplib.SMTPResponseException as problem:
            said = problem.smtp_error
            raise self._refusal(
                problem.smtp_code, said if isinstance(said, bytes) else str(said).encode(), "the mail"
            ) from problem
        except smtplib.SMTPNotSupportedError as problem:
            raise Permanent(f"The mail server {host} has no way to log in that the hub knows.") from problem
        except (OSError, smtplib.SMTPException, UnicodeError) as problem:
            raise Transient(f"The mail was not sent: {_loss(problem, host)}.") from problem


_LOSSES: Mapping[type[BaseException], str] = {
    socket.gaierror: "the name of the mail server {} cannot be found",
    UnicodeError: "the name of the mail server {} cannot be found",
    ssl.SSLError: "no secure connection to the mail server {} can be made",
    TimeoutError: "the mail server {} took too long",
    ConnectionRefusedError: "the mail server {} takes no connection",
}


def _loss(problem: BaseException, host: str) -> str:
    words = (text for kind, text in _LOSSES.items() if isinstance(problem, kind))
    return next(words, "the mail server {} broke off").format(host)
