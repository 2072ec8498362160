"""One value in place of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.recipe.nearest import suggest
from hub.recipe.values import ABSENT, BadValue, to_text, type_words

_MISSING = object()


def make() -> dict[str, Callable[..., Any]]:
    """The filters of this family."""
    return {"d": default, "default": default, "lookup": lookup}


def default(value: Any, instead: Any = "", boolean: bool = False) -> Any:
    """Something else for what is missing or none; with true behind it also for what is empty, 0 or false. Also `d`.

    none | default('no date') -> no date
    '' | default('empty', true) -> empty
    """
    return instead if value is ABSENT or value is None or (boolean and not value) else value


def lookup(value: Any, table: Mapping[str, Any], otherwise: Any = _MISSING) -> Any:
    """What a table (`tables.states`, or one that is written out) says for a value, or the last value when nothing.

    'IL' | lookup({'IL': 'Illinois'}) -> Illinois
    'TX' | lookup({'IL': 'Illinois'}, 'elsewhere') -> elsewhere
    """
    if not isinstance(table, Mapping):
        raise BadValue(
            f"`lookup` needs a table, not {type_words(table)}.",
            hint="Write lookup(tables.states), or {'IL': 'Illinois', 'IN': 'Indiana'}.",
        )
    key = to_text(value)
    if key in table:
        return table[key]
    if otherwise is not _MISSING:
        return otherwise
    names = [str(each) for each in table]
    hint = suggest(key, names, listed="The table has") or "Give a second value for what it does not have."
    raise BadValue(f"The table has no `{key[:40]}`.", hint=hint)
