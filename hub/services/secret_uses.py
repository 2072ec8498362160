"""Which recipes use which secrets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.model import Recipe
from hub.recipe.listening import listeners

_NAMED = re.compile(r"\bsecrets\s*(?:\.\s*|\[\s*['\"])([A-Za-z_][A-Za-z0-9_]*)")


def secret_uses(recipes: Iterable[Recipe]) -> dict[str, list[Recipe]]:
    """By the secret's name, the recipes that use it, in their order."""
    uses: dict[str, list[Recipe]] = {}
    for recipe in recipes:
        for name in dict.fromkeys(_names(recipe)):
            uses.setdefault(name, []).append(recipe)
    return uses


def _names(recipe: Recipe) -> Iterator[str]:
    """In its text, in the answers that an instance gives, and where a webhook says how it is believed."""
    yield from _NAMED.findall(recipe.source)
    for name, value in recipe.origin.values.items() if recipe.origin else ():
        if recipe.inputs[name]["type"] == "secret":
            yield from _texts(value)
    for trigger in listeners(recipe):
        yield from _texts(trigger.options.get("secret"))
        verify = trigger.options.get("verify")
        yield from _texts(verify.get("handshake_secret")) if isinstance(verify, Mapping) else ()


def _texts(value: Any) -> Iterator[str]:
    for each in value if isinstance(value, list | tuple) else (value,):
        if isinstance(each, str) and each:
            yield each
