"""The `requests` and the `smtplib` that Apprise's services get: ours, so that no message reaches a closed address and
each failure is known for what it was.

Apprise tells its callers yes or no. What lies behind a "no" (nothing was sent, it may have been sent, it was refused)
is noted down here, per message.
"""

from __future__ import annotations

import smtplib
import socket
import sys
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import requests

from hub.actions.addresses import AllowedHosts, Refused, open_socket
from hub.actions.outside import SAFE_METHODS
from hub.actions.wire import LARGEST_ANSWER, Wire
from hub.timed import Lost, NeverSent, Timeouts, read_whole

ACCEPTED, DENIED, NEVER_SENT, LOST, REFUSED = "accepted", "denied", "never sent", "lost", "refused"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on the way: what, the status that said so (HTTP or SMTP), and why in words."""

    what: str
    status: int = 0
    why: str = ""
    over_smtp: bool = False


@dataclass(slots=True)
class Trip:
    """What one message travels with, and what happened to it."""

    wire: Wire
    allowed: AllowedHosts
    timeouts: Timeouts
    events: list[Event] = field(default_factory=list)

    def note(self, what: str, status: int = 0, why: str = "", *, over_smtp: bool = False) -> None:
        """Remember what happened."""
        self.events.append(Event(what, status, why, over_smtp))


TRIP: ContextVar[Trip] = ContextVar("trip")


class CarriedRequests:
    """Looks like the module requests. Its calls go over the current trip's wire and follow no redirect."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def get(self, url: str, params: Any = None, **options: Any) -> requests.Response:
        """As requests.get."""
        return self.request("GET", url, params=params, **options)

    def head(self, url: str, **options: Any) -> requests.Response:
        """As requests.head."""
        return self.request("HEAD", url, **options)

    def post(self, url: str, data: Any = None, json: Any = None, **options: Any) -> requests.Response:
        """As requests.post."""
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> requests.Response:
        """As requests.put."""
        return self.request("PUT", url, data=data, **options)

    def patch(self, url: str, data: Any = None, **options: Any) -> requests.Response:
        """As requests.patch."""
        return self.request("PATCH", url, data=data, **options)

    def delete(self, url: str, **options: Any) -> requests.Response:
        """As requests.delete."""
        return self.request("DELETE", url, **options)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """As requests.request, with what happens noted. Raises what requests raises."""
        trip = TRIP.get()
        options |= {"allow_redirects": False, "timeout": trip.timeouts.as_timeout(), "stream": True}
        session = requests.Session()
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, trip.wire)
        try:
            response = session.request(method, url, **options)
            answer = read_whole(response.raw, largest=LARGEST_ANSWER)
            if answer.cut:
                raise Lost("the answer did not arrive whole")
        except Refused as problem:
            trip.note(REFUSED, why=str(problem))
            raise requests.ConnectionError(str(problem)) from problem
        except NeverSent as problem:
            trip.note(NEVER_SENT, why=str(problem))
            raise requests.ConnectionError(str(problem)) from problem
        except (Lost, requests.RequestException) as problem:
            trip.note(NEVER_SENT if method.upper() in SAFE_METHODS else LOST, why="no answer came")
            raise requests.ConnectionError("no answer came") from problem
        response._content = answer.body
        response._content_consumed = True  # type: ignore[attr-defined]
        _note_status(trip, method.upper(), answer.status)
        return response


def _note_status(trip: Trip, method: str, status: int) -> None:
    if status < 300:
        # What is only asked for delivers nothing.
        if method not in SAFE_METHODS:
            trip.note(ACCEPTED, status)
    elif status >= 500 or status == 408:
        trip.note(NEVER_SENT if method in SAFE_METHODS else LOST, status, f"it answered {status}")
    else:
        trip.note(DENIED, status, f"it answered {status}")


class _CarriedSmtp(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        trip = TRIP.get()
        try:
            sock = open_socket(host, port, allowed=trip.allowed, timeout=trip.timeouts.connect)
        except Refused as problem:
            trip.note(REFUSED, why=str(problem))
            raise OSError(str(problem)) from problem
        except OSError:
            trip.note(NEVER_SENT, why="the mail server cannot be reached")
            raise
        sock.settimeout(trip.timeouts.read)
        return sock

    def login(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        try:
            return super().login(*arguments, **options)
        except smtplib.SMTPAuthenticationError as problem:
            _note_smtp(problem.smtp_code, "the mail server does not accept the password")
            raise
        except (OSError, smtplib.SMTPException):
            TRIP.get().note(NEVER_SENT, why="the mail server broke off")
            raise

    def sendmail(self, *arguments: Any, **options: Any) -> dict[str, tuple[int, bytes]]:
        try:
            refused = super().sendmail(*arguments, **options)
        except smtplib.SMTPRecipientsRefused as problem:
            _note_smtp(max(code for code, _ in problem.recipients.values()), "the mail server refused the recipient")
            raise
        except smtplib.SMTPResponseException as problem:
            _note_smtp(problem.smtp_code, "the mail server refused the message")
            raise
        except (OSError, smtplib.SMTPException):
            TRIP.get().note(LOST, why="the mail server broke off", over_smtp=True)
            raise
        TRIP.get().note(ACCEPTED)
        for code, _ in refused.values():
            _note_smtp(code, "the mail server refused a recipient")
        return refused


class _CarriedSmtpTls(smtplib.SMTP_SSL, _CarriedSmtp):
    pass


def _note_smtp(code: int, why: str) -> None:
    TRIP.get().note(DENIED, code, why, over_smtp=True)


class CarriedSmtplib:
    """Looks like the module smtplib, with connections that closed addresses are kept from."""

    SMTP = _CarriedSmtp
    SMTP_SSL = _CarriedSmtpTls

    def __getattr__(self, name: str) -> Any:
        return getattr(smtplib, name)


_REQUESTS = CarriedRequests()
_SMTPLIB = CarriedSmtplib()
_OWN_WAYS = frozenset({"socket", "subprocess", "asyncio", "syslog", "apprise.utils.socket"})


def take_over() -> None:
    """Give every module of Apprise that is loaded these carriers in place of the real ones."""
    for name, module in list(sys.modules.items()):
        if name.startswith("apprise."):
            for attribute, carrier in (("requests", _REQUESTS), ("smtplib", _SMTPLIB)):
                if isinstance(vars(module).get(attribute), ModuleType):
                    setattr(module, attribute, carrier)


def is_carried(service: type) -> bool:
    """Whether a service of Apprise (a class) sends by our carriers and has no way of its own past them."""
    rooms = {
        ".".join(each.__module__.split(".")[:3])
        for each in service.__mro__
        if each.__module__.startswith("apprise.plugins.") and each.__module__ != "apprise.plugins.base"
    }
    modules = [
        module
        for name, module in list(sys.modules.items())
        if any(name == room or name.startswith(f"{room}.") for room in rooms)
    ]
    values = [value for module in modules for value in vars(module).values()]
    ways = {value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", "") for value in values}
    return any(value is _REQUESTS or value is _SMTPLIB for value in values) and not ways & _OWN_WAYS
