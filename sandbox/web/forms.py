"""What all pages share: they are for a browser on this machine, every form carries a token, scripts come from here."""

from __future__ import annotations

import hmac
import secrets

from flask import Blueprint, Response, abort, request, session

_NAMES = ("127.0.0.1", "localhost", "[::1]")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def guard(blueprint: Blueprint) -> None:
    """Protect the pages of a blueprint."""
    blueprint.before_request(_refuse_strangers)
    blueprint.before_request(_check_form)
    blueprint.after_request(add_policy)
    blueprint.app_context_processor(lambda: {"form_token": form_token})


def form_token() -> str:
    """The token that every form of this browser has to bring back."""
    if "token" not in session:
        session["token"] = secrets.token_urlsafe(24)
    return str(session["token"])


def add_policy(response: Response) -> Response:
    """Scripts and styles from here only, no frames, no guessing, nothing kept."""
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _refuse_strangers() -> None:
    # A web page elsewhere can point a name of its own at this machine and then read what is shown here.
    local = (request.remote_addr or "").startswith("127.") or request.remote_addr == "::1"
    if local and request.host.rsplit(":", 1)[0] not in _NAMES and request.host not in _NAMES:
        abort(400, "Open this page under the address that the sandbox printed when it started.")


def _check_form() -> None:
    if request.method == "POST":
        given, expected = request.form.get("token", ""), session.get("token", "")
        if not expected or not hmac.compare_digest(given.encode(), str(expected).encode()):
            abort(400, "This form is too old. Go back, reload the page and try again.")
