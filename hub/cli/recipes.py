"""Checking recipes, listing them, and running one by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from hub import __version__
from hub.cli.text import show_rows, show_time
from hub.engine.rehearsal import rehearse
from hub.engine.scope import legible
from hub.errors import Problem, RecipeError, SettingError
from hub.model import Event, Recipe, new_id
from hub.ports import Arrival, Catalogue
from hub.recipe.check import check as check_recipe
from hub.recipe.formats import as_github, as_sarif
from hub.recipe.library import Checked, find_recipes
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
    """Check recipe files (all of HUB_RECIPES when none is named). Exit code 1 when one has an error.

    Names of stages, job types and employees are checked against the account, when it can be asked.
    """
    services = open_services(read_settings())
    account = None if offline else services.account()
    if paths:
        checked = [_check_file(services, each, account) for each in _files(paths)]
    else:
        checked = services.read_recipes(catalogue=account)
    problems = [problem for each in checked for problem in each.problems]
    errors = sum(problem.severity == "error" for problem in problems)
    if form == "text" and problems:
        click.echo(show(problems, {each.file: each.text for each in checked}))
    elif form == "github" and problems:
        click.echo(as_github(problems))
    elif form in ("json", "sarif"):
        click.echo(as_json(problems) if form == "json" else as_sarif(problems, version=__version__))
    if form in ("text", "github"):
        click.echo(f"{_count(len(checked), 'recipe')} checked, {_count(errors, 'error')}.")
    sys.exit(1 if errors else 0)


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
@click.option("--dry-run", is_flag=True, help="Read, but change and send nothing; list what would be done.")
def run(recipe: str, event_file: Path | None, dry_run: bool) -> None:
    """Run RECIPE (an id or a file) once, for an event that you give."""
    services = open_services(read_settings())
    found = _recipe(services, recipe)
    event = _event(services, found, event_file)
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


def _event(services: Services, recipe: Recipe, file: Path | None) -> Event:
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
    event_id = new_id("evt", now)
    return Event(event_id, "manual", f"manual:{recipe.id}", event_id, now, data)


def _check_file(services: Services, file: Path, account: Catalogue | None = None) -> Checked:
    text = file.read_text(encoding="utf-8", errors="replace")
    reading = check_recipe(text, file=str(file), catalogue=account, **services.check_options())
    return Checked(str(file), text, reading.recipe, reading.problems)


def _files(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found.extend(find_recipes(path) if path.is_dir() else [path])
    return found


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
