"""What is typed in a lesson of an assignment and not handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lib.store.base import Json, Moment, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lesson_draft",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sample", Json(), nullable=False),
        sa.Column("turn", Words(), nullable=False),
        sa.Column("entries", Json(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["assigned_lesson.id"], name=op.f("fk_lesson_draft_lesson_id_assigned_lesson")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lesson_draft_person_id_person")),
        sa.PrimaryKeyConstraint("lesson_id", "person_id", name=op.f("pk_lesson_draft")),
    )
    op.create_index(op.f("ix_lesson_draft_person_id"), "lesson_draft", ["person_id"])
