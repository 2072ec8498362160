"""The tables. `migrations/` makes them, with the guards that no statement can pass (a test holds both equal).

Times are seconds since the epoch in UTC. A table of many rows has the indexes that its questions need and no others:
each of them is paid for with every run.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from hub.store.encoding import Json, SafeText

REVISION = "0001"
"""The newest migration. Revisions are numbers, so that an older program knows a newer database."""

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_name)s_once",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
    }
)

_Number = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, default: str | None = "") -> Column[str]:
    return Column(name, SafeText, nullable=False, server_default=default)


def _time(name: str) -> Column[float]:
    return Column(name, Double, nullable=False)


def _some_index(name: str, *columns: object, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))  # type: ignore[arg-type]


# ---- What comes in -------------------------------------------------------------------------------------------------

delivery = Table(
    "delivery",
    metadata,
    Column("id", SafeText, primary_key=True),
    _text("path"),
    _text("method"),
    _text("url"),
    _text("query"),
    Column("headers", Json, nullable=False),
    _time("received_at"),
    _text("remote"),
    _text("status", None),
    _text("event_id"),
    _text("recipe_id"),
    _text("reason"),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _text("likeness"),  # what an old delivery sent again under another id would have in common with it
    Index("delivery_by_time", "received_at", "id"),
    Index("delivery_by_path", "path", "received_at", "id"),
    Index("delivery_by_status", "status", "received_at", "id"),
    _some_index("delivery_by_event", "event_id", where="event_id <> ''"),
    _some_index("delivery_by_likeness", "path", "likeness", "received_at", where="likeness <> ''"),
)

event = Table(
    "event",
    metadata,
    Column("id", SafeText, primary_key=True),
    _text("type", None),
    _text("source", None),
    _text("key", None),
    _time("time"),
    _text("origin"),
    _text("cause_run_id"),
    Column("hop", Integer, nullable=False, server_default="0"),
    _text("resource"),  # for questions about one record; the truth about it stands in `data`
    _text("record_id"),
    _text("subject"),  # what a person would look for: names, in small letters
    Column("data", Json, nullable=False),
    UniqueConstraint("source", "key", name="event_once"),
    Index("event_by_time", "time", "id"),
    _some_index("event_by_record", "record_id", "time", where="record_id <> ''"),
)

# ---- What is done about it -----------------------------------------------------------------------------------------

run = Table(
    "run",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("event_id", SafeText, ForeignKey("event.id"), nullable=False),
    _text("recipe_id", None),
    _text("recipe_version"),
    _text("trigger_id"),
    _text("root_id"),
    _text("status", None),
    Column("priority", Integer, nullable=False, server_default="0"),
    _time("due_at"),
    _time("created_at"),
    Column("claim", _Number, nullable=False, server_default="0"),
    _text("owner"),
    Column("lease_until", Double, nullable=False, server_default="0"),
    Column("crashes", Integer, nullable=False, server_default="0"),
    _text("reason"),
    Column("started_at", Double),
    Column("finished_at", Double),
    _text("replay_of"),
    Column("replay_no", Integer, nullable=False, server_default="0"),
    Column("error", Json),
    Column("verdict", Json),
    Column("variables", Json, nullable=False),
    UniqueConstraint("event_id", "recipe_id", "replay_no", name="run_once"),
    Index("run_by_time", "created_at", "id"),
    Index("run_by_recipe", "recipe_id", "created_at", "id"),
    Index("run_by_status", "status", "created_at", "id"),
    Index("run_by_recipe_status", "recipe_id", "status", "created_at", "id"),
    _some_index("run_due", "priority", "due_at", where="status = 'queued'"),
    _some_index("run_leased", "lease_until", where="status = 'running'"),
)

step = Table(
    "step",
    metadata,
    Column("seq", _Number, Identity(), primary_key=True),  # the order in which the steps were first written
    Column("run_id", SafeText, ForeignKey("run.id", ondelete="CASCADE"), nullable=False),
    _text("path", None),
    _text("step_id"),
    _text("action"),
    _text("status", None),
    _time("started_at"),
    Column("tries", Integer, nullable=False, server_default="0"),
    _text("key"),
    _text("note"),
    _text("resource"),
    Column("sent_at", Double),
    Column("due_at", Double),
    Column("finished_at", Double),
    Column("request", Json),
    Column("verdict", Json),
    Column("output", Json),
    Column("error", Json),
    UniqueConstraint("run_id", "path", name="step_once"),
    _some_index("step_in_flight", "resource", where="sent_at IS NOT NULL AND status IN ('started', 'unknown')"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("run_id", SafeText, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("path", SafeText, primary_key=True),
    Column("number", Integer, primary_key=True),
    _time("started_at"),
    _time("finished_at"),
    _text("outcome", None),
    Column("error", Json),
)

# ---- What is polled ------------------------------------------------------------------------------------------------

snapshot = Table(
    "snapshot",
    metadata,
    Column("resource", SafeText, primary_key=True),
    Column("record_id", SafeText, primary_key=True),
    Column("rev", _Number, nullable=False),
    Column("missed", Integer, nullable=False, server_default="0"),
    Column("pass_no", _Number, nullable=False, server_default="0"),  # the last pass that showed it
    Column("record", Json, nullable=False),
)

cursor = Table(
    "cursor",
    metadata,
    Column("resource", SafeText, primary_key=True),
    Column("claim", _Number, nullable=False, server_default="0"),
    _text("owner"),
    Column("lease_until", Double, nullable=False, server_default="0"),
    Column("pass_no", _Number, nullable=False, server_default="0"),  # the pass that wrote the last page
    _text("position"),
    Column("baseline_at", Double),
    Column("last_ok_at", Double),
    Column("last_full_at", Double),
    Column("passes", _Number, nullable=False, server_default="0"),
    Column("checked", _Number, nullable=False, server_default="0"),
    Column("changed", _Number, nullable=False, server_default="0"),
    _text("error"),
)

connection = Table(
    "connection",
    metadata,
    Column("name", SafeText, primary_key=True),
    Column("version", Integer, nullable=False),
    _text("state", None),
    _text("fingerprint", None),
    _time("changed_at"),
    Column("used_at", Double),
    Column("blocked_until", Double, nullable=False, server_default="0"),
)

# ---- Recipes and the clock -----------------------------------------------------------------------------------------

recipe = Table(
    "recipe",
    metadata,
    Column("id", SafeText, primary_key=True),
    _text("name"),
    _text("description"),
    _text("version"),
    _text("file"),
    _text("source"),
    Column("enabled", Boolean, nullable=False),  # what the file says
    Column("switched_on", Boolean),  # what the office says, NULL while it says nothing
    _text("switched_by"),
    Column("switched_at", Double),
    Column("usable", Boolean, nullable=False),  # no problem of severity error
    Column("problems", Json, nullable=False),
    _time("published_at"),
    Column("removed_at", Double),
    Column("revision", _Number, nullable=False),  # moves with every change to any recipe
)

recipe_version = Table(
    "recipe_version",
    metadata,
    Column("recipe_id", SafeText, primary_key=True),
    Column("version", SafeText, primary_key=True),
    _text("name"),
    _text("description"),
    _text("file"),
    _text("source"),
    Column("enabled", Boolean, nullable=False),
    Column("problems", Json, nullable=False),
    _time("published_at"),
)

schedule = Table(
    "schedule",
    metadata,
    Column("recipe_id", SafeText, primary_key=True),
    Column("trigger_id", SafeText, primary_key=True),
    _time("next_at"),
)

leadership = Table(
    "leadership",
    metadata,
    Column("name", SafeText, primary_key=True),
    _text("owner", None),
    _time("lease_until"),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("kind", SafeText, primary_key=True),
    Column("id", SafeText, primary_key=True),
    _time("seen_at"),
    Column("detail", Json, nullable=False),
)

# ---- People --------------------------------------------------------------------------------------------------------

user = Table(
    "user",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("email", SafeText, nullable=False),  # in small letters
    _text("password_hash", None),
    _text("role", None),
    _time("created_at"),
    UniqueConstraint("email", name="user_email_once"),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", SafeText, primary_key=True),  # whoever reads the database cannot log in with it
    Column("user_id", SafeText, ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
    _time("opened_at"),
    _time("expires_at"),
    _text("remote"),
    Index("session_by_user", "user_id"),
)

secret = Table(
    "secret",
    metadata,
    Column("name", SafeText, primary_key=True),
    _text("sealed", None),
    _time("changed_at"),
    _text("changed_by"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", _Number, primary_key=True, autoincrement=False),
    _time("at"),
    _text("who"),
    _text("what"),
    Column("before", Json),
    Column("after", Json),
    _text("where"),
    _text("chain", None),  # a hash over this row and the chain of the row before
)
