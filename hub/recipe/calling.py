"""What a recipe takes when another one calls it, and what is wrong with what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.errors import Place, Problem, RecipeError
from hub.model import Recipe, Step, Trigger
from hub.recipe.nearest import suggest
from hub.recipe.node import Entry, Node
from hub.recipe.problems import Findings
from hub.recipe.reading.inputs import fits_input
from hub.recipe.templates import has_braces

CALL = "call"
_MISFIT = "RCP451"


def manual_trigger(recipe: Recipe) -> Trigger | None:
    """The trigger by which a recipe is called, None for one that cannot be."""
    return next((each for each in recipe.triggers if each.type == "manual"), None)


def declared_inputs(recipe: Recipe) -> dict[str, Mapping[str, Any]]:
    """The inputs that a caller can give, by name. Those of a blueprint's instance are given by the instance."""
    trigger = manual_trigger(recipe)
    asked: Mapping[str, Any] = (trigger.options.get("inputs") or {}) if trigger else {}
    return {**({} if recipe.origin else recipe.inputs), **asked}


def fill_inputs(recipe: Recipe, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a caller gives, with the defaults of what it does not."""
    declared = declared_inputs(recipe)
    defaults = {name: details.get("default") for name, details in declared.items() if not details.get("required")}
    return {**defaults, **given}


def take_inputs(recipe: Recipe, given: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody gives a recipe that they start, with the defaults of the rest. RecipeError with everything that is
    wrong with it."""
    trigger = manual_trigger(recipe) or recipe.triggers[0]
    problems = find_misfits(recipe, given, trigger.place)
    if problems:
        raise RecipeError(f"“{recipe.name}” cannot be started with these inputs.", problems=problems)
    return fill_inputs(recipe, given)


def find_misfits(recipe: Recipe, given: Mapping[str, Any], place: Place) -> tuple[Problem, ...]:
    """Everything that is wrong with the inputs of a call: unknown, missing, of the wrong type. A text with braces is
    still to be worked out and fits anything; before a run that is most of them, in a run there is none."""
    declared = declared_inputs(recipe)
    findings = Findings(place.file)
    for name in given:
        if name not in declared:
            hint = suggest(name, declared) or suggest(name, declared, listed="Its inputs are" if declared else "")
            message = f"The recipe `{recipe.id}` has no input `{name[:60]}`."
            findings.add(_MISFIT, message, place, hint=hint)
    for name, details in declared.items():
        value = given.get(name)
        if name not in given or value is None:
            if details.get("required"):
                hint = f"Give it under `inputs`: {details.get('label') or name}."
                findings.add(_MISFIT, f"The recipe `{recipe.id}` needs the input `{name}`.", place, hint=hint)
            continue
        node = _as_node(value, place)
        if not any(has_braces(str(each.value)) for each in node.texts()):
            _judge(recipe, name, node, details, findings)
    return findings.listed()


def _judge(recipe: Recipe, name: str, node: Node, details: Mapping[str, Any], findings: Findings) -> None:
    inner = Findings(node.place.file)
    if not fits_input(node, name, details, inner):
        for each in inner.listed():
            message = f"An input of the recipe `{recipe.id}` does not fit: {each.message}"
            findings.add(_MISFIT, message, node.place, hint=each.hint)


def _as_node(value: Any, place: Place) -> Node:
    if isinstance(value, Mapping):
        entries = tuple(Entry(str(key), place, _as_node(each, place)) for key, each in value.items())
        return Node("map", entries, place)
    if isinstance(value, list | tuple):
        return Node("list", tuple(_as_node(each, place) for each in value), place)
    kinds = {bool: "boolean", int: "integer", float: "number", str: "text"}
    return Node(kinds.get(type(value), "null"), value, place, raw=str(value))


def find_calls(recipe: Recipe) -> Iterator[Step]:
    """The steps of a recipe that call another one."""
    return (step for step in recipe.every_step() if step.action == CALL)
