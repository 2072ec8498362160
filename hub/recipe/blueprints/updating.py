"""An instance brought to the newest version of its blueprint: what would change, and its new text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.errors import HubError, Problem, RecipeError
from hub.model import Recipe
from hub.recipe.blueprints.blueprint import Blueprint, Blueprints
from hub.recipe.blueprints.checking import check_instance
from hub.recipe.blueprints.given import World
from hub.recipe.blueprints.instance import Instance, read_instance
from hub.recipe.explaining import tell_differences
from hub.recipe.loader import parse
from hub.recipe.node import LINE_BREAK
from hub.recipe.problems import Findings
from hub.recipe.reading.inputs import fits_input
from hub.recipe.writing import as_yaml

_NO_SENTENCES = "The steps and the trigger cannot be compared"


@dataclass(frozen=True, slots=True)
class Update:
    """`text` is the file for version `newest`, `inputs` says what becomes of the inputs, `changes` what becomes of the
    recipe, a sentence each. `problems` are those of the new text: with an error among them it cannot be used yet."""

    version: int
    newest: int
    text: str
    inputs: tuple[str, ...]
    changes: tuple[str, ...]
    problems: tuple[Problem, ...]


def plan_update(
    text: str, *, file: str, blueprints: Blueprints, world: World, values: Mapping[str, Any] | None = None
) -> Update | None:
    """What brings an instance to the newest version; None when it is made for that already.

    `values` are given for inputs, over those in the file. RecipeError or HubError when the file is no instance that can
    be read, or there is no usable blueprint for it.
    """
    findings = Findings(file)
    instance = read_instance(text, findings)
    if instance is None or not instance.blueprint or not instance.version:
        raise RecipeError(f"{file} is no instance of a blueprint that can be read.", problems=findings.listed())
    new = blueprints.newest(instance.blueprint)
    if new is None or not new.is_usable:
        reason = "has errors" if new else "is not there"
        raise HubError(f"The blueprint {instance.blueprint} {reason}.", hint="See: python -m hub check")
    if new.version <= instance.version:
        return None
    old = blueprints.find(instance.blueprint, instance.version)
    given = instance.inputs.plain() if instance.inputs else {}
    wanted = {name: value for name, value in given.items() if name in new.inputs} | dict(values or {})
    changed = _rewrite(text, instance, new.version, wanted if wanted != given else None)
    reading = check_instance(changed, file=file, blueprints=blueprints, world=world)
    before = check_instance(text, file=file, blueprints=blueprints, world=World(world.registry)).recipe
    return Update(
        instance.version,
        new.version,
        changed,
        tuple(_tell_inputs(instance, old, new)),
        _tell_changes((before, reading.recipe), (old, new), world),
        tuple(each for each in reading.problems if each.severity == "error"),
    )


def _tell_inputs(instance: Instance, old: Blueprint | None, new: Blueprint) -> Iterator[str]:
    given = {entry.key: entry.node for entry in instance.inputs.entries()} if instance.inputs else {}
    for name, details in new.inputs.items():
        before = old.inputs.get(name) if old else None
        if before is None and name not in given:
            yield f"New input `{name}`: {details['label']}.{_what_without(details)}"
        elif before is not None and _shape(before) != _shape(details):
            yield f"The input `{name}` is now {_shape(details)} instead of {_shape(before)}."
        if name in given and not fits_input(given[name], name, details, Findings("")):
            yield f"Your value for `{name}` does not fit any more."
    for name in dict.fromkeys([*(old.inputs if old else {}), *given]):
        if name not in new.inputs:
            yield f"The input `{name}` is gone.{' Your value for it is dropped.' if name in given else ''}"


def _what_without(details: Mapping[str, Any]) -> str:
    return " It must be given." if details["required"] else f" Without it: {as_yaml({'': details['default']})[4:-1]}."


def _shape(details: Mapping[str, Any]) -> str:
    return f"{'a list of ' if details.get('many') else ''}{details['type']}"


def _tell_changes(
    recipes: tuple[Recipe | None, Recipe | None], blueprints: tuple[Blueprint | None, Blueprint], world: World
) -> tuple[str, ...]:
    """Of the instance itself where both are usable, else of the blueprints with made-up values."""
    before, after = recipes
    if before is None or after is None:
        before, after = (replace(each.sample, inputs={}) if each and each.sample else None for each in blueprints)
    if before is None or after is None:
        return (f"{_NO_SENTENCES}: the old version of the blueprint is not there.",)
    return tell_differences(before, after, world.registry)


def _rewrite(text: str, instance: Instance, version: int, inputs: Mapping[str, Any] | None) -> str:
    """The file with another version and, where they change, other inputs; everything else stays as it is written."""
    wanted = instance.root.plain() | {"version": version} | ({"inputs": dict(inputs)} if inputs is not None else {})
    lines = text.split("\n")
    place = instance.version_place
    line = lines[place.line - 1]
    after = line[place.column - 1 :].removeprefix(str(instance.version))
    lines[place.line - 1] = f"{line[: place.column - 1]}{version}{after}"
    if inputs is not None:
        lines = _with_inputs(lines, instance, inputs)
    changed = "\n".join(lines)
    node = parse(changed, Findings("")) if len(LINE_BREAK.split(text)) == len(text.split("\n")) else None
    return changed if node is not None and node.plain() == wanted else as_yaml(wanted)


def _with_inputs(lines: list[str], instance: Instance, inputs: Mapping[str, Any]) -> list[str]:
    """The lines with a new group of inputs in the place of the old one, or at the end where there was none."""
    block = as_yaml({"inputs": dict(inputs)}).rstrip("\n").split("\n")
    starts = sorted(entry.place.line for entry in instance.root.entries())
    begin = next((entry.place.line for entry in instance.root.entries() if entry.key == "inputs"), None)
    if begin is None:
        return [*(lines[:-1] if lines[-1] == "" else lines), *block, ""]
    end = next((line for line in starts if line > begin), len(lines) + 1) - 1
    while end > begin and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1  # blank lines and comments before the next key belong to that
    return [*lines[: begin - 1], *block, *lines[end:]]
