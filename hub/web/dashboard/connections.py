"""Connections: how the Workglue key stands, a new one, and the secrets that recipes use. Values are never shown."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.errors import HubError
from hub.model import Recipe, RunStatus
from hub.ports.keys import SecretLine
from hub.services import Services
from hub.services.keys import WHERE_IT_IS
from hub.services.secret_uses import secret_uses
from hub.triggers.webhook import SECRET_NAME
from hub.web import visit

OVERLAPS = {"": "no longer", "24h": "for a day", "7d": "for a week", "30d": "for 30 days"}
_SECONDS = {"24h": 86_400.0, "7d": 7 * 86_400.0, "30d": 30 * 86_400.0}
LONGEST_SECRET = 10_000


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A secret as the page shows it. `line` is None for one that only the environment gives."""

    name: str
    line: SecretLine | None
    is_given: bool
    uses: tuple[Recipe, ...]
    previous_until: float | None = None


def add_pages(blueprint: Blueprint) -> None:
    """Add the page and the deeds to the blueprint."""
    blueprint.add_url_rule("/connections", "connections", connections)
    for rule, name, deed in (
        ("/connections/key", "enter_key", enter_key),
        ("/connections/key/forget", "forget_key", forget_key),
        ("/connections/secrets", "set_secret", set_secret),
        ("/connections/secrets/delete", "delete_secret", delete_secret),
        ("/connections/secrets/end", "end_previous", end_previous),
    ):
        blueprint.add_url_rule(rule, name, deed, methods=["POST"])


def connections() -> str:
    """How the key stands; for admins the forms, too."""
    services = visit.services()
    return render_template(
        "connections.html",
        key=services.keys.row(),
        waiting=services.views.counts().get(RunStatus.PARKED, 0),
        where_it_is=WHERE_IT_IS,
        secrets=secret_rows(services) if visit.may("admin") else (),
        overlaps=OVERLAPS,
        now=visit.now(),
    )


def enter_key() -> ResponseReturnValue:
    """Put a new key in force (form fields `key`, `untested`), after it was tried."""
    person = visit.need("admin")
    untested = request.form.get("untested") == "1"
    try:
        trial = visit.services().keys.enter(
            request.form.get("key", ""), by=person.email, where=visit.remote(), untested=untested
        )
    except HubError as problem:
        flash(f"{problem.message} {problem.hint}".strip(), "bad")
    else:
        flash(f"{trial.sentence} It is in force now, and what waited for it goes on.")
    return _back()


def forget_key() -> ResponseReturnValue:
    """Forget the key that was entered."""
    person = visit.need("admin")
    try:
        done = visit.services().keys.forget(by=person.email, where=visit.remote())
    except HubError as problem:
        flash(f"{problem.message} {problem.hint}".strip(), "bad")
    else:
        flash("The key is forgotten." if done else "There is no key that could be forgotten.")
    return _back()


def set_secret() -> ResponseReturnValue:
    """Keep a secret (form fields `name`, `value`, `keep`), replacing an older one."""
    person = visit.need("admin")
    name, value, keep = (request.form.get(field, "") for field in ("name", "value", "keep"))
    name = name.strip()
    if not SECRET_NAME.fullmatch(name):
        flash("A secret's name has letters, digits and underscores, and begins with a letter: TEAM_CHAT_URL.", "bad")
        return _back()
    if not value.strip() or len(value) > LONGEST_SECRET or "\0" in value:
        flash(f"The secret {name} was not saved: it needs a value of 1 to {LONGEST_SECRET:,} characters.", "bad")
        return _back()
    services, now = visit.services(), visit.now()
    until = now + _SECONDS[keep] if keep in _SECONDS else None
    ledger = services.ledger
    ledger.put_secret(name, value.strip(), by=person.email, now=now, where=visit.remote(), previous_until=until)
    services.forget_secrets()
    more = f" HUB_SECRET_{name} is set, too, and wins." if name in services.settings.secrets else ""
    flash(f"The secret {name} is kept. It is in use within a few seconds.{more}")
    return _back()


def delete_secret() -> ResponseReturnValue:
    """Forget a secret (form field `name`)."""
    person = visit.need("admin")
    name = request.form.get("name", "")
    services = visit.services()
    if not services.ledger.drop_secret(name, by=person.email, now=visit.now(), where=visit.remote()):
        abort(404)
    services.forget_secrets()
    flash(f"The secret {name} is forgotten.")
    return _back()


def end_previous() -> ResponseReturnValue:
    """Believe the value that a secret had before (form field `name`) no longer."""
    person = visit.need("admin")
    name = request.form.get("name", "")
    services = visit.services()
    if not services.ledger.drop_previous(name, by=person.email, now=visit.now(), where=visit.remote()):
        abort(404)
    services.forget_secrets()
    flash(f"The value that {name} had before is believed no longer.")
    return _back()


def secret_rows(services: Services) -> list[SecretRow]:
    """All secrets, stored or given by the environment, by name. Those of subscriptions are the programs' own."""
    uses = secret_uses(services.shelf.enabled())
    own = {each.subscription.secret_name for each in services.views.subscriptions()}
    lines = {each.name: each for each in services.ledger.secret_lines() if each.name not in own}
    given = services.settings.secrets
    now = services.clock()
    rows = []
    for name in sorted({*lines, *given}):
        line = lines.get(name)
        until = line.previous_until if line and line.previous_until and line.previous_until > now else None
        rows.append(SecretRow(name, line, name in given, tuple(uses.get(name, ())), until))
    return rows


def _back() -> ResponseReturnValue:
    return redirect(url_for("dashboard.connections"), 303)
