"""Programs: what they subscribed to and how it is going, and the tokens that let them in."""

from __future__ import annotations

import secrets as randomness
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.store.subscribers import OPEN, ApiToken, SubscriptionState
from hub.web import visit
from hub.web.api.access import SCOPES

_DONE = {
    SubscriptionState.ACTIVE: "It is told again, from now on. What happened meanwhile is not sent.",
    SubscriptionState.PAUSED: "It is paused. What happens until it goes on is not sent.",
    SubscriptionState.DELETED: "The subscription is gone. Nothing more is sent.",
}


def add_pages(blueprint: Blueprint) -> None:
    """Add the page and the deeds to the blueprint."""
    blueprint.add_url_rule("/subscriptions", "subscriptions", subscriptions)
    for rule, name, deed in (
        ("/subscriptions/<subscription_id>/move", "move_subscription", move),
        ("/tokens/create", "create_token", create_token),
        ("/tokens/<token_id>/revoke", "revoke_token", revoke_token),
    ):
        blueprint.add_url_rule(rule, name, deed, methods=["POST"])


def subscriptions() -> str:
    """All subscriptions; for admins the tokens, too."""
    return _page()


def move(subscription_id: str) -> ResponseReturnValue:
    """Pause, resume or end a subscription (form field `state`: paused, active or deleted)."""
    wanted = request.form.get("state", "")
    person = visit.need("admin" if wanted == SubscriptionState.DELETED else "operator")
    if wanted not in _DONE:
        abort(400)
    state = SubscriptionState(wanted)
    services = visit.services()
    if services.views.subscription(subscription_id) is None:
        abort(404)
    note = f"Paused by {person.email}." if state is SubscriptionState.PAUSED else ""
    done = services.ledger.set_subscription(
        subscription_id, state, note=note, by=person.email, now=visit.now(), where=visit.remote()
    )
    flash(_DONE[state] if done else "The subscription has changed meanwhile.")
    return redirect(url_for("dashboard.subscriptions"), 303)


def create_token() -> ResponseReturnValue:
    """Make a token (form fields `name` and `scope`, several) and show it, this once."""
    person = visit.need("admin")
    name = " ".join(request.form.get("name", "").split())
    scopes = tuple(each for each in SCOPES if each in request.form.getlist("scope"))
    if not name or len(name) > 100 or not name.isprintable() or not scopes:
        flash("A token needs a name of at most 100 characters, and something that it may do.")
        return redirect(url_for("dashboard.subscriptions"), 303)
    secret = randomness.token_urlsafe(32)
    token = ApiToken(randomness.token_hex(6), name, scopes, visit.now())
    visit.services().ledger.create_token(token, secret, by=person.email, where=visit.remote())
    return _page(new_token=f"hub_{token.id}_{secret}")


def revoke_token(token_id: str) -> ResponseReturnValue:
    """Let nobody in with a token any more."""
    person = visit.need("admin")
    if not visit.services().ledger.revoke_token(token_id, by=person.email, now=visit.now(), where=visit.remote()):
        abort(404)
    flash("The token lets nobody in any more, and its subscriptions are paused.")
    return redirect(url_for("dashboard.subscriptions"), 303)


def _page(*, new_token: str = "") -> str:
    services = visit.services()
    lines = services.views.subscriptions()
    return render_template(
        "subscriptions.html",
        lines=lines,
        hosts={each.subscription.id: _host(each.subscription.url) for each in lines},
        open_states=OPEN,
        tokens=services.views.tokens() if visit.may("admin") else (),
        scopes=SCOPES,
        new_token=new_token,
        now=visit.now(),
        base_url=visit.base_url(),
    )


def _host(url: str) -> str:
    """Whom it goes to. What stands behind the host is left out: it may be what lets a program in."""
    parts = urlsplit(url)
    return (
        f"{parts.scheme}://{parts.netloc}/…"
        if parts.path.strip("/") or parts.query
        else f"{parts.scheme}://{parts.netloc}"
    )
