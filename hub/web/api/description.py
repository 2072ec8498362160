"""The API in the words of OpenAPI 3.1, put together from what its rooms say of themselves.

A room says: PATHS, by address and method {summary, scope, body, responses: {status: {schema, description}}}, where
schemas are named; and SCHEMAS, by name. What holds everywhere (tokens, 401, 404, 429) is added here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from hub import __version__

ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "Stable, for programs."},
                "message": {"type": "string", "description": "What is wrong, for people."},
                "hint": {"type": "string", "description": "What to do about it."},
                "field": {"type": "string", "description": "The key that is wrong."},
                "problems": {"type": "array", "items": {"type": "object"}},
            },
        }
    },
}
_EVERYWHERE = {
    "401": "There is no token, or it is not valid.",
    "403": "The token lacks the scope.",
    "429": "Too many requests; Retry-After says how long to wait.",
    "503": "The hub's database does not answer; nothing was changed.",
}


def describe(rooms: Iterable[Any]) -> dict[str, Any]:
    """The whole document."""
    listed = list(rooms)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hub", "version": __version__, "description": "Subscribe to what happens in Workglue."},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": {path: _path(path, methods) for room in listed for path, methods in room.PATHS.items()},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "hub_<id>_<secret>"}},
            "schemas": {"Error": ERROR, **{name: each for room in listed for name, each in room.SCHEMAS.items()}},
        },
    }


def _path(path: str, methods: Mapping[str, Any]) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", path)
    parameters = [{"name": each, "in": "path", "required": True, "schema": {"type": "string"}} for each in names]
    found: dict[str, Any] = {method: _operation(method, path, each) for method, each in methods.items()}
    return found | ({"parameters": parameters} if parameters else {})


def _operation(method: str, path: str, said: Mapping[str, Any]) -> dict[str, Any]:
    scope = said.get("scope", "")
    errors = {status: {"schema": "Error", "description": words} for status, words in _EVERYWHERE.items()}
    if "{" in path:
        errors["404"] = {"schema": "Error", "description": "There is none, or it is somebody else's."}
    found: dict[str, Any] = {
        "summary": said["summary"],
        "operationId": f"{method}{re.sub(r'[^a-z]+', '_', path).rstrip('_')}",
        "responses": {status: _response(each) for status, each in sorted({**errors, **said["responses"]}.items())},
    }
    if scope:
        found["description"] = f"Needs the scope {scope}."
    if "body" in said:
        found["requestBody"] = {"required": True, "content": _content(said["body"])}
    return found


def _response(said: Mapping[str, str]) -> dict[str, Any]:
    content = {"content": _content(said["schema"])} if "schema" in said else {}
    return {"description": said["description"], **content}


def _content(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
