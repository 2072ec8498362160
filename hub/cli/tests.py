"""Testing recipes: `python -m hub test`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hub.engine.waiting import Calendar
from hub.errors import SettingError
from hub.recipe.blueprints import World
from hub.recipe.library import find_recipes, read_library
from hub.recipe.lookups import columns_of, usable
from hub.rehearsing.folder import files_in, find_tests, run_tests
from hub.rehearsing.play import Surroundings
from hub.rehearsing.report import lines
from hub.services import Services, open_services
from hub.settings import read_settings


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--recipe", default="", help="Only the tests of this recipe.")
def test(paths: tuple[Path, ...], recipe: str) -> None:
    """Run recipe tests (all in the `tests` folders of HUB_RECIPES when none is named). Exit code 1 when one fails.

    Nothing outside is reached: no database, no network. Times are jumped over.
    """
    services = open_services(read_settings())
    folder = Path(services.settings.recipes)
    if not folder.is_dir():
        raise SettingError(f"HUB_RECIPES names the folder {folder}, which does not exist.")
    # Not services.read_recipes: that looks for the names of secrets in the database.
    fields = {name: tuple(each.fields) for name, each in services.profile.resources.items()}
    tables = columns_of(services.read_tables())
    world = World(services.registry, fields=fields, tables=tables)
    library = read_library(find_recipes(folder), world=world)
    files = files_in(paths) if paths else find_tests(folder)
    report = run_tests(files, library.recipes, surroundings_of(services), only=recipe, blueprints=library.blueprints)
    if not report.results and not report.problems:
        what = f" for the recipe {recipe}" if recipe else ""
        click.echo(f"There are no tests{what}. Write one into {folder / 'tests'}; docs/testing-recipes.md shows how.")
        sys.exit(1 if recipe or paths else 0)
    for line in lines(report):
        click.echo(line)
    sys.exit(0 if report.good else 1)


def surroundings_of(services: Services) -> Surroundings:
    """What tests need of the services; neither the database nor the network is among it."""
    tables = usable(services.read_tables())
    language = (services.registry, services.expressions)
    calendar = Calendar(services.settings.timezone, services.settings.holidays)
    return Surroundings(services.profile, *language, calendar, tables)
