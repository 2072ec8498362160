"""`python -m hub doctor`: every part that the hub depends on, in what state it is, and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click

from hub.errors import HubError
from hub.model import RunStatus
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.migrate import state

SILENT_AFTER = 60.0
"""Seconds without a sign of life after which a process counts as gone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, whether it is well, what was seen, and what to do when it is not."""

    part: str
    well: bool
    seen: str
    do: str = ""


@click.command()
def doctor() -> None:
    """Look at everything that the hub needs, and say what to do. Exit code 1 when something is wrong."""
    services = open_services(read_settings())
    findings = [finding for look in LOOKS for finding in _careful(look, services)]
    for each in findings:
        click.echo(f"{'ok ' if each.well else 'BAD'}  {each.part:<12} {each.seen}")
        if each.do and not each.well:
            click.echo(f"     {'':<12} -> {each.do}")
    wrong = sum(not each.well for each in findings)
    click.echo("")
    click.echo("All is well." if not wrong else f"{wrong} thing{'s' if wrong > 1 else ''} to look after.")
    sys.exit(1 if wrong else 0)


def _database(services: Services) -> Iterator[Finding]:
    found = state(services.database)
    shown = services.database.url.render_as_string(hide_password=True)
    yield Finding("database", found == "current", f"{shown} is {found}", "Run: python -m hub release")


def _redis(services: Services) -> Iterator[Finding]:
    found = services.bell.state()
    seen = f"answers (version {found['server']})" if found["ok"] else f"does not answer: {found['error']}"
    yield Finding("redis", bool(found["ok"]), seen, "Start it, or check REDIS_URL. Nothing is lost meanwhile.")


def _api(services: Services) -> Iterator[Finding]:
    catalogue = services.api.catalogue()
    counts = ", ".join(f"{len(records)} {name.replace('_', ' ')}" for name, records in catalogue.records.items())
    yield Finding("workglue", True, f"the key works; {counts}")


def _recipes(services: Services) -> Iterator[Finding]:
    checked = services.read_recipes(catalogue=services.account())
    for each in checked:
        errors = [problem for problem in each.problems if problem.severity == "error"]
        if errors:
            first = errors[0]
            yield Finding("recipe", False, f"{first.place}: {first.message}", first.hint or "See: python -m hub check")
    good = sum(not any(problem.severity == "error" for problem in each.problems) for each in checked)
    yield Finding("recipes", True, f"{good} of {len(checked)} can run")


def _processes(services: Services) -> Iterator[Finding]:
    now = services.clock()
    alive = {each.kind for each in services.views.heartbeats() if now - each.seen_at < SILENT_AFTER}
    for kind in ("web", "worker", "clock"):
        seen = "is there" if kind in alive else f"has not been seen for {SILENT_AFTER:.0f} seconds"
        yield Finding(kind, kind in alive, seen, f"Start it with: python -m hub {kind}")


def _polls(services: Services) -> Iterator[Finding]:
    for cursor in services.views.cursors():
        seen = f"{cursor.resource}: {cursor.checked} checked, {cursor.changed} changed in the last pass"
        if cursor.error:
            seen = f"{cursor.resource}: {cursor.error}"
        yield Finding("poll", not cursor.error, seen, "It is tried again by itself; look at the API if it stays so.")


def _runs(services: Services) -> Iterator[Finding]:
    counts = services.views.counts()
    parked, held = counts.get(RunStatus.PARKED, 0), counts.get(RunStatus.HELD, 0)
    age = services.views.queue_age(services.clock())
    yield Finding("queue", age < SILENT_AFTER, f"the oldest due run waits {age:.0f} seconds", "Start a worker.")
    yield Finding("parked", not parked, f"{parked} runs wait for a working key", "Set WORKGLUE_API_KEY and restart.")
    yield Finding("held", not held, f"{held} runs wait for a person", "See: python -m hub runs list --status held")


Look = Callable[[Services], Iterator[Finding]]
LOOKS: tuple[Look, ...] = (_database, _redis, _api, _recipes, _processes, _polls, _runs)


def _careful(look: Look, services: Services) -> Iterator[Finding]:
    """What a look finds; when it cannot look at all, that is the finding."""
    try:
        yield from look(services)
    except HubError as problem:
        yield Finding(look.__name__.strip("_"), False, problem.message, problem.hint or problem.detail)
