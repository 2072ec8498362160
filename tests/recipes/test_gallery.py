"""docs/recipe-gallery.md and the recipes folder tell the same, and no recipe goes untested."""

from __future__ import annotations

import re

import pytest

from tests.recipes.conftest import RECIPES

FILES = sorted(RECIPES.glob("*.yaml"))
GALLERY = (RECIPES.parent / "docs" / "recipe-gallery.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", GALLERY, re.MULTILINE | re.DOTALL))


def named_secrets(text: str) -> set[str]:
    """The names of secrets in a recipe or in its section."""
    return set(re.findall(r"\b[A-Z][A-Z_]+_(?:URL|SECRET)\b", text))


def test_every_recipe_has_its_section_and_none_is_left_over() -> None:
    assert list(SECTIONS) == [file.stem for file in FILES]


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_a_section_says_what_the_recipe_needs(name: str) -> None:
    text, section = (RECIPES / f"{name}.yaml").read_text(encoding="utf-8"), SECTIONS[name]
    assert f"(../recipes/{name}.yaml)" in section
    assert all(f"**{what}:**" in section for what in ("Runs", "Needs", "Change first"))
    assert named_secrets(section) == named_secrets(text)
    zone = re.search(r"timezone: (\S+)", text)
    assert zone is None or zone[1] in section


def test_every_schedule_names_its_time_zone() -> None:
    texts = [file.read_text(encoding="utf-8") for file in FILES]
    assert [text for text in texts if "type: schedule" in text and "timezone:" not in text] == []


def test_every_recipe_is_run_by_a_test() -> None:
    tests = "".join(file.read_text(encoding="utf-8") for file in RECIPES.parent.glob("tests/recipes/test_*_recipes.py"))
    assert [file.stem for file in FILES if f'"{file.stem}"' not in tests] == []
