"""Who acts, and whether they may. Every action asks here first; no page relies on being hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Course, Enrolment, Person, Role
from lib.store.trail import Audit
from lib.store.work import AssignedExercise, Assignment, Submission

RANK: dict[Role, int] = {"student": 0, "assistant": 1, "instructor": 2}
LINK_ISSUER = "personal link"  # of persons who came by their link alone


@dataclass(frozen=True)
class Who:
    """A person who is signed in. A guest is None."""

    id: int
    name: str = ""
    email: str = ""
    teacher: bool = False  # may make courses


Acting = Who | None


class NotAllowed(Refusal):
    """Whoever acts may know that the thing exists, and may not do this with it."""


class NotThere(NotAllowed):
    """The thing does not exist, as far as whoever acts may know."""


def who_of(person: Person) -> Who:
    return Who(person.id, person.name, person.email, person.teacher)


def need_person(session: Session, who: Acting) -> Person:
    """The acting person's row. Raises NotAllowed for a guest and for somebody erased."""
    person = None if who is None else session.get(Person, who.id)
    if person is None or person.erased is not None:
        raise NotAllowed("Sign in first.")
    return person


def role_of(session: Session, who: Acting, course_id: int) -> Role | None:
    if who is None:
        return None
    return session.scalar(
        select(Enrolment.role)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.course_id == course_id, Enrolment.person_id == who.id, Person.erased.is_(None))
    )


def need_role(session: Session, who: Acting, course_id: int, least: Role) -> Role:
    """The role of whoever acts in this course. Raises NotThere to those outside, NotAllowed to those below `least`."""
    role = role_of(session, who, course_id)
    if role is None:
        raise NotThere("There is no such course.")
    if RANK[role] < RANK[least]:
        whom = "instructors" if least == "instructor" else "instructors and assistants"
        raise NotAllowed("Only {whom} of this course may do that.", whom=whom)
    return role


def need_course(session: Session, who: Acting, course_id: int, least: Role) -> Course:
    """The course, for those who are `least` in it. Raises NotThere or NotAllowed."""
    need_role(session, who, course_id, least)
    return session.get_one(Course, course_id)


def need_assignment(session: Session, who: Acting, assignment_id: int, least: Role) -> Assignment:
    """The assignment, for those who are `least` in its course. Raises NotThere or NotAllowed.

    That it has opened is for the caller to see to, where students may call.
    """
    assignment = session.get(Assignment, assignment_id)
    if assignment is None or role_of(session, who, assignment.course_id) is None:
        raise NotThere("There is no such assignment.")
    need_role(session, who, assignment.course_id, least)
    return assignment


def need_exercise(session: Session, who: Acting, exercise_id: int, least: Role) -> tuple[AssignedExercise, Assignment]:
    """An assignment's exercise, and the assignment, for those who are `least` in its course."""
    exercise = session.get(AssignedExercise, exercise_id)
    if exercise is None:
        raise NotThere("There is no such assignment.")
    return exercise, need_assignment(session, who, exercise.assignment_id, least)


def need_submission(
    session: Session, who: Acting, submission_id: int, least: Role = "assistant"
) -> tuple[Submission, AssignedExercise, Assignment]:
    """A submission and where it belongs, for staff, and, where `least` is student, for whoever handed it in."""
    found = session.execute(
        select(Submission, AssignedExercise, Assignment)
        .join(AssignedExercise, AssignedExercise.id == Submission.exercise_id)
        .join(Assignment, Assignment.id == AssignedExercise.assignment_id)
        .where(Submission.id == submission_id)
    ).one_or_none()
    role = role_of(session, who, found[2].course_id) if found else None
    if found is None or role is None:
        raise NotThere("There is no such submission.")
    submission, exercise, assignment = found
    if role == "student" and (who is None or submission.person_id != who.id):
        raise NotThere("There is no such submission.")
    need_role(session, who, assignment.course_id, least)
    return submission, exercise, assignment


def note(
    session: Session,
    store: Store,
    who: Acting,
    what: str,
    *,
    course: int | None = None,
    about: int | None = None,
    person: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
) -> None:
    """Writes into the audit, in the transaction of the action itself. `before` and `after` name nobody."""
    session.add(
        Audit(
            at=store.now(),
            who=who.id if who else None,
            course_id=course,
            what=what,
            about=about,
            person_id=person,
            before=before,
            after=after,
            why=why,
        )
    )
