"""What recipes keep between runs: listing, showing, setting and deleting it."""

from __future__ import annotations

import json
from typing import Any

import click

from hub.actions.stored import LARGEST_VALUE as LARGEST
from hub.actions.stored import VALUE, checked_name, refuse_large
from hub.cli.text import show_rows, show_time
from hub.errors import HubError
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.stored import Cell, Held

BY = "command line"
SHARED = "-"
KINDS = ("value", "digest", "turns")
_KIND = click.option("--kind", type=click.Choice(KINDS), default=VALUE, show_default=True, help="What is meant.")


@click.group()
def stored() -> None:
    """What recipes keep between runs: values, digests and turns. RECIPE is a recipe's id, or - for what all share."""


@stored.command("list")
@click.argument("recipe", default="")
@click.option("--limit", default=200, show_default=True, help="How many.")
def list_stored(recipe: str, limit: int) -> None:
    """What is kept, of RECIPE or of all."""
    services = open_services(read_settings())
    chosen = _recipe_id(services, recipe) if recipe else None
    lines = services.views.stored(chosen, now=services.clock(), limit=limit)
    if not lines:
        click.echo("Nothing is kept." if not recipe else f"Nothing is kept for {recipe}.")
        return
    rows = [
        (each.recipe_id or SHARED, each.kind, each.name, _plain(each.value), show_time(each.expires_at))
        for each in lines
    ]
    show_rows(("recipe", "kind", "name", "value", "forgotten"), rows)


@stored.command("get")
@click.argument("recipe")
@click.argument("name")
@_KIND
def get_stored(recipe: str, name: str, kind: str) -> None:
    """What is kept under NAME, as JSON. Exit code 1 when it is nothing."""
    services = open_services(read_settings())
    held = services.ledger.held(_cell(services, recipe, kind, name), now=services.clock())
    if held is None:
        raise _nothing(name)
    click.echo(json.dumps(held.value, indent=2, ensure_ascii=False))


@stored.command("set")
@click.argument("recipe")
@click.argument("name")
@click.argument("value")
def set_stored(recipe: str, name: str, value: str) -> None:
    """Keep VALUE under NAME: JSON where it can be read as such, else the text itself."""
    services = open_services(read_settings())
    found = _read(value)
    refuse_large(found, LARGEST, "The value")
    cell = _cell(services, recipe, VALUE, name)
    services.ledger.put_held(cell, Held(found), now=services.clock(), by=BY)
    click.echo(f"{cell.name} is now {_plain(found)}.")


@stored.command("delete")
@click.argument("recipe")
@click.argument("name")
@_KIND
def delete_stored(recipe: str, name: str, kind: str) -> None:
    """Delete what is kept under NAME. Exit code 1 when it is nothing."""
    services = open_services(read_settings())
    if not services.ledger.put_held(_cell(services, recipe, kind, name), None, now=services.clock(), by=BY):
        raise _nothing(name)
    click.echo(f"{name} is deleted.")


def _cell(services: Services, recipe: str, kind: str, name: str) -> Cell:
    return Cell(_recipe_id(services, recipe), kind, checked_name(name))


def _recipe_id(services: Services, recipe: str) -> str:
    if recipe == SHARED:
        return ""
    if services.views.recipe(recipe) is None:
        raise HubError(
            f"There is no recipe {recipe}.", hint="See them with: python -m hub recipes. For what all share: -"
        )
    return recipe


def _nothing(name: str) -> HubError:
    return HubError(f"Nothing is kept under {name}.", hint="See what there is with: python -m hub stored list")


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
