"""What comes in: deliveries and events."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, UniqueConstraint

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import metadata, some_index, text_column, time_column

delivery = Table(
    "delivery",
    metadata,
    Column("id", SafeText, primary_key=True),
    text_column("path"),
    text_column("method"),
    text_column("url"),
    text_column("query"),
    Column("headers", Json, nullable=False),
    time_column("received_at"),
    text_column("remote"),
    text_column("status", None),
    text_column("event_id"),
    text_column("recipe_id"),
    text_column("reason"),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    text_column("likeness"),  # what an old delivery sent again under another id would have in common with it
    text_column("origin"),
    Index("delivery_by_time", "received_at", "id"),
    Index("delivery_by_path", "path", "received_at", "id"),
    Index("delivery_by_status", "status", "received_at", "id"),
    some_index("delivery_by_event", "event_id", where="event_id <> ''"),
    some_index("delivery_paused", "path", "received_at", "id", where="status = 'paused'"),
    some_index("delivery_by_likeness", "path", "likeness", "received_at", where="likeness <> ''"),
)

event = Table(
    "event",
    metadata,
    Column("id", SafeText, primary_key=True),
    text_column("type", None),
    text_column("source", None),
    text_column("key", None),
    time_column("time"),
    text_column("origin"),
    text_column("cause_run_id"),
    Column("hop", Integer, nullable=False, server_default="0"),
    text_column("resource"),  # for questions about one record; the truth about it stands in `data`
    text_column("record_id"),
    text_column("subject"),  # what a person would look for: names, in small letters
    Column("data", Json, nullable=False),
    UniqueConstraint("source", "key", name="event_once"),
    Index("event_by_time", "time", "id"),
    some_index("event_by_record", "record_id", "time", where="record_id <> ''"),
)
