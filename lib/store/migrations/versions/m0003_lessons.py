"""Lessons of an assignment, and the workings that were handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lib.store.base import Json, Moment, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assigned_lesson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("slug", Words(), nullable=False),
        sa.Column("numbers", Json(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_assigned_lesson_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assigned_lesson")),
        sa.UniqueConstraint("assignment_id", "slug", name=op.f("uq_assigned_lesson_assignment_id_slug")),
    )
    op.create_index(op.f("ix_assigned_lesson_assignment_id"), "assigned_lesson", ["assignment_id"])
    op.create_table(
        "working",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("slug", Words(), nullable=False),
        sa.Column("numbers", Json(), nullable=False),
        sa.Column("sample", Json(), nullable=False),
        sa.Column("turn", Words(), nullable=False),
        sa.Column("entries", Json(), nullable=False),
        sa.Column("still_open", Json(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["assigned_lesson.id"], name=op.f("fk_working_lesson_id_assigned_lesson")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_working_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working")),
        sa.UniqueConstraint("lesson_id", "person_id", name=op.f("uq_working_lesson_id_person_id")),
    )
    op.create_index(op.f("ix_working_person_id"), "working", ["person_id"])
