"""A blueprint as it was read, and all of them by id and version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from hub.errors import Place, Problem
from hub.model import Recipe
from hub.recipe.node import Node
from hub.recipe.problems import is_usable


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One version of a blueprint, 0 where it cannot be told. `inputs` are the details of each input by name
    (hub.recipe.reading.inputs), `root` is the whole document.

    `sample` is the recipe that it makes with its defaults, and with made-up values where there is none: good for
    telling what it does, never to be run. It is None when there is an error among the problems.
    """

    id: str
    version: int
    file: str
    text: str
    name: str
    description: str
    inputs: Mapping[str, Mapping[str, Any]]
    root: Node | None = field(repr=False)
    sample: Recipe | None = field(repr=False)
    problems: tuple[Problem, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether instances of it can work."""
        return self.root is not None and is_usable(self.problems)


@dataclass(frozen=True, slots=True)
class Blueprints:
    """Those of a folder."""

    all: tuple[Blueprint, ...] = ()

    def find(self, blueprint_id: str, version: int) -> Blueprint | None:
        """This very version, None when there is none."""
        return next((each for each in self.all if (each.id, each.version) == (blueprint_id, version)), None)

    def newest(self, blueprint_id: str) -> Blueprint | None:
        """The newest version, None when there is no such blueprint."""
        return max((each for each in self.all if each.id == blueprint_id), key=lambda each: each.version, default=None)

    def versions(self, blueprint_id: str) -> list[int]:
        """The versions that there are, oldest first."""
        return sorted({each.version for each in self.all if each.id == blueprint_id})

    def ids(self) -> list[str]:
        """All ids, in order."""
        return sorted({each.id for each in self.all})

    def latest(self) -> list[Blueprint]:
        """The newest version of each, by name."""
        found = [self.newest(each) for each in self.ids()]
        return sorted((each for each in found if each is not None), key=lambda each: (each.name, each.id))


def name_in_file(file: str) -> tuple[str, int | None]:
    """The id and the version that a file's name says: quiet-leads@1.yaml is version 1 of quiet-leads. The version is
    None when there is no @, 0 when what stands behind it is none."""
    stem = PurePath(file).stem
    blueprint_id, at, version = stem.rpartition("@")
    if not at:
        return stem, None
    return blueprint_id, int(version) if re.fullmatch(r"[1-9][0-9]{0,5}", version) else 0


def refuse_shared_versions(blueprints: Iterable[Blueprint]) -> list[Blueprint]:
    """The same, but those of which two files are the same version have an error: nobody could tell which is meant."""
    found = list(blueprints)
    return [_refuse_shared_version(each, found) for each in found]


def _refuse_shared_version(blueprint: Blueprint, others: Iterable[Blueprint]) -> Blueprint:
    same = (blueprint.id, blueprint.version)
    other = next((each for each in others if (each.id, each.version) == same and each.file != blueprint.file), None)
    if other is None:
        return blueprint
    message = f"Two files are version {blueprint.version} of `{blueprint.id}`: {blueprint.file} and {other.file}."
    hint = "Count the newer one up, or delete one of them."
    node = blueprint.root.get("blueprint") if blueprint.root else None
    problem = Problem("RCP438", message, node.place if node else Place(blueprint.file, 1, 1), hint=hint)
    return replace(blueprint, sample=None, problems=(*blueprint.problems, problem))
