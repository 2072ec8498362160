"""The key of the Public API, and the keys that seal what the hub keeps secret."""

from __future__ import annotations

import sys

import click

from hub.cli.text import show_time
from hub.errors import HubError
from hub.model import RunStatus
from hub.services import Services, open_services
from hub.services.keys import NO_KEY
from hub.settings import read_settings

BY = "command line"
STATES = {"ok": "in force", "rejected": "refused by Workglue; everything that needs it waits", "missing": "none"}


@click.group()
def key() -> None:
    """The Workglue API key: enter a new one while everything runs, see how it stands, forget it."""


@key.command("set")
@click.option("--untested", is_flag=True, help="Keep it although Workglue does not answer now.")
def set_key(untested: bool) -> None:
    """Enter the Account API Key. It is asked for, or read from standard input; it is never an argument.

    It is tried first. When it works, every process uses it within two seconds, and whatever waited goes on.
    """
    text = click.prompt("Account API Key", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    services = open_services(read_settings())
    waiting = services.views.counts().get(RunStatus.PARKED, 0)
    trial = services.keys.enter(text, by=BY, untested=untested)
    click.echo(f"{trial.sentence} It is in force now.")
    if waiting:
        click.echo(f"{waiting} run{' that waited for it goes' if waiting == 1 else 's that waited for it go'} on.")


@key.command("show")
def show_key() -> None:
    """How the key stands. Of the key itself only the last four characters are shown."""
    services = open_services(read_settings())
    row = services.keys.row()
    if row is None or row.state == "missing":
        click.echo(NO_KEY)
        return
    origin = "entered by " + row.entered_by if row.origin == "office" else "from WORKGLUE_API_KEY"
    click.echo(f"state      {STATES[row.state]}")
    click.echo(f"ends in    {row.tail or '(not shown)'}")
    click.echo(f"comes      {origin}, version {row.version}")
    click.echo(f"since      {show_time(row.entered_at)}")
    click.echo(f"last used  {show_time(row.used_at) or 'never'}")
    click.echo(f"waiting    {services.views.counts().get(RunStatus.PARKED, 0)} runs")


@key.command("forget")
@click.confirmation_option(prompt="Forget the key? Everything that needs it waits until there is another one")
def forget_key() -> None:
    """Forget the key that was entered. That of WORKGLUE_API_KEY, if there is one, comes back in force."""
    services = open_services(read_settings())
    if not services.keys.forget(by=BY):
        raise HubError("There is no key that could be forgotten.")
    back = services.keys.row()
    again = back is not None and back.state == "ok"
    click.echo("The key is forgotten. " + ("WORKGLUE_API_KEY counts again." if again else NO_KEY))


@click.group()
def keys() -> None:
    """The hub's own keys, which seal the API key and the secrets of recipes."""


@keys.command("rotate")
@click.option("--rehearse", is_flag=True, help="Only open everything and say what would happen.")
def rotate(rehearse: bool) -> None:
    """Seal everything again, under a new key, while the hub runs.

    Without HUB_SEALING_KEYS the new key is made and kept in HUB_HOME. With it, put a new key in front there first, and
    keep the old one behind it until this command has been run.
    """
    services = open_services(read_settings())
    seals = services.sealing_keys.look()
    number, older = len(seals.under), seals.waiting
    click.echo(f"{_values(number)} can be opened, {older} of them with an older key.")
    if rehearse:
        click.echo(f"{_plan(services, number, older)} Nothing was changed.")
        return
    done = services.sealing_keys.rotate(by=BY)
    if done.finished_earlier:
        click.echo(f"An earlier change had been interrupted. {_values(done.resealed)} sealed under its key now.")
    elif done.made_key:
        click.echo(f"A new key was made. {_values(done.resealed)} sealed under it now.")
    elif done.resealed:
        click.echo(f"{_values(done.resealed)} sealed under the first key now. The others may be taken away.")
    else:
        click.echo("Nothing is sealed with an older key. To change it, put a new one in front of HUB_SEALING_KEYS.")


def _values(number: int) -> str:
    return f"{number} sealed value{'' if number == 1 else 's'}"


def _plan(services: Services, number: int, older: int) -> str:
    if older:
        return f"It would seal {_values(number)} again under the first key."
    if services.sealing_keys.are_given:
        return "It would do nothing: put a new key in front of HUB_SEALING_KEYS first."
    return f"It would make a new key and seal {_values(number)} again under it."
