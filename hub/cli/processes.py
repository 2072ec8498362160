"""The processes of a Procfile: web, worker, clock, and release before them."""

from __future__ import annotations

import os
import sys

import click

from hub import __version__
from hub.errors import SettingError
from hub.model import new_id
from hub.presence import program
from hub.services import Services, open_services
from hub.settings import Settings, read_settings
from hub.store.migrate import upgrade
from hub.store.outages import Release
from hub.web.accounts import ensure_admin


@click.command()
def web() -> None:
    """Answer webhooks and show the dashboard."""
    settings = read_settings()
    refuse_ephemeral(settings)
    host = settings.host or ("0.0.0.0" if settings.platform else "127.0.0.1")  # noqa: S104 - a platform's router
    command = [
        *(sys.executable, "-m", "gunicorn", "app:app"),
        *("--bind", f"{host}:{settings.port}", "--worker-class", "gthread", "--threads", str(settings.web_threads)),
        *("--no-control-socket", "--timeout", "60", "--graceful-timeout", "25", "--keep-alive", "75"),
        *("--max-requests", "20000", "--max-requests-jitter", "2000", "--log-level", "warning"),
    ]
    os.execv(command[0], command)  # noqa: S606 - becomes gunicorn, so that it gets the platform's signals


@click.command()
def worker() -> None:
    """Work on runs that are due. Start as many as you like."""
    from workers.worker import work

    settings = read_settings()
    refuse_ephemeral(settings)
    work(settings)


@click.command()
def clock() -> None:
    """Start what is due: polls, schedules, retries. Several may run; one leads."""
    from workers.clock import tick_until_stopped

    settings = read_settings()
    refuse_ephemeral(settings)
    tick_until_stopped(settings)


@click.command()
def release() -> None:
    """Prepare the database, put the recipe files in force, make the first login. Safe to repeat."""
    settings = read_settings()
    refuse_ephemeral(settings)
    services = open_services(settings)
    upgrade(services.database)
    before = _in_force(services)
    checked = services.publish_recipes()
    broken = sum(1 for each in checked if any(problem.severity == "error" for problem in each.problems))
    password = ensure_admin(services)
    _note_release(services, before)
    click.echo(f"The database is ready. {len(checked)} recipes are in force, {broken} of them with errors.")
    if broken:
        click.echo("See them with: python -m hub check")
    if password:
        click.echo(f"The first login is {settings.admin_email} with the password {password}")
    services.close()


def _in_force(services: Services) -> dict[str, str]:
    return {each.recipe_id: each.version for each in services.views.current_recipes()}


def _note_release(services: Services, before: dict[str, str]) -> None:
    """Keep what was deployed, so that the report after the next start can say so."""
    now, after = services.clock(), _in_force(services)
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    services.ledger.note_release(Release(new_id("rel", now), now, __version__, program(), changed))


def refuse_ephemeral(settings: Settings) -> None:
    """SettingError on a host whose disk does not last, when the hub would keep its history there."""
    if not settings.platform or settings.allow_ephemeral:
        return
    missing = [
        name
        for name, value in (("DATABASE_URL", settings.database_url), ("REDIS_URL", settings.redis_url))
        if not value
    ]
    if missing:
        raise SettingError(
            f"{settings.platform} forgets this machine's disk at every restart: set {' and '.join(missing)}.",
            hint="Add PostgreSQL and Redis to the app, or set HUB_ALLOW_EPHEMERAL=1 to try the hub without keeping "
            "anything.",
        )
