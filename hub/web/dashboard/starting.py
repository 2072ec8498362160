"""Starting a recipe by hand: a form of what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.errors import HubError, NotFound, RecipeError
from hub.model import Recipe
from hub.recipe.calling import declared_inputs, manual_trigger
from hub.services.starting import start_by_hand, startable
from hub.web import visit
from hub.web.dashboard.blueprint_form import PLEASE, Form, make_fields, read_form, values_of


@dataclass(frozen=True, slots=True)
class ByHand:
    """A recipe that a person can start. `asks` are the labels of what it asks for."""

    inputs: Mapping[str, Mapping[str, Any]]

    @property
    def asks(self) -> list[str]:
        """What it asks for, in words."""
        return [str(each["label"]) for each in self.inputs.values()]


def add_pages(blueprint: Blueprint) -> None:
    """Add the pages to the blueprint."""
    blueprint.add_url_rule("/recipes/<recipe_id>/start", "start", fill_in)
    blueprint.add_url_rule("/recipes/<recipe_id>/start", "start_run", start, methods=["POST"])


def by_hand(recipe: Recipe | None, *, enabled: bool) -> ByHand | None:
    """How a recipe is started by hand, None when it cannot be."""
    if recipe is None or not enabled or manual_trigger(recipe) is None:
        return None
    return ByHand(declared_inputs(recipe))


def fill_in(recipe_id: str) -> str:
    """The form, filled with the defaults."""
    visit.need("operator")
    return _page(_find(recipe_id), Form(), {})


def start(recipe_id: str) -> ResponseReturnValue:
    """Start it with what was filled in; the form again when that does not fit."""
    person = visit.need("operator")
    recipe = _find(recipe_id)
    asked = ByHand(declared_inputs(recipe))
    form = read_form(request.form, asked)
    given = values_of(form, asked)
    try:
        run_id = start_by_hand(visit.services(), recipe.id, given, by=person.email, where=visit.remote())
    except RecipeError as refused:
        return _page(recipe, form, _by_input(refused, asked, given)), 422
    flash(f"“{recipe.name}” is started.")
    return redirect(url_for("dashboard.run", run_id=run_id), 303)


def _find(recipe_id: str) -> Recipe:
    try:
        return startable(visit.services(), recipe_id)
    except NotFound:
        abort(404)
    except HubError as problem:
        abort(409, problem.message)


def _by_input(refused: RecipeError, asked: ByHand, given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, by input; "" for what belongs to none."""
    found = {name: PLEASE for name, details in asked.inputs.items() if details.get("required") and name not in given}
    for problem in refused.problems:
        name = next((each for each in asked.inputs if f"`{each}`" in problem.message), "")
        found.setdefault(name, f"{problem.message} {problem.hint}".strip())
    return found


def _page(recipe: Recipe, form: Form, problems: Mapping[str, str]) -> str:
    services = visit.services()
    asked = ByHand(declared_inputs(recipe))
    account = services.account()
    fields = make_fields(form, asked, catalogue=account, secrets=(), problems=problems)
    return render_template("start.html", recipe=recipe, fields=fields, problems=problems)
