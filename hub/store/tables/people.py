"""People, their sessions, secrets, and the trail of what they did."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Table, UniqueConstraint

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import Number, metadata, text_column, time_column

user = Table(
    "user",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("email", SafeText, nullable=False),  # in small letters
    text_column("password_hash", None),
    text_column("role", None),
    time_column("created_at"),
    UniqueConstraint("email", name="user_email_once"),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", SafeText, primary_key=True),  # whoever reads the database cannot log in with it
    Column("user_id", SafeText, ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
    time_column("opened_at"),
    time_column("expires_at"),
    text_column("remote"),
    Index("session_by_user", "user_id"),
)

secret = Table(
    "secret",
    metadata,
    Column("name", SafeText, primary_key=True),
    text_column("sealed", None),
    time_column("changed_at"),
    text_column("changed_by"),
    text_column("previous"),  # the value before, sealed, while deliveries signed with it are believed
    Column("previous_until", Double),
    Column("previous_used_at", Double),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Number, primary_key=True, autoincrement=False),
    time_column("at"),
    text_column("who"),
    text_column("what"),
    Column("before", Json),
    Column("after", Json),
    text_column("where"),
    text_column("chain", None),  # a hash over this row and the chain of the row before
)
