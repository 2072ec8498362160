"""Recipes, schedules, and which processes are there."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, Table

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import Number, metadata, text_column, time_column

recipe = Table(
    "recipe",
    metadata,
    Column("id", SafeText, primary_key=True),
    text_column("name"),
    text_column("description"),
    text_column("version"),
    text_column("file"),
    text_column("source"),
    Column("enabled", Boolean, nullable=False),  # what the file says
    Column("switched_on", Boolean),  # what the office says, NULL while it says nothing
    text_column("switched_by"),
    Column("switched_at", Double),
    Column("usable", Boolean, nullable=False),  # no problem of severity error
    Column("problems", Json, nullable=False),
    time_column("published_at"),
    Column("removed_at", Double),
    Column("revision", Number, nullable=False),  # moves with every change to any recipe
)

recipe_version = Table(
    "recipe_version",
    metadata,
    Column("recipe_id", SafeText, primary_key=True),
    Column("version", SafeText, primary_key=True),
    text_column("name"),
    text_column("description"),
    text_column("file"),
    text_column("source"),
    Column("enabled", Boolean, nullable=False),
    Column("problems", Json, nullable=False),
    time_column("published_at"),
)

schedule = Table(
    "schedule",
    metadata,
    Column("recipe_id", SafeText, primary_key=True),
    Column("trigger_id", SafeText, primary_key=True),
    time_column("next_at"),
)

watch = Table(
    "watch",
    metadata,
    Column("recipe_id", SafeText, primary_key=True),
    Column("trigger_id", SafeText, primary_key=True),
    time_column("next_at"),
    Column("state", Json),
    text_column("error"),
)

leadership = Table(
    "leadership",
    metadata,
    Column("name", SafeText, primary_key=True),
    text_column("owner", None),
    time_column("lease_until"),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("kind", SafeText, primary_key=True),
    Column("id", SafeText, primary_key=True),
    time_column("seen_at"),
    Column("detail", Json, nullable=False),
)
