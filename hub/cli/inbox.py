"""The inbox: what other apps sent, run again, paused, or caught while an address is set up."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import click

from hub.cli.text import show_rows, show_time
from hub.errors import HubError
from hub.model import DeliveryStatus
from hub.recipe.durations import parse_duration
from hub.services import Services, open_services
from hub.services.inbox import MOST, Choice
from hub.settings import read_settings
from hub.store.views.shapes import DeliveryPage
from hub.triggers.proposing import propose_fields
from hub.web.dashboard.addresses import PATH
from hub.web.wording.deliveries import holding, shown_address, shown_headers
from hub.web.wording.values import body_text, without_secrets

BY = "command line"
LONGEST_SAMPLE = 86_400.0


def _checked(_context: click.Context, _parameter: click.Parameter, path: str) -> str:
    path = path.removeprefix("/hooks/").strip("/")
    if len(path) > 200 or not PATH.fullmatch(path):
        raise HubError(f"{path[:40]!r} cannot be an address.", hint="Write what stands after /hooks/: leads/website")
    return path


@click.group()
def inbox() -> None:
    """What other apps sent: list, show, replay, pause, resume, sample."""


def _filters(command: Any) -> Any:
    for option in (
        click.option("--text", default="", help="Only those with all these words in body, headers, address or id."),
        click.option(
            "--until", default="", metavar="TIME", help="Only those before: 2026-11-24T12:00 (UTC) or 2h ago."
        ),
        click.option("--since", default="", metavar="TIME", help="Only those since then."),
        click.option("--path", default="", help="Only those to this address: leads/website."),
        click.option("--status", type=click.Choice([each.value for each in DeliveryStatus]), help="Only these."),
    ):
        command = option(command)
    return command


@inbox.command("list")
@_filters
@click.option("--limit", default=20, show_default=True, help="How many.")
def list_deliveries(limit: int, **given: str) -> None:
    """The latest deliveries, newest first."""
    services = open_services(read_settings())
    choice = _choice(services, **given)
    bounds: dict[str, Any] = {"status": choice.status, "path": choice.path, "since": choice.since}
    bounds |= {"until": choice.until, "limit": limit}
    if choice.holds is None:
        lines = services.views.deliveries(**bounds).items
    else:
        found = services.views.search_deliveries(choice.holds, **bounds)
        lines = found.items
        back_to = f", back to {show_time(found.until)}" if found.until else ", to the end"
        click.echo(f"{found.looked:,} deliveries looked through{back_to}.", err=True)
    if not lines:
        click.echo("No delivery fits." if choice.shown else "Nothing has come in yet.")
        return
    rows = [(each.id, each.path, each.status.value, show_time(each.received_at), each.reason) for each in lines]
    show_rows(("delivery", "address", "status", "came", "why"), rows)


@inbox.command("show")
@click.argument("delivery")
@click.option("--raw", is_flag=True, help="Only the body, byte for byte.")
def show_delivery(delivery: str, raw: bool) -> None:
    """One delivery as it came, and what it started."""
    services = open_services(read_settings())
    page = _page(services, delivery)
    if raw:
        sys.stdout.buffer.write(page.delivery.body)
        return
    line, secrets = page.line, services.secrets()
    test = " (a test)" if line.origin == "test" else ""
    click.echo(f"{line.id}  {line.method} {without_secrets(shown_address(page.delivery), secrets)}{test}")
    click.echo(f"{line.status.value}. {line.reason}".rstrip())
    click.echo(f"Came {show_time(line.received_at)} from {line.remote or 'unknown'}, {line.size} bytes.")
    event = services.views.event(line.event_id) if line.event_id else None
    if event:
        click.echo(f"Event {event.event.id}, seen {len(event.deliveries)} times.")
        for each in event.runs:
            click.echo(f"  run {each.id}  {each.recipe_id}  {each.status.value}")
    click.echo("")
    for name, value in without_secrets(shown_headers(page.delivery), secrets):
        click.echo(f"{name}: {value}")
    click.echo("")
    click.echo(without_secrets(body_text(page.delivery.body), secrets))


@inbox.command("replay")
@click.argument("delivery", required=False)
@_filters
@click.option("--yes", is_flag=True, help="Do not ask.")
def replay(delivery: str | None, yes: bool, **given: str) -> None:
    """Run DELIVERY again, or all that fit: the oldest one first, the others when it went well."""
    services = open_services(read_settings())
    if delivery:
        if any(given.values()):
            raise HubError("Give either one delivery or filters, not both.")
        accepted = services.inbox.replay(delivery)
        services.ledger.audit(BY, "delivery.replay", now=services.clock(), after={"delivery": delivery})
        click.echo("\n".join(f"Run {each} is due now." for each in accepted.run_ids) or "It starts nothing.")
        return
    choice = _choice(services, **given)
    if not choice.shown:
        raise HubError("Say which: give a delivery, or filters such as --path and --since.")
    ids, more = services.inbox.choose(choice)
    if not ids:
        raise HubError("No delivery that could be run again fits.")
    click.echo(f"{len(ids):,} deliveries fit{f'; there are more, these are the newest {MOST:,}' if more else ''}.")
    if not yes:
        click.confirm("Run them again?", abort=True)
    replay_id = services.inbox.begin_replay(choice, by=BY)
    click.echo(f"The clock works on it: {services.settings.public_url}/inbox/again/{replay_id}")


@inbox.command("pause")
@click.argument("path", callback=_checked)
def pause(path: str) -> None:
    """Keep what comes to the address PATH, and start nothing."""
    services = open_services(read_settings())
    if not services.ledger.pause(path, by=BY, now=services.clock()):
        raise HubError(f"{path} is paused already.")
    click.echo(f"{path} is paused. Go on with: python -m hub inbox resume {path}")


@inbox.command("resume")
@click.argument("path", callback=_checked)
def resume(path: str) -> None:
    """Start what the address PATH kept back, in the order in which it came, and go on."""
    services = open_services(read_settings())
    waiting = services.views.address(path).waiting
    if waiting and services.intake.listener(path) is None:
        raise HubError("No recipe that is on listens at this address.", hint="Switch it on first.")
    if not services.ledger.resume(path, by=BY, now=services.clock()):
        raise HubError(f"{path} is not paused.")
    click.echo(f"{path} goes on. The clock starts the {waiting:,} that were kept back.")


@inbox.command("sample")
@click.argument("path", callback=_checked)
@click.option("--for", "seconds", default="1h", show_default=True, help="How long to listen: 10m, 1h, at most 24h.")
@click.option("--stop", is_flag=True, help="End the listening.")
@click.option("--fields", is_flag=True, help="Only show which fields came.")
def sample(path: str, seconds: str, stop: bool, fields: bool) -> None:
    """Listen at an address PATH that no recipe has yet, and show which fields what came there has."""
    services = open_services(read_settings())
    now = services.clock()
    if not fields:
        if not stop and services.intake.listener(path) is not None:
            raise HubError("A recipe listens at this address already.", hint="See its deliveries: hub inbox list")
        until = 0.0 if stop else now + min(_seconds(seconds), LONGEST_SAMPLE)
        if not services.ledger.listen(path, until=until, by=BY, now=now):
            raise HubError("Too many addresses are listened to. End one of them first, with --stop.")
        click.echo(f"The hub does not listen at {path} any more." if stop else f"It listens until {show_time(until)}.")
    found = propose_fields(services.views.samples(path) or services.views.believed(path))
    if found:
        secrets = services.secrets()
        rows = [(each.name, each.kind, without_secrets(each.example, secrets)) for each in found]
        show_rows(("in a recipe", "kind", "example"), rows)
    else:
        click.echo("Nothing has come there yet.")


def _choice(services: Services, *, status: str | None, path: str, since: str, until: str, text: str) -> Choice:
    said = {"status": status, "path": path, "since": since, "until": until, "q": text}
    return Choice(
        status=DeliveryStatus(status) if status else None,
        path=path,
        since=_moment(services, since),
        until=_moment(services, until),
        holds=holding(text, services.secrets()) if text else None,
        shown={name: value for name, value in said.items() if value},
    )


def _moment(services: Services, text: str) -> float | None:
    if not text:
        return None
    try:
        if text.endswith(" ago"):
            return services.clock() - parse_duration(text.removesuffix(" ago"))
        at = datetime.fromisoformat(text)
    except ValueError as problem:
        raise HubError(f"{text[:40]!r} is no time.", hint="Write 2026-11-24T12:00 or '2h ago'.") from problem
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _seconds(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as problem:
        raise HubError(str(problem)) from problem


def _page(services: Services, delivery_id: str) -> DeliveryPage:
    page = services.views.delivery(delivery_id)
    if page is None:
        raise HubError(f"There is no delivery {delivery_id}.", hint="See the latest with: python -m hub inbox list")
    return page
