"""Deliveries run again: one, or all that fit a filter, of which the first goes alone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.errors import HubError
from hub.model import DeliveryStatus
from hub.services.inbox import GOING, MOST, STOPPED, WAITING
from hub.store.ledger.replays import FIRST
from hub.store.views.shapes import ReplayPage
from hub.web import visit
from hub.web.dashboard.deliveries import read_filter


def add_pages(blueprint: Blueprint) -> None:
    """Add the pages and deeds to the blueprint."""
    blueprint.add_url_rule("/inbox/again", "replay_choice", choose)
    blueprint.add_url_rule("/inbox/again", "replay_begin", begin, methods=["POST"])
    blueprint.add_url_rule("/inbox/again/<replay_id>", "replay_many", show)
    blueprint.add_url_rule("/inbox/again/<replay_id>/move", "replay_move", move, methods=["POST"])
    blueprint.add_url_rule("/inbox/<delivery_id>/replay", "replay_delivery", replay_one, methods=["POST"])


def replay_one(delivery_id: str) -> ResponseReturnValue:
    """Run one delivery again (form field `number`: how many runs it had when the button was shown, so that a double
    click is one replay)."""
    person = visit.need("operator")
    services = visit.services()
    page = services.views.delivery(delivery_id)
    if page is None:
        abort(404)
    back = redirect(url_for("dashboard.delivery", delivery_id=delivery_id), 303)
    event = services.views.event(page.line.event_id) if page.line.event_id else None
    if request.form.get("number", "") != str(len(event.runs) if event else 0):
        flash("It has been run again already. What it started stands below.")
        return back
    try:
        accepted = services.inbox.replay(delivery_id)
    except HubError as problem:
        flash(f"{problem.message} {problem.hint}".strip(), "bad")
        return back
    after = {"delivery": delivery_id, "event": accepted.event_id, "runs": list(accepted.run_ids)}
    before: dict[str, Any] = {"status": page.line.status.value}
    services.ledger.audit(
        person.email, "delivery.replay", now=visit.now(), before=before, after=after, where=visit.remote()
    )
    flash(_told(len(accepted.run_ids), page.line.status))
    return back


def choose() -> str:
    """How many deliveries fit, before any of them is run again."""
    visit.need("operator")
    chosen = read_filter(request.args)
    ids, more = visit.services().inbox.choose(chosen.choice)
    kept = {name: value for name, value in chosen.said.items() if value}
    return render_template("replay_choice.html", number=len(ids), more=more, most=MOST, kept=kept)


def begin() -> ResponseReturnValue:
    """Run all that fit again, the oldest one first and alone."""
    person = visit.need("operator")
    chosen = read_filter(request.form)
    try:
        replay_id = visit.services().inbox.begin_replay(chosen.choice, by=person.email, where=visit.remote())
    except HubError as problem:
        flash(problem.message, "bad")
        return redirect(url_for("dashboard.deliveries", **chosen.choice.shown or {}), 303)
    return redirect(url_for("dashboard.replay_many", replay_id=replay_id), 303)


def show(replay_id: str) -> str:
    """How far a replay has come."""
    return render_template("replay.html", page=_page(replay_id), open_states=(FIRST, GOING, WAITING))


def move(replay_id: str) -> ResponseReturnValue:
    """Go on with a replay whose first run did not go well, or takes long, or stop it (form field `to`: go or stop)."""
    person = visit.need("operator")
    _page(replay_id)
    wanted = request.form.get("to", "")
    if wanted not in ("go", "stop"):
        abort(400)
    state, was = (GOING, [FIRST, WAITING]) if wanted == "go" else (STOPPED, [FIRST, GOING, WAITING])
    moved = visit.services().ledger.decide_replay(
        replay_id, was=was, state=state, by=person.email, now=visit.now(), where=visit.remote()
    )
    if not moved:
        flash("It does not wait for this any more.")
    return redirect(url_for("dashboard.replay_many", replay_id=replay_id), 303)


def _page(replay_id: str) -> ReplayPage:
    page = visit.services().views.replay(replay_id)
    if page is None:
        abort(404)
    return page


def _told(runs: int, status: DeliveryStatus) -> str:
    started = f"{runs} run{'' if runs == 1 else 's'} started" if runs else "It starts nothing"
    if status in (DeliveryStatus.ACCEPTED, DeliveryStatus.DUPLICATE):
        return f"{started}, by the recipes as they are now."
    return f"It is taken now. {started}."
