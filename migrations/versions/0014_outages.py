"""When the hub was away, and when a new version was deployed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def must(name, kind, **more):
    return sa.Column(name, kind, nullable=False, **more)


def upgrade():
    op.create_table(
        "outage",
        must("id", sa.Text()),
        must("since", sa.Double()),
        must("until", sa.Double()),
        must("cause", sa.Text(), server_default=""),
        must("is_open", sa.Boolean()),
        must("facts", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="outage_pk"),
    )
    op.create_table(
        "release",
        must("id", sa.Text()),
        must("at", sa.Double()),
        must("version", sa.Text(), server_default=""),
        must("program", sa.Text(), server_default=""),
        must("recipes", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="release_pk"),
    )
