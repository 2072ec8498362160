"""The lists that are looked at: what was found in them, and whether it can be believed."""

from __future__ import annotations

import click

from hub.cli.doctor import cover
from hub.errors import HubError
from hub.services import open_services
from hub.services.coverage import look_at_lists
from hub.settings import read_settings

BY = "command line"


@click.group()
def polls() -> None:
    """The lists of Workglue that are looked at: coverage, and what waits for a person."""


@polls.command("list")
def list_polls() -> None:
    """Each list: checked, changed, handled, unexplained (must be 0), and when it was read to its end."""
    services = open_services(read_settings())
    lines = look_at_lists(services)
    if not lines:
        click.echo("No list is looked at yet. A recipe with a trigger of the type poll starts that.")
    for each in lines:
        click.echo(cover(each, services.ledger.count_unexplained(each.resource) or each.unexplained))


@polls.command("accept")
@click.argument("resource", metavar="LIST")
def accept(resource: str) -> None:
    """Say that a list which is held, because many of its records are missing, is right as it is."""
    services = open_services(read_settings())
    if not services.ledger.accept_list(resource, by=BY, now=services.clock()):
        raise HubError(f"The list {resource} is not held.", hint="See: python -m hub polls list")
    click.echo("What is missing counts as deleted once two more looks and a direct question agree.")


@polls.command("release")
@click.argument("what")
@click.option("--per-minute", type=click.IntRange(0, 600), default=0, help="So many a minute; 0: all at once.")
def release(what: str, per_minute: int) -> None:
    """Let what waits for a person begin: a flood (jobs.12.my-recipe) or the records from before a recipe
    (my-recipe/trigger). `doctor` names them."""
    services = open_services(read_settings())
    recipe, _, trigger = what.partition("/")
    now = services.clock()
    if trigger:
        done = services.ledger.release_backlog(recipe, trigger, by=BY, now=now, per_minute=per_minute)
        said = "They start with the next look."
    else:
        done = bool(number := services.ledger.release_flood(what, by=BY, now=now, per_minute=per_minute))
        said = f"{number:,} runs go on."
    if not done:
        raise HubError(f"Nothing called {what} waits here.", hint="See: python -m hub doctor")
    services.bell.ring()
    click.echo(said)


@polls.command("drop")
@click.argument("what")
def drop(what: str) -> None:
    """Never begin what waits for a person; WHAT as in release."""
    services = open_services(read_settings())
    recipe, _, trigger = what.partition("/")
    now = services.clock()
    if trigger:
        done = services.ledger.drop_backlog(recipe, trigger, by=BY, now=now)
        said = "They are left alone. What changes from now on counts."
    else:
        done = bool(number := services.ledger.drop_flood(what, by=BY, now=now))
        said = f"{number:,} runs are cancelled."
    if not done:
        raise HubError(f"Nothing called {what} waits here.", hint="See: python -m hub doctor")
    click.echo(said)
