"""`hub runs release`: what a limit holds goes on, all at once or so many a minute."""

from __future__ import annotations

from pathlib import Path

from hub.model import Event, RunStatus, new_id
from hub.ports import Arrival
from hub.services import Services, open_services
from hub.settings import read_settings
from tests.cli.test_commands import hub

RECIPE = """recipe: 1
name: Greet
trigger: {type: manual}
settings: {limits: {runs_per_hour: 2}}
steps: [{action: set, with: {a: 1}}]
"""


def start_some(home: Path, count: int) -> tuple[Services, dict[str, str], list[str]]:
    """A released hub with one recipe and some runs of it."""
    (home / "recipes").mkdir()
    (home / "recipes" / "greet.yaml").write_text(RECIPE)
    environment = {"HUB_RECIPES": str(home / "recipes")}
    assert hub(home, "release", **environment).returncode == 0
    services = open_services(read_settings({"HUB_HOME": str(home / "home"), **environment}))
    services.publish_recipes()
    [recipe] = services.shelf.enabled()
    runs = []
    for number in range(count):
        event_id = new_id("evt", services.clock() + number)
        event = Event(event_id, "manual", "manual:greet", event_id, services.clock(), {"inputs": {}})
        run = services.intake.begin(recipe, "manual", event)
        services.ledger.admit([Arrival(event, (run,))])
        runs.append(run.id)
    return services, environment, runs


def test_held_runs_go_on_so_many_a_minute(tmp_path: Path) -> None:
    services, environment, runs = start_some(tmp_path, 5)
    shown = hub(tmp_path, "runs", "release", "greet", **environment)
    assert shown.returncode == 1
    assert "3 runs are held by a limit." in shown.stderr
    assert "--per-minute 10" in shown.stderr
    done = hub(tmp_path, "runs", "release", "greet", "--per-minute", "2", **environment)
    assert done.stdout.strip() == "3 runs go on, 2 a minute."
    found = [services.views.run(each) for each in runs]
    assert {page.run.status for page in found if page} == {RunStatus.QUEUED}
    first, second, third = sorted(page.run.due_at for page in found[2:] if page)
    assert (round(second - first), round(third - first)) == (30, 60)
    assert "No run of greet is held by a limit." in hub(tmp_path, "runs", "release", "greet", **environment).stderr
    assert services.views.audit_log().items[0].after == {"recipe": "greet", "runs": 3, "per_minute": 2}
    services.close()


def test_all_at_once_and_a_recipe_that_there_is_not(tmp_path: Path) -> None:
    services, environment, _ = start_some(tmp_path, 3)
    assert hub(tmp_path, "runs", "release", "greet", "--all", **environment).stdout.strip() == "1 run goes on."
    assert "There is no recipe greed." in hub(tmp_path, "runs", "release", "greed", "--all", **environment).stderr
    services.close()
