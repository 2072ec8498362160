"""What a key may ask of its API in a minute, and when its budget is whole again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("connection", sa.Column("per_minute", sa.Integer(), nullable=True))
    op.add_column("connection", sa.Column("burst", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("connection", sa.Column("whole_at", sa.Double(), nullable=False, server_default="0"))
