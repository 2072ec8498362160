"""The tests that come with the recipes pass, and each covers a case where nothing is to be done."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hub.recipe.library import read_folder
from hub.rehearsing.folder import find_tests, run_tests
from hub.rehearsing.play import Surroundings
from hub.rehearsing.reading import read_tests
from tests.rehearsing.conftest import printed

RECIPES = Path(__file__).parents[2] / "recipes"
FILES = find_tests(RECIPES)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_the_tests_of_a_shipped_recipe_pass(file: Path, surroundings: Surroundings) -> None:
    recipes = read_folder(RECIPES, registry=surroundings.registry)
    report = run_tests([file], recipes, surroundings)
    assert report.good, printed(report)
    assert len(report.results) >= 2


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_case_where_nothing_is_done_is_among_them(file: Path, surroundings: Surroundings) -> None:
    found, _ = read_tests(file.read_text(), file=file.name, resources=tuple(surroundings.profile.resources))
    assert found is not None
    assert any(not case.expect.get("writes") and not case.expect.get("messages") for case in found.cases)


@pytest.mark.parametrize(
    ("recipe", "old", "new"),
    [
        ("job-won", "to: active", "to: closed"),
        ("blueprints/website-lead", "{{ vars.contact }}", "x"),
        ("website-lead", "stage: Unqualified Lead", "stage: Good Lead"),
        ("chase-payment", "second: 14", "second: 13"),
        ("assign-new-lead", "is none", "is not none"),
        ("tax-exempt-without-reason", "to: true", "to: false"),
        ("start-date-changed", "before.start_date", "record.start_date"),
        ("blueprints/won-without-start-date", "| length == 0", "| length == 1"),
    ],
)
def test_a_changed_recipe_fails_its_tests(
    recipe: str, old: str, new: str, tmp_path: Path, surroundings: Surroundings
) -> None:
    shutil.copytree(RECIPES, tmp_path, dirs_exist_ok=True)
    text = (RECIPES / f"{recipe}.yaml").read_text()
    assert old in text
    (tmp_path / f"{recipe}.yaml").write_text(text.replace(old, new))
    tests = [RECIPES / "tests" / f"{Path(recipe).name}.yaml"]
    report = run_tests(tests, read_folder(tmp_path, registry=surroundings.registry), surroundings)
    assert not report.problems
    assert not report.good
