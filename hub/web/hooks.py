"""The gate: deliveries of other apps, by any method, at /hooks/... No session, no cookies, never a 500."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import Rule

from hub.errors import HubError, Unavailable
from hub.model import Delivery, new_id
from hub.web import visit
from hub.web.raw_body import Refused, read_body

ALLOWED = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
POLICY = "default-src 'none'; sandbox"
"""Whatever a recipe answers, no browser may take it for a page of the dashboard."""

RETRY_AFTER = "5"
"""Seconds after which a sender may try again when the hub cannot take anything."""

blueprint = Blueprint("hooks", __name__)
log = logging.getLogger(__name__)


@blueprint.record
def _add_rules(state: BlueprintSetupState) -> None:
    """Rules without a list of methods take them all, which Flask's own decorator cannot say."""
    state.app.url_map.add(Rule("/hooks/", endpoint="hooks.receive", defaults={"path": ""}))
    state.app.url_map.add(Rule("/hooks/<path:path>", endpoint="hooks.receive"))
    state.app.view_functions["hooks.receive"] = receive


def receive(path: str) -> Response:
    """Take one delivery: 2xx only when it is kept, 503 with Retry-After when it cannot be.

    Whoever only looks is told the same at every address, whether anybody listens there or not: nothing is kept.
    """
    if request.method == "OPTIONS":
        return _answer(204, "", {"Allow": ALLOWED})
    if request.method == "HEAD":
        return _answer(200, "")
    try:
        return _receive(path)
    except Unavailable as problem:
        log.warning("A delivery to %s could not be kept: %s", path, problem)
    except Exception:
        log.exception("A delivery to %s could not be taken", path)
    message = "The hub cannot take this now. Nothing was kept; please send it again."
    return _answer(503, _error("unavailable", message), {"Retry-After": RETRY_AFTER})


def _receive(path: str) -> Response:
    services = visit.services()
    try:
        body = _read(services.settings.max_body)
    except Refused as refusal:
        _keep_refused(path, str(refusal))
        return _answer(refusal.status, _error(refusal.code, str(refusal)))
    answer = visit.waiting_room().answer(services.intake.deliver(_delivery(path, body)))
    return _answer(answer.status, answer.body, dict(answer.headers))


def _read(limit: int) -> bytes:
    with visit.slow_senders().watched(request.environ) as watched:
        try:
            return read_body(request.environ, limit=limit)
        except Refused as refusal:
            if watched.overdue:
                raise Refused(408, "slow", "The body took too long to arrive.") from refusal
            raise


def _delivery(path: str, body: bytes) -> Delivery:
    now = visit.now()
    return Delivery(
        id=new_id("dlv", now),
        path=path,
        method=request.method,
        url=visit.base_url() + _requested(),
        query=request.environ.get("QUERY_STRING", ""),
        headers=tuple(request.headers.items()),  # repeated ones arrive joined by commas, as WSGI wants it
        body=body,
        received_at=now,
        remote=visit.remote(),
    )


def _requested() -> str:
    """The address as it was sent, because some senders sign it: nothing decoded, nothing put in order."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "")
    return raw if raw.startswith("/") else request.full_path.removesuffix("?")


def _keep_refused(path: str, reason: str) -> None:
    """Show its owner that something came that could not be read. The sender's answer does not depend on it."""
    services = visit.services()
    try:
        if services.turnstile.keeps(visit.remote()):
            services.ledger.reject(_delivery(path, b""), reason=reason)
        else:
            services.turnstile.count_unbelieved()
    except HubError as problem:
        log.warning("A refused delivery to %s could not be noted: %s", path, problem)


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    if isinstance(body, str | bytes):
        response = Response(body, status, content_type="text/plain; charset=utf-8")
    else:
        response = Response(json.dumps(body), status, content_type="application/json")
    response.headers["Content-Security-Policy"] = POLICY
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response
