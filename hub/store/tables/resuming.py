"""How runs were taken up again, and what people were told of failures."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import metadata, text_column, time_column

resumption = Table(
    "resumption",
    metadata,
    Column("run_id", SafeText, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),  # the new run
    time_column("at"),
    text_column("by"),
    text_column("path"),  # the step whose request a person has changed; "" for the data of the event, or nothing
    Column("before", Json),
    Column("after", Json),
)

told = Table(
    "told",
    metadata,
    Column("name", SafeText, primary_key=True),  # what it was about
    time_column("at"),  # when that was last said
)
