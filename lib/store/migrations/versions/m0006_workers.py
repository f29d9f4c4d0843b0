"""Signs of life of those who grade, and a number by which a submission is followed through the logs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lib.store.base import Moment, Words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("name", Words(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("revision", Words(), nullable=False),
        sa.Column("began", Moment(), nullable=False),
        sa.Column("seen", Moment(), nullable=False),
        sa.Column("graded", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("grading_seconds", sa.Double(), nullable=False),
        sa.Column("to_mark_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
    )
    op.add_column("submission", sa.Column("request", Words(), nullable=False, server_default=sa.text("''")))
