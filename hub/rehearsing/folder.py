"""The folder of test files: found, read, and played against the recipes beside it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hub.errors import HubError, Place, Problem
from hub.model import Recipe
from hub.recipe.blueprints import Blueprints, Instance, World
from hub.recipe.blueprints.checking import check_filled
from hub.recipe.library import Checked
from hub.recipe.nearest import suggest
from hub.recipe.problems import Findings
from hub.rehearsing.case import Case, Difference, TestFile
from hub.rehearsing.play import Surroundings, play
from hub.rehearsing.reading import read_tests
from hub.rehearsing.verdict import differences

FOLDER = "tests"
NO_BLUEPRINTS = Blueprints()
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Result:
    """What one test came to. `seconds` is how long it took on a real clock."""

    recipe_id: str
    name: str
    place: Place
    differences: tuple[Difference, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """What all tests came to. `problems` are of test files and of recipes that cannot be used; `sources` holds the
    text of each file, by name; `untested` are the ids of recipes without a test."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]
    untested: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether every test could be read and passed."""
        return not self.problems and not any(each.differences for each in self.results)


def find_tests(recipes: Path) -> list[Path]:
    """The test files in `tests` folders below the folder of recipes."""
    return sorted(
        path
        for path in recipes.rglob("*")
        if path.suffix.lower() in _ENDINGS and FOLDER in path.relative_to(recipes).parts[:-1] and path.is_file()
    )


def files_in(paths: Sequence[Path]) -> list[Path]:
    """These files, and those in these folders."""
    found: list[Path] = []
    for path in paths:
        inside = (each for each in path.rglob("*") if each.suffix.lower() in _ENDINGS) if path.is_dir() else (path,)
        found.extend(sorted(inside))
    return found


def run_tests(
    files: Sequence[Path],
    recipes: Sequence[Checked],
    surroundings: Surroundings,
    *,
    only: str = "",
    blueprints: Blueprints = NO_BLUEPRINTS,
) -> Report:
    """Play all tests of these files, or those of the recipe or blueprint `only`."""
    known = {each.recipe.id if each.recipe else Path(each.file).stem: each for each in recipes}
    results: list[Result] = []
    problems: list[Problem] = []
    sources = {each.file: each.text for each in recipes}
    tested: set[str] = set()
    for path in files:
        text, unreadable = _text_of(path)
        sources[path.as_posix()] = text
        if unreadable is not None:
            problems.append(unreadable)
            continue
        found, wrong = read_tests(text, file=path.as_posix(), resources=tuple(surroundings.profile.resources))
        problems.extend(each for each in wrong if each.severity == "error")
        if found is None:
            tested.add(path.stem)  # there is a test, if only it could be read
            continue
        if only and found.recipe_id != only:
            continue
        recipe, why = _recipe(found, known, blueprints, surroundings)
        tested.add(f"@{found.recipe_id}" if found.instance else found.recipe_id)
        problems.extend(why)
        if recipe is not None:
            results.extend(_result(case, recipe, surroundings) for case in found.cases)
    tested |= {name for name, each in known.items() if each.recipe and _blueprint_of(each.recipe) in tested}
    untested = tuple(sorted(name for name in known if name not in tested and (not only or name == only)))
    return Report(tuple(results), tuple(problems), sources, untested)


def _text_of(path: Path) -> tuple[str, Problem | None]:
    try:
        return path.read_text(encoding="utf-8"), None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        return "", Problem("RCP407", f"The file cannot be read: {reason}.", Place(path.as_posix(), 1, 1))


def _blueprint_of(recipe: Recipe) -> str:
    """How the blueprint of an instance is remembered as tested; no recipe's id looks like it."""
    return f"@{recipe.origin.blueprint}" if recipe.origin else ""


def _recipe(
    found: TestFile, known: Mapping[str, Checked], blueprints: Blueprints, surroundings: Surroundings
) -> tuple[Recipe | None, list[Problem]]:
    if found.instance is not None:
        return _filled(found, found.instance, blueprints, surroundings)
    checked = known.get(found.recipe_id)
    if checked is None:
        message = f"There is no recipe called `{found.recipe_id}`."
        hint = suggest(found.recipe_id, known, listed="There are") or "Its id is its file's name without .yaml."
        return None, [Problem("RCP204", message, found.recipe_place, hint=hint)]
    errors = [each for each in checked.problems if each.severity == "error"]
    return (None, errors) if errors or checked.recipe is None else (checked.recipe, [])


def _filled(
    found: TestFile, instance: Instance, blueprints: Blueprints, surroundings: Surroundings
) -> tuple[Recipe | None, list[Problem]]:
    """The blueprint with the inputs of the test file."""
    newest = blueprints.newest(instance.blueprint)
    chosen = instance if instance.version or newest is None else replace(instance, version=newest.version)
    world = World(surroundings.registry)
    reading = check_filled(chosen, found.text, Findings(found.file), blueprints=blueprints, world=world)
    errors = [each for each in reading.problems if each.severity == "error"]
    if reading.recipe is None and not errors:
        hint = suggest(instance.blueprint, blueprints.ids(), listed="There are")
        message = f"There is no blueprint called `{instance.blueprint}`."
        errors = [Problem("RCP431", message, found.recipe_place, hint=hint)]
    return reading.recipe, errors


def _result(case: Case, recipe: Recipe, surroundings: Surroundings) -> Result:
    began = time.perf_counter()
    try:
        found = differences(case, recipe, play(case, recipe, surroundings))
    except HubError as problem:
        told = f"{problem.message} {problem.hint}".strip()
        found = (Difference("the test itself", "a test that can be played", told, problem.place or case.place),)
    return Result(recipe.id, case.name, case.place, found, time.perf_counter() - began)
