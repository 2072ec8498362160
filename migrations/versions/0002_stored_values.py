"""stored_values"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def must(name, kind, **more):
    return sa.Column(name, kind, nullable=False, **more)


def text(name):
    return must(name, sa.Text(), server_default="")


def upgrade():
    op.create_table(
        "stored_cell",
        must("recipe_id", sa.Text()),
        must("kind", sa.Text()),
        must("name", sa.Text()),
        sa.Column("value", sa.Text()),
        sa.Column("expires_at", sa.Double()),
        must("changed_at", sa.Double()),
        text("changed_by"),
        sa.PrimaryKeyConstraint("recipe_id", "kind", "name", name="stored_cell_pk"),
    )
    expiring = sa.text("expires_at IS NOT NULL")
    op.create_index(
        "stored_cell_expiring", "stored_cell", ["expires_at"], sqlite_where=expiring, postgresql_where=expiring
    )
    op.create_table(
        "stored_effect",
        must("id", sa.Text()),
        must("run_id", sa.Text()),
        sa.Column("result", sa.Text()),
        must("made_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="stored_effect_pk"),
    )
    op.create_index("stored_effect_by_time", "stored_effect", ["made_at", "id"])
    op.create_table(
        "lookup_table",
        must("name", sa.Text()),
        must("number", NUMBER),
        must("version", sa.Text()),
        text("file"),
        must("columns", sa.Text()),
        must("rows", sa.Text()),
        must("published_at", sa.Double()),
        sa.Column("replaced_at", sa.Double()),
        sa.PrimaryKeyConstraint("name", "number", name="lookup_table_pk"),
    )
