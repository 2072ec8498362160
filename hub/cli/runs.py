"""Runs: what happened, step by step, and what a person can do about it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from hub.cli.resuming import cancel, failures, resume, skip_wait
from hub.cli.tests import surroundings_of
from hub.cli.text import show_rows, show_time
from hub.engine.scope import legible
from hub.errors import HubError
from hub.model import Recipe, RunStatus
from hub.recipe.asked import read_fields
from hub.recipe.nearest import spell, suggest
from hub.rehearsing.report import difference_lines
from hub.rehearsing.saving import save_run
from hub.services import Services, open_services
from hub.services.questions import OPEN, answer_question, find_question
from hub.settings import read_settings
from hub.store.views.shapes import RunPage, StepPage

LONGEST_VALUE = 2000
BY = "command line"


@click.group()
def runs() -> None:
    """What recipes did: list, show, failures, resume, replay, cancel, decide, answer."""


for command in (failures, resume, cancel, skip_wait):
    runs.add_command(command)


@runs.command("list")
@click.option("--status", type=click.Choice([each.value for each in RunStatus]), help="Only those in this state.")
@click.option("--recipe", default="", help="Only those of this recipe.")
@click.option("--limit", default=20, show_default=True, help="How many.")
def list_runs(status: str | None, recipe: str, limit: int) -> None:
    """The latest runs, newest first."""
    services = open_services(read_settings())
    chosen = RunStatus(status) if status else None
    lines = services.views.runs(status=chosen, recipe_id=recipe, limit=limit).items
    if not lines:
        click.echo("No runs yet. They appear here when a trigger of a recipe fires.")
        return
    rows = [(each.id, each.recipe_id, each.status.value, show_time(each.created_at), each.reason) for each in lines]
    show_rows(("run", "recipe", "status", "since", "why"), rows)


@runs.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
def show_run(run: str, as_json: bool) -> None:
    """One run, step by step: inputs, outputs, attempts and verdicts."""
    page = _page(open_services(read_settings()), run)
    if as_json:
        click.echo(json.dumps(_as_json(page), indent=2, ensure_ascii=False))
        return
    found = page.run
    click.echo(f"{found.id}  {page.recipe_name} ({found.recipe_id}, version {found.recipe_version})")
    click.echo(f"{found.status.value}. {found.reason}".rstrip())
    if page.in_front is not None:
        click.echo(f"In front of it: {page.in_front.id}, {page.in_front.status.value}. {page.in_front.reason}".rstrip())
    elif found.status is RunStatus.QUEUED:
        click.echo(f"It goes on at {show_time(found.due_at)}.")
    click.echo(f"Event {page.event.id}: {page.event.type} from {page.event.source}, {show_time(page.event.time)}")
    if found.verdict and not found.verdict.get("value", True):
        click.echo(f"Conditions: {_short(found.verdict)}")
    for each in page.steps:
        _show_step(each)
    if found.error:
        click.echo("")
        click.echo(f"Why: {found.error.get('message', '')} {found.error.get('hint', '')}".rstrip())
        if found.error.get("file"):
            click.echo(f"     {found.error['file']}:{found.error.get('line')}:{found.error.get('column')}")


@runs.command("replay")
@click.argument("run")
def replay(run: str) -> None:
    """Run the recipe's current version again for the same event. The old run stays as it is."""
    services = open_services(read_settings())
    new_run = services.resuming.replay(run, by=BY)
    if not new_run:
        raise HubError("Somebody else has just run it again.", hint=f"See: python -m hub runs show {run}")
    click.echo(f"Run {new_run} is due now. Follow it with: python -m hub runs show {new_run}")


@runs.command("decide")
@click.argument("run")
@click.argument("choice", type=click.Choice(["repeat", "done", "skip"]))
def decide(run: str, choice: str) -> None:
    """Let a held run go on: repeat the step in doubt, count it as done, or skip it."""
    services = open_services(read_settings())
    page = _page(services, run)
    if page.run.status is not RunStatus.HELD:
        raise HubError(f"The run {run} waits for nobody: it is {page.run.status.value}.")
    services.ledger.requeue([run], now=services.clock(), decision="" if page.run.over else choice)
    services.bell.ring()
    click.echo(f"The run {run} goes on.")


@runs.command("answer")
@click.argument("run")
@click.argument("step")
@click.argument("answer")
@click.option("--field", "given", multiple=True, metavar="NAME=TEXT", help="A field that the question asks for.")
def answer(run: str, step: str, answer: str, given: tuple[str, ...]) -> None:
    """Answer what a run asks: STEP is its id, in a loop with the number of the item: ok-0."""
    services = open_services(read_settings())
    asked = find_question(services, _page(services, run).run.root_id, step)
    if asked is None:
        raise HubError(f"The run {run} has no step `{step}` that people answer.")
    if answer not in asked.answers:
        hint = suggest(answer, asked.answers) or f"It can be {spell(asked.answers, last='or')}."
        raise HubError(f"`{answer}` is no answer to the step {step}.", hint=hint)
    values, problems = read_fields(asked.fields, dict(each.partition("=")[::2] for each in given))
    if problems:
        name, text = next(iter(problems.items()))
        raise HubError(f"The field {name}: {text}", hint=f"Give it with --field {name}=...")
    if asked.state != OPEN or not answer_question(services, asked, answer, values=values, by=BY):
        now = find_question(services, asked.run.root_id, step)
        said = f": {now.given.answer}, by {now.given.by}" if now and now.given and now.given.answer else ""
        raise HubError(f"The step {step} takes no answer any more. It is {now.state if now else 'gone'}{said}.")
    click.echo(f"Answered: {answer}. The run {run} goes on.")


@runs.command("release")
@click.argument("recipe")
@click.option("--all", "at_once", is_flag=True, help="All of them now.")
@click.option("--per-minute", type=click.IntRange(1, 10_000), help="So many a minute, oldest first.")
def release(recipe: str, at_once: bool, per_minute: int | None) -> None:
    """Let the runs of a recipe go on that its limits hold. They go beyond the limit."""
    services = open_services(read_settings())
    if services.views.recipe(recipe) is None:
        raise HubError(f"There is no recipe {recipe}.", hint="See them with: python -m hub recipes")
    held = services.views.held_by_limits(recipe)
    if not held:
        raise HubError(f"No run of {recipe} is held by a limit.")
    if at_once == (per_minute is not None):
        raise HubError(f"{_held(held)}.", hint="Say how they go on: --all, or --per-minute 10.")
    count = services.ledger.release_held(recipe, by=BY, now=services.clock(), per_minute=per_minute or 0)
    services.bell.ring()
    click.echo(f"{_going(count)}{f', {per_minute} a minute' if per_minute else ''}.")


def _held(count: int) -> str:
    return "1 run is held by a limit" if count == 1 else f"{count:,} runs are held by a limit"


def _going(count: int) -> str:
    return "1 run goes on" if count == 1 else f"{count:,} runs go on"


@runs.command("save-as-test")
@click.argument("run")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def save_as_test(run: str, target: Path | None) -> None:
    """Make a recipe test of a run. Names, phones, e-mails and addresses are replaced, secrets are left out."""
    services = open_services(read_settings())
    page = _page(services, run)
    recipe = _recipe_of(services, page)
    file = target or Path(services.settings.recipes) / "tests" / f"{recipe.id}-{run[-6:]}.yaml"
    if file.exists():
        raise HubError(f"The file {file} is there already.", hint="Give another one with --to.")
    saved = save_run(
        page.run,
        page.event,
        (each.step for each in page.steps),
        recipe=recipe,
        surroundings=surroundings_of(services),
        secrets=services.secrets(),
        file=file.as_posix(),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(saved.text, encoding="utf-8")
    click.echo(f"Written to {file}. Read it once: what is personal is known by its field, and free text may hold more.")
    for each in saved.assumed:
        click.echo(f"Assumed: {each}")
    if saved.differences:
        click.echo("The test does not pass yet:")
        for difference in saved.differences:
            click.echo("\n".join(difference_lines(difference)))
        sys.exit(1)
    click.echo(f"It passes. Run it with: python -m hub test {file}")


def _recipe_of(services: Services, page: RunPage) -> Recipe:
    """The recipe as its file is now, since that is what the test will be run against."""
    for each in services.read_recipes():
        if each.recipe is not None and each.recipe.id == page.run.recipe_id:
            return each.recipe
    raise HubError(f"The recipe {page.run.recipe_id} is not in the recipes folder, or has errors.")


def _page(services: Services, run: str) -> RunPage:
    page = services.views.run(run)
    if page is None:
        raise HubError(f"There is no run {run}.", hint="See the latest with: python -m hub runs list")
    return page


def _show_step(page: StepPage) -> None:
    step = page.step
    click.echo("")
    click.echo(f"{step.path}  {step.action}: {step.status.value}" + (f" - {step.note}" if step.note else ""))
    for label, value in (("if", step.verdict), ("input", step.request), ("output", step.output)):
        if value is not None:
            click.echo(f"    {label}: {_short(value)}")
    for attempt in page.attempts:
        what = f" - {attempt.error.get('message', '')}" if attempt.error else ""
        length = attempt.finished_at - attempt.started_at
        click.echo(f"    attempt {attempt.number}: {attempt.outcome}, {length:.2f} s{what}")
    if step.due_at:
        click.echo(f"    goes on at {show_time(step.due_at)}")


def _short(value: Any) -> str:
    text = json.dumps(legible(value), ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"


def _as_json(page: RunPage) -> dict[str, Any]:
    run = page.run
    return {
        "id": run.id,
        "recipe": run.recipe_id,
        "version": run.recipe_version,
        "status": run.status.value,
        "reason": run.reason,
        "error": run.error,
        "verdict": run.verdict,
        "event": {"id": page.event.id, "type": page.event.type, "source": page.event.source, "data": page.event.data},
        "steps": [
            {
                "path": each.step.path,
                "action": each.step.action,
                "status": each.step.status.value,
                "input": legible(each.step.request),
                "output": each.step.output,
                "verdict": each.step.verdict,
                "note": each.step.note,
                "error": each.step.error,
                "attempts": [
                    {"number": one.number, "outcome": one.outcome, "error": one.error} for one in each.attempts
                ],
            }
            for each in page.steps
        ],
    }
