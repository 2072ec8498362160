"""Blueprints: what there is, new instances of them, and instances brought to a newer version."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from hub.errors import HubError, Problem
from hub.recipe.blueprints import Blueprint, Blueprints, World, check_instance
from hub.recipe.blueprints.updating import Update, plan_update
from hub.recipe.blueprints.writing import create_file, read_texts, replace_file, write_instance
from hub.recipe.explaining import as_text
from hub.recipe.nearest import suggest
from hub.recipe.report import show
from hub.recipe.writing import as_yaml
from hub.services import Services, open_services
from hub.settings import read_settings

_OFFLINE = click.option("--offline", is_flag=True, help="Do not ask Workglue for its stages, job types and employees.")


def _split(_context: click.Context, _option: click.Parameter, given: Sequence[str]) -> list[tuple[str, str]]:
    """NAME=VALUE taken apart."""
    for each in given:
        if "=" not in each:
            raise click.BadParameter(f"{each} lacks its value. Write {each}=VALUE.")
    return [(name.strip(), value) for name, _, value in (each.partition("=") for each in given)]


_SET = click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_split,
    help="The value of an input; several times for a list.",
)


@click.group(invoke_without_command=True)
@click.pass_context
def blueprints(context: click.Context) -> None:
    """Recipes to fill in: list them, show one, make an instance, update one."""
    if context.invoked_subcommand is not None:
        return
    found = _all(open_services(read_settings())).latest()
    if not found:
        click.echo("There are no blueprints yet. docs/blueprints.md shows how to write one.")
    for each in found:
        broken = "" if each.is_usable else "  It has errors; see: python -m hub check"
        click.echo(f"{each.id} (version {each.version}): {each.name}{broken}")
        for line in _input_lines(each.inputs):
            click.echo(f"    {line}")


@blueprints.command("show")
@click.argument("blueprint")
def show_one(blueprint: str) -> None:
    """Tell what BLUEPRINT does, and what it asks for."""
    services = open_services(read_settings())
    found = _usable(_all(services), blueprint)
    click.echo(f"{found.id}, version {found.version}, in {found.file}")
    click.echo("")
    if found.description:
        click.echo(f"{found.description.strip()}\n")
    assert found.sample is not None
    click.echo(as_text(found.sample, services.registry))
    click.echo("An instance of it:")
    click.echo(f"    python -m hub blueprints new {found.id}{_example(found.inputs)}")


@blueprints.command("new")
@click.argument("blueprint")
@_SET
@click.option("--name", default="", help="What people call it; the blueprint's name when not given.")
@click.option("--file", type=click.Path(path_type=Path), help="Where to write it; in HUB_RECIPES when not given.")
@_OFFLINE
def new(blueprint: str, given: list[tuple[str, str]], name: str, file: Path | None, offline: bool) -> None:
    """Write an instance of BLUEPRINT: a file that names it and gives the values of its inputs."""
    services = open_services(read_settings())
    account = None if offline else services.account()
    known = _all(services)
    found = _usable(known, blueprint)
    path = file or Path(services.settings.recipes) / f"{found.id}.yaml"
    text = write_instance(found, _values(given, found.inputs), name=name)
    world = World(**services.check_options(), catalogue=account)
    reading = check_instance(text, file=path.as_posix(), blueprints=known, world=world)
    if reading.recipe is None:
        click.echo(f"Nothing is written. {_say_missing(text, reading.problems, path)}".rstrip(), err=True)
        sys.exit(1)
    create_file(path, text)
    click.echo(f"{path} is written. It does this:\n")
    click.echo(as_text(reading.recipe, services.registry), nl=False)
    _say_warnings(text, reading.problems, path)


@blueprints.command("update")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_SET
@click.option("--write", is_flag=True, help="Change the file. Without it, only say what would change.")
@_OFFLINE
def update(file: Path, given: list[tuple[str, str]], write: bool, offline: bool) -> None:
    """Say what the newest version of its blueprint would change in the instance FILE, and change it with --write."""
    services = open_services(read_settings())
    account = None if offline else services.account()
    known = services.blueprints_near([file])
    world = World(**services.check_options(), catalogue=account)
    text = _read(file)
    latest = {name: details for each in known.latest() for name, details in each.inputs.items()}
    values = _values(given, latest)
    plan = plan_update(text, file=file.as_posix(), blueprints=known, world=world, values=values)
    if plan is None:
        click.echo("It is made for the newest version already.")
        return
    _tell(plan)
    if plan.problems:
        click.echo("\nIt cannot be updated yet:", err=True)
        click.echo(show(plan.problems, {file.as_posix(): plan.text}), err=True)
        sys.exit(1)
    if not write:
        click.echo("\nNothing is changed. Add --write to change the file.")
        return
    replace_file(file, plan.text)
    click.echo(f"\n{file} is made for version {plan.newest} now.")


def _tell(plan: Update) -> None:
    click.echo(f"From version {plan.version} to version {plan.newest}:")
    for sentence in (*plan.inputs, *plan.changes):
        click.echo(f"- {sentence}")


def _all(services: Services) -> Blueprints:
    return services.blueprints_near(())


def _usable(known: Blueprints, blueprint_id: str) -> Blueprint:
    found = known.newest(blueprint_id)
    if found is None:
        hint = suggest(blueprint_id, known.ids(), listed="There are") or "See them with: python -m hub blueprints"
        raise HubError(f"There is no blueprint called {blueprint_id}.", hint=hint)
    if not found.is_usable:
        raise HubError(f"The blueprint {blueprint_id} has errors.", hint=f"See: python -m hub check {found.file}")
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise HubError(f"{file} is not UTF-8 text.", hint="Save it as UTF-8 in your editor.") from problem


def _values(given: Sequence[tuple[str, str]], inputs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    texts: dict[str, list[str]] = {}
    for name, value in given:
        texts.setdefault(name, []).append(value)
    return {name: read_texts(values, inputs.get(name)) for name, values in texts.items()}


def _input_lines(inputs: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for name, details in inputs.items():
        kind = details["type"] + (", several" if details.get("many") else "")
        usual = "needed" if details["required"] else f"usually {as_yaml({'x': details['default']})[2:].strip()}"
        yield f"{name} ({kind}): {details['label']}; {usual}"


def _example(inputs: Mapping[str, Mapping[str, Any]]) -> str:
    return "".join(f" --set {name}=..." for name, details in inputs.items() if details["required"])


def _say_missing(text: str, problems: Iterable[Problem], path: Path) -> str:
    return show([each for each in problems if each.severity == "error"], {path.as_posix(): text})


def _say_warnings(text: str, problems: Iterable[Problem], path: Path) -> None:
    warnings = [each for each in problems if each.severity != "error"]
    if warnings:
        click.echo(f"\n{show(warnings, {path.as_posix(): text})}")
