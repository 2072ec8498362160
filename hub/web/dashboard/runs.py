"""Runs: the list, and one of them step by step."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from hub.model import FINAL, RunStatus
from hub.services.questions import open_questions, say_answer
from hub.services.resuming import OPEN
from hub.web import visit
from hub.web.dashboard.decisions import choices
from hub.web.dashboard.recipes import compiled
from hub.web.dashboard.resuming import offers
from hub.web.dashboard.story import place_of, tell
from hub.web.wording.values import without_proofs

ROWS = 40
"""Runs that one part of the list shows."""

ASKING = "asking"
"""The word in the place of a status for runs that wait for an answer."""


def add_pages(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint."""
    blueprint.add_url_rule("/runs", "runs", runs)
    blueprint.add_url_rule("/runs/<run_id>", "run", run)


def runs() -> str:
    """Runs, newest first, by status, recipe and words."""
    services = visit.services()
    status = request.args.get("status", "")
    chosen = {"status": status if status in (*RunStatus, ASKING) else ""}
    chosen |= {name: request.args.get(name, "").strip()[:200] for name in ("recipe", "q")}
    after = request.args.get("after", "")
    listing = services.views.runs(
        status=RunStatus(chosen["status"]) if chosen["status"] in list(RunStatus) else None,
        asks=chosen["status"] == ASKING,
        recipe_id=chosen["recipe"],
        text=chosen["q"],
        after=after,
        limit=ROWS,
    )
    recipes = services.views.recipes(now=services.clock(), removed=True)
    return render_template(
        "runs.html",
        rows=listing.items,
        next=listing.next,
        after=after,
        chosen=chosen,
        kept={name: value for name, value in chosen.items() if value},
        statuses=list(RunStatus),
        recipes=recipes,
        can_cancel=chosen["status"] in OPEN and bool(chosen["recipe"]) and not chosen["q"],
    )


def run(run_id: str) -> str:
    """One run: what happened, why, and what a person can do."""
    services = visit.services()
    page = visit.find_run(run_id)
    recipe = compiled(services, page.run.recipe_id, page.run.recipe_version)
    line = services.views.recipe(page.run.recipe_id, now=services.clock())
    return render_template(
        "run.html",
        page=page,
        run=page.run,
        event_data=without_proofs(page.event.data),
        story=tell(page, recipe),
        blueprint_file=recipe.origin.file if recipe and recipe.origin else "",
        line=line.line if line else None,
        is_final=page.run.status in FINAL,
        now=services.clock(),
        error_place=place_of(page.run.error),
        choices=choices(page),
        again=offers(services, page),
        questions=open_questions(services, page),
        say=say_answer,
        next_replay=services.views.next_replay_no(page.event.id, page.run.recipe_id),
    )
