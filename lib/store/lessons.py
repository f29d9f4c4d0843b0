"""Lessons that are part of an assignment, and the workings of them that were handed in. Completion, and no mark."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lib.store.base import Table


class AssignedLesson(Table):
    """A lesson of an assignment, and the numbers that everyone works."""

    __tablename__ = "assigned_lesson"
    __table_args__ = (UniqueConstraint("assignment_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    slug: Mapped[str]
    numbers: Mapped[dict[str, Any]]  # field → what is typed there
    place: Mapped[int]


class Working(Table):
    """What a person handed in for a lesson last: one that is complete stays. `numbers` are those it was judged on."""

    __tablename__ = "working"
    __table_args__ = (UniqueConstraint("lesson_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("assigned_lesson.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    trial: Mapped[bool] = mapped_column(default=False)  # by staff
    slug: Mapped[str]
    numbers: Mapped[dict[str, Any]]
    sample: Mapped[list[Any]]  # its index in the batch
    turn: Mapped[str]  # of a long loop; empty where all are asked
    entries: Mapped[dict[str, Any]]  # row key → what was typed; {}: deleted as the course promised
    still_open: Mapped[list[Any]]  # keys of the rows that are not right yet; none: complete
    complete: Mapped[bool]
    at: Mapped[datetime]


class LessonDraft(Table):
    """What a person has typed in a lesson and not handed in."""

    __tablename__ = "lesson_draft"

    lesson_id: Mapped[int] = mapped_column(ForeignKey("assigned_lesson.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    sample: Mapped[list[Any]]
    turn: Mapped[str]
    entries: Mapped[dict[str, Any]]
    at: Mapped[datetime]
