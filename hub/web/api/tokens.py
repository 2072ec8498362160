"""/me: what the token of the request is and may do. Programs try it to see whether their token works."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from hub.web.api.access import SCOPES, token

SCHEMAS: dict[str, Any] = {
    "Token": {
        "type": "object",
        "required": ["id", "name", "scopes"],
        "properties": {
            "id": {"type": "string"},
            "name": {"type": "string"},
            "scopes": {"type": "array", "items": {"type": "string", "enum": list(SCOPES)}},
        },
    }
}
PATHS: dict[str, Any] = {
    "/me": {
        "get": {
            "summary": "What this token is and may do",
            "responses": {"200": {"schema": "Token", "description": "The token, without its secret."}},
        }
    }
}


def add_paths(blueprint: Blueprint) -> None:
    """Add the addresses to the blueprint."""
    blueprint.add_url_rule("/me", "me", me)


def me() -> Response:
    """The token of this request."""
    found = token()
    return jsonify(id=found.id, name=found.name, scopes=list(found.scopes))
