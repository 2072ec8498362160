"""What people do with the inbox: addresses that are paused or listened to, deliveries run again, and what was turned
away without being kept."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import Number, metadata, some_index, text_column, time_column

address = Table(
    "address",
    metadata,
    Column("path", SafeText, primary_key=True),
    text_column("state"),  # "" open, "paused", or "resuming" while what was kept is being started
    time_column("changed_at"),
    text_column("changed_by"),
    time_column("listens_until"),  # deliveries to an address that no recipe listens to are samples until then
)

refusal = Table(
    "refusal",
    metadata,
    Column("path", SafeText, primary_key=True),
    Column("kind", SafeText, primary_key=True),
    Column("minute", Number, primary_key=True),  # minutes since the epoch
    Column("count", Integer, nullable=False),
    Index("refusal_by_time", "minute"),
)

replay = Table(
    "replay",
    metadata,
    Column("id", SafeText, primary_key=True),
    time_column("made_at"),
    text_column("made_by"),
    text_column("state", None),
    text_column("note"),
    Column("filters", Json, nullable=False),
    Column("total", Integer, nullable=False),
    text_column("kind"),  # "runs", or "" for deliveries
    Column("way", Json, nullable=False, server_default="{}"),  # how runs are taken up again
    some_index("replay_open", "made_at", where="state IN ('first', 'going')"),
)

replay_item = Table(
    "replay_item",
    metadata,
    Column("replay_id", SafeText, primary_key=True),
    Column("position", Integer, primary_key=True),
    text_column("delivery_id", None),
    text_column("state", None),
    text_column("note"),
    Column("run_ids", Json, nullable=False),
    text_column("run_id"),
)
