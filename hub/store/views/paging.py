"""Going through long lists by the key of the last row seen: as fast on the last page as on the first."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Double, literal, tuple_

from hub.store.encoding import SafeText
from hub.store.views.shapes import Item, Listing

LONGEST = 1_000
"""How many rows one part of a list has at most."""


def older_than(after: str, at: ColumnElement[float], row_id: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """The condition for the rows that follow. What is no key of ours counts as none: the list starts anew."""
    stamp, _, last_id = after.partition("~")
    try:
        seconds = float(stamp)
    except ValueError:
        return []
    if not last_id or not math.isfinite(seconds):
        return []
    return [tuple_(at, row_id) < tuple_(literal(seconds, Double()), literal(last_id, SafeText()))]


def key_of(at: float, row_id: str) -> str:
    """The key of a row, as text."""
    return f"{at!r}~{row_id}"


def bounded(limit: int) -> int:
    """A sensible number of rows for whatever was asked."""
    return max(1, min(limit, LONGEST))


def cut(rows: Sequence[Item], limit: int, key: Callable[[Any], str]) -> Listing[Item]:
    """The first `limit` of the rows; one more than that is the proof that the list goes on."""
    more = len(rows) > limit
    return Listing(tuple(rows[:limit]), key(rows[limit - 1]) if more else "")
