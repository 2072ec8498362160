"""Subscriptions of other programs, and the tokens that they show."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('active', 'paused')")


def must(name, kind, **more):
    return sa.Column(name, kind, nullable=False, **more)


def may(name, kind):
    return sa.Column(name, kind, nullable=True)


def text(name):
    return must(name, sa.Text(), server_default="")


def upgrade():
    op.create_table(
        "api_token",
        must("id", sa.Text()),
        text("name"),
        must("secret_hash", sa.Text()),
        must("scopes", sa.Text()),
        must("created_at", sa.Double()),
        text("created_by"),
        may("expires_at", sa.Double()),
        may("used_at", sa.Double()),
        may("revoked_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="api_token_pk"),
    )
    op.create_table(
        "subscription",
        must("id", sa.Text()),
        must("token_id", sa.Text()),
        must("url", sa.Text()),
        must("events", sa.Text()),
        text("condition"),
        must("fields", sa.Text()),
        must("likeness", sa.Text()),
        must("state", sa.Text()),
        text("note"),
        must("created_at", sa.Double()),
        must("changed_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="subscription_pk"),
    )
    op.create_index("subscription_by_token", "subscription", ["token_id", "created_at"])
    op.create_index(
        "subscription_once", "subscription", ["likeness"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
