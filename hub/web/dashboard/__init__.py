"""The dashboard: what people see and do. Every page needs a login, every deed a role, a token and an audit row."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from hub.web import sessions, visit
from hub.web.dashboard import (
    addresses,
    blueprints,
    connections,
    deeds,
    deliveries,
    failures,
    home,
    kept,
    outages,
    polls,
    recipes,
    replays,
    resuming,
    runs,
    starting,
    subscriptions,
)

blueprint = Blueprint("dashboard", __name__)

for room in (
    home,
    outages,
    recipes,
    starting,
    kept,
    blueprints,
    runs,
    deliveries,
    addresses,
    replays,
    subscriptions,
    connections,
    polls,
    failures,
    resuming,
    deeds,
):
    room.add_pages(blueprint)


@blueprint.before_request
def require_login() -> ResponseReturnValue | None:
    """Let nobody in without a login; afterwards they are back where they wanted to go."""
    sessions.recognise()
    if visit.person():
        return None
    wanted = request.full_path.removesuffix("?") if request.method == "GET" else ""
    login = url_for("auth.login", next=wanted) if wanted not in ("", "/") else url_for("auth.login")
    if "HX-Request" in request.headers:  # a page that refreshes itself: the whole of it must go to the login
        return Response(status=204, headers={"HX-Redirect": login})
    return redirect(login, 303)
