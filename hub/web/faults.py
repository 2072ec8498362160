"""Pages for what went wrong, in plain words."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from hub.errors import HubError, Unavailable
from hub.web.hooks import RETRY_AFTER

WORDS = {
    400: ("This could not be understood", "Something in the request was not as expected. Go back and try again."),
    403: ("This is not allowed", "Your role does not permit this, or the request came from another site."),
    404: ("There is nothing here", "The address may be mistyped, or what it showed has been tidied away since."),
    405: ("This cannot be done here", "The page exists, but it does not take this kind of request."),
    413: ("This is too large", "The form holds more than can be taken."),
    500: ("Something broke", "It is our mistake, not yours. It has been logged. Recipes keep running meanwhile."),
    503: ("The database does not answer", "Nothing was changed. Please try again in a few seconds."),
}
EXPIRED = (
    "This form is out of date",
    "You may have logged in again since, or your browser keeps no cookies. Go back, reload the page and try again.",
)

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Give the application these pages."""
    app.register_error_handler(CSRFError, lambda _: page(400, *EXPIRED))
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(Unavailable, _away)
    app.register_error_handler(HubError, _refused)
    app.register_error_handler(Exception, _unknown)


def page(status: int, title: str, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """A page with a heading, a sentence and the way home."""
    html = render_template("fault.html", status=status, title=title, text=text)
    return Response(html, status, headers, mimetype="text/html")


def _known(problem: HTTPException) -> ResponseReturnValue:
    status = problem.code or 500
    if status < 400:  # Werkzeug's redirects are exceptions, too
        return problem
    allowed = {name: str(value) for name, value in problem.get_headers() if name == "Allow"}
    return page(status, *WORDS.get(status, WORDS[400] if status < 500 else WORDS[500]), allowed)


def _away(problem: Unavailable) -> ResponseReturnValue:
    log.warning("%s %s could not be answered: %s", request.method, request.path, problem)
    title, text = WORDS[503]
    return page(503, title, f"{text} {problem.hint}".strip(), {"Retry-After": RETRY_AFTER})


def _refused(problem: HubError) -> ResponseReturnValue:
    log.warning("%s %s could not be done: %s", request.method, request.path, problem)
    return page(409, "This could not be done", f"{problem.message} {problem.hint}".strip())


def _unknown(problem: Exception) -> ResponseReturnValue:
    log.exception("%s %s broke", request.method, request.path, exc_info=problem)
    return page(500, *WORDS[500])
