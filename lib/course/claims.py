"""Which person is which row of the roster. A row is claimed once; what is not clear goes to the instructor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from lib.course.who import LINK_ISSUER, Acting, NotAllowed, NotThere, need_person, need_role, note
from lib.refusal import Refusal
from lib.store import Store
from lib.store.lessons import AssignedLesson, LessonDraft, Working
from lib.store.people import Claim, Course, Enrolment, Person, RosterRow
from lib.store.work import AssignedExercise, Assignment, Draft, Extension, Override, Submission


@dataclass(frozen=True)
class OpenClaim:
    """What an instructor has to decide: who wants to be which row, and who has it already."""

    id: int
    person_id: int
    name: str
    email: str
    how: str
    at: datetime
    row_id: int | None
    row_name: str
    has_it: str


def claim_by_email(session: Session, store: Store, person: Person) -> None:
    """Claims the rows that bear the verified e-mail of this person, in every course that runs."""
    rows = session.scalars(
        select(RosterRow)
        .join(Course, Course.id == RosterRow.course_id)
        .where(RosterRow.email == person.email.strip().casefold(), Course.closed.is_(None))
        .order_by(RosterRow.id)
    ).all()
    for course_id in dict.fromkeys(row.course_id for row in rows):
        here = [row for row in rows if row.course_id == course_id]
        if len(here) == 1:
            claim(session, store, here[0], person, "e-mail")
        elif all(row.person_id != person.id for row in here):
            ask(session, store, course_id, None, person, "e-mail")


def claim(session: Session, store: Store, row: RosterRow, person: Person, how: str) -> bool:
    """Whether the row is now this person's. If another has it, or the person has another row, it is asked for."""
    if row.person_id == person.id:
        return True
    others = select(RosterRow.id).where(RosterRow.course_id == row.course_id, RosterRow.person_id == person.id)
    free = update(RosterRow).where(RosterRow.id == row.id, RosterRow.person_id.is_(None))
    taken = {"person_id": person.id, "claimed": store.now(), "how": how}
    if session.scalar(others) is not None or not session.execute(free.values(taken)).rowcount:  # type: ignore[attr-defined]
        ask(session, store, row.course_id, row.id, person, how)
        return False
    session.refresh(row)
    enrol(session, store, row.course_id, person.id)
    after = {"row": row.id, "how": how}
    note(session, store, None, "row claimed", course=row.course_id, about=row.id, person=person.id, after=after)
    return True


def ask(session: Session, store: Store, course_id: int, row_id: int | None, person: Person, how: str) -> None:
    """Puts a claim on the instructor's list, once."""
    same = (Claim.course_id == course_id, Claim.person_id == person.id, Claim.row_id.is_not_distinct_from(row_id))
    if session.scalar(select(Claim.id).where(*same, Claim.state != "accepted")) is None:
        session.add(Claim(course_id=course_id, row_id=row_id, person_id=person.id, how=how, at=store.now()))


def enrol(session: Session, store: Store, course_id: int, person_id: int) -> None:
    """Makes a student of whoever has no role in the course yet."""
    if session.get(Enrolment, (course_id, person_id)) is None:
        session.add(Enrolment(course_id=course_id, person_id=person_id, role="student", made=store.now()))
        session.flush()


def link_person(session: Session, store: Store, row: RosterRow) -> Person:
    """The person whom the row's link signs in: one who is known by that link alone.

    Whoever claimed the row by another sign-in goes on with that: a link for one course must not open the others.
    """
    person = session.get(Person, row.person_id) if row.person_id is not None else None
    if person is None:
        person = Person(issuer=LINK_ISSUER, subject=f"row {row.id}", name=row.name, email=row.email, made=store.now())
        session.add(person)
        session.flush()
        if not claim(session, store, row, person, "link"):
            raise NotAllowed("This link was opened twice at the same moment. Open it once more.")
    if person.issuer != LINK_ISSUER:
        raise NotAllowed("You sign in another way already. Sign in as you did before.")
    return person


def ask_to_join(store: Store, who: Acting, course_id: int) -> None:
    """Tells the instructors of a course that somebody without a row wants to join."""
    with store.writing() as session:
        person = need_person(session, who)
        course = session.get(Course, course_id)
        if course is None or course.closed is not None:
            raise NotThere("There is no such course.")
        if session.get(Enrolment, (course_id, person.id)) is None:
            ask(session, store, course_id, None, person, "asked")


def open_claims(store: Store, who: Acting, course_id: int) -> list[OpenClaim]:
    """The claims that wait for an instructor, the oldest first."""
    with store.reading() as session:
        need_role(session, who, course_id, "instructor")
        has = aliased(Person)
        rows = session.execute(
            select(Claim, Person, RosterRow.name, has.name)
            .join(Person, Person.id == Claim.person_id)
            .outerjoin(RosterRow, RosterRow.id == Claim.row_id)
            .outerjoin(has, has.id == RosterRow.person_id)
            .where(Claim.course_id == course_id, Claim.state == "open")
            .order_by(Claim.id)
        )
        return [
            OpenClaim(one.id, person.id, person.name, person.email, one.how, one.at, one.row_id, row or "", named or "")
            for one, person, row, named in rows
        ]


def decide_claim(store: Store, who: Acting, claim_id: int, row_id: int | None, *, accept: bool) -> None:
    """Gives the row to the person who asked, with everything handed in under it so far; or refuses.

    `row_id` None with `accept` enrols without a row. Raises Refusal if both persons have handed something in.
    """
    with store.writing() as session:
        asked = session.get(Claim, claim_id)
        if asked is None:
            raise NotThere("There is no such claim.")
        need_role(session, who, asked.course_id, "instructor")
        if asked.state != "open":
            raise Refusal("This claim is {state} already.", state=asked.state)
        asked.state = "accepted" if accept else "refused"
        before = None
        if accept:
            before = {"person": _give(session, store, asked, row_id)}
            enrol(session, store, asked.course_id, asked.person_id)
        note(
            session,
            store,
            who,
            "claim decided",
            course=asked.course_id,
            about=asked.id,
            person=asked.person_id,
            before=before,
            after={"row": row_id, "state": asked.state},
        )


def _give(session: Session, store: Store, asked: Claim, row_id: int | None) -> int | None:
    """Hands the row over; who had it."""
    if row_id is None:
        return None
    row = session.get(RosterRow, row_id)
    if row is None or row.course_id != asked.course_id:
        raise NotThere("There is no such row in the roster of this course.")
    had, other = (
        row.person_id,
        select(RosterRow).where(RosterRow.course_id == asked.course_id, RosterRow.person_id == asked.person_id),
    )
    if (own := session.scalar(other)) is not None and own.id != row.id:
        own.person_id = own.claimed = None
        session.flush()
    row.person_id, row.claimed, row.how = asked.person_id, store.now(), "instructor"
    session.flush()
    if had is not None and had != asked.person_id:
        _move_work(session, asked.course_id, had, asked.person_id)
        session.execute(
            delete(Enrolment).where(
                Enrolment.course_id == asked.course_id, Enrolment.person_id == had, Enrolment.role == "student"
            )
        )
    return had


def _move_work(session: Session, course_id: int, had: int, gets: int) -> None:
    assignments = select(Assignment.id).where(Assignment.course_id == course_id)
    exercises = select(AssignedExercise.id).where(AssignedExercise.assignment_id.in_(assignments))
    both = select(func.count(func.distinct(Submission.person_id))).where(
        Submission.exercise_id.in_(exercises), Submission.person_id.in_((had, gets))
    )
    if (session.scalar(both) or 0) > 1:
        raise Refusal("Both persons have handed something in; their work cannot become one.")
    for table in (Draft, Override):
        session.execute(delete(table).where(table.exercise_id.in_(exercises), table.person_id == gets))
    session.execute(delete(Extension).where(Extension.assignment_id.in_(assignments), Extension.person_id == gets))
    for moved in (Draft, Override, Submission):
        own = (moved.exercise_id.in_(exercises), moved.person_id == had)
        session.execute(update(moved).where(*own).values(person_id=gets))
    extended = (Extension.assignment_id.in_(assignments), Extension.person_id == had)
    session.execute(update(Extension).where(*extended).values(person_id=gets))
    _move_workings(session, assignments, had, gets)


def _move_workings(session: Session, assignments: Select[int], had: int, gets: int) -> None:
    """Of two workings of one lesson the complete one stays."""
    lessons = select(AssignedLesson.id).where(AssignedLesson.assignment_id.in_(assignments))
    both = select(Working).where(Working.lesson_id.in_(lessons), Working.person_id.in_((had, gets)))
    rows = session.scalars(both.order_by(Working.complete, Working.id)).all()
    stays = {row.lesson_id: row for row in rows}
    for row in rows:
        if stays[row.lesson_id] is not row:
            session.delete(row)
    session.flush()
    for row in stays.values():
        row.person_id = gets
    session.execute(delete(LessonDraft).where(LessonDraft.lesson_id.in_(lessons), LessonDraft.person_id == gets))
    begun = (LessonDraft.lesson_id.in_(lessons), LessonDraft.person_id == had)
    session.execute(update(LessonDraft).where(*begun).values(person_id=gets))
