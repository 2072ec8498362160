"""What somebody probably meant: the nearest valid name, and hints that say so."""

from __future__ import annotations

import difflib
from collections.abc import Collection

_LONGEST = 60
_MOST = 1000


def nearest(word: str, names: Collection[str]) -> str:
    """The name most like `word`, "" when none is alike. Long words and long lists are not searched to the end."""
    if len(word) > _LONGEST:
        return ""
    candidates = [name for name in list(names)[:_MOST] if len(name) <= _LONGEST]
    folded = {name.casefold().replace("-", "_").replace(" ", "_"): name for name in reversed(candidates)}
    wanted = word.casefold().replace("-", "_").replace(" ", "_")
    if wanted in folded:
        return folded[wanted]
    close = difflib.get_close_matches(wanted, folded, n=1)
    return folded[close[0]] if close else ""


def suggest(word: str, names: Collection[str], *, prefix: str = "", listed: str = "") -> str:
    """A hint: "Did you mean `x`?", else the possible names after the words `listed` when they are few, else "".

    `prefix` is put before the name, as in "record.".
    """
    close = nearest(word, names)
    if close:
        return f"Did you mean `{prefix}{close}`?"
    if listed and 0 < len(names) <= 24:
        return f"{listed} {spell(names)}."
    return ""


def spell(names: Collection[str], *, last: str = "and") -> str:
    """Names as a readable list: a, b and c."""
    words = list(names)
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
