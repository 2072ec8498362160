"""/recipes and /runs: start a recipe by hand, and see what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from hub.errors import NotFound
from hub.model import Run
from hub.services.starting import LONGEST_KEY, start_by_hand
from hub.web import visit
from hub.web.api import access
from hub.web.api.asking import read_object
from hub.web.api.faults import Refusal

SCHEMAS: dict[str, Any] = {
    "Start": {
        "type": "object",
        "properties": {"inputs": {"type": "object", "description": "What the recipe asks for, by name."}},
    },
    "Run": {
        "type": "object",
        "required": ["id", "recipe", "status", "reason"],
        "properties": {
            "id": {"type": "string"},
            "recipe": {"type": "string"},
            "status": {"type": "string"},
            "reason": {"type": "string"},
            "result": {"description": "What the step `stop` gave as its result, if it gave any."},
            "created_at": {"type": "string", "format": "date-time"},
            "finished_at": {"type": ["string", "null"], "format": "date-time"},
        },
    },
}
PATHS: dict[str, Any] = {
    "/recipes/{recipe_id}/runs": {
        "post": {
            "scope": "run",
            "summary": "Start a recipe that has a manual trigger; the header Idempotency-Key makes it happen once",
            "body": "Start",
            "responses": {
                "202": {"schema": "Run", "description": "The run; it goes on by itself."},
                "404": {"schema": "Error", "description": "No such recipe is in force and switched on."},
                "422": {
                    "schema": "Error",
                    "description": "The recipe cannot be started so: every problem of the inputs.",
                },
            },
        }
    },
    "/runs/{run_id}": {
        "get": {
            "scope": "read",
            "summary": "What became of a run",
            "responses": {
                "200": {"schema": "Run", "description": "The run."},
                "404": {"schema": "Error", "description": "No such run."},
            },
        }
    },
}


def add_paths(blueprint: Blueprint) -> None:
    """Add the addresses to the blueprint."""
    blueprint.add_url_rule("/recipes/<recipe_id>/runs", "start", start, methods=["POST"])
    blueprint.add_url_rule("/runs/<run_id>", "run", run)


def start(recipe_id: str) -> ResponseReturnValue:
    """202 with the new run, or with the one that this Idempotency-Key has started before."""
    access.demand("run")
    body = read_object(("inputs",))
    inputs = body.get("inputs") or {}
    if not isinstance(inputs, dict):
        raise Refusal("`inputs` must be an object: the inputs by name.", field="inputs")
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        raise Refusal(f"The header Idempotency-Key has more than {LONGEST_KEY} characters.", status=400)
    try:
        run_id = start_by_hand(visit.services(), recipe_id, inputs, by=access.who(), where=visit.remote(), key=key)
    except NotFound as problem:
        raise Refusal(problem.message, status=404, code="not_found", hint=problem.hint) from problem
    answer = jsonify(_shown(_find(run_id)))
    answer.headers["Location"] = url_for("api.run", run_id=run_id)
    return answer, 202


def run(run_id: str) -> ResponseReturnValue:
    """One run."""
    access.demand("read", "run")
    return jsonify(_shown(_find(run_id)))


def _find(run_id: str) -> Run:
    page = visit.services().views.run(run_id)
    if page is None:
        raise Refusal("There is no such run.", status=404, code="not_found")
    return page.run


def _shown(found: Run) -> dict[str, Any]:
    return {
        "id": found.id,
        "recipe": found.recipe_id,
        "status": found.status,
        "reason": found.reason,
        "result": found.result,
        "created_at": _iso(found.created_at),
        "finished_at": _iso(found.finished_at) if found.finished_at is not None else None,
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
