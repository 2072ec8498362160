"""`python -m hub doctor`: every part that the hub depends on, in what state it is, and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from hub.errors import HubError
from hub.model import RunStatus
from hub.services import Services, open_services
from hub.services.coverage import Coverage, look_at_lists
from hub.services.forecast import forecast_calls
from hub.services.outages import describe
from hub.settings import read_settings
from hub.store.migrate import state

SILENT_AFTER = 60.0
"""Seconds without a sign of life after which a process counts as gone."""

LATELY = 86_400.0
LATEST_OUTAGES = 5


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
    there = [each for each in services.views.heartbeats() if each.is_there(now, within=SILENT_AFTER)]
    alive = {each.kind for each in there}
    for kind in ("web", "worker", "clock"):
        seen = "is there" if kind in alive else f"has not been seen for {SILENT_AFTER:.0f} seconds"
        yield Finding(kind, kind in alive, seen, f"Start it with: python -m hub {kind}")
    if any(each.detail.get("redis") == "away" for each in there):
        seen = "a worker goes on without Redis, a little slower"
        yield Finding("worker", False, seen, "Start Redis, or check REDIS_URL. Nothing is lost meanwhile.")


def _polls(services: Services) -> Iterator[Finding]:
    for each in look_at_lists(services):
        unexplained = services.ledger.count_unexplained(each.resource) or each.unexplained
        well = not (each.error or each.held or each.is_frozen or unexplained)
        yield Finding("poll", well, cover(each, unexplained), _what_to_do(each, unexplained))
        if each.interval and each.interval.is_stretched:
            every, wanted, requests = each.interval.every, each.interval.wanted, each.interval.requests
            seen = f"{each.resource}: looked at every {every:.0f} s instead of {wanted:.0f} s"
            yield Finding("poll", True, f"{seen}; one look takes {requests:,} requests")


def _calls(services: Services) -> Iterator[Finding]:
    found = forecast_calls(services)
    do = "Give lists a longer `every`, or raise HUB_FULL_PASS_EVERY; until then the lists are looked at more seldom."
    yield Finding("calls", not found.is_too_much, found.sentence(), do)


def cover(each: Coverage, unexplained: int) -> str:
    """The line about one list: what was looked at, and what became of it."""
    if each.error or each.held:
        return f"{each.resource}: {each.error or each.held}"
    age = "not read to its end yet"
    if each.full_age is not None:
        age = f"read to its end {each.full_age / 3600:.1f} hours ago"
    counts = f"{each.checked:,} checked, {each.changed:,} changed, {each.handled:,} handled"
    counts += f", {unexplained:,} unexplained"
    late = ", not looked at for far too long" if each.is_frozen else ""
    return f"{each.resource}: {counts}, {age}{late}"


def _what_to_do(each: Coverage, unexplained: int) -> str:
    if each.held:
        return f"When that is right: python -m hub polls accept {each.resource}. Else wait until the list is back."
    if unexplained:
        return "A change was lost, or told twice. Look at the log, and report it to whoever looks after the hub."
    return "It is tried again by itself; look at the API, and at the log of the clock, if it stays so."


def _waiting(services: Services) -> Iterator[Finding]:
    for flood in services.views.floods():
        seen = f"{flood.held:,} runs of {flood.recipe_id} from one look at {flood.resource}; {flood.begun:,} had begun"
        yield Finding("flood", False, seen, f"python -m hub polls release {flood.id}, or: polls drop {flood.id}")
    for backlog in services.views.waiting_backlogs():
        name = f"{backlog.recipe_id}/{backlog.trigger_id}"
        if backlog.state == "waiting":
            seen = f"{name}: start: {backlog.start} would start {backlog.counted:,} runs"
            yield Finding("backlog", False, seen, f"python -m hub polls release {name}, or: polls drop {name}")


def _plugins(services: Services) -> Iterator[Finding]:
    for each in services.plugins:
        yield Finding("plug-in", True, f"{each.package} {each.version}: {', '.join(each.names)}")
    for recipe in services.shelf.enabled():
        for trigger in recipe.triggers:
            error = services.ledger.watched(recipe.id, trigger.id).error if services.is_watching(trigger) else ""
            if error:
                seen = f"{trigger.id} of {recipe.id} could not look: {error}"
                yield Finding("trigger", False, seen, "It is tried again by itself; look at the plug-in.")


def _runs(services: Services) -> Iterator[Finding]:
    counts = services.views.counts()
    parked, held = counts.get(RunStatus.PARKED, 0), counts.get(RunStatus.HELD, 0)
    age = services.views.queue_age(services.clock())
    yield Finding("queue", age < SILENT_AFTER, f"the oldest due run waits {age:.0f} seconds", "Start a worker.")
    yield Finding("parked", not parked, f"{parked} runs wait for a working key", "python -m hub key set")
    yield Finding("held", not held, f"{held} runs wait for a person", "See: python -m hub runs list --status held")


def _away(services: Services) -> Iterator[Finding]:
    now, zone = services.clock(), ZoneInfo(services.settings.timezone)
    for each in services.views.outages(limit=LATEST_OUTAGES):
        if now - each.until < LATELY:
            since, until = (datetime.fromtimestamp(at, zone).strftime("%d %b %H:%M") for at in (each.since, each.until))
            what = "; ".join(describe(each)) or "nothing came in meanwhile"
            span = f"new version at {until}" if each.cause == "deployed" else f"{each.cause} from {since} to {until}"
            yield Finding("away", True, f"{span}: {what}")


Look = Callable[[Services], Iterator[Finding]]
LOOKS: tuple[Look, ...] = (
    _database,
    _redis,
    _api,
    _recipes,
    _processes,
    _polls,
    _calls,
    _waiting,
    _plugins,
    _runs,
    _away,
)


def _careful(look: Look, services: Services) -> Iterator[Finding]:
    """What a look finds; when it cannot look at all, that is the finding."""
    try:
        yield from look(services)
    except HubError as problem:
        yield Finding(look.__name__.strip("_"), False, problem.message, problem.hint or problem.detail)
