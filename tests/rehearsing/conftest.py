"""Recipes and test files written in a test, played by the runner as `python -m hub test` does."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.recipe.library import read_folder
from hub.rehearsing.folder import Report, find_tests, run_tests
from hub.rehearsing.play import Surroundings
from hub.rehearsing.report import lines
from hub.services import open_services
from hub.settings import read_settings


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with one recipe and its tests."""

    folder: Path
    surroundings: Surroundings

    def recipe(self, steps: str, *, trigger: str = "{type: manual}", more: str = "", name: str = "mine") -> None:
        """Write a recipe; `steps` is a YAML list, `more` further top keys."""
        text = f"recipe: 1\nname: {name}\ntrigger: {trigger}\n{more}\nsteps:\n{textwrap.dedent(steps)}\n"
        (self.folder / f"{name}.yaml").write_text(text)

    def test(self, case: str, *, recipe: str = "mine") -> Report:
        """Write one test without its name, and run it."""
        body = textwrap.indent(textwrap.dedent(case).strip(), "    ")
        return self.tests(f"recipe: {recipe}\ntests:\n  - name: a test\n{body}\n")

    def tests(self, text: str) -> Report:
        """Write a whole test file, and run it."""
        (self.folder / "tests").mkdir(exist_ok=True)
        (self.folder / "tests" / "mine.yaml").write_text(text)
        checked = read_folder(self.folder, registry=self.surroundings.registry)
        assert all(each.recipe is not None for each in checked), [each.problems for each in checked]
        return run_tests(find_tests(self.folder), checked, self.surroundings)


def differing(report: Report) -> dict[str, tuple[str, str]]:
    """what -> (expected, got) of the one test, which could be read."""
    assert not report.problems, report.problems
    (result,) = report.results
    return {each.what: (each.expected, each.got) for each in result.differences}


def printed(report: Report) -> str:
    """What the terminal shows."""
    return "\n".join(lines(report))


@pytest.fixture(scope="session")
def surroundings() -> Surroundings:
    """The real language and the real profile."""
    services = open_services(read_settings({}))
    return Surroundings(services.profile, services.registry, services.expressions)


@pytest.fixture
def desk(tmp_path: Path, surroundings: Surroundings) -> Desk:
    """A desk of its own."""
    return Desk(tmp_path, surroundings)
