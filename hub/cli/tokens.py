"""Tokens of programs that use the hub's API: shown once, kept as a hash."""

from __future__ import annotations

import secrets as randomness

import click

from hub.cli.text import show_rows, show_time
from hub.errors import HubError
from hub.services import open_services
from hub.settings import read_settings
from hub.store.subscribers import ApiToken
from hub.web.api.access import SCOPES

BY = "command line"
LONGEST_NAME = 100


@click.group()
def tokens() -> None:
    """Tokens with which other programs use the hub's API. Each is shown once."""


@tokens.command("create")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(list(SCOPES)), help="What it may do."
)
@click.option("--days", type=click.IntRange(min=1), help="After how many days it ends. Never when not given.")
def create_token(name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a token for the program NAME, and show it."""
    services = open_services(read_settings())
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME or not words.isprintable():
        raise HubError(f"A token's name has 1 to {LONGEST_NAME} characters.", hint="Name the program that uses it.")
    now = services.clock()
    secret = randomness.token_urlsafe(32)
    expires_at = now + days * 86_400 if days else None
    token = ApiToken(randomness.token_hex(6), words, tuple(dict.fromkeys(scopes)), now, expires_at=expires_at)
    services.ledger.create_token(token, secret, by=BY)
    click.echo(f"hub_{token.id}_{secret}")
    click.echo("Copy it now: it is not shown again. Programs send it as: Authorization: Bearer hub_...", err=True)


@tokens.command("list")
def list_tokens() -> None:
    """All tokens, newest first, without their secrets."""
    found = open_services(read_settings()).views.tokens()
    if not found:
        click.echo("There are no tokens yet. Make one with: python -m hub tokens create NAME --scope hooks")
        return
    rows = [
        (
            each.id,
            each.name,
            " ".join(each.scopes),
            "revoked" if each.revoked_at else f"until {show_time(each.expires_at)}" if each.expires_at else "valid",
            show_time(each.used_at) if each.used_at else "never",
        )
        for each in found
    ]
    show_rows(("token", "name", "may", "state", "last used"), rows)


@tokens.command("revoke")
@click.argument("token")
def revoke_token(token: str) -> None:
    """Let nobody in with TOKEN (its id, as `list` shows it) any more. Its subscriptions are paused."""
    services = open_services(read_settings())
    if not services.ledger.revoke_token(token, by=BY, now=services.clock()):
        raise HubError(f"There is no token {token} that could be revoked.", hint="See: python -m hub tokens list")
    click.echo(f"The token {token} lets nobody in any more, and its subscriptions are paused.")
