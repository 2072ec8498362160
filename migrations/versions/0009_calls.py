"""What a called recipe gives back to the one that called it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("run", sa.Column("result", sa.Text(), nullable=True))
