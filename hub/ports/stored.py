"""The door to what recipes keep between runs."""

from __future__ import annotations

from typing import Any, Protocol

from hub.stored import Cell, Change, Held, LookupTable


class Stored(Protocol):
    """Cells and lookup tables. hub.errors.Unavailable when the database does not answer."""

    def held(self, cell: Cell, *, now: float) -> Held | None:
        """What a cell holds, None when it holds nothing or what it held has expired."""

    def change_held(self, cell: Cell, change: Change, *, key: str, now: float) -> Any:
        """Change a cell and return the change's result, once for each key: the change and its result are kept in one
        transaction, and for a key that is known the result is given again and nothing is changed.

        `key` is an idempotency key, `<run>/<step>`. Permanent when the recipe has too many names. What `change`
        raises changes nothing, and the key stays unused.
        """

    def tables(self, *, at: float) -> dict[str, LookupTable]:
        """The lookup tables by name, as they were in force at a moment."""
