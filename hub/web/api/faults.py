"""What the API answers when something cannot be done: {"error": {code, message, hint, problems}}, in plain words."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from hub.errors import HubError, RecipeError, Unavailable
from hub.web.hooks import RETRY_AFTER

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

log = logging.getLogger(__name__)


class Refusal(Exception):
    """The request is not as it must be. `field` names what is wrong in it."""

    def __init__(
        self, message: str, *, status: int = 422, code: str = "invalid", hint: str = "", field: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.hint = hint
        self.field = field


def fault(
    status: int,
    code: str,
    message: str,
    *,
    hint: str = "",
    field: str = "",
    problems: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer that says what is wrong. Empty parts are left out."""
    parts = {"code": code, "message": message, "hint": hint, "field": field, "problems": list(problems)}
    response = jsonify(error={name: value for name, value in parts.items() if value})
    response.status_code = status
    response.headers.update(headers or {})
    return response


def install(blueprint: Blueprint) -> None:
    """Give the API these answers, also at addresses that it does not have."""
    blueprint.register_error_handler(Refusal, _refused)
    blueprint.register_error_handler(HTTPException, _known)
    blueprint.register_error_handler(HubError, _failed)
    blueprint.register_error_handler(Exception, _unknown)
    blueprint.add_url_rule("/", "nothing", _nothing_here, defaults={"path": ""}, methods=METHODS)
    blueprint.add_url_rule("/<path:path>", "nothing", _nothing_here, methods=METHODS)


def _nothing_here(path: str) -> ResponseReturnValue:  # noqa: ARG001 - the address is in the request
    """404, or 405 where another method would do."""
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    allowed = [method for method in METHODS if adapter.match(method=method)[0] != request.endpoint]
    if allowed:
        raise MethodNotAllowed(valid_methods=allowed)
    raise NotFound


def _refused(problem: Refusal) -> Response:
    return fault(problem.status, problem.code, str(problem), hint=problem.hint, field=problem.field)


_WORDS = {
    400: ("bad_request", "The request could not be understood."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this kind of request."),
    413: ("too_large", "The request is too large."),
}


def _known(problem: HTTPException) -> ResponseReturnValue:
    status = problem.code or 500
    code, message = _WORDS.get(status, ("refused", "The request was refused."))
    allowed = {name: str(value) for name, value in problem.get_headers() if name == "Allow"}
    return fault(status, code, message, headers=allowed)


def _failed(problem: HubError) -> Response:
    if isinstance(problem, Unavailable):
        log.warning("%s %s could not be answered: %s", request.method, request.path, problem)
        message = "The hub's database does not answer. Nothing was changed; please try again."
        return fault(503, "unavailable", message, headers={"Retry-After": RETRY_AFTER})
    problems = problem.problems if isinstance(problem, RecipeError) else ()
    shown = [{"code": each.code, "message": each.message, "hint": each.hint} for each in problems]
    return fault(422, "invalid", problem.message, hint=problem.hint, problems=shown)


def _unknown(problem: Exception) -> Response:
    log.exception("%s %s broke", request.method, request.path, exc_info=problem)
    return fault(500, "broken", "Something broke in the hub. It is our mistake, and it has been logged.")
