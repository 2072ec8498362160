"""The inbox: addresses that are paused or listened to, replays of many, and what was turned away."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def must(name, kind, **more):
    return sa.Column(name, kind, nullable=False, **more)


def text(name):
    return must(name, sa.Text(), server_default="")


def some_index(name, table, columns, where):
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade():
    op.add_column("delivery", text("origin"))
    some_index("delivery_paused", "delivery", ["path", "received_at", "id"], "status = 'paused'")
    op.create_table(
        "address",
        must("path", sa.Text()),
        text("state"),
        must("changed_at", sa.Double()),
        text("changed_by"),
        must("listens_until", sa.Double()),
        sa.PrimaryKeyConstraint("path", name="address_pk"),
    )
    op.create_table(
        "refusal",
        must("path", sa.Text()),
        must("kind", sa.Text()),
        must("minute", NUMBER),
        must("count", sa.Integer()),
        sa.PrimaryKeyConstraint("path", "kind", "minute", name="refusal_pk"),
    )
    op.create_index("refusal_by_time", "refusal", ["minute"])
    op.create_table(
        "replay",
        must("id", sa.Text()),
        must("made_at", sa.Double()),
        text("made_by"),
        must("state", sa.Text()),
        text("note"),
        must("filters", sa.Text()),
        must("total", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="replay_pk"),
    )
    some_index("replay_open", "replay", ["made_at"], "state IN ('first', 'going')")
    op.create_table(
        "replay_item",
        must("replay_id", sa.Text()),
        must("position", sa.Integer()),
        must("delivery_id", sa.Text()),
        must("state", sa.Text()),
        text("note"),
        must("run_ids", sa.Text()),
        sa.PrimaryKeyConstraint("replay_id", "position", name="replay_item_pk"),
    )
