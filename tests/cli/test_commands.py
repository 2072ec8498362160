"""The command line, as a developer uses it: exit codes, places, and sentences that say what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BAD = """recipe: 1
name: Broken
trigger: {type: manual}
steps:
  - action: notify.sent
    with: {to: "json://localhost", body: hello}
"""


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


@pytest.mark.parametrize("command", [[], ["check"], ["run"], ["runs"], ["recipes"], ["doctor"], ["release"], ["all"]])
def test_every_command_explains_itself(command: list[str], tmp_path: Path) -> None:
    result = hub(tmp_path, *command, "--help")
    assert result.returncode == 0, result.stderr
    assert "Usage:" in result.stdout


def test_a_bad_recipe_is_named_with_file_line_column_and_fix(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(BAD)
    result = hub(tmp_path, "check", str(file))
    assert result.returncode == 1
    assert f"{file}:5:13" in result.stdout
    assert "notify.send" in result.stdout
    rows = json.loads(hub(tmp_path, "check", "--json", str(file)).stdout)
    assert (rows[0]["line"], rows[0]["column"]) == (5, 13)


def test_the_shipped_recipes_are_without_errors(tmp_path: Path) -> None:
    names = ("TEAM_CHAT_URL", "PRODUCTION_CHAT_URL", "BOOKKEEPING_URL", "WEBSITE_LEAD_SECRET")
    result = hub(tmp_path, "check", **{f"HUB_SECRET_{name}": "json://localhost/x" for name in names})
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 errors" in result.stdout


def test_a_folder_is_checked_without_its_tests(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "tests").mkdir(parents=True)
    (folder / "good.yaml").write_text(BAD.replace("notify.sent", "notify.send"))
    (folder / "tests" / "good.yaml").write_text("recipe: good\ntests: []\n")
    result = hub(tmp_path, "check", str(folder))
    assert result.returncode == 0, result.stdout
    assert "1 recipe checked" in result.stdout


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"HUB_LEAZE": "5"}, ["HUB_LEAZE", "HUB_LEASE"]),
        ({"PORT": "http"}, ["PORT"]),
        ({"HUB_RECIPES": "nowhere"}, ["HUB_RECIPES", "nowhere"]),
        ({"DYNO": "web.1"}, ["DATABASE_URL", "REDIS_URL", "Heroku"]),
    ],
)
def test_a_wrong_or_missing_setting_is_named(environment: dict[str, str], says: list[str], tmp_path: Path) -> None:
    result = hub(tmp_path, "release", **environment)
    assert result.returncode == 1
    assert all(word in result.stderr for word in says), result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_api_key_is_named_by_the_processes_that_need_it(tmp_path: Path) -> None:
    assert hub(tmp_path, "release").returncode == 0
    result = hub(tmp_path, "doctor", WORKGLUE_API_URL="http://127.0.0.1:9/api/v1")
    assert result.returncode == 1
    assert "WORKGLUE_API_KEY" in result.stdout


def test_release_can_be_repeated_and_keeps_the_login(tmp_path: Path) -> None:
    first, second = hub(tmp_path, "release"), hub(tmp_path, "release")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "password" in first.stdout
    assert (tmp_path / "home" / "admin-password").stat().st_mode & 0o777 == 0o600
