"""A folder of recipe files, read and checked together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hub.errors import Place, Problem
from hub.model import Recipe, Trigger
from hub.ports import Catalogue
from hub.recipe.check import check
from hub.recipe.loader import LARGEST
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
) -> list[Checked]:
    """All recipes in a folder and its sub-folders, by file name. What is hidden, is no YAML file or lies in a folder
    called `tests` is left out. Never raises for what is in a file, nor for one that cannot be read."""
    found = []
    for path in find_recipes(folder):
        file = path.as_posix()
        text, problem = _read_text(path, file)
        if problem is not None:
            found.append(Checked(file, text, None, (problem,)))
            continue
        reading = check(text, file=file, registry=registry, secrets=secrets, fields=fields, catalogue=catalogue)
        found.append(Checked(file, text, reading.recipe, reading.problems))
    return _refuse_open_doors(_refuse_shared_ids(found))


def find_recipes(folder: Path) -> Iterator[Path]:
    """The recipe files in a folder and its sub-folders, by name, without hidden ones and folders called `tests`."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if path.name != _TESTS and not path.is_symlink():
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


def proof_of(trigger: Trigger) -> tuple[Any, Any]:
    """By what a webhook believes its deliveries. Recipes that share an address must agree on it."""
    return trigger.options.get("verify"), trigger.options.get("secret")


def _refuse_open_doors(found: list[Checked]) -> list[Checked]:
    """Two recipes at one webhook address that believe different senders: one would open the other's door."""
    listeners: dict[str, list[tuple[str, Trigger]]] = {}
    for each in found:
        for trigger in each.recipe.triggers if each.recipe else ():
            if trigger.type == "webhook":
                listeners.setdefault(str(trigger.options.get("path")), []).append((each.file, trigger))
    return [_refuse_open_door(each, listeners) for each in found]


def _refuse_open_door(checked: Checked, listeners: Mapping[str, list[tuple[str, Trigger]]]) -> Checked:
    for trigger in checked.recipe.triggers if checked.recipe else ():
        path = str(trigger.options.get("path"))
        others = [
            file
            for file, other in listeners.get(path, ())
            if trigger.type == "webhook" and proof_of(other) != proof_of(trigger)
        ]
        if others:
            message = f"{checked.file} and {others[0]} listen at `{path}` and believe different senders."
            hint = "Give one of them another `path`, or both the same `verify` and `secret`."
            problem = Problem("RCP410", message, trigger.place, hint=hint)
            return replace(checked, recipe=None, problems=(*checked.problems, problem))
    return checked
