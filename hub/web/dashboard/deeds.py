"""What people do: switch recipes, cancel, decide, answer. Each is a form, needs a role and is audited."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.model import RunStatus
from hub.recipe.asked import read_fields
from hub.services import Services
from hub.services.questions import OPEN, answer_question, find_question, say_answer
from hub.web import visit
from hub.web.dashboard.decisions import choices


def add_pages(blueprint: Blueprint) -> None:
    """Add the deeds to the blueprint."""
    for rule, name, deed in (
        ("/recipes/<recipe_id>/switch", "switch", switch),
        ("/runs/<run_id>/cancel", "cancel", cancel),
        ("/runs/<run_id>/decide", "decide", decide),
        ("/runs/<run_id>/answer", "answer", answer),
        ("/runs/<run_id>/release", "release", release),
    ):
        blueprint.add_url_rule(rule, name, deed, methods=["POST"])


def switch(recipe_id: str) -> ResponseReturnValue:
    """Switch a recipe on or off (form field `on`: 1 or 0)."""
    person = visit.need("operator")
    services = visit.services()
    wanted = request.form.get("on", "")
    if wanted not in ("0", "1"):
        abort(400)
    on = wanted == "1"
    if not services.ledger.switch(recipe_id, on=on, by=person.email, now=visit.now(), where=visit.remote()):
        abort(404)
    page = services.views.recipe(recipe_id, now=visit.now())
    name = page.line.name if page else recipe_id
    flash(f"“{name}” is on." if on else f"“{name}” is off. It starts nothing; runs that began go on.")
    if request.form.get("back") == "recipe":
        return redirect(url_for("dashboard.recipe", recipe_id=recipe_id), 303)
    return redirect(url_for("dashboard.recipes"), 303)


def cancel(run_id: str) -> ResponseReturnValue:
    """Cancel a run that is not over."""
    person = visit.need("operator")
    services = visit.services()
    visit.find_run(run_id)
    done = services.ledger.cancel(run_id, now=visit.now(), by=person.email, where=visit.remote())
    flash("The run is cancelled. Steps that are done stay done." if done else "The run was over already.")
    return _back(run_id)


def decide(run_id: str) -> ResponseReturnValue:
    """Let a held run go on (form field `decision`: repeat, done or skip)."""
    person = visit.need("operator")
    services = visit.services()
    page = visit.find_run(run_id)
    possible = {each.name: each for each in choices(page)}
    decision = request.form.get("decision", "")
    if decision not in ("repeat", "done", "skip"):
        abort(400)
    about_step = "" if page.run.over else decision  # no step is in doubt where a limit holds the run
    if decision not in possible or not _goes_on(services, run_id, RunStatus.HELD, person.email, about_step):
        flash("The run does not wait for this decision any more.")
        return _back(run_id)
    flash(possible[decision].done)
    return _back(run_id)


def answer(run_id: str) -> ResponseReturnValue:
    """Answer what a run asks (form fields `place`, `answer`, and those that the question has)."""
    person = visit.need("operator")
    services = visit.services()
    asked = find_question(services, visit.find_run(run_id).run.root_id, request.form.get("place", ""))
    chosen = request.form.get("answer", "")
    if asked is None or chosen not in asked.answers:
        abort(400)
    values, problems = read_fields(asked.fields, request.form)
    if problems:
        labels = {each.name: each.label for each in asked.fields}
        flash(" ".join(f"{labels[name]}: {text}" for name, text in problems.items()))
    elif asked.state == OPEN and answer_question(
        services, asked, chosen, values=values, by=person.email, where=visit.remote()
    ):
        flash(f"Answered: {say_answer(chosen)}. The run goes on.")
    else:
        flash("It was answered already, or the run does not wait for this answer any more.")
    return _back(run_id)


def release(run_id: str) -> ResponseReturnValue:
    """Try a parked run again now."""
    person = visit.need("operator")
    services = visit.services()
    visit.find_run(run_id)
    done = _goes_on(services, run_id, RunStatus.PARKED, person.email, "")
    flash("It is tried again now." if done else "The run does not wait for a key any more.")
    return _back(run_id)


def _goes_on(services: Services, run_id: str, status: RunStatus, by: str, decision: str) -> bool:
    if visit.find_run(run_id).run.status is not status:
        return False
    if services.ledger.requeue([run_id], now=visit.now(), decision=decision) == 0:
        return False
    services.bell.ring()
    what = "run.decide" if decision else "run.release"
    _audit(services, by, what, {"run": run_id, "decision": decision} if decision else {"run": run_id}, before=status)
    return True


def _audit(services: Services, who: str, what: str, after: dict[str, str], *, before: RunStatus | None = None) -> None:
    states = {"before": {"status": before.value} if before else None, "after": after}
    services.ledger.audit(who, what, now=visit.now(), where=visit.remote(), **states)


def _back(run_id: str) -> ResponseReturnValue:
    return redirect(url_for("dashboard.run", run_id=run_id), 303)
