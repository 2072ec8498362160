"""The JSON Schema (draft 2020-12) of recipes for editors, made from the registry.

It knows the shape: keys, kinds of values, words. What expressions and names mean is for `check` alone.
"""

from __future__ import annotations

from typing import Any

from hub.recipe.schema.blueprints import allow_blueprints
from hub.recipe.schema.document import describe_recipe
from hub.registry import Registry

__all__ = ["make_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def make_schema(registry: Registry) -> dict[str, Any]:
    """The schema of a file of the recipes folder, JSON-ready. Not everything that check refuses for its shape need be
    refused here, but whatever is refused here is refused by check."""
    return {"$schema": DIALECT, **allow_blueprints(describe_recipe(registry))}
