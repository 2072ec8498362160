"""Blueprints: the gallery, and a form for each that makes an instance of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint as Pages
from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.errors import HubError, Unavailable
from hub.model import Recipe
from hub.ports import Catalogue
from hub.recipe.blueprints import Blueprint, Blueprints, World, check_instance
from hub.recipe.blueprints.writing import create_file, write_instance
from hub.recipe.explaining import Line, explain
from hub.recipe.reading.draft import RECIPE_ID
from hub.services import Services
from hub.store.people import User
from hub.web import visit
from hub.web.dashboard.blueprint_form import Form, make_fields, problems_by_input, read_form, values_of
from hub.web.dashboard.recipes import compiled

_TAKEN = "There is a recipe of this name already. Choose another."
_BAD_NAME = "Use small letters, digits and hyphens, as in quiet-leads."


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form came to: the text of the file, and the recipe that it makes; None while there is a problem."""

    text: str
    recipe: Recipe | None
    told: tuple[Line, ...] = ()


def add_pages(pages: Pages) -> None:
    """Add the pages to the blueprint (Flask's)."""
    pages.add_url_rule("/blueprints", "blueprints", gallery)
    pages.add_url_rule("/blueprints/<blueprint_id>", "blueprint", fill_in)
    pages.add_url_rule("/blueprints/<blueprint_id>", "make_instance", make, methods=["POST"])


def gallery() -> str:
    """All blueprints: what each does, and its instances."""
    services = visit.services()
    found = services.blueprints_near(())
    told = {each.id: explain(each.sample, services.registry) if each.sample else () for each in found.latest()}
    return render_template(
        "blueprints.html",
        blueprints=found.latest(),
        told=told,
        instances=_instances(services),
        folder=services.settings.recipes,
    )


def fill_in(blueprint_id: str) -> str:
    """The form of a blueprint, filled with its defaults."""
    visit.need("editor")
    services = visit.services()
    blueprint = _find(services, blueprint_id)
    account = services.account()
    form = Form(name=blueprint.name, file=_free_name(services, blueprint_id))
    return _page(services, blueprint, form, account, None)


def make(blueprint_id: str) -> ResponseReturnValue:
    """Show what an instance would do, save it, or hand its file out (form field `deed`: preview, save, download)."""
    person = visit.need("editor")
    services = visit.services()
    blueprint = _find(services, blueprint_id)
    account = services.account()
    deed = request.form.get("deed", "")
    if deed not in ("preview", "save", "download") or (deed == "save" and not keeps_files(services)):
        abort(400)
    form = read_form(request.form, blueprint)
    draft, problems = _draft(services, blueprint, form, account)
    if draft.recipe is None or problems:
        return _page(services, blueprint, form, account, draft, problems), 422
    if deed == "preview":
        return _page(services, blueprint, form, account, draft)
    return _hand_out(person, blueprint, form, draft) if deed == "download" else _save(person, blueprint, form, draft)


def keeps_files(services: Services) -> bool:
    """Whether a file that is written into the recipes folder is still there tomorrow: not on a host whose disk does
    not last, and not where the folder may not be written."""
    folder = Path(services.settings.recipes)
    return not services.settings.platform and folder.is_dir() and os.access(folder, os.W_OK)


def _save(person: User, blueprint: Blueprint, form: Form, draft: Draft) -> ResponseReturnValue:
    services = visit.services()
    path = _path(services, form.file)
    try:
        create_file(path, draft.text)
    except HubError as problem:  # somebody else was faster, or the disk says no
        return _page(services, blueprint, form, services.account(), draft, {"file": _sentence(problem)}), 409
    _audit(person, "blueprint.save", blueprint, form)
    try:
        services.publish_recipes()
    except Unavailable:
        flash(f"{path} is saved. It is in force as soon as the database answers again.")
        return redirect(url_for("dashboard.recipes"), 303)
    flash(f"{path} is saved and in force.")
    return redirect(url_for("dashboard.recipe", recipe_id=form.file), 303)


def _hand_out(person: User, blueprint: Blueprint, form: Form, draft: Draft) -> ResponseReturnValue:
    _audit(person, "blueprint.download", blueprint, form)
    headers = {"Content-Disposition": f'attachment; filename="{form.file}.yaml"'}
    return Response(draft.text, mimetype="application/yaml", headers=headers)


def _audit(person: User, what: str, blueprint: Blueprint, form: Form) -> None:
    after = {"recipe": form.file, "blueprint": blueprint.id, "version": blueprint.version}
    states = {"before": None, "after": after}
    visit.services().ledger.audit(person.email, what, now=visit.now(), where=visit.remote(), **states)


def _draft(
    services: Services, blueprint: Blueprint, form: Form, account: Catalogue | None
) -> tuple[Draft, dict[str, str]]:
    """The file that the form comes to, and what is wrong, by field."""
    name = form.name if form.name != blueprint.name else ""
    text = write_instance(blueprint, values_of(form, blueprint), name=name)
    file = _path(services, form.file if RECIPE_ID.fullmatch(form.file) else "new").as_posix()
    world = World(**services.check_options(), catalogue=account)
    reading = check_instance(text, file=file, blueprints=Blueprints((blueprint,)), world=world)
    problems = problems_by_input(text, file, reading.problems, blueprint)
    if not RECIPE_ID.fullmatch(form.file):
        problems["file"] = _BAD_NAME
    elif _is_taken(services, form.file):
        problems["file"] = _TAKEN
    told = explain(reading.recipe, services.registry) if reading.recipe else ()
    return Draft(text, reading.recipe, told), problems


def _page(
    services: Services,
    blueprint: Blueprint,
    form: Form,
    account: Catalogue | None,
    draft: Draft | None,
    problems: Mapping[str, str] | None = None,
) -> str:
    wrong = dict(problems or {})
    fields = make_fields(form, blueprint, catalogue=account, secrets=services.secret_names(), problems=wrong)
    return render_template(
        "blueprint.html",
        blueprint=blueprint,
        fields=fields,
        form=form,
        draft=draft if not wrong else None,
        problems=wrong,
        other_problem=wrong.get("", ""),
        knows_account=account is not None,
        keeps_files=keeps_files(services),
        folder=services.settings.recipes,
    )


def _find(services: Services, blueprint_id: str) -> Blueprint:
    found = services.blueprints_near(()).newest(blueprint_id)
    if found is None or not found.is_usable:
        abort(404)
    return found


def _instances(services: Services) -> dict[str, list[Recipe]]:
    """The recipes in force or switched off that are instances, by their blueprint."""
    found: dict[str, list[Recipe]] = {}
    for line in services.views.recipes():
        recipe = compiled(services, line.recipe_id, line.version)
        if recipe is not None and recipe.origin is not None:
            found.setdefault(recipe.origin.blueprint, []).append(recipe)
    return found


def _path(services: Services, recipe_id: str) -> Path:
    return Path(services.settings.recipes) / f"{recipe_id}.yaml"


def _is_taken(services: Services, recipe_id: str) -> bool:
    if _path(services, recipe_id).exists():
        return True
    page = services.views.recipe(recipe_id)
    return page is not None and page.line.removed_at is None


def _free_name(services: Services, blueprint_id: str) -> str:
    """A name for the new file that no recipe has."""
    names = (blueprint_id, *(f"{blueprint_id[:60]}-{number}" for number in range(2, 1000)))
    return next((name for name in names if not _is_taken(services, name)), "")


def _sentence(problem: HubError) -> str:
    return f"{problem.message} {problem.hint}".strip()
