"""The sandbox as a WSGI application."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from email.utils import formatdate

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from sandbox.account.gate import Limit
from sandbox.account.sealing import Seal
from sandbox.database import Database
from sandbox.dialect import load_dialect
from sandbox.reference.document import build_document
from sandbox.settings import Settings
from sandbox.web.account import account
from sandbox.web.api import answer_http_problem, api
from sandbox.web.developer import developer, document
from sandbox.web.eye import eye, pages
from sandbox.web.forms import add_policy
from sandbox.web.neighbours import neighbours
from sandbox.web.service import BASE, ZAPIER, Service
from sandbox.web.switches import faults_api, switches
from sandbox.web.wire import LARGEST_BODY


def create_app(settings: Settings, *, clock: Callable[[], float] = time.time) -> Flask:
    """The application that serves the database and the dialect named in `settings`.

    `clock` returns seconds since 1970. Raises UsageError when the database or the profile cannot be used.
    """
    dialect = load_dialect(settings.profile)
    limit = Limit(
        per_minute=dialect.rate.per_minute if settings.rate_per_minute is None else settings.rate_per_minute,
        burst=dialect.rate.burst if settings.burst is None else settings.burst,
    )
    service = Service(
        database=Database(settings.database),
        dialect=dialect,
        limit=limit,
        seal=Seal(settings.database),
        settings=settings,
        clock=clock,
        document=build_document(dialect, limit=limit, base=BASE),
    )
    app = Flask(__name__, template_folder="web/templates", static_folder="web/static", static_url_path="/static")
    app.extensions["sandbox"] = service
    app.secret_key = hashlib.sha256(b"sessions" + service.seal.secret()).digest()
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        SESSION_COOKIE_NAME="workglue_sandbox",
        SESSION_COOKIE_SAMESITE="Strict",
    )
    app.url_map.strict_slashes = False
    app.register_blueprint(api, url_prefix=BASE)
    app.register_blueprint(api, url_prefix=ZAPIER, name="zapier")
    for blueprint in (document, eye, pages, account, developer, switches, faults_api, neighbours):
        app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, _show_problem)

    @app.after_request
    def add_date(response: Response) -> Response:
        response.headers.setdefault("Date", formatdate(clock(), usegmt=True))
        return response

    return app


def _show_problem(problem: HTTPException) -> Response:
    """What the web framework refuses before a blueprint is asked: as a page, or in the API's shape."""
    if request.path.startswith((f"{BASE}/", f"{ZAPIER}/")):
        return answer_http_problem(problem)
    page = render_template("problem.html", name=problem.name, text=problem.description)
    return add_policy(Response(page, problem.code or 500, mimetype="text/html"))
