"""Polling in full: what was seen before is kept with its reasons; floods and backlogs wait for a person."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def must(name, kind, **more):
    return sa.Column(name, kind, nullable=False, **more)


def may(name, kind):
    return sa.Column(name, kind, nullable=True)


def text(name):
    return must(name, sa.Text(), server_default="")


def zero(name, kind=NUMBER):
    return must(name, kind, server_default="0")


def upgrade():
    for column in (zero("born"), zero("quiet"), may("wrote_at", sa.Double()), may("gone_at", sa.Double())):
        op.add_column("snapshot", column)
    # what was seen before this day is not held against anybody
    op.execute("UPDATE snapshot SET quiet = rev")
    for column in (
        zero("handled"),
        zero("requests"),
        text("held"),
        zero("accepted"),
        must("full_wanted", sa.Boolean(), server_default=sa.false()),
        may("began_at", sa.Double()),
        may("fields", sa.Text()),
        zero("unexplained"),
        zero("made"),
        zero("buried"),
    ):
        op.add_column("cursor", column)
    create_floods()
    create_backlogs()


def create_floods():
    op.create_table(
        "flood",
        must("id", sa.Text()),
        must("resource", sa.Text()),
        must("pass_no", NUMBER),
        must("recipe_id", sa.Text()),
        must("opened_at", sa.Double()),
        zero("runs"),
        zero("begun"),
        may("held_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="flood_pk"),
    )
    op.create_index("flood_by_pass", "flood", ["resource", "pass_no"])
    op.create_table(
        "flood_run",
        must("run_id", sa.Text()),
        must("flood_id", sa.Text()),
        sa.PrimaryKeyConstraint("run_id", name="flood_run_pk"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="flood_run_run_id_fk", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["flood_id"], ["flood.id"], name="flood_run_flood_id_fk", ondelete="CASCADE"),
    )
    op.create_index("flood_run_by_flood", "flood_run", ["flood_id"])


def create_backlogs():
    op.create_table(
        "backlog",
        must("recipe_id", sa.Text()),
        must("trigger_id", sa.Text()),
        must("resource", sa.Text()),
        must("start", sa.Text()),
        must("state", sa.Text()),
        must("until_pass", NUMBER),
        must("opened_at", sa.Double()),
        text("position"),
        zero("counted"),
        must("preview", sa.Text()),
        zero("started"),
        zero("per_minute", sa.Integer()),
        may("released_at", sa.Double()),
        text("decided_by"),
        sa.PrimaryKeyConstraint("recipe_id", "trigger_id", name="backlog_pk"),
    )
    op.create_index("backlog_by_resource", "backlog", ["resource", "state"])
