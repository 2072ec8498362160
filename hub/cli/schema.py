"""`python -m hub schema`: the JSON Schema of recipes, with what plug-ins add to it."""

from __future__ import annotations

import json

import click

from hub.recipe.schema import make_schema
from hub.services import open_services
from hub.settings import read_settings


@click.command()
def schema() -> None:
    """Print the JSON Schema of recipes for your editor, with the actions and triggers of installed plug-ins."""
    services = open_services(read_settings())
    click.echo(json.dumps(make_schema(services.registry), ensure_ascii=False, indent=2))
