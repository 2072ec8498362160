"""What runs wait for: answers of people, and deliveries of other apps."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def must(name, kind, **more):
    return sa.Column(name, kind, nullable=False, **more)


def text(name):
    return must(name, sa.Text(), server_default="")


def some_index(name, table, columns, where):
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade():
    op.create_table(
        "answer",
        must("root_id", sa.Text()),
        must("place", sa.Text()),
        text("answer"),
        text("by"),
        must("at", sa.Double()),
        must("fields", sa.Text()),
        must("timed_out", sa.Boolean()),
        sa.PrimaryKeyConstraint("root_id", "place", name="answer_pk"),
    )
    op.create_table(
        "awaited",
        must("run_id", sa.Text()),
        must("path", sa.Text()),
        must("source", sa.Text()),
        must("match", sa.Text()),
        must("equals", sa.Text()),
        text("event_id"),
        sa.Column("verify", sa.Text()),
        sa.Column("secret", sa.Text()),
        sa.PrimaryKeyConstraint("run_id", "path", name="awaited_pk"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="awaited_run_id_fk", ondelete="CASCADE"),
    )
    some_index("awaited_by_source", "awaited", ["source", "equals"], "event_id = ''")
    some_index("run_resumed", "run", ["root_id"], "root_id <> id")
    some_index("step_waiting", "step", ["run_id"], "action = 'wait_for' AND status = 'waiting'")
