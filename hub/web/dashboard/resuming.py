"""One run taken up again, as it was or with what a person has changed; and waits that a person ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.engine.editing import open_data, read_edit
from hub.engine.scope import scrub
from hub.errors import HubError
from hub.model import RunStatus, StepStatus
from hub.services import Services
from hub.store.ledger.resuming import RESUMABLE, WAITS
from hub.store.views.shapes import RunPage
from hub.web import visit
from hub.web.dashboard.failures import WAYS


def add_pages(blueprint: Blueprint) -> None:
    """Add the deeds to the blueprint."""
    blueprint.add_url_rule("/runs/<run_id>/replay", "replay", replay, methods=["POST"])
    blueprint.add_url_rule("/runs/<run_id>/resume", "resume_run", resume, methods=["POST"])
    blueprint.add_url_rule("/runs/<run_id>/skip-wait", "skip_wait", skip_wait, methods=["POST"])


def replay(run_id: str) -> ResponseReturnValue:
    """Run again from the start (form fields `number`: the replay that is meant; `way`; `data`: that of the event).

    The number makes a double click, or two people at once, one replay and not two.
    """
    return _take_up(run_id, "data", "start-current", "This is the new run. The one before stays as it is.")


def resume(run_id: str) -> ResponseReturnValue:
    """Go on from the failed step in a new run (form fields `number`, `way`; `request`: what the step sends; `path`)."""
    told = "This run goes on where the one before has failed. What was done is not done again."
    return _take_up(run_id, "request", "step", told)


def skip_wait(run_id: str) -> ResponseReturnValue:
    """Do not wait any longer in a step (form field `path`)."""
    person = visit.need("operator")
    services = visit.services()
    visit.find_run(run_id)
    path = request.form.get("path", "")
    done = services.ledger.skip_wait(run_id, path, by=person.email, now=visit.now(), where=visit.remote())
    if done:
        services.bell.ring()
    flash("It waits no longer, and goes on." if done else "It does not wait there any more.")
    return _back(run_id)


def offers(services: Services, page: RunPage) -> dict[str, Any]:
    """What the page of a run needs to know about taking it up."""
    resuming = services.resuming
    found: dict[str, Any] = {
        "taken": services.views.taken(page.run.id),
        "taken_up_by": services.views.taken_up_by(page.run.id),
        "refusal": resuming.can_resume(page),
        "was_over": page.run.status in RESUMABLE,
        "waits": _waits(page),
        "data": "",
        "edits": [],
    }
    if visit.may("editor") and found["was_over"]:
        data = _text(open_data(page.event))
        found["data"] = data if scrub(data, services.secrets()) == data else ""
        found["edits"] = [] if found["refusal"] else list(_edits(services, page))
    return found


def _edits(services: Services, page: RunPage) -> Iterator[tuple[str, str]]:
    """The failed steps of which somebody may change what they send, each with that as JSON."""
    for record in services.resuming.failed(page):
        try:
            yield record.path, _text(services.resuming.editable(record))
        except HubError:
            continue  # such a step is done again as it is, or not at all


def _take_up(run_id: str, edited: str, usual: str, told: str) -> ResponseReturnValue:
    person = visit.need("editor" if edited in request.form else "operator")
    services = visit.services()
    page = visit.find_run(run_id)
    number = services.views.next_replay_no(page.event.id, page.run.recipe_id)
    if request.form.get("number", "") != str(number):
        return _to_latest(page)
    way = WAYS.get(request.form.get("way") or usual)
    if way is None or way.from_start != WAYS[usual].from_start:
        abort(400)
    more: dict[str, Any] = {"way": way, "by": person.email, "where": visit.remote()}
    take = services.resuming.start_over if way.from_start else services.resuming.resume
    try:
        if edited in request.form:
            more[edited] = read_edit(request.form[edited])
        if request.form.get("path"):
            more["path"] = request.form["path"]
        new_id = take(run_id, **more)
    except HubError as problem:
        if edited not in request.form and way.from_start:
            raise
        flash(f"{problem.message} {problem.hint}".strip(), "bad")
        return _back(run_id)
    if not new_id:
        return _to_latest(visit.find_run(run_id))
    flash(told)
    return redirect(url_for("dashboard.run", run_id=new_id), 303)


def _waits(page: RunPage) -> list[str]:
    """The paths of the steps in which the run waits, and need not."""
    if page.run.status is not RunStatus.QUEUED:
        return []
    steps = [each.step for each in page.steps]
    return [each.path for each in steps if each.status is StepStatus.WAITING and each.action in WAITS]


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _to_latest(page: RunPage) -> ResponseReturnValue:
    flash("It has been run again already; here is the latest of its runs.")
    return _back(page.replays[0].id if page.replays else page.run.id)


def _back(run_id: str) -> ResponseReturnValue:
    return redirect(url_for("dashboard.run", run_id=run_id), 303)
