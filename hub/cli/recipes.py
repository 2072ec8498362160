"""Checking recipes, listing them, and running one by hand."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import click

from hub import __version__
from hub.cli.text import show_rows, show_time
from hub.engine.rehearsal import rehearse
from hub.engine.scope import legible
from hub.errors import Problem, RecipeError, SettingError, Unavailable
from hub.model import Event, Recipe, new_id
from hub.ports import Arrival
from hub.recipe import lookups
from hub.recipe.blueprints import Blueprint
from hub.recipe.blueprints.writing import read_texts
from hub.recipe.calling import declared_inputs, take_inputs
from hub.recipe.formats import as_github, as_sarif
from hub.recipe.library import Checked, find_recipes
from hub.recipe.lookups import CheckedTable
from hub.recipe.nearest import spell
from hub.recipe.report import as_json, show
from hub.services import Services, open_services
from hub.settings import read_settings


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="How to print the problems: for people, as JSON, as annotations of GitHub Actions, or as SARIF 2.1.0.",
)
@click.option("--json", "form", flag_value="json", help="Short for --format json.")
@click.option("--offline", is_flag=True, help="Do not ask Workglue for its stages, job types and employees.")
def check(paths: tuple[Path, ...], form: str, offline: bool) -> None:
    """Check recipe files and tables (all of HUB_RECIPES when none is named). Exit code 1 when one has an error.

    Names of stages, job types and employees are checked against the account, when it can be asked.
    """
    services = open_services(read_settings())
    account = None if offline else services.account()
    if paths:
        library = services.read_files(_files(paths), catalogue=account)
    else:
        library = services.read_library(catalogue=account)
    checked, blueprints = library.recipes, library.blueprints.all
    tables = _tables(services, paths)
    files: tuple[Checked | Blueprint | CheckedTable, ...] = (*checked, *blueprints, *tables)
    problems = [problem for each in files for problem in each.problems]
    errors = sum(problem.severity == "error" for problem in problems)
    if form == "text" and problems:
        click.echo(show(problems, {each.file: each.text for each in files}))
    elif form == "github" and problems:
        click.echo(as_github(problems))
    elif form in ("json", "sarif"):
        click.echo(as_json(problems) if form == "json" else as_sarif(problems, version=__version__))
    if form in ("text", "github"):
        counted = ((len(checked), "recipe"), (len(blueprints), "blueprint"), (len(tables), "table"))
        what = spell([_count(number, noun) for number, noun in counted if number or noun == "recipe"])
        click.echo(f"{what} checked, {_count(errors, 'error')}.")
    sys.exit(1 if errors else 0)


def _show_backlogs(services: Services) -> None:
    """What `start: all` and dates would start, as far as it is counted."""
    if not services.settings.database_url and not (services.home / "hub.db").exists():
        return
    with contextlib.suppress(Unavailable):
        for each in services.views.waiting_backlogs():
            if each.state == "waiting":
                click.echo(f"{each.recipe_id}: start: {each.start} would start {_count(each.counted, 'run')}.")


@click.command()
def recipes() -> None:
    """The recipes in force, with their last result."""
    services = open_services(read_settings())
    rows = [
        (
            each.recipe_id,
            each.name,
            ("on" if each.enabled else "off") if each.usable else "has errors",
            each.last_status or "never ran",
            show_time(each.last_run_at),
        )
        for each in services.views.recipes(now=services.clock())
    ]
    if not rows:
        click.echo("No recipes are in force yet. Put files into the recipes folder and run: python -m hub release")
        return
    show_rows(("recipe", "name", "switch", "last result", "when"), rows)


@click.command()
@click.argument("recipe")
@click.option(
    "--event",
    "event_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='A JSON file with the event\'s data, as in {"record": {...}}.',
)
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="An input that the recipe asks for.")
@click.option("--dry-run", is_flag=True, help="Read, but change and send nothing; list what would be done.")
def run(recipe: str, event_file: Path | None, given: tuple[str, ...], dry_run: bool) -> None:
    """Run RECIPE (an id or a file) once, for an event that you give."""
    services = open_services(read_settings())
    found = _recipe(services, recipe)
    event = _event(services, found, event_file, _inputs(found, given))
    if dry_run:
        _rehearse(services, found, event)
        return
    _require_in_force(services, found)
    work = services.intake.begin(found, found.triggers[0].id, event)
    services.ledger.admit([Arrival(event, (work,))])
    services.bell.ring()
    click.echo(f"Run {work.id} is due now. Follow it with: python -m hub runs show {work.id}")


def _require_in_force(services: Services, recipe: Recipe) -> None:
    services.publish_recipes()
    current = services.views.recipe_version(recipe.id, recipe.version)
    if current is None:
        raise SettingError(
            f"{recipe.file} is not in the recipes folder, so it cannot run for real.",
            hint=f"Move it to {services.settings.recipes}, or add --dry-run.",
        )


def _rehearse(services: Services, recipe: Recipe, event: Event) -> None:
    outcome = rehearse(recipe, event, services.rehearsal_tools)
    planned = {line["step"] for line in outcome.plan}
    for record in outcome.journal:
        note = "would be done, see below" if record.path in planned else record.note
        shown = f" - {note}" if note else ""
        click.echo(f"{record.path}: {record.status}{shown}")
        if record.error:
            click.echo(f"    {record.error.get('message')}")
    click.echo("")
    click.echo("What would be done:" if outcome.plan else "Nothing would be changed or sent.")
    for line in legible(list(outcome.plan)):
        click.echo(f"  {_plan_line(line)}")
        for change in line.get("changes", ()):
            click.echo(f"      {change['field']}: {_short(change['before'])} -> {_short(change['after'])}")
    click.echo("")
    click.echo(f"The run would end as {outcome.status}. {outcome.reason}".rstrip())
    sys.exit(1 if outcome.status == "failed" else 0)


def _plan_line(line: dict[str, Any]) -> str:
    what = line["do"]
    if what == "message":
        return f"[{line['step']}] send to {line['to']}: {line['title']} {_short(line['body'])}".rstrip()
    if what == "start":
        inputs = f" with {_short(line['inputs'])}" if line["inputs"] else ""
        return f"[{line['step']}] start the recipe {line['recipe']}{inputs}"
    if what == "call":
        return f"[{line['step']}] {line['method']} {line['to']}"
    return f"[{line['step']}] {what} {line['resource']} {line.get('id', '')}".rstrip()


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:117] + "..."


def _recipe(services: Services, name: str) -> Recipe:
    """The recipe of this id or file, checked. RecipeError with its problems when it has errors."""
    if Path(name).is_file():
        checked = _check_file(services, Path(name))
    else:
        known = {each.recipe.id if each.recipe else Path(each.file).stem: each for each in services.read_recipes()}
        if name not in known:
            raise SettingError(f"There is no recipe called {name}.", hint="See them with: python -m hub recipes")
        checked = known[name]
    errors: list[Problem] = [each for each in checked.problems if each.severity == "error"]
    if errors or checked.recipe is None:
        raise RecipeError(f"The recipe {name} has errors and cannot run.", problems=errors)
    return checked.recipe


def _inputs(recipe: Recipe, given: tuple[str, ...]) -> dict[str, Any]:
    """What `--set` gives, each as the type that the recipe asks for. RecipeError when it does not fit."""
    declared = declared_inputs(recipe)
    texts: dict[str, list[str]] = {}
    for each in given:
        name, equals, text = each.partition("=")
        if not equals:
            raise SettingError(f"--set {each} gives no value.", hint="Write it as --set name=value.")
        texts.setdefault(name.strip(), []).append(text)
    values = {name: read_texts(found, declared.get(name)) for name, found in texts.items()}
    return take_inputs(recipe, values) if values else {}


def _event(services: Services, recipe: Recipe, file: Path | None, inputs: dict[str, Any]) -> Event:
    now = services.clock()
    data: Any = {}
    if file is not None:
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as problem:
            raise SettingError(f"The event file {file} is not JSON: {problem}.") from problem
        if not isinstance(data, dict):
            raise SettingError(f'The event file {file} must hold one JSON object, as in {{"record": {{...}}}}.')
    data.setdefault("inputs", {})
    data["inputs"] = {**data["inputs"], **inputs}
    event_id = new_id("evt", now)
    return Event(event_id, "manual", f"manual:{recipe.id}", event_id, now, data)


def _check_file(services: Services, file: Path) -> Checked:
    found = services.read_files([file]).recipes
    if not found:
        raise SettingError(
            f"{file} is a blueprint, which starts nothing by itself.",
            hint=f"Make an instance of it: python -m hub blueprints new {file.stem.partition('@')[0]}",
        )
    return found[0]


def _files(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found.extend(find_recipes(path) if path.is_dir() else [path])
    return [each for each in found if not _is_table(each)]


def _is_table(path: Path) -> bool:
    return path.resolve().parent.name == lookups.FOLDER


def _tables(services: Services, paths: tuple[Path, ...]) -> list[CheckedTable]:
    """The tables among these paths or in these folders; all of the recipes folder when there are none."""
    if not paths:
        return services.read_tables()
    folders = [each for each in paths if each.is_dir()]
    alone = [each for each in paths if not each.is_dir() and _is_table(each)]
    inside = [table for folder in folders for table in lookups.read_tables(folder)]
    beside = [table for path in alone for table in lookups.read_tables(path.resolve().parent.parent)]
    return [*inside, *(each for each in beside if Path(each.file) in [path.resolve() for path in alone])]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
