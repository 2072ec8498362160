"""`hub runs failures`, `resume`, `cancel` and `skip-wait`: one run or many, counted before anything is done."""

from __future__ import annotations

import json
from pathlib import Path

from hub.model import Event, RunStatus, StepRecord, StepStatus, new_id
from hub.ports import Arrival, Entry, RunChange
from hub.services import Services, open_services
from hub.settings import read_settings
from tests.cli.test_commands import hub

RECIPE = """recipe: 1
name: Greet
trigger: {type: manual}
inputs: {name: {type: text, required: true}}
steps:
  - {id: first, action: set, with: {a: 1}}
  - {id: tell, action: notify.send, with: {to: "json://chat", body: "Hello {{ inputs.name }}"}}
"""
NO = {"kind": "Permanent", "code": "RUN200", "message": "There is no room 12.", "step": "tell"}


def start(home: Path) -> tuple[Services, dict[str, str]]:
    """A released hub with one recipe."""
    (home / "recipes").mkdir()
    (home / "recipes" / "greet.yaml").write_text(RECIPE)
    environment = {"HUB_RECIPES": str(home / "recipes")}
    assert hub(home, "release", **environment).returncode == 0
    services = open_services(read_settings({"HUB_HOME": str(home / "home"), **environment}))
    services.publish_recipes()
    return services, environment


def begin(services: Services) -> str:
    [recipe] = services.shelf.enabled()
    now = services.clock()
    event_id = new_id("evt", now)
    event = Event(event_id, "manual", "manual:greet", event_id, now, {"inputs": {"name": "Ana"}})
    run = services.intake.begin(recipe, "manual", event)
    services.ledger.admit([Arrival(event, (run,))])
    return run.id


def work(services: Services, change: RunChange, *steps: StepRecord) -> None:
    [claimed] = services.ledger.claim("w", limit=1, now=services.clock() + 1, lease=60)
    assert not services.ledger.record([Entry(claimed.run.id, claimed.run.claim, steps, change=change)])


def fail(services: Services) -> str:
    run, now = begin(services), services.clock()
    done = StepRecord(run, "first", "first", "set", StepStatus.OK, now, output={"a": 1}, finished_at=now)
    request = {"to": "json://chat", "body": "Hello Ana"}
    wrong = StepRecord(
        run, "tell", "tell", "notify.send", StepStatus.ERROR, now, request=request, error=NO, finished_at=now
    )
    work(services, RunChange(RunStatus.FAILED, error=NO, reason=NO["message"], finished_at=now), done, wrong)
    return run


def status(services: Services, run: str) -> RunStatus:
    page = services.views.run(run)
    assert page is not None
    return page.run.status


def test_one_run_is_resumed_with_another_input(tmp_path: Path) -> None:
    services, environment = start(tmp_path)
    run = fail(services)
    file = tmp_path / "sent.json"
    file.write_text(json.dumps({"to": "json://chat", "bodi": "Hello"}))
    wrong = hub(tmp_path, "runs", "resume", run, "--input", str(file), **environment)
    assert wrong.returncode == 1
    assert "has no key `bodi`" in wrong.stderr
    assert "Did you mean `body`?" in wrong.stderr
    file.write_text(json.dumps({"to": "json://chat", "body": "Hello all"}))
    done = hub(tmp_path, "runs", "resume", run, "--input", str(file), **environment)
    assert done.returncode == 0, done.stderr
    new = services.views.taken_up_by(run)
    assert f"Run {new} is due now." in done.stdout
    page = services.views.run(new)
    assert page is not None
    assert [(each.step.path, each.step.request) for each in page.steps][1] == (
        "tell",
        {"to": "json://chat", "body": "Hello all"},
    )
    again = hub(tmp_path, "runs", "resume", run, **environment)
    assert "It has been resumed already." in again.stderr
    services.close()


def test_one_run_from_the_start_with_other_data(tmp_path: Path) -> None:
    services, environment = start(tmp_path)
    run = fail(services)
    file = tmp_path / "data.json"
    file.write_text(json.dumps({"inputs": {"name": "Ben"}}))
    arguments = ("--from-start", "--current", "--input", str(file))
    done = hub(tmp_path, "runs", "resume", run, *arguments, **environment)
    assert done.returncode == 0, done.stderr
    newest = services.views.runs().items[0]
    page = services.views.run(newest.id)
    assert page is not None
    assert (page.event.data["inputs"], page.run.replay_of) == ({"name": "Ben"}, run)
    services.close()


def test_many_are_counted_and_then_taken_up(tmp_path: Path) -> None:
    services, environment = start(tmp_path)
    runs = [fail(services) for _ in range(3)]
    shown = hub(tmp_path, "runs", "failures", **environment).stdout
    assert "There is no room 12." in shown
    group = services.views.failed_runs(since=0)[0]
    assert group.id in shown
    some = ("--recipe", "greet", "--failed-since", "2h")
    asked = hub(tmp_path, "runs", "resume", *some, **environment)
    assert "3 runs fit." in asked.stdout
    assert "Nothing is done yet." in asked.stderr
    done = hub(tmp_path, "runs", "resume", *some, "--all", "--canary", "--yes", **environment)
    assert done.returncode == 0, done.stderr
    assert "/inbox/again/rpl_" in done.stdout
    services.inbox.work()
    assert [bool(services.views.taken_up_by(each)) for each in runs] == [True, False, False]
    none = hub(tmp_path, "runs", "resume", "--recipe", "other", "--all", "--yes", **environment)
    assert "No run that could be taken up again fits." in none.stderr
    odd = hub(tmp_path, "runs", "resume", "--since", "yesterday", "--all", **environment)
    assert "'yesterday' is no time." in odd.stderr
    services.close()


def test_one_run_or_many_are_cancelled(tmp_path: Path) -> None:
    services, environment = start(tmp_path)
    first, second, third = (begin(services) for _ in range(3))
    assert hub(tmp_path, "runs", "cancel", first, **environment).returncode == 0
    assert "is over already" in hub(tmp_path, "runs", "cancel", first, **environment).stderr
    assert "Say which" in hub(tmp_path, "runs", "cancel", "--all", **environment).stderr
    held = hub(tmp_path, "runs", "cancel", "--all", "--status", "held", "--yes", **environment)
    assert "0 cancelled." in held.stdout
    done = hub(tmp_path, "runs", "cancel", "--all", "--recipe", "greet", "--yes", **environment)
    assert "2 runs fit." in done.stdout
    assert {status(services, each) for each in (first, second, third)} == {RunStatus.CANCELLED}
    services.close()


def test_a_wait_is_ended(tmp_path: Path) -> None:
    services, environment = start(tmp_path)
    run, now = begin(services), services.clock()
    step = StepRecord(run, "rest", "rest", "wait", StepStatus.WAITING, now, due_at=now + 9_000)
    work(services, RunChange(RunStatus.QUEUED, due_at=now + 9_000), step)
    assert hub(tmp_path, "runs", "skip-wait", run, "rest", **environment).stdout.strip() == f"The run {run} goes on."
    assert "does not wait in a step rest" in hub(tmp_path, "runs", "skip-wait", run, "rest", **environment).stderr
    services.close()
