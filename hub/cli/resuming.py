"""Runs that failed, are held or must stop: see them by cause, take them up again, end them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

import click

from hub.cli.text import show_rows, show_time
from hub.engine.editing import read_edit
from hub.errors import HubError
from hub.model import RunStatus
from hub.recipe.durations import parse_duration
from hub.services import Services, open_services
from hub.services.failures import SHOWN_FOR, group_failures
from hub.services.resuming import MOST, OPEN, STANDING, RunChoice, Way
from hub.settings import read_settings

BY = "command line"
LONGEST_MESSAGE = 100


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--group", default="", help="Only those of this line of `runs failures`."),
        click.option("--text", default="", help="Only those with this text in the reason."),
        click.option("--version", default="", help="Only those of this version of the recipe (its first characters)."),
        click.option("--until", default="", metavar="TIME", help="Only those from before: 2h, or 2026-11-24T12:00."),
        click.option(
            "--since", "--failed-since", default="", metavar="TIME", help="Only those since then: 2h, or a time (UTC)."
        ),
        click.option("--recipe", default="", help="Only those of this recipe."),
    ):
        command = option(command)
    return command


@click.command("failures")
@_filters
def failures(**given: str) -> None:
    """What failed or is held in the last 30 days, by what stopped it."""
    services = open_services(read_settings())
    runs, more = services.resuming.choose(_choice(services, given))
    if not runs:
        click.echo("Nothing fits." if any(given.values()) else "Nothing has failed.")
        return
    groups = group_failures(runs)
    rows = [
        (each.key, each.recipe_id, each.step or "-", str(each.failed), str(each.held), show_time(each.last_at))
        for each in groups
    ]
    show_rows(("group", "recipe", "step", "failed", "held", "last"), rows)
    for each in groups:
        click.echo(f"\n{each.key}  {each.message[:LONGEST_MESSAGE]}\n    {each.advice}")
        click.echo(f"    The latest: {each.runs[0].id}")
    if more:
        click.echo(f"\nThere are more than that. These are the newest {MOST:,}.")
    click.echo("\nTake one of them up: python -m hub runs resume RUN. All of a group: runs resume --group GROUP --all")


@click.command("resume")
@click.argument("run", required=False)
@_filters
@click.option("--all", "many", is_flag=True, help="All that fit.")
@click.option("--from-start", is_flag=True, help="From the start, all steps anew, instead of from the failed step.")
@click.option("--current", is_flag=True, help="By the current version of the recipe instead of its own.")
@click.option("--step", default="", help="The step that --input is for, where several have failed.")
@click.option(
    "--input",
    "file",
    type=click.File(encoding="utf-8"),
    help="A JSON file (or -) with what the failed step sends instead; with --from-start, the data of the event.",
)
@click.option("--canary/--no-canary", default=True, show_default=True, help="The oldest one first, alone.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def resume(
    run: str | None,
    many: bool,
    from_start: bool,
    current: bool,
    step: str,
    file: TextIO | None,
    canary: bool,
    yes: bool,
    **given: str,
) -> None:
    """Take RUN up again from its failed step, or with --all every run that fits. What is done is not done again."""
    services = open_services(read_settings())
    way = Way(from_start=from_start, current=current)
    if run:
        if many or any(given.values()):
            raise HubError("Give either one run or filters, not both.")
        _resume_one(services, run, way, step=step, edit=None if file is None else read_edit(file.read()))
        return
    if file is not None or step:
        raise HubError("--input and --step are for one run.")
    choice = _choice(services, given)
    runs, more = services.resuming.choose(choice)
    if not runs:
        raise HubError("No run that could be taken up again fits.", hint="See: python -m hub runs failures")
    click.echo(f"{_count(len(runs))}{f'; there are more, these are the newest {MOST:,}' if more else ''}.")
    if not many:
        raise HubError("Nothing is done yet.", hint="Add --all to take them up.")
    if not yes:
        click.confirm("Take them up?", abort=True)
    replay_id = services.resuming.begin(choice, way=way, by=BY, canary=canary)
    click.echo(f"The clock works on it: {services.settings.public_url}/inbox/again/{replay_id}")


@click.command("cancel")
@click.argument("run", required=False)
@_filters
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([each.value for each in OPEN]),
    help="With --all, only those in this state.",
)
@click.option("--all", "many", is_flag=True, help="All that fit.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def cancel(run: str | None, many: bool, statuses: tuple[str, ...], yes: bool, **given: str) -> None:
    """Stop RUN, or with --all every run that fits and is not over. Steps that are done stay done."""
    services = open_services(read_settings())
    if run:
        if many or statuses or any(given.values()):
            raise HubError("Give either one run or filters, not both.")
        services.resuming.page(run)
        if not services.ledger.cancel(run, now=services.clock(), by=BY):
            raise HubError(f"The run {run} is over already; there is nothing to cancel.")
        click.echo(f"The run {run} is cancelled.")
        return
    if not many or not (statuses or any(given.values())):
        raise HubError("Say which: give a run, or --all with filters such as --recipe and --status.")
    choice = _choice(services, given, [RunStatus(each) for each in statuses] or OPEN, oldest=0.0)
    runs, _ = services.resuming.choose(choice)
    click.echo(f"{_count(len(runs))}.")
    if runs and not yes:
        click.confirm("Cancel them?", abort=True)
    click.echo(f"{services.resuming.cancel(choice, by=BY):,} cancelled.")


@click.command("skip-wait")
@click.argument("run")
@click.argument("step")
def skip_wait(run: str, step: str) -> None:
    """Do not let RUN wait any longer in STEP: the step is skipped, and the run goes on."""
    services = open_services(read_settings())
    services.resuming.page(run)
    if not services.ledger.skip_wait(run, step, by=BY, now=services.clock()):
        raise HubError(f"The run {run} does not wait in a step {step}.", hint=f"See: python -m hub runs show {run}")
    services.bell.ring()
    click.echo(f"The run {run} goes on.")


def _resume_one(services: Services, run: str, way: Way, *, step: str, edit: dict[str, Any] | None) -> None:
    if way.from_start:
        if step:
            raise HubError("--step is for what a failed step sends, not for a run from the start.")
        new = services.resuming.start_over(run, way=way, by=BY, data=edit)
    else:
        new = services.resuming.resume(run, way=way, by=BY, request=edit, path=step)
    if not new:
        raise HubError("Somebody else has just taken it up.", hint=f"See: python -m hub runs show {run}")
    click.echo(f"Run {new} is due now. Follow it with: python -m hub runs show {new}")


def _choice(
    services: Services,
    given: dict[str, str],
    statuses: Sequence[RunStatus] = STANDING,
    *,
    oldest: float | None = None,
) -> RunChoice:
    now = services.clock()
    until = _moment(given["until"], now)
    return RunChoice(
        since=_moment(given["since"], now) or (now - SHOWN_FOR if oldest is None else oldest),
        until=until,
        recipe=given["recipe"],
        version=given["version"],
        group=given["group"],
        text=given["text"],
        shown={name: value for name, value in given.items() if value},
        statuses=statuses,
    )


def _moment(text: str, now: float) -> float | None:
    """A length of time before now, or a time."""
    if not text:
        return None
    try:
        return now - parse_duration(text.removesuffix(" ago"))
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError as problem:
        raise HubError(f"{text[:40]!r} is no time.", hint="Write 2h, or 2026-11-24T12:00.") from problem
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _count(number: int) -> str:
    return "1 run fits" if number == 1 else f"{number:,} runs fit"
