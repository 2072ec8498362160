"""Recipe secrets: stored sealed, never shown again."""

from __future__ import annotations

import click

from hub.cli.text import show_time
from hub.errors import HubError, SettingError
from hub.recipe.durations import parse_duration
from hub.services import open_services
from hub.settings import read_settings
from hub.triggers.webhook import SECRET_NAME

BY = "command line"
LONGEST_OVERLAP = 90 * 86_400.0


@click.group()
def secrets() -> None:
    """Secrets that recipes use as {{ secrets.NAME }}. They are kept sealed and never shown."""


@secrets.command("set")
@click.argument("name")
@click.option("--value", prompt=True, hide_input=True, help="The secret. Asked for when not given.")
@click.option("--keep-previous", metavar="TIME", help="Believe webhooks signed with the old value for so long: 24h.")
def set_secret(name: str, value: str, keep_previous: str | None) -> None:
    """Keep a secret under NAME, replacing an older one."""
    if not SECRET_NAME.fullmatch(name):
        raise SettingError(f"{name!r} cannot be a secret's name: use letters, digits and underscores.")
    services = open_services(read_settings())
    now = services.clock()
    until = now + read_overlap(keep_previous) if keep_previous else None
    services.ledger.put_secret(name, value, by=BY, now=now, previous_until=until)
    click.echo(f"The secret {name} is kept. Recipes write it as {{{{ secrets.{name} }}}}.")
    line = next(each for each in services.ledger.secret_lines() if each.name == name)
    if line.previous_until is not None:
        click.echo(f"Webhooks signed with the old value are believed until {show_time(line.previous_until)}.")
    elif keep_previous:
        click.echo("There was no other value before, so there is none to keep.")
    if name in services.settings.secrets:
        click.echo(f"HUB_SECRET_{name} is set, too, and wins. Take it away for the stored one to count.")


@secrets.command("list")
def list_secrets() -> None:
    """The names of the secrets that exist, and where each comes from."""
    settings = read_settings()
    services = open_services(settings)
    lines = {each.name: each for each in services.ledger.secret_lines()}
    names = dict.fromkeys(lines, "stored") | dict.fromkeys(settings.secrets, "environment")
    for name, origin in sorted(names.items()):
        line = lines.get(name)
        until = line.previous_until if line and line.previous_until and line.previous_until > services.clock() else None
        older = f", the value before is believed until {show_time(until)}" if until else ""
        click.echo(f"{name}  ({origin}{older})")
    if not names:
        click.echo("There are no secrets yet. Add one with: python -m hub secrets set NAME")


@secrets.command("delete")
@click.argument("name")
def delete_secret(name: str) -> None:
    """Forget the secret NAME. Recipes that use it then fail at the step that needs it."""
    services = open_services(read_settings())
    if not services.ledger.drop_secret(name, by=BY, now=services.clock()):
        raise HubError(f"There is no stored secret {name}.", hint="See: python -m hub secrets list")
    click.echo(f"The secret {name} is forgotten.")


def read_overlap(text: str) -> float:
    """How long the value before is believed, in seconds. SettingError when it cannot be read or is too long."""
    try:
        seconds = parse_duration(text)
    except ValueError as problem:
        raise SettingError(f"{text!r} is no length of time: {problem}.", hint="Write 24h, or 7d.") from problem
    if not 0 < seconds <= LONGEST_OVERLAP:
        raise SettingError("The value before can be believed for at most 90 days.", hint="Write 24h, or 7d.")
    return seconds
