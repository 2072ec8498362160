"""First tables, and the guards that no statement can pass."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FINAL = "('succeeded', 'failed', 'skipped', 'cancelled')"
RUN_GUARD = "a run that is over keeps its status"
AUDIT_GUARD = "the audit trail only grows"


def must(name, kind, **more):
    return sa.Column(name, kind, nullable=False, **more)


def may(name, kind):
    return sa.Column(name, kind, nullable=True)


def text(name):
    return must(name, sa.Text(), server_default="")


def zero(name, kind=NUMBER):
    return must(name, kind, server_default="0")


def some_index(name, table, columns, where):
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade():
    create_inbound()
    create_runs()
    create_steps()
    create_polls()
    create_recipes()
    create_clock()
    create_people()
    if op.get_bind().dialect.name == "sqlite":
        guard_sqlite()
    else:
        guard_postgres()


def create_inbound():
    op.create_table(
        "delivery",
        must("id", sa.Text()),
        text("path"),
        text("method"),
        text("url"),
        text("query"),
        must("headers", sa.Text()),
        must("received_at", sa.Double()),
        text("remote"),
        must("status", sa.Text()),
        text("event_id"),
        text("recipe_id"),
        text("reason"),
        must("size", sa.Integer()),
        must("body", sa.LargeBinary()),
        text("likeness"),
        sa.PrimaryKeyConstraint("id", name="delivery_pk"),
    )
    op.create_index("delivery_by_time", "delivery", ["received_at", "id"])
    op.create_index("delivery_by_path", "delivery", ["path", "received_at", "id"])
    op.create_index("delivery_by_status", "delivery", ["status", "received_at", "id"])
    some_index("delivery_by_event", "delivery", ["event_id"], "event_id <> ''")
    some_index("delivery_by_likeness", "delivery", ["path", "likeness", "received_at"], "likeness <> ''")
    op.create_table(
        "event",
        must("id", sa.Text()),
        must("type", sa.Text()),
        must("source", sa.Text()),
        must("key", sa.Text()),
        must("time", sa.Double()),
        text("origin"),
        text("cause_run_id"),
        zero("hop", sa.Integer()),
        text("resource"),
        text("record_id"),
        text("subject"),
        must("data", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="event_pk"),
        sa.UniqueConstraint("source", "key", name="event_once"),
    )
    op.create_index("event_by_time", "event", ["time", "id"])
    some_index("event_by_record", "event", ["record_id", "time"], "record_id <> ''")


def create_runs():
    op.create_table(
        "run",
        must("id", sa.Text()),
        must("event_id", sa.Text()),
        must("recipe_id", sa.Text()),
        text("recipe_version"),
        text("trigger_id"),
        text("root_id"),
        must("status", sa.Text()),
        zero("priority", sa.Integer()),
        must("due_at", sa.Double()),
        must("created_at", sa.Double()),
        zero("claim"),
        text("owner"),
        zero("lease_until", sa.Double()),
        zero("crashes", sa.Integer()),
        text("reason"),
        may("started_at", sa.Double()),
        may("finished_at", sa.Double()),
        text("replay_of"),
        zero("replay_no", sa.Integer()),
        may("error", sa.Text()),
        may("verdict", sa.Text()),
        must("variables", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="run_pk"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="run_event_id_fk"),
        sa.UniqueConstraint("event_id", "recipe_id", "replay_no", name="run_once"),
    )
    op.create_index("run_by_time", "run", ["created_at", "id"])
    op.create_index("run_by_recipe", "run", ["recipe_id", "created_at", "id"])
    op.create_index("run_by_status", "run", ["status", "created_at", "id"])
    op.create_index("run_by_recipe_status", "run", ["recipe_id", "status", "created_at", "id"])
    some_index("run_due", "run", ["priority", "due_at"], "status = 'queued'")
    some_index("run_leased", "run", ["lease_until"], "status = 'running'")


def create_steps():
    op.create_table(
        "step",
        must("seq", NUMBER, server_default=sa.Identity()),
        must("run_id", sa.Text()),
        must("path", sa.Text()),
        text("step_id"),
        text("action"),
        must("status", sa.Text()),
        must("started_at", sa.Double()),
        zero("tries", sa.Integer()),
        text("key"),
        text("note"),
        text("resource"),
        may("sent_at", sa.Double()),
        may("due_at", sa.Double()),
        may("finished_at", sa.Double()),
        may("request", sa.Text()),
        may("verdict", sa.Text()),
        may("output", sa.Text()),
        may("error", sa.Text()),
        sa.PrimaryKeyConstraint("seq", name="step_pk"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="step_run_id_fk", ondelete="CASCADE"),
        sa.UniqueConstraint("run_id", "path", name="step_once"),
    )
    some_index("step_in_flight", "step", ["resource"], "sent_at IS NOT NULL AND status IN ('started', 'unknown')")
    op.create_table(
        "attempt",
        must("run_id", sa.Text()),
        must("path", sa.Text()),
        must("number", sa.Integer()),
        must("started_at", sa.Double()),
        must("finished_at", sa.Double()),
        must("outcome", sa.Text()),
        may("error", sa.Text()),
        sa.PrimaryKeyConstraint("run_id", "path", "number", name="attempt_pk"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="attempt_run_id_fk", ondelete="CASCADE"),
    )


def create_polls():
    op.create_table(
        "snapshot",
        must("resource", sa.Text()),
        must("record_id", sa.Text()),
        must("rev", NUMBER),
        zero("missed", sa.Integer()),
        zero("pass_no"),
        must("record", sa.Text()),
        sa.PrimaryKeyConstraint("resource", "record_id", name="snapshot_pk"),
    )
    op.create_table(
        "cursor",
        must("resource", sa.Text()),
        zero("claim"),
        text("owner"),
        zero("lease_until", sa.Double()),
        zero("pass_no"),
        text("position"),
        may("baseline_at", sa.Double()),
        may("last_ok_at", sa.Double()),
        may("last_full_at", sa.Double()),
        zero("passes"),
        zero("checked"),
        zero("changed"),
        text("error"),
        sa.PrimaryKeyConstraint("resource", name="cursor_pk"),
    )
    op.create_table(
        "connection",
        must("name", sa.Text()),
        must("version", sa.Integer()),
        must("state", sa.Text()),
        must("fingerprint", sa.Text()),
        must("changed_at", sa.Double()),
        may("used_at", sa.Double()),
        zero("blocked_until", sa.Double()),
        sa.PrimaryKeyConstraint("name", name="connection_pk"),
    )


def create_recipes():
    op.create_table(
        "recipe",
        must("id", sa.Text()),
        text("name"),
        text("description"),
        text("version"),
        text("file"),
        text("source"),
        must("enabled", sa.Boolean()),
        may("switched_on", sa.Boolean()),
        text("switched_by"),
        may("switched_at", sa.Double()),
        must("usable", sa.Boolean()),
        must("problems", sa.Text()),
        must("published_at", sa.Double()),
        may("removed_at", sa.Double()),
        must("revision", NUMBER),
        sa.PrimaryKeyConstraint("id", name="recipe_pk"),
    )
    op.create_table(
        "recipe_version",
        must("recipe_id", sa.Text()),
        must("version", sa.Text()),
        text("name"),
        text("description"),
        text("file"),
        text("source"),
        must("enabled", sa.Boolean()),
        must("problems", sa.Text()),
        must("published_at", sa.Double()),
        sa.PrimaryKeyConstraint("recipe_id", "version", name="recipe_version_pk"),
    )


def create_clock():
    op.create_table(
        "schedule",
        must("recipe_id", sa.Text()),
        must("trigger_id", sa.Text()),
        must("next_at", sa.Double()),
        sa.PrimaryKeyConstraint("recipe_id", "trigger_id", name="schedule_pk"),
    )
    op.create_table(
        "leadership",
        must("name", sa.Text()),
        must("owner", sa.Text()),
        must("lease_until", sa.Double()),
        sa.PrimaryKeyConstraint("name", name="leadership_pk"),
    )
    op.create_table(
        "heartbeat",
        must("kind", sa.Text()),
        must("id", sa.Text()),
        must("seen_at", sa.Double()),
        must("detail", sa.Text()),
        sa.PrimaryKeyConstraint("kind", "id", name="heartbeat_pk"),
    )


def create_people():
    op.create_table(
        "user",
        must("id", sa.Text()),
        must("email", sa.Text()),
        must("password_hash", sa.Text()),
        must("role", sa.Text()),
        must("created_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="user_pk"),
        sa.UniqueConstraint("email", name="user_email_once"),
    )
    op.create_table(
        "session",
        must("token_hash", sa.Text()),
        must("user_id", sa.Text()),
        must("opened_at", sa.Double()),
        must("expires_at", sa.Double()),
        text("remote"),
        sa.PrimaryKeyConstraint("token_hash", name="session_pk"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="session_user_id_fk", ondelete="CASCADE"),
    )
    op.create_index("session_by_user", "session", ["user_id"])
    op.create_table(
        "secret",
        must("name", sa.Text()),
        must("sealed", sa.Text()),
        must("changed_at", sa.Double()),
        text("changed_by"),
        sa.PrimaryKeyConstraint("name", name="secret_pk"),
    )
    op.create_table(
        "audit",
        must("seq", NUMBER, autoincrement=False),
        must("at", sa.Double()),
        text("who"),
        text("what"),
        may("before", sa.Text()),
        may("after", sa.Text()),
        text("where"),
        must("chain", sa.Text()),
        sa.PrimaryKeyConstraint("seq", name="audit_pk"),
    )


def guard_sqlite():
    op.execute(f"""
        CREATE TRIGGER run_guard BEFORE UPDATE OF status ON run
        WHEN OLD.status IN {FINAL} AND NEW.status <> OLD.status
        BEGIN SELECT RAISE(ABORT, '{RUN_GUARD}'); END""")
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER audit_guard_{verb.lower()} BEFORE {verb} ON audit
            BEGIN SELECT RAISE(ABORT, '{AUDIT_GUARD}'); END""")


def guard_postgres():
    for name, words in (("run_guard", RUN_GUARD), ("audit_guard", AUDIT_GUARD)):
        op.execute(f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation'; END $$""")
    op.execute(f"""
        CREATE TRIGGER run_guard BEFORE UPDATE OF status ON run FOR EACH ROW
        WHEN (OLD.status IN {FINAL} AND NEW.status <> OLD.status)
        EXECUTE FUNCTION run_guard()""")
    op.execute("""
        CREATE TRIGGER audit_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT
        EXECUTE FUNCTION audit_guard()""")
