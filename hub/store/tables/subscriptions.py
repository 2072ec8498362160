"""What other programs want to be told, and the tokens that they show."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Table, text

from hub.store.encoding import Json, SafeText
from hub.store.tables.columns import metadata, text_column, time_column

_OPEN = text("state IN ('active', 'paused')")

api_token = Table(
    "api_token",
    metadata,
    Column("id", SafeText, primary_key=True),
    text_column("name"),
    text_column("secret_hash", None),  # whoever reads the database cannot use the token
    Column("scopes", Json, nullable=False),
    time_column("created_at"),
    text_column("created_by"),
    Column("expires_at", Double),
    Column("used_at", Double),
    Column("revoked_at", Double),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", SafeText, primary_key=True),  # also the id of its recipe, and in part the name of its secret
    text_column("token_id", None),
    text_column("url", None),
    Column("events", Json, nullable=False),
    text_column("condition"),
    Column("fields", Json, nullable=False),
    text_column("likeness", None),  # what two equal subscriptions have in common
    text_column("state", None),
    text_column("note"),
    time_column("created_at"),
    time_column("changed_at"),
    Index("subscription_by_token", "token_id", "created_at"),
    Index("subscription_once", "likeness", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
)
