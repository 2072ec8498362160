"""`lookup`: what a table of the recipes folder says."""

from __future__ import annotations

from typing import Any

from hub.context import Context
from hub.errors import Permanent
from hub.model import ActionKind
from hub.recipe.nearest import suggest
from hub.registry import Action, Outcome, Parameter


def look_up(ctx: Context, /, *, table: str, key: Any, column: str = "", **otherwise: Any) -> Outcome:
    """What the table says for the key: the value of a column, or the row. Permanent for an unknown table or column,
    and for an unknown key unless there is a `default`."""
    tables = ctx.stored.tables()
    found = tables.get(table)
    if found is None:
        hint = suggest(table, tables, listed="There are") or "A table is a file in the folder recipes/tables."
        raise Permanent(f"There is no table called {table[:60]}.", hint=hint)
    if column and column not in found.columns:
        hint = suggest(column, found.columns, listed="It has")
        raise Permanent(f"The table {table} has no column {column[:60]}.", hint=hint)
    word = "" if key is None else str(key).strip()
    if word in found.rows:
        return Outcome(found.rows[word][column] if column else found.row(word))
    if "default" in otherwise:
        return Outcome(otherwise["default"], f"The table {table} has no {word[:60] or 'entry for nothing'}")
    hint = suggest(word, found.rows) or "Add it to the table, or give a `default`."
    raise Permanent(f"The table {table} has no {word[:60] or 'entry for nothing'}.", hint=hint)


LOOKUP = Action(
    "lookup",
    ActionKind.READ,
    "Looks something up in a table: a file in the folder recipes/tables. A run sees the tables as they were when it "
    "began.",
    (
        Parameter("table", "text", True, doc="The table's name: that of its file, without its ending."),
        Parameter("key", "any", True, doc="What to look for in the first column."),
        Parameter("column", "text", False, default="", doc="The column that is wanted. Without it: the whole row."),
        Parameter(
            "default",
            "any",
            False,
            doc="What it gives for a key that the table does not have. Without it, that is an error.",
        ),
    ),
    look_up,
    output="The value of the column; the row as an object; in a table with one column its value.",
)
