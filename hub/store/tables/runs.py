"""What is done about it: runs, their steps and attempts."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Identity, Index, Integer, Table, UniqueConstraint

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import Number, metadata, some_index, text_column, time_column

_OPEN = "status IN ('queued', 'running', 'held', 'parked')"

run = Table(
    "run",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("event_id", SafeText, ForeignKey("event.id"), nullable=False),
    text_column("recipe_id", None),
    text_column("recipe_version"),
    text_column("trigger_id"),
    text_column("root_id"),
    text_column("status", None),
    Column("priority", Integer, nullable=False, server_default="0"),
    time_column("due_at"),
    time_column("created_at"),
    Column("claim", Number, nullable=False, server_default="0"),
    text_column("owner"),
    Column("lease_until", Double, nullable=False, server_default="0"),
    Column("crashes", Integer, nullable=False, server_default="0"),
    text_column("reason"),
    Column("started_at", Double),
    Column("finished_at", Double),
    text_column("replay_of"),
    Column("replay_no", Integer, nullable=False, server_default="0"),
    Column("error", Json),
    Column("verdict", Json),
    Column("variables", Json, nullable=False),
    text_column("mode"),
    text_column("lane"),
    text_column("record_lane"),
    Column("place", Number, nullable=False, server_default="0"),  # its number in its lanes
    text_column("behind"),  # the run in front of it in its lane, while it sleeps until that one is over
    text_column("record_behind"),  # the same in the lane of its record
    Column("hour_limit", Integer, nullable=False, server_default="0"),
    text_column("over"),  # the limit that holds it
    text_column("let_through"),  # the limits that a person has let it go beyond, each followed by a space
    Column("keeps_lane", Integer, nullable=False, server_default="0"),  # 1: queued, and still in its record's lane
    Column("result", Json),
    UniqueConstraint("event_id", "recipe_id", "replay_no", name="run_once"),
    Index("run_by_time", "created_at", "id"),
    Index("run_by_recipe", "recipe_id", "created_at", "id"),
    Index("run_by_status", "status", "created_at", "id"),
    Index("run_by_recipe_status", "recipe_id", "status", "created_at", "id"),
    some_index("run_due", "priority", "due_at", where="status = 'queued' AND behind = '' AND record_behind = ''"),
    some_index("run_leased", "lease_until", where="status = 'running'"),
    some_index("run_in_lane", "lane", "place", where=f"lane <> '' AND {_OPEN}"),
    some_index("run_at_record", "record_lane", "place", where=f"record_lane <> '' AND {_OPEN}"),
    some_index("run_behind", "behind", where="behind <> ''"),
    some_index("run_record_behind", "record_behind", where="record_behind <> ''"),
    some_index("run_resumed", "root_id", where="root_id <> id"),
    some_index("run_replayed", "replay_of", where="replay_of <> ''"),
    some_index("run_over", "recipe_id", "created_at", where="over <> '' AND status = 'held'"),
)

step = Table(
    "step",
    metadata,
    Column("seq", Number, Identity(), primary_key=True),  # the order in which the steps were first written
    Column("run_id", SafeText, ForeignKey("run.id", ondelete="CASCADE"), nullable=False),
    text_column("path", None),
    text_column("step_id"),
    text_column("action"),
    text_column("status", None),
    time_column("started_at"),
    Column("tries", Integer, nullable=False, server_default="0"),
    text_column("key"),
    text_column("note"),
    text_column("resource"),
    Column("sent_at", Double),
    Column("due_at", Double),
    Column("finished_at", Double),
    Column("request", Json),
    Column("verdict", Json),
    Column("output", Json),
    Column("error", Json),
    UniqueConstraint("run_id", "path", name="step_once"),
    some_index("step_in_flight", "resource", where="sent_at IS NOT NULL AND status IN ('started', 'unknown')"),
    some_index("step_waiting", "run_id", where="action = 'wait_for' AND status = 'waiting'"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("run_id", SafeText, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("path", SafeText, primary_key=True),
    Column("number", Integer, primary_key=True),
    time_column("started_at"),
    time_column("finished_at"),
    text_column("outcome", None),
    Column("error", Json),
)
