"""Keys that the office enters, how much they are used, and values of secrets that are still believed for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def text(name):
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def number(name):
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def upgrade():
    for each in (text("sealed"), text("tail"), text("origin"), text("environment"), text("entered_by")):
        op.add_column("connection", each)
    op.add_column("connection", sa.Column("entered_at", sa.Double(), nullable=True))
    for each in (number("used_minute"), number("used_calls"), number("used_before")):
        op.add_column("connection", each)
    op.execute("UPDATE connection SET origin = 'environment', environment = fingerprint, entered_at = changed_at")
    op.add_column("secret", text("previous"))
    op.add_column("secret", sa.Column("previous_until", sa.Double(), nullable=True))
    op.add_column("secret", sa.Column("previous_used_at", sa.Double(), nullable=True))
