"""My Account: the Integrations tab with the account's key, the Profile tab with a user's, and what was done."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from sandbox.account.keys import ACCOUNT, USER, Key, create_key, end_key, read_key
from sandbox.problems import UsageError
from sandbox.records.reading import read_one
from sandbox.resources import EMPLOYEES
from sandbox.web.forms import guard
from sandbox.web.service import service

account = Blueprint("account", __name__, url_prefix="/account")
guard(account)
SHOWN_ROWS = 200
MASK = "\N{BULLET}" * 24


@account.get("/")
def open_account() -> Answer:
    """My Account opens on its Integrations tab."""
    return redirect(url_for("account.show_integrations"))


@account.get("/integrations")
def show_integrations() -> str:
    """The section Workglue Public API: no key yet, or the key, masked."""
    return _integrations(None)


@account.post("/integrations/create")
def create() -> Answer:
    """Create the Account API Key."""
    here = service()
    with here.database.writing() as connection:
        if read_key(connection) is None:
            create_key(connection, here.seal, now=here.clock())
    return redirect(url_for("account.show_integrations"))


@account.post("/integrations/reveal")
def reveal() -> str:
    """Show the key itself."""
    return _integrations(_text(ACCOUNT, None))


@account.post("/integrations/key")
def tell_key() -> Response:
    """The key itself, for the page's eye and copy buttons."""
    return jsonify(key=_text(ACCOUNT, None))


@account.get("/integrations/<any(reset, revoke):action>")
def ask(action: str) -> str | Answer:
    """Name what will stop working before the key is reset or revoked."""
    if _key(ACCOUNT, None) is None:
        return redirect(url_for("account.show_integrations"))
    return render_template("confirm.html", action=action, tab="integrations")


@account.post("/integrations/<any(reset, revoke):action>")
def end(action: str) -> Answer:
    """Stop the key at once; a reset makes a new one."""
    here = service()
    with here.database.writing() as connection:
        ended = end_key(connection, now=here.clock(), by=action)
        if ended and action == "reset":
            create_key(connection, here.seal, now=here.clock())
    return redirect(url_for("account.show_integrations"))


@account.get("/profile")
def show_profile() -> str:
    """One user's own page, with the User Personal API Key."""
    return _profile(_user(request.args.get("user", "emp_1")), None)


@account.post("/profile/<action>")
def change_profile(action: str) -> Answer | str:
    """Create, reveal, reset or revoke the key of the user that the form names."""
    here = service()
    user = _user(request.form.get("user", ""))
    if action == "reveal":
        return _profile(user, _text(USER, user))
    with here.database.writing() as connection:
        if action in ("reset", "revoke"):
            end_key(connection, now=here.clock(), by=action, kind=USER, employee=user)
        if action in ("create", "reset") and read_key(connection, USER, employee=user) is None:
            create_key(connection, here.seal, now=here.clock(), kind=USER, employee=user)
    return redirect(url_for("account.show_profile", user=EMPLOYEES.identify(user)))


@account.get("/activity")
def show_activity() -> str:
    """What was done in the account, newest first, and by whom."""
    with service().database.reading() as connection:
        rows = connection.execute("SELECT * FROM activity ORDER BY id DESC LIMIT ?", (SHOWN_ROWS,)).fetchall()
    shown = [{**dict(row), "told": _told(row["action"], row["before"], row["after"])} for row in rows]
    return render_template("activity.html", rows=shown, tab="activity")


def _integrations(shown: str | None) -> str:
    return render_template("integrations.html", key=_key(ACCOUNT, None), shown=shown, mask=MASK, tab="integrations")


def _profile(user: int, shown: str | None) -> str:
    with service().database.reading() as connection:
        person = read_one(connection, EMPLOYEES, user)
        rows = connection.execute(
            "SELECT number, first_name, last_name FROM employees WHERE kind = 'user' AND active ORDER BY number"
        ).fetchall()
    people = [(EMPLOYEES.identify(row["number"]), f"{row['first_name']} {row['last_name']}") for row in rows]
    return render_template(
        "profile.html", person=person, people=people, key=_key(USER, user), shown=shown, mask=MASK, tab="profile"
    )


def _key(kind: str, employee: int | None) -> Key | None:
    with service().database.reading() as connection:
        return read_key(connection, kind, employee=employee)


def _text(kind: str, employee: int | None) -> str | None:
    key = _key(kind, employee)
    if key is None:
        return None
    try:
        return service().seal.open(key.sealed)
    except UsageError as problem:
        abort(409, str(problem))


def _user(identifier: str) -> int:
    number = EMPLOYEES.number(identifier)
    with service().database.reading() as connection:
        row = connection.execute("SELECT 1 FROM employees WHERE number = ? AND kind = 'user'", (number,)).fetchone()
    if number is None or row is None:
        abort(404, "There is no such user.")
    return number


def _told(action: str, before: str | None, after: str | None) -> str:
    """One line about a change: for an update, what it was and what it is."""
    old: dict[str, Any] = json.loads(before or "{}")
    new: dict[str, Any] = json.loads(after or "{}")
    if action in ("create", "delete"):
        record = new or old
        return str(record.get("name") or f"{record.get('first_name') or ''} {record.get('last_name') or ''}".strip())
    if action == "stage":
        return f"{old['stage']} \N{RIGHTWARDS ARROW} {new['stage']}"
    changed = (name for name in new if name != "updated_at")
    return "; ".join(f"{name}: {_short(old[name])} \N{RIGHTWARDS ARROW} {_short(new[name])}" for name in changed)


def _short(value: object) -> str:
    text = "nothing" if value in (None, "") else value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
