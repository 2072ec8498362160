"""Runs taken up again, one or many; recorded results that no statement can change."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STEP_GUARD = "a recorded result of a step never changes"
RECORDED = "('ok', 'skipped')"


def must(name, kind, **more):
    return sa.Column(name, kind, nullable=False, **more)


def text(name, default=""):
    return must(name, sa.Text(), server_default=default)


def upgrade():
    op.add_column("replay", text("kind"))
    op.add_column("replay", text("way", "{}"))
    op.add_column("replay_item", text("run_id"))
    where = sa.text("replay_of <> ''")
    op.create_index("run_replayed", "run", ["replay_of"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "resumption",
        must("run_id", sa.Text()),
        must("at", sa.Double()),
        text("by"),
        text("path"),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name="resumption_pk"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="resumption_run_id_fk", ondelete="CASCADE"),
    )
    op.create_table(
        "told",
        must("name", sa.Text()),
        must("at", sa.Double()),
        sa.PrimaryKeyConstraint("name", name="told_pk"),
    )
    if op.get_bind().dialect.name == "sqlite":
        guard_sqlite()
    else:
        guard_postgres()


def guard_sqlite():
    refuse = f"BEGIN SELECT RAISE(ABORT, '{STEP_GUARD}'); END"
    op.execute(f"CREATE TRIGGER step_guard BEFORE UPDATE ON step WHEN OLD.status IN {RECORDED} {refuse}")
    op.execute(f"""
        CREATE TRIGGER step_guard_delete BEFORE DELETE ON step
        WHEN OLD.status IN {RECORDED} AND EXISTS (SELECT 1 FROM run WHERE id = OLD.run_id) {refuse}""")  # noqa: S608


def guard_postgres():
    """With its run, which is gone by the time when its steps go, a recorded step may be removed, and only so."""
    op.execute(f"""
        CREATE FUNCTION step_guard() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
            IF TG_OP = 'DELETE' THEN
                IF NOT EXISTS (SELECT 1 FROM run WHERE id = OLD.run_id) THEN RETURN OLD; END IF;
            END IF;
            RAISE EXCEPTION '{STEP_GUARD}' USING ERRCODE = 'check_violation';
        END $$""")  # noqa: S608
    op.execute(f"""
        CREATE TRIGGER step_guard BEFORE UPDATE ON step FOR EACH ROW
        WHEN (OLD.status IN {RECORDED}) EXECUTE FUNCTION step_guard()""")
    op.execute(f"""
        CREATE TRIGGER step_guard_delete BEFORE DELETE ON step FOR EACH ROW
        WHEN (OLD.status IN {RECORDED}) EXECUTE FUNCTION step_guard()""")
