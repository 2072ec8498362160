"""What the tests of this folder share: the real registry, and recipes read from a text."""

from __future__ import annotations

from pathlib import Path

from hub.actions import builtin as builtin_actions
from hub.model import Recipe
from hub.recipe.blueprints import World
from hub.recipe.library import read_blueprints, read_library
from hub.recipe.reading import read
from hub.registry import Registry
from hub.triggers import builtin as builtin_triggers
from hub.workglue.profile import built_in

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "recipes").glob("*.yaml"))
BLUEPRINTS = sorted((ROOT / "recipes" / "blueprints").glob("*.yaml"))


def make_registry() -> Registry:
    """The built-in actions and trigger types."""
    registry = Registry()
    for action in builtin_actions(built_in()):
        registry.add_action(action)
    for trigger in builtin_triggers():
        registry.add_trigger(trigger)
    return registry


REGISTRY = make_registry()

FRAME = """recipe: 1
name: Test
trigger: {type: poll, resource: jobs}
steps:
"""
"""A whole recipe but for its steps, which follow indented."""


def read_shipped(file: Path) -> Recipe:
    """A shipped recipe; an instance together with its blueprint."""
    world = World(REGISTRY)
    (checked,) = read_library([file], world=world, beside=read_blueprints(BLUEPRINTS, world=world)).recipes
    assert checked.recipe is not None, checked.problems
    return checked.recipe


def read_text(text: str, *, file: str = "recipes/test.yaml") -> Recipe:
    """A recipe that must be without errors."""
    reading = read(text, file=file, registry=REGISTRY)
    assert reading.recipe is not None, reading.problems
    return reading.recipe
