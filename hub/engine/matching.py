"""What a delivery and a run that waits for it have in common."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from hub.errors import StepError
from hub.recipe.expressions import Expressions


def match_key(match: str, names: Mapping[str, Any], expressions: Expressions) -> str:
    """The key of what an expression comes to for a delivery; "" where it cannot be worked out, which fits nobody."""
    try:
        return key_of_value(expressions.bare(match, names))
    except StepError:
        return ""


def key_of_value(value: Any) -> str:
    """What two values have in common that count as equal: a number equals its text."""
    is_plain = isinstance(value, (str, int)) and not isinstance(value, bool)
    text = str(value) if is_plain else json.dumps(value, default=str, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
