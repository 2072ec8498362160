"""What runs wait for: answers of people, and deliveries of other apps."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Table

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import metadata, some_index, text_column, time_column

answer = Table(
    "answer",
    metadata,
    Column("root_id", SafeText, primary_key=True),
    Column("place", SafeText, primary_key=True),
    text_column("answer"),
    text_column("by"),
    time_column("at"),
    Column("fields", Json, nullable=False),
    Column("timed_out", Boolean, nullable=False),  # nobody answered in time, and nobody can any more
)

awaited = Table(
    "awaited",
    metadata,
    Column("run_id", SafeText, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("path", SafeText, primary_key=True),
    text_column("source", None),
    text_column("match", None),
    text_column("equals", None),  # a hash of what `match` must come to
    text_column("event_id"),  # what has woken the run since it looked last
    Column("verify", Json),
    Column("secret", Json),
    some_index("awaited_by_source", "source", "equals", where="event_id = ''"),
)
