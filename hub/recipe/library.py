"""A folder of recipe files, read and checked together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hub.errors import Place, Problem
from hub.model import Recipe, Trigger
from hub.ports import Catalogue
from hub.recipe import lookups
from hub.recipe.blueprints import Blueprints, Kind, World, check_blueprint, check_instance, kind_of
from hub.recipe.blueprints.blueprint import refuse_shared_versions
from hub.recipe.check import check
from hub.recipe.listening import listeners
from hub.recipe.loader import LARGEST
from hub.recipe.problems import is_usable
from hub.recipe.reading import Reading
from hub.recipe.starting import Neighbours
from hub.registry import Registry

_ENDINGS = (".yaml", ".yml")
_TESTS = "tests"
_MARK = b"\xef\xbb\xbf"  # the byte order mark that some editors write


@dataclass(frozen=True, slots=True)
class Checked:
    """One file of the folder. `recipe` is None when there is an error among the problems."""

    file: str
    text: str
    recipe: Recipe | None
    problems: tuple[Problem, ...]


def read_folder(
    folder: Path,
    *,
    registry: Registry,
    secrets: Collection[str] | None = None,
    fields: Mapping[str, Collection[str]] | None = None,
    catalogue: Catalogue | None = None,
    tables: Mapping[str, Collection[str] | None] | None = None,
) -> list[Checked]:
    """All recipes and instances in a folder and its sub-folders, by file name. What is hidden, is no YAML file or lies
    in a folder called `tests` is left out. Never raises for what is in a file, nor for one that cannot be read."""
    world = World(registry, secrets, fields, catalogue, tables)
    return read_library(find_recipes(folder), world=world).recipes


@dataclass(frozen=True, slots=True)
class Library:
    """Some files, read and checked together: what can start, and the blueprints."""

    recipes: list[Checked]
    blueprints: Blueprints


def read_library(paths: Iterable[Path], *, world: World, beside: Blueprints | None = None) -> Library:
    """The recipes, instances and blueprints in these files, in their order.

    With `beside`, they are read one by one: whether they clash with each other is not asked, and instances may be of
    these blueprints, too.
    """
    texts = [(path.as_posix(), *_read_text(path, path.as_posix())) for path in paths]
    kinds = [(file, text, problem, kind_of(text, file=file)) for file, text, problem in texts]
    own = [check_blueprint(text, file=file, world=world) for file, text, _, kind in kinds if kind is Kind.BLUEPRINT]
    blueprints = Blueprints(tuple(own if beside else refuse_shared_versions(own)))
    known = Blueprints((*own, *beside.all)) if beside else blueprints
    found = []
    for file, text, problem, kind in kinds:
        if problem is not None:
            found.append(Checked(file, text, None, (problem,)))
        elif kind is not Kind.BLUEPRINT:
            reading = _check_one(text, file, kind, known, world)
            found.append(Checked(file, text, reading.recipe, reading.problems))
    return Library(found if beside else _refuse_circles(_refuse_open_doors(_refuse_shared_ids(found))), blueprints)


def read_blueprints(paths: Iterable[Path], *, world: World) -> Blueprints:
    """The blueprints among these files. What else they hold is not looked at."""
    texts = [(path.as_posix(), *_read_text(path, path.as_posix())) for path in paths]
    these = [(file, text) for file, text, _ in texts if kind_of(text, file=file) is Kind.BLUEPRINT]
    found = [check_blueprint(text, file=file, world=world) for file, text in these]
    return Blueprints(tuple(refuse_shared_versions(found)))


def _check_one(text: str, file: str, kind: Kind, blueprints: Blueprints, world: World) -> Reading:
    if kind is Kind.INSTANCE:
        return check_instance(text, file=file, blueprints=blueprints, world=world)
    return check(
        text,
        file=file,
        registry=world.registry,
        secrets=world.secrets,
        fields=world.fields,
        catalogue=world.catalogue,
        tables=world.tables,
    )


def find_recipes(folder: Path) -> Iterator[Path]:
    """The recipe files in a folder and its sub-folders, by name, without hidden ones and folders called `tests`
    and `tables`."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if path.name not in (_TESTS, lookups.FOLDER) and not path.is_symlink():
                yield from find_recipes(path)
        elif path.suffix.lower() in _ENDINGS:
            yield path


def _read_text(path: Path, file: str) -> tuple[str, Problem | None]:
    """The text of a file, no more of it than a recipe may have; a problem when it cannot be read or is not text."""
    start = Place(file, 1, 1)
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + len(_MARK) + 1)
    except OSError as error:
        reason = error.strerror or "the system says no"
        return "", Problem("RCP407", f"The file cannot be read: {reason}.", start, hint="Look at its permissions.")
    if len(raw.removeprefix(_MARK)) > LARGEST:
        return "", Problem("RCP107", "The file is larger than 256 KiB.", start, hint="Split it into several recipes.")
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        hint = "Save it as UTF-8 in your editor."
        return "", Problem("RCP112", "The file is not UTF-8 text.", Place(file, line, 1), hint=hint)


def _refuse_shared_ids(found: list[Checked]) -> list[Checked]:
    """Two files with one id, and a file whose old id another one still has, cannot both be right: neither is used."""
    owners: dict[str, list[str]] = {}
    for each in found:
        if each.recipe is not None:
            owners.setdefault(each.recipe.id, []).append(each.file)
    return [_refuse_shared_id(each, owners) for each in found]


def _refuse_shared_id(checked: Checked, owners: Mapping[str, list[str]]) -> Checked:
    recipe = checked.recipe
    if recipe is None:
        return checked
    others = [file for file in owners[recipe.id] if file != checked.file]
    earlier = owners.get(recipe.was, []) if recipe.was else []
    start = Place(checked.file, 1, 1)
    if others:
        message = f"Two files have the id `{recipe.id}`: {checked.file} and {others[0]}."
        problem = Problem("RCP406", message, start, hint="Rename one file, or give it another `id`.")
    elif earlier:
        message = f"`was: {recipe.was}` in {checked.file} is the id that {earlier[0]} has now."
        problem = Problem("RCP406", message, start, hint="Delete one of the two files, or the `was`.")
    else:
        return checked
    return replace(checked, recipe=None, problems=(*checked.problems, problem))


def _refuse_circles(found: list[Checked]) -> list[Checked]:
    """Calls of recipes that are not there or do not fit, and recipes that start each other for ever."""
    problems = Neighbours.among([(each.file, each.recipe) for each in found]).problems()
    return [_add_problems(each, problems.get(each.recipe.id, [])) if each.recipe else each for each in found]


def _add_problems(checked: Checked, problems: list[Problem]) -> Checked:
    usable = is_usable(tuple(problems))
    return replace(checked, recipe=checked.recipe if usable else None, problems=(*checked.problems, *problems))


def proof_of(trigger: Trigger) -> tuple[Any, Any]:
    """By what a webhook believes its deliveries. Recipes that share an address must agree on it."""
    return trigger.options.get("verify"), trigger.options.get("secret")


def _refuse_open_doors(found: list[Checked]) -> list[Checked]:
    """Two recipes at one webhook address that believe different senders: one would open the other's door."""
    doors: dict[str, list[tuple[str, Trigger]]] = {}
    for each in found:
        for trigger in listeners(each.recipe) if each.recipe else ():
            doors.setdefault(str(trigger.options.get("path")), []).append((each.file, trigger))
    return [_refuse_open_door(each, doors) for each in found]


def _refuse_open_door(checked: Checked, doors: Mapping[str, list[tuple[str, Trigger]]]) -> Checked:
    for trigger in listeners(checked.recipe) if checked.recipe else ():
        path = str(trigger.options.get("path"))
        others = [file for file, other in doors.get(path, ()) if proof_of(other) != proof_of(trigger)]
        if others:
            message = f"{checked.file} and {others[0]} listen at `{path}` and believe different senders."
            hint = "Give one of them another `path`, or both the same `verify` and `secret`."
            problem = Problem("RCP410", message, trigger.place, hint=hint)
            return replace(checked, recipe=None, problems=(*checked.problems, problem))
    return checked
