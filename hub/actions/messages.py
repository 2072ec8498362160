"""The door to people: hub.context.Messages by Apprise, which speaks chat, SMS, push and e-mail of 160 services.

Apprise is loaded when the first message is sent: it is large, and most processes never need it. Titles and texts that
are longer than a service takes are cut or split by Apprise.
"""

from __future__ import annotations

import difflib
import logging
import re
import threading
import warnings
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from hub.actions.addresses import AllowedHosts
from hub.actions.carriers import ACCEPTED, DENIED, LOST, NEVER_SENT, REFUSED, TRIP, Event, Trip, is_carried, take_over
from hub.actions.wire import Wire
from hub.errors import Permanent, RateLimited, StepError, Transient, Unknown
from hub.patience import USUAL_WAIT
from hub.timed import Timeouts

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,19})://", re.IGNORECASE)
_LOADING = threading.Lock()


class AppriseMessages:
    """Messages to people. `allowed_private_hosts` are "host" or "host:port". Threads share it; processes must not."""

    def __init__(self, allowed_private_hosts: Iterable[str] = (), timeouts: Timeouts | None = None) -> None:
        self._allowed = AllowedHosts.read(allowed_private_hosts)
        self._wire = Wire(self._allowed)
        self._timeouts = timeouts or Timeouts()

    def send(self, to: str, *, title: str, body: str) -> None:
        """Sent to one Apprise address, or the StepError that says what happened instead.

        Permanent for a wrong address (its text is in no message, it may hold secrets), a private host, and a message
        that the service refuses. Transient when surely nothing was delivered, RateLimited when the service asks for
        patience, Unknown when it may have been delivered, also when only some of several recipients got it. Apprise
        pauses for some seconds between the recipients of one address.
        """
        with _LOADING:
            apprise = _load()
        service = _service(apprise, to.strip())
        trip = Trip(self._wire, self._allowed, self._timeouts)
        sender = apprise.Apprise(asset=service.asset)
        sender.add(service)
        if not body.strip():
            body, title = title, ""  # Apprise sends nothing without a text
        token = TRIP.set(trip)
        try:
            sent = bool(sender.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT))
        finally:
            TRIP.reset(token)
        if not sent:
            raise _verdict(trip.events, str(service.service_name), several=len(service) > 1)


@cache
def _load() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        apprise: Any = import_module("apprise")
        # Its log shows addresses with their secrets, and what we need to know of a failure our carriers note.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        apprise.manager_plugins.NotificationManager().load_modules()
        take_over()
    return apprise


def _service(apprise: Any, to: str) -> Any:
    asset = apprise.AppriseAsset(
        app_id="Hub",
        async_mode=False,  # in this thread
        service_timeout=0,  # the carriers have time-outs of their own
        allow_templates=False,
        secure_logging=True,
    )
    service = apprise.Apprise.instantiate(to, asset=asset)
    if service is None:
        raise Permanent(f"The message has a wrong address: {_mistake(apprise, to)}")
    if not is_carried(type(service)):
        raise Permanent(f"Messages through {service.service_name} cannot be sent from here.")
    # What an address may ask for, but would hide a failure or undo our own retries.
    service.optional = False
    service.retry = 0
    return service


def _mistake(apprise: Any, to: str) -> str:
    """What is wrong with an address, in words that show none of it but the service."""
    if not to:
        return "it is empty."
    match = _SCHEME.match(to)
    if match is None:
        return "it must begin with a service, as in slack:// or mailto://."
    scheme = match[1].lower()
    if scheme in ("http", "https"):
        return "it is a web address of no known service. To call any web address, use http.request."
    known = sorted(apprise.manager_plugins.NotificationManager().schemas())
    if scheme in known:
        return f"something after {scheme}:// is missing or wrong."
    near = difflib.get_close_matches(scheme, known, n=1)
    return f"there is no service called {scheme}://." + (f" Did you mean {near[0]}://?" if near else "")


def _verdict(events: Sequence[Event], name: str, *, several: bool) -> StepError:
    """What a message that was not sent came to."""
    problem = next((each for each in reversed(events) if each.what != ACCEPTED), None)
    if several and any(each.what in (ACCEPTED, LOST) for each in events):
        return Unknown(f"Not everybody got the message through {name}; some may have got it.")
    if problem is None:
        accepted = any(each.what == ACCEPTED for each in events)
        why = "it did not accept it" if accepted else "its address or its text does not fit"
        return Permanent(f"The message through {name} was not sent: {why}.")
    if problem.what == REFUSED:
        return Permanent(
            f"The message through {name} was not sent: {problem.why}.",
            hint="If this host is meant, name it in HUB_ALLOWED_PRIVATE_HOSTS.",
        )
    if problem.what == NEVER_SENT:
        return Transient(f"The message through {name} was not sent: {problem.why}.", status=problem.status)
    if problem.what == LOST:
        return Unknown(f"The message through {name} may have been sent, but {problem.why}.", status=problem.status)
    assert problem.what == DENIED
    return _denial(problem, name)


def _denial(problem: Event, name: str) -> StepError:
    words = f"The message through {name} was not sent: {problem.why}."
    if problem.over_smtp:
        return (Transient if problem.status < 500 else Permanent)(words, status=problem.status)
    if problem.status == 429:
        return RateLimited(f"{name} asks for patience.", retry_after=USUAL_WAIT, status=429)
    if problem.status == 425:
        return Transient(words, status=problem.status)
    return Permanent(words, hint="Check the address: its key or its recipient.", status=problem.status)
