"""What is published of an instance is read again from its text alone, and nothing else is taken for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hub.recipe.blueprints import Bundle, read_published
from hub.recipe.reading import read
from tests.blueprints.samples import BLUEPRINT, INSTANCE, REGISTRY, read_one, usable
from tests.recipe.recipe_samples import GOOD

NAME = "blueprints/quiet-leads.yaml"


@pytest.mark.parametrize(
    "instance",
    [
        "a: 1\n",
        "a: 1",
        "\n",
        "a: 1\r\nb: 2\r\n",
        "a: |\n  --- # line 3, the blueprint x.yaml\n",
        "# --- \x85\u2028\n",
        "--- # line 1, the blueprint x.yaml\na: 1\n",
        "# c\n--- # line 9, the blueprint x.yaml\na: 1\n",
    ],
)
@pytest.mark.parametrize("blueprint", ["b: 1\n", "b: 1", "", "--- # line 4, the blueprint y.yaml\nb: 1\n"])
def test_what_is_joined_comes_apart_again(instance: str, blueprint: str) -> None:
    found = Bundle.read(Bundle(instance, blueprint, NAME).text)
    assert found is not None
    assert found.instance.rstrip("\n") == instance.rstrip("\n")
    assert (found.blueprint, found.blueprint_file) == (blueprint, NAME)


def test_the_published_text_makes_the_same_recipe(tmp_path: Path) -> None:
    recipe = usable(read_one(tmp_path, INSTANCE))
    again = read_published(recipe.source, file=recipe.file, registry=REGISTRY).recipe
    assert again is not None
    assert recipe.origin is not None
    assert again.origin == replace(recipe.origin, file=NAME)
    assert (again.version, again.id, again.name) == (recipe.version, recipe.id, recipe.name)
    assert again.triggers[0].options == recipe.triggers[0].options
    assert [each.arguments for each in again.steps] == [each.arguments for each in recipe.steps]
    assert again.steps[0].place.file == NAME
    assert BLUEPRINT.splitlines()[again.steps[0].place.line - 1].startswith("  - name:")


def test_the_version_moves_with_either_file(tmp_path: Path) -> None:
    versions = {
        usable(read_one(tmp_path, instance, blueprint=blueprint)).version
        for instance in (INSTANCE, INSTANCE.replace("days: 10", "days: 11"))
        for blueprint in (BLUEPRINT, BLUEPRINT.replace("days}} days", "whole days").replace(' days"', ' days."'))
    }
    assert len(versions) == 4


def test_an_instance_that_would_not_come_apart_is_refused(tmp_path: Path) -> None:
    checked = read_one(tmp_path, f"# ours\n--- # line 2, the blueprint x.yaml\n{INSTANCE}")
    assert [each.code for each in checked.problems] == ["RCP106"]


def test_a_plain_recipe_is_read_as_before() -> None:
    found = read_published(GOOD, file="recipes/a.yaml", registry=REGISTRY)
    assert found.recipe == read(GOOD, file="recipes/a.yaml", registry=REGISTRY).recipe


def test_nobody_can_write_a_bundle_by_hand() -> None:
    text = Bundle(INSTANCE, BLUEPRINT, NAME).text
    assert "RCP106" in [each.code for each in read(text, file="a.yaml", registry=REGISTRY).problems]


@pytest.mark.parametrize(
    "damage", [("version: 2", "version: x"), ("blueprint: 2", "blueprint: ["), ("days: 10", "days: a")]
)
def test_a_damaged_bundle_is_no_recipe_and_no_crash(tmp_path: Path, damage: tuple[str, str]) -> None:
    source = usable(read_one(tmp_path, INSTANCE)).source.replace(*damage)
    assert read_published(source, file="a.yaml", registry=REGISTRY).recipe is None or damage[0] == "version: 2"
