"""/coverage: for each list that is polled, whether every change was handled. For watching machines."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from hub.services.coverage import look_at_lists
from hub.web import visit
from hub.web.api import access

SCHEMAS: dict[str, Any] = {
    "Coverage": {
        "type": "object",
        "required": ["ok", "lists"],
        "properties": {
            "ok": {"type": "boolean"},
            "lists": {"type": "array", "items": {"type": "object"}},
        },
    }
}
PATHS: dict[str, Any] = {
    "/coverage": {
        "get": {
            "scope": "read",
            "summary": "What was checked, changed and handled, and what of it is unexplained",
            "responses": {
                "200": {"schema": "Coverage", "description": "All lists are looked at, and nothing is unexplained."},
                "503": {"schema": "Coverage", "description": "A change is unexplained, or a list is not looked at."},
            },
        }
    }
}


def add_paths(blueprint: Blueprint) -> None:
    """Add the address to the blueprint."""
    blueprint.add_url_rule("/coverage", "coverage", coverage)


def coverage() -> ResponseReturnValue:
    """The lists, and 503 when something is unexplained (it must be 0) or a list is not looked at any more."""
    access.demand("read")
    lists = look_at_lists(visit.services())
    is_well = not any(each.unexplained or each.is_frozen for each in lists)
    return jsonify(ok=is_well, lists=[each.as_dict() for each in lists]), 200 if is_well else 503
