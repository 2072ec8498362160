"""Recipe secrets: stored sealed, never shown again."""

from __future__ import annotations

import re

import click

from hub.errors import SettingError
from hub.services import open_services
from hub.settings import read_settings


@click.group()
def secrets() -> None:
    """Secrets that recipes use as {{ secrets.NAME }}. They are kept sealed and never shown."""


@secrets.command("set")
@click.argument("name")
@click.option("--value", prompt=True, hide_input=True, help="The secret. Asked for when not given.")
def set_secret(name: str, value: str) -> None:
    """Keep a secret under NAME, replacing an older one."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", name):
        raise SettingError(f"{name!r} cannot be a secret's name: use letters, digits and underscores.")
    services = open_services(read_settings())
    services.ledger.put_secret(name, value, by="command line", now=services.clock())
    click.echo(f"The secret {name} is kept. Recipes write it as {{{{ secrets.{name} }}}}.")


@secrets.command("list")
def list_secrets() -> None:
    """The names of the secrets that exist, and where each comes from."""
    settings = read_settings()
    services = open_services(settings)
    names = dict.fromkeys(services.ledger.secret_names(), "stored") | dict.fromkeys(settings.secrets, "environment")
    for name, origin in sorted(names.items()):
        click.echo(f"{name}  ({origin})")
    if not names:
        click.echo("There are no secrets yet. Add one with: python -m hub secrets set NAME")
