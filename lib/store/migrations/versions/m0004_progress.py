"""Progress in self-study, taken from the browser into the account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lib.store.base import Moment, Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "progress",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("slug", Words(), nullable=False),
        sa.Column("record", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_progress_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "slug", name=op.f("pk_progress")),
    )
