"""The top of a recipe file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePath

from hub.errors import Problem
from hub.model import Recipe, RecipeSettings, Step
from hub.recipe.loader import parse
from hub.recipe.node import Node
from hub.recipe.problems import Findings, is_usable
from hub.recipe.reading.conditions import read_condition
from hub.recipe.reading.draft import RECIPE_ID, Draft
from hub.recipe.reading.filling import Filling
from hub.recipe.reading.inputs import read_inputs
from hub.recipe.reading.outline import Outline, Spot
from hub.recipe.reading.section import Section
from hub.recipe.reading.settings import read_settings
from hub.recipe.reading.steps import Level, read_steps
from hub.recipe.reading.triggers import read_triggers
from hub.registry import Registry

LANGUAGE = 1
_ID_HINT = "Use small letters, digits and hyphens: job-won."


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a file. `recipe` is None when there is an error among the problems; warnings leave it usable.

    `outline` is what the check goes through.
    """

    recipe: Recipe | None
    problems: tuple[Problem, ...]
    outline: Outline = field(default_factory=Outline, compare=False, repr=False)


def read(text: str, *, file: str, registry: Registry) -> Reading:
    """Read one recipe. Never raises for what stands in the text: all problems are in the result, in file order."""
    draft = Draft(Findings(file), registry)
    node = parse(text, draft.findings)
    recipe = _read_file(node, draft, text) if node is not None else None
    problems = draft.findings.listed()
    return Reading(recipe if is_usable(problems) else None, problems, draft.outline)


def make_version(text: str) -> str:
    """The version of a recipe: the first 16 hexadecimal digits of the SHA-256 of its text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read_file(node: Node, draft: Draft, text: str) -> Recipe | None:
    """A file that is a whole recipe: it has no blueprint, and none of its inputs has a value yet."""
    blueprint = node.get("blueprint")
    if blueprint is None:
        filling = Filling(draft.findings, draft.registry, None)
        recipe = read_tree(filling.fill(node), draft, text=text)
        filling.settle()
        return recipe
    if blueprint.kind == "text":
        message = "This file is an instance: it can be read only together with its blueprint."
        hint = "Keep both in the recipes folder, and name the folder or the file alone."
    else:
        message = "This file is a blueprint: it starts nothing by itself."
        hint = "Make an instance of it: python -m hub blueprints new"
    draft.findings.add("RCP437", message, blueprint.place, hint=hint)
    return None


def read_tree(node: Node, draft: Draft, *, text: str) -> Recipe | None:
    """The recipe in a document; `text` is what it came from, and what its version is made of."""
    top = Section(node, draft.findings, what="a recipe")
    if node.kind != "map":
        return None
    _check_language(top)
    recipe_id = _read_id(top, draft)
    was = _read_was(top, recipe_id)
    inputs_node, settings_node, condition = top.take("inputs"), top.take("settings"), top.take("if")
    inputs = read_inputs(inputs_node, draft) if inputs_node else {}
    triggers = read_triggers(top, draft)
    steps_node, error_node = top.take("steps", required=True), top.take("on_error")
    start = Spot(0)
    recipe = Recipe(
        id=recipe_id,
        name=top.text("name", required=True),
        version=make_version(text),
        source=text,
        file=draft.findings.file,
        description=top.text("description"),
        enabled=top.flag("enabled", default=True),
        was=was,
        inputs=inputs,
        triggers=triggers,
        condition=read_condition(condition, draft, start, use="if") if condition else None,
        steps=read_steps(steps_node, draft, Level(start, "step_"), what="`steps`") if steps_node else (),
        on_error=_read_on_error(error_node, draft) if error_node else (),
        settings=read_settings(settings_node, draft) if settings_node else RecipeSettings(),
    )
    top.close(ignore=("on",))
    return recipe


def _read_on_error(node: Node, draft: Draft) -> tuple[Step, ...]:
    if node.kind == "text":
        hint = "Under the recipe's `on_error` stand steps. A single step can have `on_error: continue`."
        draft.findings.add("RCP203", "`on_error` of a recipe is a list of steps.", node.place, hint=hint)
        return ()
    return read_steps(node, draft, Level(Spot(0, failing=True), "on_error_"), what="`on_error`")


def _check_language(top: Section) -> None:
    node = top.take("recipe", required=True, hint=f"Write `recipe: {LANGUAGE}` in the first line.")
    if node is not None and (node.kind != "integer" or node.value != LANGUAGE):
        message = "The version of the language is not known."
        top.findings.add("RCP216", message, node.place, hint=f"Write `recipe: {LANGUAGE}`.")


def _read_id(top: Section, draft: Draft) -> str:
    given = top.text("id")
    stem = PurePath(draft.findings.file).stem
    if top.has("id"):
        if given and not RECIPE_ID.fullmatch(given):
            draft.findings.add(
                "RCP206", f"`{given[:60]}` cannot be a recipe's id.", top.value_place("id"), hint=_ID_HINT
            )
        return given
    if not RECIPE_ID.fullmatch(stem):
        message = f"The file's name, `{stem[:60]}`, cannot be the recipe's id."
        hint = "Rename the file with small letters, digits and hyphens, as in job-won.yaml, or add an `id:`."
        draft.findings.add("RCP206", message, draft.findings.start(), hint=hint)
    return stem


def _read_was(top: Section, recipe_id: str) -> str:
    was = top.text("was")
    if was and not RECIPE_ID.fullmatch(was):
        top.findings.add("RCP206", f"`{was[:60]}` cannot be a recipe's id.", top.value_place("was"), hint=_ID_HINT)
    elif was and was == recipe_id:
        message = "`was` is the id that the recipe has now."
        top.findings.add("RCP206", message, top.value_place("was"), hint="Delete `was`, or write the id it had before.")
    return was
