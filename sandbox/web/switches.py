"""The page of fault switches, and the same as JSON for tests."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from sandbox.faults import KINDS, Fault, read_faults, switch_off, switch_on
from sandbox.problems import Problem, invalid
from sandbox.web.forms import guard
from sandbox.web.service import service
from sandbox.web.wire import read_body, write_json

switches = Blueprint("switches", __name__, url_prefix="/sandbox")
faults_api = Blueprint("faults_api", __name__, url_prefix="/sandbox/api/faults")
guard(switches)


@switches.get("/faults")
def show_faults() -> str:
    """Which switches are on, and a form for one more."""
    return _page(())


@switches.post("/faults")
def add_fault() -> Answer | tuple[str, int]:
    """Switch one on."""
    form = request.form
    try:
        values = {
            "kind": form.get("kind", ""),
            "amount": _number(form.get("amount", ""), "amount"),
            "method": form.get("method", ""),
            "path": form.get("path", ""),
            "probability": (_number(form.get("percent", ""), "percent") or 100) / 100,
            "count": _whole(_number(form.get("count", ""), "count")),
        }
        _switch_on(values)
    except Problem as problem:
        return _page(tuple(f"{name} {why}" for name, why in problem.refusal.fields.items())), 422
    return redirect(url_for("switches.show_faults"))


@switches.post("/faults/off")
def remove_faults() -> Answer:
    """Switch one off, or all."""
    chosen = request.form.get("fault", "")
    with service().database.writing() as connection:
        switch_off(connection, int(chosen) if chosen.isascii() and chosen.isdigit() else None)
    return redirect(url_for("switches.show_faults"))


@faults_api.get("")
def list_faults() -> Response:
    """The switches that are on."""
    with service().database.reading() as connection:
        return write_json({"data": [fault.__dict__ for fault in read_faults(connection)], "kinds": list(KINDS)})


@faults_api.post("")
def create_fault() -> Response:
    """Switch one on: {"kind", "amount", "method", "path", "probability", "count"}, all but the kind optional."""
    body = read_body(request)
    unknown = set(body) - {"kind", "amount", "method", "path", "probability", "count"}
    if unknown:
        raise invalid(dict.fromkeys(sorted(unknown), "is not known"))
    for name in ("kind", "method", "path"):
        if not isinstance(body.get(name, ""), str):
            raise invalid({name: "must be text"})
    for name in ("amount", "probability", "count"):
        if body.get(name) is not None and (isinstance(body[name], bool) or not isinstance(body[name], int | float)):
            raise invalid({name: "must be a number"})
    return write_json(_switch_on(body).__dict__, 201)


@faults_api.delete("")
@faults_api.delete("/<int:fault>")
def delete_faults(fault: int | None = None) -> Response:
    """Switch one off, or all."""
    with service().database.writing() as connection:
        return write_json({"switched_off": switch_off(connection, fault)})


@faults_api.errorhandler(Problem)
def answer_problem(problem: Problem) -> Response:
    """What cannot be switched on, and why."""
    refusal = problem.refusal
    return write_json({"error": {"message": refusal.message, "fields": dict(refusal.fields)}}, refusal.status)


def _switch_on(values: dict[str, Any]) -> Fault:
    given = {name: value for name, value in values.items() if value is not None}
    kind = given.pop("kind", "")
    if "count" in given and given["count"] != int(given["count"]):
        raise invalid({"count": "must be a whole number, 1 or more"})
    with service().database.writing() as connection:
        return switch_on(connection, kind, **given)


def _page(problems: tuple[str, ...]) -> str:
    with service().database.reading() as connection:
        faults = read_faults(connection)
    return render_template("faults.html", faults=faults, kinds=KINDS, problems=problems, given=request.form)


def _number(text: str, name: str) -> float | None:
    text = text.strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise invalid({name: "must be a number"}) from None


def _whole(number: float | None) -> int | None:
    if number is None:
        return None
    if number != number or abs(number) > 1e9 or number != int(number):
        raise invalid({"count": "must be a whole number, 1 or more"})
    return int(number)
