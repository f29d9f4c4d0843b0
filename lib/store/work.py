"""What is asked and what was handed in: assignments, submissions, gradings, and what people decided on top."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Enum, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lib.store.base import Table

State = Literal["stored", "waiting", "running", "graded", "our fault"]
When = Literal["at once", "after closing", "when released"]
WHENS: tuple[When, ...] = ("at once", "after closing", "when released")
Counts = Literal["best", "last"]

_WHEN = Enum(*WHENS, native_enum=False, length=16)


class PinnedExercise(Table):
    """An exercise's folder as it was when an assignment took it, so that every worker grades by that version."""

    __tablename__ = "pinned_exercise"

    version: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    files: Mapped[dict[str, Any]]  # path within the folder → text
    private: Mapped[bool]


class Assignment(Table):
    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    title: Mapped[str]
    opens: Mapped[datetime]
    due: Mapped[datetime]
    closes: Mapped[datetime]  # from then on nothing is taken
    late_percent: Mapped[float] = mapped_column(default=0.0)  # of what was earned, for each day begun
    grace_minutes: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int | None]  # at most, for each exercise
    counts: Mapped[Counts] = mapped_column(Enum("best", "last", native_enum=False, length=8), default="best")
    scale: Mapped[float | None]  # points of the whole; None: the sum of the weights
    show_tests: Mapped[When] = mapped_column(_WHEN, default="at once")  # visible tests and mistakes
    show_hidden: Mapped[When] = mapped_column(_WHEN, default="after closing")  # hidden tests and the mark
    released: Mapped[datetime | None]
    made: Mapped[datetime]


class AssignedExercise(Table):
    __tablename__ = "assigned_exercise"
    __table_args__ = (UniqueConstraint("assignment_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    slug: Mapped[str]
    version: Mapped[str]
    title: Mapped[str]
    weight: Mapped[float]
    place: Mapped[int]
    dropped: Mapped[list[Any]] = mapped_column(default=list)  # names of tests that count for nobody


class Extension(Table):
    """Other times for one student; what is None stays as for all."""

    __tablename__ = "extension"
    __table_args__ = (UniqueConstraint("assignment_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    opens: Mapped[datetime | None]
    due: Mapped[datetime | None]
    closes: Mapped[datetime | None]
    why: Mapped[str]


class Draft(Table):
    """What a student has typed and not handed in."""

    __tablename__ = "draft"

    exercise_id: Mapped[int] = mapped_column(ForeignKey("assigned_exercise.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    code: Mapped[bytes]
    at: Mapped[datetime]


class Submission(Table):
    """What was handed in. The row is the truth about where it stands: `holder` grades it, and has to be done `until`.

    `tries` counts how often it was taken, `faults` how often grading failed on our side.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("exercise_id", "person_id", "number"),
        Index("ix_submission_state_not_before", "state", "not_before"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exercise_id: Mapped[int] = mapped_column(ForeignKey("assigned_exercise.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]  # 1 for the first attempt
    trial: Mapped[bool] = mapped_column(default=False)  # by staff, outside the gradebook
    code: Mapped[bytes | None]  # None: deleted as the course promised
    file: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[State] = mapped_column(
        Enum("stored", "waiting", "running", "graded", "our fault", native_enum=False, length=16), default="stored"
    )
    not_before: Mapped[datetime]
    holder: Mapped[str | None]
    until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    faults: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(default="")  # what failed last on our side
    request: Mapped[str] = mapped_column(default="", server_default=text("''"))  # by which logs name it


class Regrade(Table):
    """Gradings anew, or a test that counts no more: looked at first, then applied or given up."""

    __tablename__ = "regrade"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    why: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")  # open, applied, given up
    applied: Mapped[datetime | None]


class RegradeItem(Table):
    __tablename__ = "regrade_item"

    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id"), primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, index=True)
    version: Mapped[str]  # of the exercise, by which it is graded anew
    trouble: Mapped[str] = mapped_column(default="")


class Grading(Table):
    """One grading of a submission. At most one is in force; older ones stay.

    `counts` and `counts_of` are score and maximum without dropped tests, `seen` and `seen_of` those of visible tests.
    """

    __tablename__ = "grading"
    __table_args__ = (
        Index(
            "uq_grading_in_force",
            "submission_id",
            unique=True,
            sqlite_where=text("in_force = 1"),
            postgresql_where=text("in_force"),
        ),
        Index("uq_grading_regrade", "regrade_id", "submission_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    regrade_id: Mapped[int | None] = mapped_column(ForeignKey("regrade.id"))
    in_force: Mapped[bool]
    at: Mapped[datetime]
    version: Mapped[str]
    score: Mapped[float]
    max_score: Mapped[float]
    counts: Mapped[float]
    counts_of: Mapped[float]
    seen: Mapped[float]
    seen_of: Mapped[float]
    passed: Mapped[bool]
    broken: Mapped[bool]  # nothing because of the file as a whole: it does not parse, the function is missing
    mistakes: Mapped[list[Any]]  # their names
    report: Mapped[dict[str, Any] | None]  # as in --json, without tests; None: deleted as the course promised


class Result(Table):
    """One test of a grading."""

    __tablename__ = "result"
    __table_args__ = (UniqueConstraint("grading_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    grading_id: Mapped[int] = mapped_column(ForeignKey("grading.id"))
    place: Mapped[int]
    name: Mapped[str]
    hidden: Mapped[bool]
    points: Mapped[float]
    max_points: Mapped[float]
    outcome: Mapped[str]
    report: Mapped[dict[str, Any] | None]  # as in --json, and `details` in words


class Override(Table):
    """Points that a person gave instead. The last one counts; None takes it back."""

    __tablename__ = "override"

    id: Mapped[int] = mapped_column(primary_key=True)
    exercise_id: Mapped[int] = mapped_column(ForeignKey("assigned_exercise.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    points: Mapped[float | None]
    why: Mapped[str]
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Comment(Table):
    """The one comment of staff on a submission."""

    __tablename__ = "comment"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    text: Mapped[str]
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class AnotherLook(Table):
    """A student asks that someone looks again, and what they were answered."""

    __tablename__ = "another_look"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    asks: Mapped[str]
    at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="")
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered: Mapped[datetime | None]
