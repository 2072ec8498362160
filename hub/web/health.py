"""For whoever watches the hub from outside: is it there, and is it ready?"""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from hub.errors import HubError
from hub.store.migrate import state
from hub.web import visit
from hub.web.dashboard.wellbeing import SILENT_AFTER

blueprint = Blueprint("health", __name__)
log = logging.getLogger(__name__)

NEEDED = ("database",)
"""Without the others deliveries are still taken, and work goes on as soon as they are back."""


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    """200 when the process and its database answer, else 503."""
    try:
        visit.services().views.recipes_stamp()
    except HubError as problem:
        log.warning("The health check failed: %s", problem)
        return jsonify(ok=False), 503
    return jsonify(ok=True)


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    """Every part with "ok" or what is wrong with it in a word. 503 when deliveries could not be taken."""
    parts = {name: _careful(look) for name, look in LOOKS.items()}
    is_ready = all(parts[name] == "ok" for name in NEEDED)
    return jsonify(ready=is_ready, parts=parts), 200 if is_ready else 503


def _database() -> str:
    found = state(visit.services().database)
    return "ok" if found in ("current", "ahead") else str(found)


def _redis() -> str:
    return "ok" if visit.services().bell.state()["ok"] else "away"


def _worker() -> str:
    return _process("worker")


def _clock() -> str:
    return _process("clock")


def _process(kind: str) -> str:
    now = visit.now()
    beats = [each for each in visit.services().views.heartbeats() if each.kind == kind]
    return "ok" if any(each.is_there(now, within=SILENT_AFTER) for each in beats) else "silent"


def _key() -> str:
    return next((each.state for each in visit.services().views.connections()), "none")


LOOKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "redis": _redis,
    "worker": _worker,
    "clock": _clock,
    "key": _key,
}


def _careful(look: Callable[[], str]) -> str:
    try:
        return look()
    except HubError as problem:
        log.warning("The readiness check failed: %s", problem)
        return "away"
