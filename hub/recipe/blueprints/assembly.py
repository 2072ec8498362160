"""A blueprint and the values of its inputs made into one recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from hub.errors import Place
from hub.model import Origin, Recipe
from hub.recipe.blueprints.instance import Instance
from hub.recipe.node import Entry, Node
from hub.recipe.problems import Findings
from hub.recipe.reading import Reading, read_tree
from hub.recipe.reading.draft import Draft
from hub.recipe.reading.filling import Filling
from hub.recipe.reading.inputs import read_inputs
from hub.recipe.reading.outline import Outline
from hub.registry import Registry

_OF_THE_INSTANCE = ("recipe", "name", "description", "enabled", "was")


@dataclass(frozen=True, slots=True)
class Assembled:
    """What became of it. The problems of `reading` have places in either file; `used` says where each input was put."""

    reading: Reading
    used: Mapping[str, list[Place]]


def details_of(root: Node, file: str, registry: Registry) -> dict[str, dict[str, Any]]:
    """The inputs of a blueprint. What is wrong with them is reported when the blueprint itself is read."""
    node = root.get("inputs")
    return read_inputs(node, _open_draft(file, registry)) if node is not None else {}


def assemble(
    root: Node, values: Mapping[str, Node], top: Node, *, file: str, text: str, registry: Registry
) -> Assembled:
    """The recipe that a blueprint's document makes with these values and with `top`'s name, id and switch.

    `file` is the blueprint's, `text` what the recipe's version is made of.
    """
    draft = _open_draft(file, registry)
    filling = Filling(draft.findings, registry, values)
    recipe = read_tree(_put_on_top(filling.fill(root), top), draft, text=text)
    filling.settle()
    return Assembled(Reading(recipe, draft.findings.listed(), draft.outline), filling.used)


def as_instance(
    recipe: Recipe, instance: Instance, values: Mapping[str, Node], *, file: str, blueprint_file: str
) -> Recipe:
    """A recipe that belongs to the instance's file, and remembers where it comes from."""
    plain = {name: node.plain() for name, node in values.items()}
    origin = Origin(instance.blueprint, instance.version, blueprint_file, plain)
    return replace(recipe, file=file, origin=origin)


def top_of(root: Node, file: str) -> Node:
    """What an instance itself says at the top; its id is its file's name when it says none."""
    given = root.get("id")
    named = Entry("id", root.place, given or Node("text", PurePath(file).stem, Place(file, 1, 1)))
    return replace(root, value=(*(each for each in root.entries() if each.key in _OF_THE_INSTANCE), named))


def _put_on_top(filled: Node, top: Node) -> Node:
    own = {entry.key for entry in top.entries()}
    kept = tuple(entry for entry in filled.entries() if entry.key not in own and entry.key != "blueprint")
    return replace(filled, value=(*top.entries(), *kept))


def _open_draft(file: str, registry: Registry) -> Draft:
    return Draft(Findings(file), registry, Outline(is_filled=True))
