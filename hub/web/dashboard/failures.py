"""Failures: what failed or is held, one line for each cause, and what is done about all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.errors import HubError
from hub.model import RunStatus
from hub.services.failures import SHOWN_FOR, group_failures
from hub.services.resuming import MOST, OPEN, RunChoice, Way
from hub.web import visit

WAYS = {
    "step": Way(),
    "step-current": Way(current=True),
    "start-current": Way(from_start=True, current=True),
    "start": Way(from_start=True),
}
"""What a button or a field can say about how runs are taken up."""

FIELDS = ("recipe", "version", "q", "since", "until", "group")


def add_pages(blueprint: Blueprint) -> None:
    """Add the page and its deeds to the blueprint."""
    blueprint.add_url_rule("/failures", "failures", failures)
    blueprint.add_url_rule("/failures/resume", "resume_many", resume, methods=["POST"])
    blueprint.add_url_rule("/failures/cancel", "cancel_many", cancel, methods=["POST"])
    blueprint.add_url_rule("/runs/cancel", "cancel_runs", cancel_runs, methods=["POST"])


def failures() -> str:
    """What failed or is held in the last 30 days, put together by cause."""
    services = visit.services()
    choice = read_choice(request.args)
    runs, more = services.resuming.choose(replace(choice, group=""))
    said = dict(choice.shown or {})
    return render_template(
        "failures.html",
        groups=group_failures(runs),
        number=len(runs),
        more=more,
        most=MOST,
        chosen={name: said.get(name, "") for name in FIELDS},
        kept=said,
        recipes=services.views.recipes(now=services.clock(), removed=True),
    )


def resume() -> ResponseReturnValue:
    """Take up all that fit (form field `way`; `canary`: the oldest one goes first)."""
    person = visit.need("operator")
    choice = read_choice(request.form)
    way = WAYS.get(request.form.get("way", ""))
    if way is None:
        abort(400)
    canary = request.form.get("canary", "") == "1"
    try:
        more = {"by": person.email, "where": visit.remote()}
        replay_id = visit.services().resuming.begin(choice, way=way, canary=canary, **more)
    except HubError as problem:
        flash(problem.message, "bad")
        return redirect(url_for("dashboard.failures"), 303)
    return redirect(url_for("dashboard.replay_many", replay_id=replay_id), 303)


def cancel() -> ResponseReturnValue:
    """Cancel all that fit and are not over."""
    person = visit.need("operator")
    choice = read_choice(request.form)
    number = visit.services().resuming.cancel(choice, by=person.email, where=visit.remote())
    flash(_cancelled(number))
    return redirect(url_for("dashboard.failures"), 303)


def cancel_runs() -> ResponseReturnValue:
    """Cancel the runs in one state (form fields `status` and `recipe`)."""
    person = visit.need("operator")
    status, recipe = request.form.get("status", ""), request.form.get("recipe", "")
    if status not in OPEN or not recipe:
        abort(400)
    choice = RunChoice(recipe=recipe, statuses=[RunStatus(status)])
    number = visit.services().resuming.cancel(choice, by=person.email, where=visit.remote())
    flash(_cancelled(number))
    return redirect(url_for("dashboard.runs", recipe=recipe), 303)


def read_choice(given: Mapping[str, str]) -> RunChoice:
    """Which runs a form or an address means. Odd values count as none."""
    said = {name: given.get(name, "").strip()[:200] for name in FIELDS}
    oldest = visit.now() - SHOWN_FOR
    since, until = _moment(said["since"]), _moment(said["until"])
    return RunChoice(
        since=max(since or oldest, oldest),
        until=until,
        recipe=said["recipe"],
        version=said["version"],
        group=said["group"],
        text=said["q"],
        shown={name: value for name, value in said.items() if value},
    )


def _moment(text: str) -> float | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _cancelled(number: int) -> str:
    return "One run is cancelled." if number == 1 else f"{number:,} runs are cancelled." if number else "None fits."
