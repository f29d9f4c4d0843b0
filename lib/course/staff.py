"""What staff look after: submissions that we could not grade, and who did what in the course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lib.course.engine.enqueue import enqueue, ring
from lib.course.who import Acting, need_role, need_submission, note
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Person
from lib.store.trail import Audit
from lib.store.work import AssignedExercise, Assignment, Submission

MOST = 500  # lines of the audit at a time


@dataclass(frozen=True)
class OurFault:
    """A submission that we could not grade, and what failed last."""

    number: int
    exercise_id: int
    slug: str
    at: datetime
    trouble: str


@dataclass(frozen=True)
class Act:
    """A line of the audit. `who` and `whom` are names; of erased persons, a number."""

    id: int
    at: datetime
    who: str
    what: str
    about: int | None
    whom: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    why: str


def our_faults(store: Store, who: Acting, course_id: int) -> list[OurFault]:
    """What we could not grade, after all tries, the oldest first."""
    with store.reading() as session:
        need_role(session, who, course_id, "assistant")
        rows = session.execute(
            select(Submission, AssignedExercise.slug)
            .join(AssignedExercise, AssignedExercise.id == Submission.exercise_id)
            .join(Assignment, Assignment.id == AssignedExercise.assignment_id)
            .where(Assignment.course_id == course_id, Submission.state == "our fault")
            .order_by(Submission.id)
        )
        return [OurFault(row.id, row.exercise_id, slug, row.at, row.trouble) for row, slug in rows]


def grade_again(store: Store, who: Acting, number: int) -> None:
    """Puts a submission that we could not grade into the line once more, with as many tries as at first."""
    with store.writing() as session:
        row, _, assignment = need_submission(session, who, number)
        if row.state != "our fault":
            raise Refusal(
                "This submission is {state}; only one that we could not grade is tried again.", state=row.state
            )
        row.tries = row.faults = 0
        enqueue(session, store, row)
        note(session, store, who, "tried again", course=assignment.course_id, about=row.id, person=row.person_id)
    ring()


def audit_of(store: Store, who: Acting, course_id: int, *, person_id: int | None = None, before: int = 0) -> list[Act]:
    """Who did what in the course, or to one person, the latest first; `before` a line's id, those that came before."""
    with store.reading() as session:
        need_role(session, who, course_id, "instructor")
        asked = select(Audit).where(Audit.course_id == course_id).order_by(Audit.id.desc()).limit(MOST)
        asked = asked.where(Audit.person_id == person_id) if person_id is not None else asked
        rows = session.scalars(asked.where(Audit.id < before) if before else asked).all()
        numbers = {number for row in rows for number in (row.who, row.person_id) if number is not None}
        named = session.execute(select(Person.id, Person.name).where(Person.id.in_(numbers)))
        names: dict[int | None, str] = {number: name or f"Person {number}" for number, name in named}
        return [
            Act(
                row.id,
                row.at,
                names.get(row.who, ""),
                row.what,
                row.about,
                names.get(row.person_id, ""),
                row.before,
                row.after,
                row.why,
            )
            for row in rows
        ]
