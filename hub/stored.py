"""What recipes keep between runs, as nouns: cells with their values, changes of them, and lookup tables. Frozen.

A cell is one value under a name. A change is a function of what the cell holds, so that the database, a dry run and a
recipe test all come to the same; whoever holds the cells calls it once for each key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MOST_NAMES = 10_000
"""Names that one recipe keeps at the most, and all recipes together in what they share."""

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value is kept. `recipe_id` is "" for what all recipes share; `kind` is "value", "turns" or "digest"."""

    recipe_id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Held:
    """What a cell holds: a JSON value, and when it is forgotten (None: never)."""

    value: Any
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change came to: the step's result, and what the cell holds from now on (None: nothing)."""

    result: Any
    held: Held | None


Change = Callable[[Held | None], Changed]
"""What the cell holds (None: nothing) -> what it came to. A StepError: nothing is changed."""


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A table: what each key says, by column. `version` is the content hash of its file."""

    name: str
    version: str
    file: str
    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, Any]]

    def row(self, key: str) -> Any:
        """What the table says for a key: the value where it has one column, else the row. KeyError for none."""
        found = self.rows[key]
        return found[self.columns[0]] if len(self.columns) == 1 else dict(found)

    def plain(self) -> dict[str, Any]:
        """The whole table as expressions see it."""
        return {key: self.row(key) for key in self.rows}
