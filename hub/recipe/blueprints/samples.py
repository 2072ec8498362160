"""Made-up values for the inputs of a blueprint that have no default, so that it can be read by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.errors import Place
from hub.recipe.blueprints.given import Inputs, default_of
from hub.recipe.node import Node

NOWHERE = ""
"""The file of what is made up. The line is the number of the input, from 1."""

_MADE_UP: Mapping[str, tuple[str, Any]] = {
    "number": ("number", 1.0),
    "integer": ("integer", 1),
    "boolean": ("boolean", True),
    "list": ("list", ()),
    "object": ("map", ()),
    "date": ("text", "2026-01-01"),
    "time": ("text", "08:00"),
    "duration": ("text", "1d"),
}


def make_samples(inputs: Inputs, defaults: Node | None) -> dict[str, Node]:
    """A value for each input: its default where it has one."""
    return {
        name: default_of(name, defaults) or _make_up(details, Place(NOWHERE, number, 1))
        for number, (name, details) in enumerate(inputs.items(), start=1)
    }


def _make_up(details: Mapping[str, Any], place: Place) -> Node:
    kind, value = _MADE_UP.get(str(details["type"]), ("text", str(details["label"])))
    node = Node(kind, details["choices"][0] if details["choices"] else value, place)
    return Node("list", (node,), place) if details.get("many") else node
