"""The examples of docs/blueprints.md are right, and its tables name every key and every type."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.recipe.blueprints import World
from hub.recipe.library import find_recipes, read_library
from hub.recipe.reading.inputs import MOST_MANY, TYPES
from hub.rehearsing.folder import files_in, run_tests
from hub.rehearsing.play import Surroundings
from hub.rehearsing.report import lines
from hub.services import open_services
from hub.settings import read_settings

PAGE = (Path(__file__).parents[2] / "docs" / "blueprints.md").read_text(encoding="utf-8")
BLUEPRINT, INSTANCE, TESTS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recipes folder with what the page shows."""
    for name, text in (("blueprints/stage-news", BLUEPRINT), ("won-news", INSTANCE), ("tests/stage-news", TESTS)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def test_the_examples_pass_the_check(folder: Path) -> None:
    services = open_services(read_settings({}))
    fields = {name: tuple(each.fields) for name, each in services.profile.resources.items()}
    world = World(services.registry, ("TEAM_CHAT_URL",), fields)
    library = read_library(find_recipes(folder), world=world)
    assert [each.problems for each in (*library.recipes, *library.blueprints.all)] == [(), ()]
    assert library.recipes[0].recipe is not None


def test_the_shown_test_passes(folder: Path) -> None:
    services = open_services(read_settings({}))
    library = read_library(find_recipes(folder), world=World(services.registry))
    surroundings = Surroundings(services.profile, services.registry, services.expressions)
    report = run_tests(files_in([folder / "tests"]), library.recipes, surroundings, blueprints=library.blueprints)
    assert report.good, "\n".join(lines(report))
    assert (len(report.results), report.untested) == (1, ())


def test_every_type_and_key_is_in_the_tables() -> None:
    for word in (*TYPES, "type", "label", "description", "default", "required", "choices", "many"):
        assert re.search(rf"^\|[^|\n]*`{word}`", PAGE, re.MULTILINE), word
    assert f"at most {MOST_MANY}" in PAGE
