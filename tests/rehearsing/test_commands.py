"""`hub test` and `hub runs save-as-test`, as a developer uses them, the second with a run against the sandbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from hub.model import Event, new_id
from hub.ports import Arrival
from hub.services import open_services, published
from hub.settings import read_settings
from hub.store.migrate import upgrade
from sandbox.server import Server
from workers.drain import Drain

ROOT = Path(__file__).parents[2]
LEAD = {
    "name": "Wilhelmina Featherstone",
    "email": "Mina@Feather.example",
    "phone": "512-555-7142",
    "city": "Waxahachie",
}


def hub(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m hub` with a folder of its own."""
    passed_on = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "hub", *arguments],
        cwd=ROOT,
        env={**passed_on, "HUB_HOME": str(home / "home"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    """A recipes folder with one shipped recipe and its tests."""
    folder = tmp_path / "recipes"
    (folder / "tests").mkdir(parents=True)
    (folder / "blueprints").mkdir()
    for name in ("website-lead.yaml", "tests/website-lead.yaml", "blueprints/website-lead.yaml"):
        shutil.copy(ROOT / "recipes" / name, folder / name)
    return folder


def test_passing_tests_are_listed_and_nothing_is_left_behind(tmp_path: Path, recipes: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:9/none"  # a database that does not answer is not missed
    result = hub(tmp_path, "test", HUB_RECIPES=str(recipes), DATABASE_URL=nowhere)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "passed  website-lead: a lead without a name is nothing to take" in result.stdout
    assert "0 failed" in result.stdout
    assert not (tmp_path / "home").exists()


def test_a_failing_test_gives_the_place_and_exit_code_1(tmp_path: Path, recipes: Path) -> None:
    file = recipes / "tests" / "website-lead.yaml"
    file.write_text(file.read_text().replace("last_name: O'Hara, email", "last_name: Hara, email", 1))
    result = hub(tmp_path, "test", str(file), HUB_RECIPES=str(recipes))
    assert result.returncode == 1
    assert "FAILED  website-lead: a new lead becomes" in result.stdout
    assert "writes[1].fields.last_name" in result.stdout
    assert "website-lead.yaml:" in result.stdout


def test_a_bad_test_file_gives_exit_code_1(tmp_path: Path, recipes: Path) -> None:
    (recipes / "tests" / "bad.yaml").write_text("recipe: website-lead\ntsets: []\n")
    result = hub(tmp_path, "test", HUB_RECIPES=str(recipes))
    assert result.returncode == 1
    assert "bad.yaml:2:1" in result.stdout
    assert "`tests`" in result.stdout


def test_one_recipe_can_be_chosen(tmp_path: Path, recipes: Path) -> None:
    result = hub(tmp_path, "test", "--recipe", "job-won", HUB_RECIPES=str(recipes))
    assert result.returncode == 1
    assert "There are no tests for the recipe job-won." in result.stdout


def test_a_run_against_the_sandbox_becomes_a_test_that_passes(tmp_path: Path, recipes: Path) -> None:
    with Server(tmp_path / "sandbox.db", jobs=30, today=date(2026, 3, 31), rate_per_minute=0) as sandbox:
        host = sandbox.root.removeprefix("http://")
        environment = {
            "HUB_RECIPES": str(recipes),
            "WORKGLUE_API_URL": sandbox.url,
            "WORKGLUE_API_KEY": sandbox.key,
            "HUB_ALLOWED_PRIVATE_HOSTS": host,
            "HUB_SECRET_WEBSITE_LEAD_SECRET": "secret-canary-lead",
            "HUB_SECRET_TEAM_CHAT_URL": f"json://{host}/sandbox/messages/team",
        }
        run_id = _run_once(tmp_path / "home", environment)
        file = tmp_path / "recipes" / "tests" / "saved.yaml"
        saved = hub(tmp_path, "runs", "save-as-test", run_id, "--to", str(file), **environment)
        again = hub(tmp_path, "runs", "save-as-test", run_id, "--to", str(file), **environment)
    assert saved.returncode == 0, saved.stdout + saved.stderr
    text = file.read_text()
    for word in ("Wilhelmina", "Featherstone", "mina", "feather", "7142", "Waxahachie", "secret-canary", host):
        assert word not in text
    result = hub(tmp_path, "test", str(file), HUB_RECIPES=str(recipes))
    assert result.returncode == 0, result.stdout
    assert "1 passed" in result.stdout
    assert again.returncode == 1
    assert "--to" in again.stderr


def _run_once(home: Path, environment: dict[str, str]) -> str:
    """Let the recipe work on one lead, for real; the run's id."""
    services = open_services(read_settings({"HUB_HOME": str(home), **environment}))
    upgrade(services.database)
    (checked,) = services.read_recipes()
    assert checked.recipe is not None
    services.ledger.publish([published(checked)], now=services.clock())
    now = services.clock()
    data = {"body": LEAD, "headers": {"X-Signature": "abc"}, "query": {}, "content_type": "application/json"}
    event = Event(new_id("evt", now), "webhook", "webhook:website-lead", "1", now, data)
    run = services.intake.begin(checked.recipe, checked.recipe.triggers[0].id, event)
    services.ledger.admit([Arrival(event, (run,))])
    services.bell = _SilentBell()  # type: ignore[assignment]
    Drain(services, owner="test").work(seconds=30, linger=0.0)
    page = services.views.run(run.id)
    assert page is not None
    assert page.run.status == "succeeded", page.run.reason
    services.close()
    return run.id


class _SilentBell:
    """hub.ports.Bell for a worker that is called by hand."""

    def ring(self) -> bool:
        """Nobody is there."""
        return True

    def wait(self, seconds: float) -> bool:
        """Nobody rings."""
        return False

    def close(self) -> None:
        """Nothing to close."""
