"""The Public API: every resource of the dialect, below /api/v1."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import generate_etag

from sandbox.account.gate import Admission, demand_account_key, enter
from sandbox.dialect import Dialect
from sandbox.faults import (
    CLOCK_SKEW,
    COARSE_CLOCK,
    DROP_AFTER,
    DROP_BEFORE,
    LATE_LISTS,
    LATENCY,
    RATE_LIMITED,
    SERVER_ERROR,
    strike,
)
from sandbox.problems import Problem, Refusal, not_found
from sandbox.records.changing import create_record, delete_record, update_record
from sandbox.records.listing import Page, Wanted, read_page, read_wanted, write_cursor
from sandbox.records.pen import Pen, Record
from sandbox.records.reading import find_number, read_one
from sandbox.records.repeats import Answer, check_key, fingerprint, recall, remember
from sandbox.resources import RESOURCES, Resource
from sandbox.stamps import write_stamp
from sandbox.web.service import BASE, ZAPIER, service
from sandbox.web.wire import list_body, read_body, to_text, write_error, write_json, write_record

VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"]
api = Blueprint("api", __name__)
_dice = random.Random()  # noqa: S311 - decides about faults, not about secrets


@api.before_request
def admit() -> None:
    """Nobody gets further without a key that works and a place in the rate limit, nor past a fault that strikes."""
    here = service()
    given = request.headers.get(here.dialect.auth.header, "")
    prefix = here.dialect.auth.prefix
    key = given[len(prefix) :].strip() if given[: len(prefix)].lower() == prefix.lower() else ""
    g.admission = enter(here.database, key, limit=here.limit, now=here.clock())
    verdict = g.admission.verdict
    if verdict is not None and not verdict.allowed:
        raise _too_many(here.dialect, f"{here.limit.per_minute} a minute are possible", verdict.retry_after)
    if request.blueprint == api.name:
        demand_account_key(g.admission)
    base = ZAPIER if request.blueprint != api.name else BASE
    g.struck = strike(here.database, _dice, method=request.method, path=request.path.removeprefix(base))
    if g.struck:
        _suffer(here.dialect, g.struck)


def _suffer(dialect: Dialect, struck: Mapping[str, float]) -> None:
    """Let happen what goes wrong before a request is carried out."""
    if LATENCY in struck:
        time.sleep(struck[LATENCY])
    if DROP_BEFORE in struck:
        request.environ["sandbox.hang_up"] = True
        raise Problem(Refusal(500, "hung_up", "The connection is closed."))
    if RATE_LIMITED in struck:
        raise _too_many(dialect, "a fault switch says so", int(struck[RATE_LIMITED]))
    if SERVER_ERROR in struck:
        raise Problem(Refusal(int(struck[SERVER_ERROR]), "server_error", "A fault switch makes this request fail."))


def _too_many(dialect: Dialect, why: str, wait: int) -> Problem:
    name = dialect.rate.retry_header
    message = f"Too many requests: {why}. Try again in {wait} s."
    return Problem(Refusal(429, "rate_limited", message, headers={name: str(wait)} if name else {}))


def _moment() -> float:
    """The time as this server tells it."""
    return service().clock() + float(g.get("struck", {}).get(CLOCK_SKEW, 0))


def _pen(connection: sqlite3.Connection, key: str | None) -> Pen:
    grain = int(g.struck.get(COARSE_CLOCK, 0) * 1_000_000)
    return Pen(connection, g.admission.actor, _moment(), key, grain)


@api.after_request
def finish(response: Response) -> Response:
    """Tell the caller how much of the rate limit is left and which state of the record this is."""
    admission: Admission | None = g.get("admission")
    if admission is not None and admission.verdict is not None:
        rate = service().dialect.rate
        for name, value in (
            (rate.limit_header, service().limit.per_minute),
            (rate.remaining_header, admission.verdict.remaining),
            (rate.reset_header, admission.verdict.reset_after),
        ):
            if name:
                response.headers[name] = str(value)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Date"] = formatdate(_moment(), usegmt=True)
    if DROP_AFTER in g.get("struck", {}):
        request.environ["sandbox.hang_up"] = True
    if response.status_code in (200, 201):
        response.add_etag()
        response.make_conditional(request)
    return response


@api.errorhandler(Problem)
def answer_problem(problem: Problem) -> Response:
    """Errors in the dialect's shape."""
    return write_error(service().dialect, problem.refusal)


@api.errorhandler(HTTPException)
def answer_http_problem(problem: HTTPException) -> Response:
    """What the web framework refuses, in the dialect's shape."""
    status = problem.code or 500
    message = "The body is too large." if status == 413 else f"{problem.description}"
    return write_error(service().dialect, Refusal(status, problem.name.lower().replace(" ", "_"), message))


@api.errorhandler(Exception)
def answer_accident(problem: Exception) -> Response:
    """A fault of the sandbox itself: logged in full, told in short."""
    current_app.logger.error("An API request failed.", exc_info=problem)
    return write_error(
        service().dialect, Refusal(500, "server_error", "The sandbox made a mistake. Its log says more.")
    )


@api.route("", defaults={"path": ""}, methods=VERBS)
@api.route("/<path:path>", methods=VERBS)
def answer(path: str) -> Response:
    """Find the resource that the address names, and do with it what the method says."""
    resource, identifier = _addressed(service().dialect, f"/{path}")
    method = "GET" if request.method == "HEAD" else request.method
    _refuse_method(service().dialect, resource, method, single=identifier is not None)
    if identifier is None:
        return _list(resource) if method == "GET" else _create(resource)
    return _SINGLE[method](resource, identifier)


def _addressed(dialect: Dialect, path: str) -> tuple[Resource, str | None]:
    for name, route in dialect.routes.items():
        if path in (route.path, f"{route.path}/"):
            return RESOURCES[name], None
        if path.startswith(f"{route.path}/"):
            identifier = path[len(route.path) + 1 :]
            if "/" not in identifier:
                return RESOURCES[name], identifier
    raise not_found(f"There is nothing at {BASE}{path}.")


def _refuse_method(dialect: Dialect, resource: Resource, method: str, *, single: bool) -> None:
    permitted = dialect.routes[resource.name].methods
    here = [name for name in permitted if name == "GET" or (name == "POST") != single]
    if method in here:
        return
    allow = ", ".join(here)
    if method in ("POST", "PATCH", "DELETE") and tuple(permitted) == ("GET",):
        message = f"{resource.label} can only be read over the API. They are changed in Workglue itself."
        raise Problem(Refusal(403, "read_only_resource", message))
    raise Problem(
        Refusal(
            405, "method_not_allowed", f"{method} is not possible here. Possible: {allow}.", headers={"Allow": allow}
        )
    )


def _list(resource: Resource) -> Response:
    here = service()
    stamps = {here.dialect.timestamps.created: "created_at", here.dialect.timestamps.updated: "updated_at"}
    parameters = dict(request.args.lists())
    for theirs, ours in stamps.items():
        if theirs != ours and theirs in parameters and theirs not in (here.dialect.lists.updated_since, ""):
            parameters[ours] = parameters.pop(theirs)
    wanted = read_wanted(here.dialect.lists, resource, parameters)
    late = g.struck.get(LATE_LISTS)
    known_until = None if late is None else write_stamp(int((_moment() - late) * 1_000_000))
    with here.database.reading() as connection:
        page = read_page(connection, resource, wanted, known_until=known_until)
    return _write_page(here.dialect, resource, page)


def _write_page(dialect: Dialect, resource: Resource, page: Page) -> Response:
    lists = dialect.lists
    records = [write_record(dialect, record) for record in page.records]
    headers = {}
    if lists.paging == "link" and page.following:
        headers["Link"] = f'<{_next_address(lists.page_parameter or "cursor", resource, page.following)}>; rel="next"'
    cursor = write_cursor(resource, page.following) if page.following else None
    return write_json(list_body(lists, records, cursor), headers=headers)


def _next_address(parameter: str, resource: Resource, following: Wanted) -> str:
    given = [(name, value) for name, value in request.args.items(multi=True) if name != parameter]
    return f"{request.base_url}?{urlencode([*given, (parameter, write_cursor(resource, following))])}"


def _create(resource: Resource) -> Response:
    here = service()
    body = read_body(request)
    key = _idempotency_key()
    now = here.clock()
    since = now - here.dialect.writes.idempotency_hours * 3600
    asked = fingerprint(request.path, body)
    with here.database.writing() as connection:
        earlier = recall(connection, key, asked, since=since) if key else None
        if earlier:
            return _replayed(earlier)
        record = create_record(_pen(connection, key), resource, body)
        text = to_text(write_record(here.dialect, record))
        if key:
            remember(connection, key, asked, answer=Answer(201, text), now=now, since=since)
    location = f"{request.path.rstrip('/')}/{record['id']}"
    return Response(text, 201, {"Location": location}, mimetype="application/json")


def _idempotency_key() -> str | None:
    header = service().dialect.writes.idempotency_header
    return check_key(request.headers[header]) if header and header in request.headers else None


def _replayed(answer: Answer) -> Response:
    return Response(answer.body, answer.status, {"Idempotent-Replayed": "true"}, mimetype="application/json")


def _get(resource: Resource, identifier: str) -> Response:
    here = service()
    with here.database.reading() as connection:
        record = read_one(connection, resource, find_number(connection, resource, identifier))
    return write_json(write_record(here.dialect, record))


def _update(resource: Resource, identifier: str) -> Response:
    here = service()
    body = read_body(request)
    key = _idempotency_key()
    with here.database.writing() as connection:
        record = update_record(_pen(connection, key), resource, identifier, body, demand=_demand_state)
    return write_json(write_record(here.dialect, record))


def _demand_state(record: Record) -> None:
    """Raise Problem 412 when the caller names a state of the record that is no longer the present one."""
    present = generate_etag(to_text(write_record(service().dialect, record)).encode())
    if request.if_match and not request.if_match.contains(present):
        message = "The record was changed meanwhile. Read it again and repeat the change if it is still wanted."
        raise Problem(Refusal(412, "changed_meanwhile", message))


def _delete(resource: Resource, identifier: str) -> Response:
    here = service()
    key = _idempotency_key()
    with here.database.writing() as connection:
        delete_record(_pen(connection, key), resource, identifier, demand=_demand_state)
    return Response(status=204)


_SINGLE: dict[str, Callable[[Resource, str], Response]] = {"GET": _get, "PATCH": _update, "DELETE": _delete}
