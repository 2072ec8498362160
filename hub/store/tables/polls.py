"""What is polled, and the keys to it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, Table, false

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
    Column("born", Number, nullable=False, server_default="0"),  # the pass that showed it first
    Column("quiet", Number, nullable=False, server_default="0"),  # of its revisions, those that need no event
    Column("wrote_at", Double),  # when a write of ours last went through to it
    Column("gone_at", Double),  # a deleted record's row stays for a while, so that its revisions go on
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
    Column("handled", Number, nullable=False, server_default="0"),
    Column("requests", Number, nullable=False, server_default="0"),
    text_column("held"),
    Column("accepted", Number, nullable=False, server_default="0"),
    Column("full_wanted", Boolean, nullable=False, server_default=false()),
    Column("began_at", Double),
    Column("fields", Json),
    Column("unexplained", Number, nullable=False, server_default="0"),
    Column("made", Number, nullable=False, server_default="0"),  # events that the poller has made of this list
    Column("buried", Number, nullable=False, server_default="0"),  # events of rows that are no longer there
)

flood = Table(
    "flood",
    metadata,
    Column("id", SafeText, primary_key=True),
    text_column("resource", None),
    Column("pass_no", Number, nullable=False),
    text_column("recipe_id", None),
    time_column("opened_at"),
    Column("runs", Number, nullable=False, server_default="0"),
    Column("begun", Number, nullable=False, server_default="0"),  # those that had begun before it was known
    Column("held_at", Double),
    Index("flood_by_pass", "resource", "pass_no"),
)

flood_run = Table(
    "flood_run",
    metadata,
    Column("run_id", SafeText, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("flood_id", SafeText, ForeignKey("flood.id", ondelete="CASCADE"), nullable=False),
    Index("flood_run_by_flood", "flood_id"),
)

backlog = Table(
    "backlog",
    metadata,
    Column("recipe_id", SafeText, primary_key=True),
    Column("trigger_id", SafeText, primary_key=True),
    text_column("resource", None),
    text_column("start", None),
    text_column("state", None),
    Column("until_pass", Number, nullable=False),  # records that this pass or a later one showed first do not belong
    time_column("opened_at"),
    text_column("position"),
    Column("counted", Number, nullable=False, server_default="0"),
    Column("preview", Json, nullable=False),
    Column("started", Number, nullable=False, server_default="0"),
    Column("per_minute", Integer, nullable=False, server_default="0"),
    Column("released_at", Double),
    text_column("decided_by"),
    Index("backlog_by_resource", "resource", "state"),
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
    Column("per_minute", Integer),  # what the API allows; 0: no limit, NULL: nobody knows yet
    Column("burst", Integer, nullable=False, server_default="0"),
    Column("whole_at", Double, nullable=False, server_default="0"),  # when the budget of calls will be whole again
    text_column("sealed"),  # the key itself
    text_column("tail"),  # its last characters, for people
    text_column("origin"),  # "environment" or "office"
    text_column("environment"),  # the fingerprint of the newest key that the environment has given
    text_column("entered_by"),
    Column("entered_at", Double),  # since when this version is in force
    Column("used_minute", Integer, nullable=False, server_default="0"),
    Column("used_calls", Integer, nullable=False, server_default="0"),  # calls in that minute
    Column("used_before", Integer, nullable=False, server_default="0"),  # calls in the minute before it
)
