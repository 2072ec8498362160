"""What polling has set aside: floods, records from before a recipe, lists that are not believed. A person decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.services import Services
from hub.services.coverage import Coverage
from hub.store.views.shapes import BacklogLine, FloodLine
from hub.web import visit
from hub.web.wording.happenings import capitalised, happening, noun_of

FASTEST = 600
"""The most runs a minute that can be asked for; more is all at once."""

USUAL_PACE = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a person: what it is, what would happen, the deeds. `items` are the first of many."""

    title: str
    text: str
    items: tuple[str, ...]
    release: str
    drop: str
    arguments: tuple[tuple[str, str], ...]
    count: int


def add_pages(blueprint: Blueprint) -> None:
    """Add the deeds to the blueprint."""
    for rule, name, deed in (
        ("/floods/<flood_id>/release", "release_flood", release_flood),
        ("/floods/<flood_id>/drop", "drop_flood", drop_flood),
        ("/recipes/<recipe_id>/backlog/<trigger_id>/release", "release_backlog", release_backlog),
        ("/recipes/<recipe_id>/backlog/<trigger_id>/drop", "drop_backlog", drop_backlog),
        ("/lists/<resource>/accept", "accept_list", accept_list),
    ):
        blueprint.add_url_rule(rule, name, deed, methods=["POST"])


def waiting(services: Services, *, recipe_id: str = "") -> list[Waiting]:
    """Floods and backlogs that wait, of one recipe or of all."""
    floods = [_flood(each) for each in services.views.floods(recipe_id=recipe_id)]
    backlogs = services.views.waiting_backlogs(recipe_id=recipe_id)
    return floods + [_backlog(each) for each in backlogs if each.state == "waiting"]


def moving(services: Services, *, recipe_id: str) -> list[str]:
    """Backlogs of a recipe that are being counted or started, in words."""
    found = []
    for each in services.views.waiting_backlogs(recipe_id=recipe_id):
        noun = each.resource.replace("_", " ")
        if each.state == "counting":
            found.append(f"The {noun} that were there before it are being counted: {each.counted:,} runs so far.")
        elif each.state == "released":
            found.append(f"The {noun} that were there before it are being started: {each.started:,} runs so far.")
    return found


def held_lists(lists: list[Coverage]) -> list[Coverage]:
    """Lists whose last complete look is not believed."""
    return [each for each in lists if each.held]


def release_flood(flood_id: str) -> ResponseReturnValue:
    """Let the runs of a flood go (form field `per_minute`: so many a minute; empty: all at once)."""
    person, services, pace = visit.need("operator"), visit.services(), _pace()
    number = services.ledger.release_flood(
        flood_id, by=person.email, now=visit.now(), per_minute=pace, where=visit.remote()
    )
    services.bell.ring()
    return _said(f"{number:,} runs go on{_at(pace)}." if number else "Nothing waits here any more.")


def drop_flood(flood_id: str) -> ResponseReturnValue:
    """Cancel the runs of a flood."""
    person, services = visit.need("operator"), visit.services()
    number = services.ledger.drop_flood(flood_id, by=person.email, now=visit.now(), where=visit.remote())
    return _said(f"{number:,} runs are cancelled." if number else "Nothing waits here any more.")


def release_backlog(recipe_id: str, trigger_id: str) -> ResponseReturnValue:
    """Start the records that were there before a recipe (form field `per_minute` as for floods)."""
    person, services, pace = visit.need("operator"), visit.services(), _pace()
    done = services.ledger.release_backlog(
        recipe_id, trigger_id, by=person.email, now=visit.now(), per_minute=pace, where=visit.remote()
    )
    return _said(f"They start with the next look{_at(pace)}." if done else "Nothing waits here any more.")


def drop_backlog(recipe_id: str, trigger_id: str) -> ResponseReturnValue:
    """Leave the records that were there before a recipe alone."""
    person, services = visit.need("operator"), visit.services()
    done = services.ledger.drop_backlog(recipe_id, trigger_id, by=person.email, now=visit.now(), where=visit.remote())
    return _said("They are left alone. What changes from now on counts." if done else "Nothing waits here any more.")


def accept_list(resource: str) -> ResponseReturnValue:
    """Say that a list with many records missing is right as it is."""
    person, services = visit.need("operator"), visit.services()
    done = services.ledger.accept_list(resource, by=person.email, now=visit.now(), where=visit.remote())
    if not done:
        return _said("The list is believed again already.")
    return _said("Thank you. What is missing counts as deleted once two more looks and a direct question agree.")


def _flood(line: FloodLine) -> Waiting:
    list_name = line.resource.replace("_", " ")
    begun = f" {line.begun:,} had begun before that was known." if line.begun else ""
    text = f"One look at {list_name} started {line.held + line.begun:,} runs of this recipe at once.{begun}"
    items = tuple(
        f"{happening(kind)}: {capitalised(subject)}" if subject else happening(kind) for kind, subject in line.preview
    )
    arguments = (("flood_id", line.id),)
    return Waiting(line.recipe_name, text, items, "release_flood", "drop_flood", arguments, line.held)


def _backlog(line: BacklogLine) -> Waiting:
    noun = line.resource.replace("_", " ")
    which = f"the {noun} that are there already" if line.start == "all" else f"the {noun} made since {line.start}"
    runs = "1 run" if line.counted == 1 else f"{line.counted:,} runs"
    text = f"This recipe also wants {which}. This would start {runs}."
    article = noun_of(line.resource).capitalize()
    items = tuple(f"{article}: {name}" for name in line.preview)
    arguments = (("recipe_id", line.recipe_id), ("trigger_id", line.trigger_id))
    return Waiting(line.recipe_name, text, items, "release_backlog", "drop_backlog", arguments, line.counted)


def _pace() -> int:
    text: Any = request.form.get("per_minute", "").strip()
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= FASTEST:
        abort(400)
    return int(text)


def _at(pace: int) -> str:
    return f", {pace} a minute" if pace else ""


def _said(text: str) -> ResponseReturnValue:
    flash(text)
    back = request.form.get("back", "")
    if back:
        return redirect(url_for("dashboard.recipe", recipe_id=back), 303)
    return redirect(url_for("dashboard.home"), 303)
