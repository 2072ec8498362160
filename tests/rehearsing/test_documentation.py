"""docs/testing-recipes.md says what is so: its example passes, and every word that a test file knows is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.recipe.library import read_folder
from hub.rehearsing import case
from hub.rehearsing.expecting import DEEDS
from hub.rehearsing.folder import run_tests
from hub.rehearsing.play import Surroundings
from tests.rehearsing.conftest import printed

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing-recipes.md").read_text()


def test_the_example_passes(tmp_path: Path, surroundings: Surroundings) -> None:
    (example,) = re.findall(r"```yaml\n(recipe: .*?)```", PAGE, re.DOTALL)
    file = tmp_path / "example.yaml"
    file.write_text(example)
    report = run_tests([file], read_folder(ROOT / "recipes", registry=surroundings.registry), surroundings)
    assert report.good, printed(report)
    assert len(report.results) == 1


@pytest.mark.parametrize("word", [*case.FAULTS, *DEEDS, case.NOT_STARTED, case.NOT_REACHED])
def test_every_word_is_explained(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_every_key_is_explained() -> None:
    source = "".join((ROOT / "hub" / "rehearsing" / f"{name}.py").read_text() for name in ("reading", "expecting"))
    keys = set(re.findall(r'section\.(?:take|text|word|duration|whole)\(\s*"(\w+)"', source))
    assert len(keys) > 20
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", PAGE)] == []
