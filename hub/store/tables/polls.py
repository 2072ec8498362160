"""What is polled, and the keys to it."""

from __future__ import annotations

from sqlalchemy import Column, Double, Integer, Table

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import Number, metadata, text_column, time_column

snapshot = Table(
    "snapshot",
    metadata,
    Column("resource", SafeText, primary_key=True),
    Column("record_id", SafeText, primary_key=True),
    Column("rev", Number, nullable=False),
    Column("missed", Integer, nullable=False, server_default="0"),
    Column("pass_no", Number, nullable=False, server_default="0"),  # the last pass that showed it
    Column("record", Json, nullable=False),
)

cursor = Table(
    "cursor",
    metadata,
    Column("resource", SafeText, primary_key=True),
    Column("claim", Number, nullable=False, server_default="0"),
    text_column("owner"),
    Column("lease_until", Double, nullable=False, server_default="0"),
    Column("pass_no", Number, nullable=False, server_default="0"),  # the pass that wrote the last page
    text_column("position"),
    Column("baseline_at", Double),
    Column("last_ok_at", Double),
    Column("last_full_at", Double),
    Column("passes", Number, nullable=False, server_default="0"),
    Column("checked", Number, nullable=False, server_default="0"),
    Column("changed", Number, nullable=False, server_default="0"),
    text_column("error"),
)

connection = Table(
    "connection",
    metadata,
    Column("name", SafeText, primary_key=True),
    Column("version", Integer, nullable=False),
    text_column("state", None),
    text_column("fingerprint", None),
    time_column("changed_at"),
    Column("used_at", Double),
    Column("blocked_until", Double, nullable=False, server_default="0"),
)
