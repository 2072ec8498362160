"""`explain` and the formats of `check`, as they are used: exit codes, and what is printed where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import cli
from hub.errors import HubError, RecipeError, SettingError
from tests.explain.samples import ROOT

GOOD = "recipe: 1\nname: Good\ntrigger: {type: manual}\nsteps: [{action: wait, with: {for: 7d}}]\n"
BAD = GOOD.replace("wait", "wiat")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUB_RECIPES", str(ROOT / "recipes"))


def run(*arguments: object, given: str | None = None) -> Result:
    """Run a command of the hub in this process."""
    return CliRunner().invoke(cli, [str(each) for each in arguments], input=given)


def fails(kind: type[HubError], *arguments: object) -> HubError:
    """The error with which a command ends."""
    error = run(*arguments).exception
    assert isinstance(error, kind)
    return error


def test_a_recipe_is_explained_by_its_id_and_by_its_file() -> None:
    by_id, by_file = run("explain", "job-won"), run("explain", ROOT / "recipes" / "job-won.yaml")
    assert by_id.exit_code == 0
    assert by_id.output == by_file.output
    assert by_id.output.startswith("Tell the team when a job is won\n\nEvery minute the hub looks at the jobs.")


def test_a_recipe_is_drawn() -> None:
    assert run("explain", "job-won", "--mermaid").output.startswith("flowchart TD\n    n1([")


def test_the_difference_of_two_files_is_told_whatever_their_names(tmp_path: Path) -> None:
    old, new = tmp_path / "OLD (1).yaml", tmp_path / "new.yaml"
    old.write_text(GOOD)
    new.write_text(GOOD.replace("7d", "10d"))
    expected = "- The wait (number 1) now lasts 10 days instead of 7 days.\n"
    assert run("explain", old, new).output == expected
    assert run("explain", new, "--since", old).output == expected
    assert run("explain", new, "--since", "-", given=GOOD).output == expected


def test_a_recipe_with_errors_is_not_explained_and_its_errors_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "My Recipe.yaml"
    file.write_text(BAD)
    error = fails(RecipeError, "explain", file)
    assert isinstance(error, RecipeError)
    assert [(each.code, each.place.file, each.place.line) for each in error.problems] == [("RCP208", str(file), 4)]


def test_what_cannot_be_explained_is_named(tmp_path: Path) -> None:
    assert "no-such" in fails(SettingError, "explain", "no-such").message
    file = tmp_path / "latin.yaml"
    file.write_bytes(b"name: \xe9\n")
    assert "UTF-8" in fails(SettingError, "explain", file).message


def test_options_that_exclude_each_other_are_refused() -> None:
    assert run("explain", "job-won", "job-won", "--since", "-").exit_code == 2
    assert run("explain", "job-won", "job-won", "--mermaid").exit_code == 2


def test_the_check_speaks_every_format(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(BAD)
    text, rows = run("check", file), run("check", "--format", "json", file)
    github, sarif = run("check", "--format", "github", file), run("check", "--format", "sarif", file)
    assert [each.exit_code for each in (text, rows, github, sarif)] == [1, 1, 1, 1]
    assert f"{file}:4:18: error RCP208" in text.output
    assert json.loads(rows.output)[0]["code"] == "RCP208"
    assert run("check", "--json", file).output == rows.output
    assert github.output.startswith(f"::error file={file},line=4,col=18,title=RCP208::There is no action `wiat`.")
    assert github.output.endswith("1 recipe checked, 1 error.\n")
    assert json.loads(sarif.output)["runs"][0]["results"][0]["ruleId"] == "RCP208"


def test_without_problems_every_format_says_so(tmp_path: Path) -> None:
    file = tmp_path / "good.yaml"
    file.write_text(GOOD)
    assert run("check", file).output == "1 recipe checked, 0 errors.\n"
    assert run("check", "--format", "github", file).output == "1 recipe checked, 0 errors.\n"
    assert json.loads(run("check", "--format", "json", file).output) == []
    assert json.loads(run("check", "--format", "sarif", file).output)["runs"][0]["results"] == []
