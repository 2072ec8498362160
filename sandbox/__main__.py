"""The command line: `python -m sandbox serve | seed | reset | key | activity | quote`."""

from __future__ import annotations

import random
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from sandbox.account.keys import create_key, read_key
from sandbox.account.sealing import Seal
from sandbox.database import Database
from sandbox.neighbours.delivery import send
from sandbox.neighbours.quotes import EVENTS, make_quote, sign_quote
from sandbox.office import work_once
from sandbox.problems import UsageError
from sandbox.seeding import USUAL_JOBS, seed_when_empty, start_anew
from sandbox.server import Server
from sandbox.settings import Settings, read_settings

EXIT_UNUSABLE = 2


def with_database(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option --database, and turn what cannot be used into one line and exit code 2."""

    @click.option("--database", type=click.Path(path_type=Path, dir_okay=False), help="The SQLite file to use.")
    @wraps(command)
    def run(database: Path | None, **options: Any) -> None:
        try:
            settings = read_settings()
            command(settings=replace(settings, database=database or settings.database), **options)
        except UsageError as problem:
            print(problem, file=sys.stderr)
            sys.exit(EXIT_UNUSABLE)

    return run


def a_day(_context: click.Context, _parameter: click.Parameter, value: str | None) -> date | None:
    """Read a date option."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter("must be a date in the form 2026-03-31") from None


def a_span(_context: click.Context, _parameter: click.Parameter, value: str) -> float:
    """Read a span such as 5s, 500ms or 2m; the answer is in seconds."""
    matched = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", value.strip())
    if not matched:
        raise click.BadParameter("must be a span of time such as 500ms, 5s or 2m")
    return float(matched[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[matched[2] or "s"]


seed_options = (
    click.option("--jobs", type=click.IntRange(0), default=USUAL_JOBS, show_default=True, help="How many jobs."),
    click.option("--seed", type=int, default=1, show_default=True, help="Another number makes another account."),
    click.option("--today", callback=a_day, help="The date that all others are set around (default: today)."),
)


def with_seed(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that describe the account to make."""
    for option in reversed(seed_options):
        command = option(command)
    return command


@click.group()
def main() -> None:
    """The Workglue sandbox: the Public API of Workglue, with data and pages, on this machine."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes a free one. [default: 5001]")
@click.option("--profile", type=click.Path(path_type=Path), help="A profile file; its dialect is spoken.")
@with_database
def serve(settings: Settings, host: str, port: int | None, profile: Path | None) -> None:
    """Serve the API and the pages until Ctrl+C. An empty database is filled first."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with Server(
        settings.database,
        host=host,
        port=settings.port if port is None else port,
        profile=profile or settings.profile,
        rate_per_minute=settings.rate_per_minute,
        burst=settings.burst,
        lead_webhook=(settings.lead_webhook_url, settings.lead_webhook_secret),
        quote_webhook=(settings.quote_webhook_url, settings.quote_webhook_secret),
    ) as server:
        print(f"The sandbox is at {server.root}/  (Public API: {server.url}). Stop it with Ctrl+C.", flush=True)
        stopping.wait()
    print("The sandbox has stopped.", flush=True)


@main.command()
@with_seed
@with_database
def seed(settings: Settings, jobs: int, seed: int, today: date | None) -> None:
    """Fill an empty database with an account."""
    made = seed_when_empty(Database(settings.database), seed=seed, jobs=jobs, today=today)
    if made is None:
        raise UsageError(f"{settings.database} already holds an account. `python -m sandbox reset` makes a new one.")
    print_counts(settings, made)


@main.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_seed
@with_database
def reset(settings: Settings, jobs: int, seed: int, today: date | None, yes: bool) -> None:
    """Throw the account away and make a new one. API keys stay."""
    if not yes:
        click.confirm(f"Throw away everything in {settings.database}?", abort=True)
    print_counts(settings, start_anew(Database(settings.database), seed=seed, jobs=jobs, today=today))


@main.command()
@click.option("--create/--no-create", default=True, show_default=True, help="Create the key when there is none.")
@with_database
def key(settings: Settings, create: bool) -> None:
    """Print the Workglue Account API Key."""
    database = Database(settings.database)
    seal = Seal(settings.database)
    with database.writing() as connection:
        found = read_key(connection)
        if found is None and not create:
            raise UsageError("No Workglue Account API Key has been created yet.")
        print(seal.open(found.sealed) if found else create_key(connection, seal, now=time.time()))


@main.command()
@click.option("--every", default="5s", show_default=True, callback=a_span, help="Time between two changes.")
@click.option("--count", type=click.IntRange(1), help="Stop after so many changes (default: never).")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes other changes.")
@with_database
def activity(settings: Settings, every: float, count: int | None, seed: int) -> None:
    """Change records now and then, as the people in an office do, and say what was changed."""
    database = Database(settings.database)
    seed_when_empty(database)
    dice = random.Random(f"office {seed}")  # noqa: S311 - repeatable on purpose, nothing here is a secret
    done = 0
    try:
        while count is None or done < count:
            if done:
                time.sleep(every)
            print(work_once(database, dice, now=time.time(), today=datetime.now(UTC).date()), flush=True)
            done += 1
    except KeyboardInterrupt:
        print("The office has gone home.")


@main.command()
@click.option("--to", required=True, help="The address of the webhook.")
@click.option("--secret", required=True, help="The secret that the receiver knows too.")
@click.option("--event", type=click.Choice(EVENTS), default="accepted", show_default=True, help="What became of it.")
@click.option("--job", help="The job's id (default: a recent opportunity).")
@click.option("--count", type=click.IntRange(1), default=1, show_default=True, help="So many quotes.")
@with_database
def quote(settings: Settings, to: str, secret: str, event: str, job: str | None, count: int) -> None:
    """Send signed webhooks, as a quoting program such as PaintScout does."""
    database = Database(settings.database)
    seed_when_empty(database)
    dice = random.SystemRandom()
    for _ in range(count):
        now = time.time()
        with database.reading() as connection:
            content = make_quote(connection, dice, event=event, job=job, now=now)
        body, headers = sign_quote(secret, content, now=now)
        receipt = send(to, body, headers=headers)
        print(f"{content['type']} for {content['workglue']['job_id']} was answered with {receipt.status}.", flush=True)
        if not receipt.accepted:
            raise UsageError(f"The receiver did not take it: {receipt.text[:500]}")


def print_counts(settings: Settings, made: dict[str, int]) -> None:
    """Say what a database holds now."""
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in made.items())
    print(f"{settings.database} now holds {counts}.")


if __name__ == "__main__":
    main(prog_name="python -m sandbox")
