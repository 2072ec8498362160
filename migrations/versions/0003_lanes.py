"""Lanes: which runs go one after the other, and what limits are counted by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FINAL = "('succeeded', 'failed', 'skipped', 'cancelled')"
LEFT = "NEW.status <> OLD.status AND NEW.status <> 'running' AND (NEW.lane <> '' OR NEW.record_lane <> '')"
WAKE_IN_LANE = "UPDATE run SET behind = '', reason = '' WHERE behind = NEW.id AND behind <> ''"
WAKE_AT_RECORD = "UPDATE run SET record_behind = '', reason = '' WHERE record_behind = NEW.id AND record_behind <> ''"


def text(name):
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def zero(name, kind):
    return sa.Column(name, kind, nullable=False, server_default="0")


def some_index(name, table, columns, where):
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade():
    for column in (
        text("mode"),
        text("lane"),
        text("record_lane"),
        zero("place", NUMBER),
        text("behind"),
        text("record_behind"),
        zero("hour_limit", sa.Integer()),
        text("over"),
        text("let_through"),
        zero("keeps_lane", sa.Integer()),
    ):
        op.add_column("run", column)
    op.drop_index("run_due", "run")
    some_index("run_due", "run", ["priority", "due_at"], "status = 'queued' AND behind = '' AND record_behind = ''")
    open_ones = "status IN ('queued', 'running', 'held', 'parked')"
    some_index("run_in_lane", "run", ["lane", "place"], f"lane <> '' AND {open_ones}")
    some_index("run_at_record", "run", ["record_lane", "place"], f"record_lane <> '' AND {open_ones}")
    some_index("run_behind", "run", ["behind"], "behind <> ''")
    some_index("run_record_behind", "run", ["record_behind"], "record_behind <> ''")
    some_index("run_over", "run", ["recipe_id", "created_at"], "over <> '' AND status = 'held'")
    make_counts()
    if op.get_bind().dialect.name == "sqlite":
        wake_on_sqlite()
    else:
        wake_on_postgres()


def make_counts():
    op.create_table(
        "record_write",
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("recipe_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record", "recipe_id", "at", "run_id", name="record_write_pk"),
    )
    op.create_index("record_write_by_time", "record_write", ["at"])
    op.create_table(
        "message",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("recipe_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="message_pk"),
    )
    op.create_index("message_by_recipe", "message", ["recipe_id", "at"])


def wake_on_sqlite():
    op.execute(f"""
        CREATE TRIGGER run_wakes_lane AFTER UPDATE OF status ON run
        WHEN {LEFT} AND NEW.status IN {FINAL}
        BEGIN {WAKE_IN_LANE}; END""")
    op.execute(f"""
        CREATE TRIGGER run_wakes_record AFTER UPDATE OF status ON run
        WHEN {LEFT} AND NOT (NEW.status = 'queued' AND NEW.keeps_lane = 1)
        BEGIN {WAKE_AT_RECORD}; END""")


def wake_on_postgres():
    for name, deed, when in (
        ("run_wakes_lane", WAKE_IN_LANE, f"NEW.status IN {FINAL}"),
        ("run_wakes_record", WAKE_AT_RECORD, "NOT (NEW.status = 'queued' AND NEW.keeps_lane = 1)"),
    ):
        op.execute(f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN {deed}; RETURN NULL; END $$""")
        op.execute(f"""
            CREATE TRIGGER {name} AFTER UPDATE OF status ON run FOR EACH ROW
            WHEN ({LEFT} AND {when}) EXECUTE FUNCTION {name}()""")
