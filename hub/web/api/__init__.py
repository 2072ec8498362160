"""The hub's own API, /api/v1: for programs, with a token and nothing else. No session, no cookie, no form counts here.

A room adds its addresses in `add_paths` and describes them in PATHS and SCHEMAS (OpenAPI); ROOMS names the rooms.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from hub.web.api import access, coverage, faults, running, subscribing, tokens
from hub.web.api.description import describe

PREFIX = "/api/v1"
ROOMS = (tokens, subscribing, running, coverage)

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)

for room in ROOMS:
    room.add_paths(blueprint)
faults.install(blueprint)
blueprint.before_request(access.let_in)


@blueprint.get("/openapi.json", endpoint=access.OPEN_ENDPOINT)
def openapi() -> Response:
    """What the API can do, as OpenAPI 3.1. Needs no token."""
    return jsonify(describe(ROOMS))
