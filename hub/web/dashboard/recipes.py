"""Recipes: what there is, whether it is on, what it says and how it has been doing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.errors import HubError
from hub.model import Recipe
from hub.recipe.blueprints import Bundle
from hub.services import Services
from hub.store.views.shapes import RecipeLine
from hub.web import visit
from hub.web.dashboard.kept import kept_by
from hub.web.dashboard.polls import moving, waiting
from hub.web.dashboard.starting import by_hand
from hub.web.wording.times import length
from hub.web.wording.triggers import describe_triggers

LATEST = 15
"""Runs that the page of a recipe shows."""

EXAMPLE = {"name": "Ana Ruiz", "phone": "+1 555 010 0199", "message": "Two bedrooms, please call."}


@dataclass(frozen=True, slots=True)
class Listener:
    """An address of a recipe for other apps. `verify` says how a delivery is believed, "none" when anyone is."""

    address: str
    path: str
    verify: str
    curl: str


def add_pages(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint."""
    blueprint.add_url_rule("/recipes", "recipes", recipes)
    blueprint.add_url_rule("/recipes/<recipe_id>", "recipe", recipe)


def recipes() -> str:
    """All recipes."""
    services = visit.services()
    lines = services.views.recipes(now=services.clock())
    sentences = {line.recipe_id: sentence(services, line) for line in lines}
    marked = {each.path: each for each in services.views.addresses(now=services.clock()) if each.state}
    held = {line.recipe_id: [each.path for each in listeners(services, line) if each.path in marked] for line in lines}
    return render_template(
        "recipes.html", lines=lines, sentences=sentences, folder=services.settings.recipes, paused=held
    )


def recipe(recipe_id: str) -> ResponseReturnValue:
    """One recipe; with ?version= as it was in that version. That of a subscription is shown as a subscription."""
    services = visit.services()
    if services.views.subscription(recipe_id) is not None:
        return redirect(url_for("dashboard.subscriptions", _anchor=recipe_id), 303)
    page = services.views.recipe(recipe_id, now=services.clock())
    if page is None:
        abort(404)
    version = request.args.get("version", "")
    source, problems = page.source, page.line.problems
    if version and version != page.line.version:
        old = services.views.recipe_version(recipe_id, version)
        if old is None:
            abort(404)
        source, problems = old.source, old.problems
    bundle = Bundle.read(source)
    shown = compiled(services, recipe_id, version or page.line.version) if bundle else None
    origin = shown.origin if shown else None
    return render_template(
        "recipe.html",
        line=page.line,
        versions=page.versions,
        version=version or page.line.version,
        source=(bundle.instance if bundle else source).splitlines(),
        bundle=bundle,
        origin=origin,
        problems=problems,
        marked={int(each.get("line") or 0): each for each in reversed(problems)},
        sentence=sentence(services, page.line),
        listeners=list(listeners(services, page.line)),
        marked_addresses={each.path: each for each in services.views.addresses(now=services.clock()) if each.state},
        latest=services.views.runs(recipe_id=recipe_id, limit=LATEST).items,
        by_hand=by_hand(compiled(services, recipe_id, page.line.version), enabled=page.line.enabled),
        kept=kept_by(services, recipe_id, page.source),
        waiting=waiting(services, recipe_id=recipe_id),
        moving=[*moving(services, recipe_id=recipe_id), *stretched(services, page.line)],
    )


def sentence(services: Services, line: RecipeLine) -> str:
    """When the recipe runs, in a sentence; "" for a file that cannot be read."""
    known = compiled(services, line.recipe_id, line.version)
    return describe_triggers(known, poll_every=services.settings.poll_every) if known else ""


def stretched(services: Services, line: RecipeLine) -> Iterator[str]:
    """Lists that are looked at more seldom than the recipe says, because the API allows no more."""
    known = compiled(services, line.recipe_id, line.version) if line.enabled else None
    polls = [each for each in known.triggers if each.type == "poll"] if known else []
    intervals = services.poll_intervals(services.shelf.enabled()) if polls else {}
    for name in sorted({str(each.options["resource"]) for each in polls}):
        found = intervals.get(name)
        if found and found.is_stretched:
            yield (
                f"The {name.replace('_', ' ')} are looked at every {length(found.every)} and not more often: one look "
                f"takes {found.requests:,} requests, and Workglue allows only so many a minute."
            )


def compiled(services: Services, recipe_id: str, version: str) -> Recipe | None:
    """The recipe of this version, None when it cannot be read (any more)."""
    if not version:
        return None
    try:
        return services.shelf.version(recipe_id, version)
    except HubError:
        return None


def listeners(services: Services, line: RecipeLine) -> Iterator[Listener]:
    """The addresses of the recipe's webhooks."""
    known = compiled(services, line.recipe_id, line.version)
    for trigger in known.triggers if known else ():
        if trigger.type == "webhook":
            path = str(trigger.options.get("path") or "")
            address = f"{visit.base_url()}/hooks/{path}"
            yield Listener(address, path, _verify(trigger.options), _curl(address))


def _verify(options: Mapping[str, Any]) -> str:
    choice = options.get("verify") or "none"
    if isinstance(choice, Mapping):
        choice = choice.get("scheme") or choice.get("type") or "hmac"
    return str(choice)


def _curl(address: str) -> str:
    body = json.dumps(EXAMPLE)
    return f"curl -X POST '{address}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
