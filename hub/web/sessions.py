"""Who is logged in: a row in the database, and a signed cookie that names it.

Because the row decides, logging out and a changed role take effect at once. The row carries the absolute end; the
signed cookie carries when the person was last there.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Flask, g, request, session
from flask.sessions import SecureCookieSessionInterface

from hub.store.people import Session, User
from hub.web import visit

LONGEST = 7 * 86400.0
"""Seconds after which everybody must log in again."""

IDLE = 12 * 3600.0
"""Seconds without a visit after which a login ends. A page that refreshes itself is no visit."""

NOTE_EVERY = 300.0
"""Seconds between two notes in the cookie that the person is still there."""


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie; over HTTPS with the prefix that binds it to this host and to HTTPS."""

    def get_cookie_name(self, app: Flask) -> str:  # noqa: ARG002
        """Another name over plain HTTP, so that a cookie set there can never pass for a secure one."""
        return "__Host-hub" if request.is_secure else "hub"

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        """Only sent back over HTTPS when it came that way."""
        return request.is_secure


def install(app: Flask) -> None:
    """Make the application use these sessions."""
    app.session_interface = Cookies()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=LONGEST),
    )


def begin(user: User) -> None:
    """Log the user in: a new row, a new cookie, a new CSRF token; whatever the browser had before is void."""
    end()
    token = secrets.token_urlsafe(32)
    now = visit.now()
    visit.services().ledger.open_session(user.id, token, now=now, lifetime=LONGEST, remote=visit.remote())
    session.permanent = True
    session["token"] = token
    session["seen"] = now


def end() -> None:
    """Log out, at once and for every copy of the cookie."""
    token = session.get("token")
    session.clear()
    g.pop("person", None)
    if token:
        visit.services().ledger.end_session(token)


def recognise() -> Session | None:
    """Find out who is asking, and remember it for this request. None: nobody, or not any more."""
    token = session.get("token")
    if not token:
        return None
    now = visit.now()
    seen = float(session.get("seen", 0.0))
    found = visit.services().ledger.find_session(token, now=now)
    if found is None or now - seen > IDLE:
        end()
        return None
    if now - seen > NOTE_EVERY and "HX-Request" not in request.headers:
        session["seen"] = now
    g.person = found.user
    return found
