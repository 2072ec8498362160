"""What recipes keep between runs: cells, the results of changes that were made, and lookup tables."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Table

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import Number, metadata, some_index, text_column, time_column

stored_cell = Table(
    "stored_cell",
    metadata,
    Column("recipe_id", SafeText, primary_key=True),  # "" for what all recipes share
    Column("kind", SafeText, primary_key=True),
    Column("name", SafeText, primary_key=True),
    Column("value", Json),
    Column("expires_at", Double),
    time_column("changed_at"),
    text_column("changed_by"),  # a run's id, or a person's name
    some_index("stored_cell_expiring", "expires_at", where="expires_at IS NOT NULL"),
)

stored_effect = Table(
    "stored_effect",
    metadata,
    Column("id", SafeText, primary_key=True),  # the idempotency key of the step that made the change
    text_column("run_id", None),
    Column("result", Json),
    time_column("made_at"),
    Index("stored_effect_by_time", "made_at", "id"),
)

lookup_table = Table(
    "lookup_table",
    metadata,
    Column("name", SafeText, primary_key=True),
    Column("number", Number, primary_key=True),  # 1, 2, 3: the versions of a table
    text_column("version", None),
    text_column("file"),
    Column("columns", Json, nullable=False),
    Column("rows", Json, nullable=False),
    time_column("published_at"),
    Column("replaced_at", Double),  # NULL while it is in force
)
