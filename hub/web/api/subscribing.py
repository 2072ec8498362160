"""/hooks: other programs subscribe to events, see how it goes, pause, try and end their subscriptions."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, url_for
from flask.typing import ResponseReturnValue

from hub.actions.addresses import AllowedHosts, is_literal, is_public
from hub.services.subscription_recipes import LARGEST_CONDITION
from hub.store.subscribers import Subscription, SubscriptionLine, SubscriptionState
from hub.web import visit
from hub.web.api import access
from hub.web.api.asking import read_object, read_text, read_words
from hub.web.api.faults import Refusal
from hub.web.api.subscribing_described import PATHS, SCHEMAS
from hub.web.wording.times import iso

__all__ = ["PATHS", "SCHEMAS", "add_paths"]

LONGEST_URL = 2000
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", re.IGNORECASE)
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SHORTEST_SECRET, _LONGEST_SECRET = 24, 64


def add_paths(blueprint: Blueprint) -> None:
    """Add the addresses to the blueprint."""
    for rule, name, act, method in (
        ("/hook-events", "hook_events", hook_events, "GET"),
        ("/hooks", "hooks", hooks, "GET"),
        ("/hooks", "subscribe", subscribe, "POST"),
        ("/hooks/<hook_id>", "hook", hook, "GET"),
        ("/hooks/<hook_id>", "change_hook", change, "PATCH"),
        ("/hooks/<hook_id>", "unsubscribe", unsubscribe, "DELETE"),
        ("/hooks/<hook_id>/test", "test_hook", test, "POST"),
    ):
        blueprint.add_url_rule(rule, name, act, methods=[method])


def hook_events() -> Response:
    """What may be subscribed to."""
    access.demand("hooks")
    return jsonify(events=list(visit.services().events_to_subscribe()))


def hooks() -> Response:
    """The token's subscriptions, newest first; those of all tokens for an admin."""
    access.demand("hooks")
    whose = "" if access.may("admin") else access.token().id
    return jsonify(hooks=[_shown(each) for each in visit.services().views.subscriptions(token_id=whose)])


def subscribe() -> ResponseReturnValue:
    """201 with the new subscription and, this once, its signing secret; 200 when it was there before."""
    access.demand("hooks")
    services = visit.services()
    body = read_object(("url", "events", "where", "fields", "secret"))
    url = _read_url(body)
    events = read_words(body, "events", known=services.events_to_subscribe())
    if not events:
        raise Refusal("`events` is missing: it says what to tell.", field="events")
    fields = read_words(body, "fields")
    for each in fields:
        if not _FIELD.fullmatch(each):
            raise Refusal(f"{each[:60]!r} is no field.", field="fields")
    found, secret = services.subscribe(
        access.token(),
        url=url,
        events=events,
        condition=read_text(body, "where", longest=LARGEST_CONDITION),
        fields=fields,
        secret=_read_secret(body),
        where=visit.remote(),
    )
    line = services.views.subscription(found.id)
    assert line is not None
    answer = jsonify(_shown(line) | ({"secret": secret} if secret else {}))
    answer.headers["Location"] = url_for("api.hook", hook_id=found.id)
    answer.status_code = 201 if secret else 200
    return answer


def hook(hook_id: str) -> Response:
    """One subscription."""
    return jsonify(_shown(_find(hook_id)))


def change(hook_id: str) -> Response:
    """Pause or resume. What happens while it is paused is not sent later."""
    found = _find(hook_id).subscription
    wanted = read_text(read_object(("state",)), "state", longest=20, required=True)
    if wanted not in (SubscriptionState.ACTIVE, SubscriptionState.PAUSED):
        raise Refusal("`state` must be active or paused.", field="state")
    _refuse_ended(found)
    note = f"Paused by {access.who()}." if wanted == SubscriptionState.PAUSED else ""
    visit.services().ledger.set_subscription(
        hook_id, SubscriptionState(wanted), note=note, by=access.who(), now=visit.now(), where=visit.remote()
    )
    return jsonify(_shown(_find(hook_id)))


def unsubscribe(hook_id: str) -> ResponseReturnValue:
    """Nothing more is sent, and what waits to be sent is dropped."""
    found = _find(hook_id).subscription
    visit.services().ledger.set_subscription(
        found.id, SubscriptionState.DELETED, by=access.who(), now=visit.now(), where=visit.remote()
    )
    return "", 204


def test(hook_id: str) -> ResponseReturnValue:
    """Send a sample."""
    line = _find(hook_id)
    _refuse_ended(line.subscription)
    return jsonify(run=visit.services().send_sample(line)), 202


def _find(hook_id: str) -> SubscriptionLine:
    """The subscription, when it is there and the token may see it: to others it is not there."""
    access.demand("hooks")
    line = visit.services().views.subscription(hook_id)
    is_there = line is not None and line.subscription.state is not SubscriptionState.DELETED
    if line is None or not is_there or not (access.may("admin") or line.subscription.token_id == access.token().id):
        raise Refusal("There is no such subscription.", status=404, code="not_found")
    return line


def _refuse_ended(found: Subscription) -> None:
    if found.state is SubscriptionState.ENDED:
        message = "This subscription has ended: its receiver said that it is gone."
        raise Refusal(message, status=409, code="ended", hint="Subscribe again.")


def _read_url(body: dict[str, Any]) -> str:
    url = read_text(body, "url", longest=LONGEST_URL, required=True)
    try:
        parts = urlsplit(url)
        place = (parts.hostname or "", parts.port or {"http": 80}.get(parts.scheme.lower(), 443))
    except ValueError:
        parts, place = urlsplit(""), ("", 0)
    if not place[0] or not _URL.fullmatch(url) or parts.username is not None or parts.fragment:
        hint = "Write it as https://example.com/path, without a password in it; other letters are written as %C3%BC."
        raise Refusal("`url` is no web address that can be used.", hint=hint, field="url")
    if place in AllowedHosts.read(visit.services().settings.allowed_private_hosts):
        return url
    if parts.scheme.lower() != "https":
        raise Refusal("`url` must start with https://, because customers' data goes there.", field="url")
    if is_literal(place[0]) and not is_public(place[0]):
        hint = "If this host is meant, name it in HUB_ALLOWED_PRIVATE_HOSTS."
        raise Refusal("`url` is a private address.", hint=hint, field="url")
    return url


def _read_secret(body: dict[str, Any]) -> str:
    secret = read_text(body, "secret", longest=200)
    if not secret:
        return ""
    try:
        raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raw = b""
    if not secret.startswith("whsec_") or not _SHORTEST_SECRET <= len(raw) <= _LONGEST_SECRET:
        message = f"`secret` must be whsec_ and {_SHORTEST_SECRET} to {_LONGEST_SECRET} random bytes in base64."
        raise Refusal(message, hint="Leave it out, and the hub makes one.", field="secret")
    return secret


def _shown(line: SubscriptionLine) -> dict[str, Any]:
    found = line.subscription
    last = {"run": line.last_run_id, "status": line.last_status, "at": iso(line.last_at or 0.0)}
    return {
        "id": found.id,
        "url": found.url,
        "events": list(found.events),
        "where": found.condition,
        "fields": list(found.fields),
        "state": found.state,
        "note": found.note,
        "created_at": iso(found.created_at),
        "waiting": line.waiting,
        "failures": line.failures,
        "last_delivery": last if line.last_run_id else None,
    }
