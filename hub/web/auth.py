"""Logging in and out."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.web import sessions, visit
from hub.web.accounts import LONGEST_PASSWORD, check_password

blueprint = Blueprint("auth", __name__)

WRONG = "This e-mail address and password do not belong together."


@blueprint.before_request
def recognise() -> None:
    """Know who is asking."""
    sessions.recognise()


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    """The form; whoever is logged in goes on at once."""
    if visit.person():
        return redirect(safe_target(request.args.get("next", "")))
    return _form()


@blueprint.post("/login")
def enter() -> ResponseReturnValue:
    """Check the password and begin a session."""
    email = request.form.get("email", "").strip()
    password = request.form.get("password", "")
    wait = visit.attempts().admit(visit.remote(), email)
    if wait:
        return _refuse_for(wait)
    ledger = visit.services().ledger
    user = ledger.find_user(email) if email and len(password) <= LONGEST_PASSWORD else None
    if not check_password(user, password):
        ledger.audit(email[:200] or "nobody", "login.refused", now=visit.now(), where=visit.remote())
        return _form(WRONG), 403
    assert user is not None
    visit.attempts().forget(visit.remote(), email)
    sessions.begin(user)
    ledger.audit(user.email, "login", now=visit.now(), where=visit.remote())
    return redirect(safe_target(request.form.get("next", "")), 303)


@blueprint.post("/logout")
def leave() -> ResponseReturnValue:
    """End the session."""
    user = visit.person()
    sessions.end()
    if user:
        visit.services().ledger.audit(user.email, "logout", now=visit.now(), where=visit.remote())
    flash("You are logged out.")
    return redirect(url_for("auth.login"), 303)


def safe_target(target: str) -> str:
    """Where to go after the login: a page of ours, never another site whatever a link says."""
    home = url_for("dashboard.home")
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return home
    if "\\" in target or any(ord(letter) < 33 or ord(letter) == 127 for letter in target):
        return home
    try:
        parts = urlsplit(target)
    except ValueError:
        return home
    if parts.scheme or parts.netloc or parts.path.startswith(("/login", "/logout")):
        return home
    return target


def _refuse_for(wait: float) -> ResponseReturnValue:
    minutes = math.ceil(wait / 60)
    problem = f"Too many attempts. Please wait {minutes} minute{'' if minutes == 1 else 's'} and try again."
    return _form(problem), 429, {"Retry-After": str(math.ceil(wait))}


def _form(problem: str = "") -> str:
    return render_template(
        "login.html",
        problem=problem,
        email=request.form.get("email", ""),
        next=request.values.get("next", ""),
    )
