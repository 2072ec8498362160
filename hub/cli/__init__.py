"""The command line, `python -m hub`. Each command prints plain sentences; what goes wrong says what to do."""

from __future__ import annotations

import logging
import sys

import click

from hub import __version__
from hub.cli.blueprints import blueprints
from hub.cli.doctor import doctor
from hub.cli.everything import everything
from hub.cli.explain import explain
from hub.cli.inbox import inbox
from hub.cli.key import key, keys
from hub.cli.polls import polls
from hub.cli.processes import clock, release, web, worker
from hub.cli.recipes import check, recipes, run
from hub.cli.runs import runs
from hub.cli.schema import schema
from hub.cli.secrets import secrets
from hub.cli.stored import stored
from hub.cli.tests import test
from hub.cli.tokens import tokens
from hub.errors import HubError, RecipeError
from hub.settings import read_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="hub")
def cli() -> None:
    """The automation hub for Workglue: recipes that listen, and act.

    \b
    Start with   python -m hub doctor    to see whether all is well,
                 python -m hub check     to check the recipes,
                 python -m hub all       to run everything on this machine.
    """


for command in (
    check,
    explain,
    test,
    schema,
    recipes,
    blueprints,
    run,
    runs,
    polls,
    inbox,
    key,
    keys,
    secrets,
    stored,
    tokens,
    web,
    worker,
    clock,
    everything,
    release,
    doctor,
):
    cli.add_command(command)


def main() -> None:
    """Run a command. Errors that the hub raises on purpose become one sentence and exit code 1."""
    try:
        logging.basicConfig(
            level=read_settings().log_level, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
        )
        logging.getLogger("alembic").setLevel(logging.WARNING)
        cli(standalone_mode=True)
    except HubError as problem:
        click.echo(f"{problem.message}", err=True)
        for found in getattr(problem, "problems", ()) if isinstance(problem, RecipeError) else ():
            click.echo(f"  {found.place}: {found.message} {found.hint}", err=True)
        if problem.hint:
            click.echo(problem.hint, err=True)
        sys.exit(1)
