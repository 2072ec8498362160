"""When the hub was away, and when a new version was deployed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import metadata, text_column, time_column

outage = Table(
    "outage",
    metadata,
    Column("id", SafeText, primary_key=True),
    time_column("since"),
    time_column("until"),
    text_column("cause"),
    Column("is_open", Boolean, nullable=False),
    Column("facts", Json, nullable=False),
)

release = Table(
    "release",
    metadata,
    Column("id", SafeText, primary_key=True),
    time_column("at"),
    text_column("version"),
    text_column("program"),
    Column("recipes", Json, nullable=False),
)
