"""The request under way: what is at hand, who is asking, from where, and what they may do."""

from __future__ import annotations

from typing import cast

from flask import abort, current_app, g, request

from hub.services import Services
from hub.store.people import User
from hub.store.views.shapes import RunPage
from hub.web.attempts import Attempts
from hub.web.slow_senders import SlowSenders
from hub.web.waiting_room import WaitingRoom

SERVICES = "hub.services"
ATTEMPTS = "hub.attempts"
WAITING_ROOM = "hub.waiting_room"
SLOW_SENDERS = "hub.slow_senders"

ROLES = {
    "viewer": "may look",
    "operator": "may look, switch recipes, and run, cancel or decide runs",
    "editor": "may do what an operator may, and change recipes",
    "admin": "may do everything",
}
"""Every role with what it may do; each may also do what the ones before it may."""

_RANKS = list(ROLES)


def services() -> Services:
    """The application's services."""
    return cast(Services, current_app.extensions[SERVICES])


def attempts() -> Attempts:
    """The application's count of login attempts."""
    return cast(Attempts, current_app.extensions[ATTEMPTS])


def waiting_room() -> WaitingRoom:
    """Where senders wait for the end of their run."""
    return cast(WaitingRoom, current_app.extensions[WAITING_ROOM])


def slow_senders() -> SlowSenders:
    """Who sees to it that bodies arrive in time."""
    return cast(SlowSenders, current_app.extensions[SLOW_SENDERS])


def now() -> float:
    """The hub's clock: seconds since the epoch."""
    return services().clock()


def person() -> User | None:
    """Who is logged in, None for nobody. hub.web.sessions finds out before each request for a page."""
    return cast("User | None", g.get("person"))


def may(role: str) -> bool:
    """Whether the person has this role, or one that may do more."""
    found = person()
    return found is not None and found.role in ROLES and _RANKS.index(found.role) >= _RANKS.index(role)


def need(role: str) -> User:
    """The person, when they may do what this role may; else the request ends with 403."""
    found = person()
    if found is None or not may(role):
        abort(403)
    return found


def remote() -> str:
    """The address that the request came from."""
    return request.remote_addr or ""


def base_url() -> str:
    """How the outside reaches the hub, without a slash at the end."""
    return services().settings.public_url or request.host_url.rstrip("/")


def find_run(run_id: str) -> RunPage:
    """The run with everything about it; 404 when there is none."""
    page = services().views.run(run_id)
    if page is None:
        abort(404)
    return page
