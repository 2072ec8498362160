"""A recipe in plain English, as a chart, and the difference between two of its versions."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from hub.errors import Place, Problem, RecipeError, SettingError
from hub.model import Recipe
from hub.recipe.blueprints import Kind, World, check_blueprint, check_instance, kind_of
from hub.recipe.explaining import as_text, draw, tell_differences
from hub.recipe.loader import LARGEST
from hub.recipe.reading import read
from hub.recipe.reading.draft import RECIPE_ID
from hub.services import Services, open_services
from hub.settings import read_settings

_NAMELESS = "recipe"
_STDIN = "-"
_MOST = LARGEST + 4  # the reader refuses what is longer than a recipe may be; 3 bytes can be a byte order mark


@click.command()
@click.argument("recipe")
@click.argument("newer", required=False)
@click.option("--since", metavar="FILE", help="An earlier version of RECIPE (- reads it from the standard input).")
@click.option("--mermaid", is_flag=True, help="Print a Mermaid flowchart instead of sentences.")
def explain(recipe: str, newer: str | None, since: str | None, mermaid: bool) -> None:
    """Tell in plain English what RECIPE (an id or a file) does.

    With two recipes, tell what is different in the second one: explain old.yaml new.yaml
    """
    if newer and since:
        raise click.UsageError("Give either a second recipe or --since, not both.")
    if mermaid and (newer or since):
        raise click.UsageError("--mermaid draws one recipe, not the difference of two.")
    services = open_services(read_settings())
    if newer or since:
        old, new = (recipe, newer) if newer else (since or "", recipe)
        for sentence in tell_differences(_find(services, old), _find(services, new), services.registry):
            click.echo(f"- {sentence}")
        return
    found = _find(services, recipe)
    click.echo(draw(found, services.registry) if mermaid else as_text(found, services.registry), nl=False)


def _find(services: Services, name: str) -> Recipe:
    """The recipe of this file or id, as it is written: secrets and names of the account need not exist.

    RecipeError when it cannot be read, SettingError when there is none.
    """
    if name == _STDIN:
        return _decode("<standard input>", sys.stdin.buffer.read(_MOST), services)
    if Path(name).is_file():
        return _read_file(name, services)
    for checked in services.read_recipes():
        if name == (checked.recipe.id if checked.recipe else Path(checked.file).stem):
            return _read_file(checked.file, services)
    raise SettingError(f"There is no recipe or file called {name}.", hint="See them with: python -m hub recipes")


def _read_file(file: str, services: Services) -> Recipe:
    with Path(file).open("rb") as stream:
        return _decode(file, stream.read(_MOST), services)


def _decode(file: str, raw: bytes, services: Services) -> Recipe:
    try:
        return _read(file, raw.decode("utf-8-sig"), services)
    except UnicodeDecodeError as error:
        raise SettingError(f"{file} is not UTF-8 text.", hint="Save it as UTF-8 in your editor.") from error


def _read(file: str, text: str, services: Services) -> Recipe:
    """Read a text. An earlier version often lies in a file whose name could not be an id; that is no error here."""
    usable = file if RECIPE_ID.fullmatch(Path(file).stem) else f"{_NAMELESS}.yaml"
    recipe, problems = _read_as(kind_of(text, file=file), text, file, usable, services)
    if recipe is None:
        errors = [_rename(each, usable, file) for each in problems if each.severity == "error"]
        raise RecipeError(f"{file} has errors and cannot be explained.", problems=errors)
    return recipe


def _read_as(
    kind: Kind, text: str, file: str, usable: str, services: Services
) -> tuple[Recipe | None, tuple[Problem, ...]]:
    world = World(services.registry)
    if kind is Kind.BLUEPRINT:
        blueprint = check_blueprint(text, file=file if "@" in Path(file).stem else usable, world=world)
        return blueprint.sample, blueprint.problems
    if kind is Kind.INSTANCE:
        near = services.blueprints_near([Path(file)])
        reading = check_instance(text, file=usable, blueprints=near, world=world)
    else:
        reading = read(text, file=usable, registry=services.registry)
    return reading.recipe, reading.problems


def _rename(problem: Problem, usable: str, file: str) -> Problem:
    if problem.place.file != usable:
        return problem
    return replace(problem, place=Place(file, problem.place.line, problem.place.column))
