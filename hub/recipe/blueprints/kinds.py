"""What a file of the recipes folder is: a recipe, a blueprint or an instance of one."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePath

from hub.recipe.loader import parse
from hub.recipe.problems import Findings

_WORD = "blueprint"
_LOOKS_LIKE = re.compile(r"^blueprint[ ]*:[ ]*(\d+[ ]*(?:#.*)?$)?", re.MULTILINE)


class Kind(StrEnum):
    """What a file is."""

    RECIPE = "recipe"
    BLUEPRINT = "blueprint"
    INSTANCE = "instance"


def kind_of(text: str, *, file: str) -> Kind:
    """Told by the key `blueprint`: a number makes it a blueprint, a name an instance. A file that is no proper YAML is
    what it most looks like, so that its problems are shown in the right place."""
    if _WORD not in text:
        return Kind.RECIPE
    root = parse(text, Findings(file))
    if root is None:
        found = _LOOKS_LIKE.search(text)
        if "@" in PurePath(file).stem or (found and found[1]):
            return Kind.BLUEPRINT
        return Kind.INSTANCE if found else Kind.RECIPE
    given = root.get(_WORD)
    if given is None:
        return Kind.RECIPE
    return Kind.INSTANCE if given.kind == "text" else Kind.BLUEPRINT
