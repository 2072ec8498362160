"""What limits are counted by. Rows of the last hours; who works in which lane stands with the runs themselves."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Table

from hub.store.encoding import SafeText
from hub.store.tables.columns import metadata, text_column, time_column

record_write = Table(
    "record_write",
    metadata,
    Column("record", SafeText, primary_key=True),  # as in run.record_lane
    Column("recipe_id", SafeText, primary_key=True),
    Column("at", Double, primary_key=True),
    Column("run_id", SafeText, primary_key=True),
    Index("record_write_by_time", "at"),
)

message = Table(
    "message",
    metadata,
    Column("key", SafeText, primary_key=True),  # the same however often its step is tried
    text_column("recipe_id", None),
    time_column("at"),
    Index("message_by_recipe", "recipe_id", "at"),
)
