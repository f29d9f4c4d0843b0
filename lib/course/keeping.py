"""What is kept about a person, for how long; taken along, erased, tidied away."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from lib.course.marks import window_in
from lib.course.policy import is_shown
from lib.course.who import Acting, NotAllowed, NotThere, need_person, note
from lib.store import Store
from lib.store.base import Table
from lib.store.lessons import AssignedLesson, LessonDraft, Working
from lib.store.people import Claim, Course, Enrolment, Person, PersonalLink, RosterRow, WebSession
from lib.store.progress import Progress
from lib.store.trail import Audit, Removal
from lib.store.work import (
    AnotherLook,
    AssignedExercise,
    Assignment,
    Comment,
    Draft,
    Extension,
    Grading,
    Override,
    Result,
    Submission,
)

WORK_KEPT = timedelta(days=365)  # code and reports, after the end of the course
SESSIONS_KEPT = timedelta(days=14)


@dataclass(frozen=True)
class Kept:
    """A line of "What is kept about you"."""

    what: str
    why: str
    who_sees_it: str
    until: str


ERASED = "you are erased"
KEPT = (
    Kept(
        "Name, e-mail, and by which sign-in you came",
        "to know whose work it is",
        "staff of your courses",
        ERASED,
    ),
    Kept(
        "Your row on the roster: name, e-mail, number, section",
        "so that marks find their way back to the learning platform",
        "staff of the course",
        ERASED,
    ),
    Kept(
        "Code and workings of lessons that you handed in, reports, drafts",
        "to grade, to answer questions, to grade anew",
        "you; staff of the course",
        "12 months after the course",
    ),
    Kept(
        "Progress in exercises of self-study, where you took it from your browser",
        "so that you find it on another device",
        "you",
        ERASED,
    ),
    Kept(
        "Marks, and when you handed in",
        "they are the result of the course",
        "you; staff of the course",
        ERASED,
    ),
    Kept("Sign-ins: when, and until when they hold", "to keep you signed in", "nobody; you as a list", "14 days after"),
    Kept(
        "Who changed what about your marks, when, and why",
        "so that a mark can be accounted for",
        "instructors of the course",
        "for good; after you are erased under a number in place of your name",
    ),
)


def what_is_kept(store: Store, who: Acting) -> tuple[Kept, ...]:
    """What is kept about the acting person, why, who sees it and until when."""
    with store.reading() as session:
        need_person(session, who)
    return KEPT


def export_person(store: Store, who: Acting, person_id: int) -> dict[str, Any]:
    """Everything that is kept about a person, table by table: for themselves, and for instructors of all the courses
    they are in. It is noted that it was taken.

    Of their own gradings, points and comments people get what they are shown by now: an export is no way to hidden
    tests.
    """
    with store.writing() as session:
        _need_rights_over(session, who, person_id)
        note(session, store, who, "person exported", person=person_id)
        session.flush()
        assert who is not None
        shown = _shown_exercises(session, store, person_id) if who.id == person_id else None
        return _everything_about(session, person_id, shown)


def _shown_exercises(session: Session, store: Store, person_id: int) -> list[int]:
    """The exercises of which this person is shown the mark by now."""
    courses = select(Enrolment.course_id).where(Enrolment.person_id == person_id)
    assignments = session.scalars(select(Assignment).where(Assignment.course_id.in_(courses))).all()
    own = {one.assignment_id: one for one in session.scalars(select(Extension).where(Extension.person_id == person_id))}
    shown = [
        one.id
        for one in assignments
        if is_shown(one.show_hidden, window_in(one, own.get(one.id)), one.released, store.now())
    ]
    return list(session.scalars(select(AssignedExercise.id).where(AssignedExercise.assignment_id.in_(shown))))


def _everything_about(session: Session, person_id: int, exercises: Sequence[int] | None) -> dict[str, Any]:
    mine = select(Submission.id).where(Submission.person_id == person_id)
    judged = mine if exercises is None else mine.where(Submission.exercise_id.in_(exercises))
    gradings = select(Grading.id).where(Grading.submission_id.in_(judged), Grading.in_force)
    given = Override.person_id == person_id
    by_hand = given if exercises is None else given & Override.exercise_id.in_(exercises)
    trail = Audit.who == person_id
    chosen: dict[type[Table], ColumnElement[bool]] = {
        Person: Person.id == person_id,
        Enrolment: Enrolment.person_id == person_id,
        RosterRow: RosterRow.person_id == person_id,
        Claim: Claim.person_id == person_id,
        WebSession: WebSession.person_id == person_id,
        Extension: Extension.person_id == person_id,
        Draft: Draft.person_id == person_id,
        LessonDraft: LessonDraft.person_id == person_id,
        Working: Working.person_id == person_id,
        Progress: false() if exercises is None else Progress.person_id == person_id,  # nobody else's
        Submission: Submission.person_id == person_id,
        Grading: Grading.id.in_(gradings),
        Result: Result.grading_id.in_(gradings),
        Override: by_hand,
        Comment: Comment.submission_id.in_(judged),
        AnotherLook: AnotherLook.submission_id.in_(mine),
        Audit: trail if exercises is not None else or_(trail, Audit.person_id == person_id),
    }
    return {
        table.__tablename__: [_plain(row) for row in session.scalars(select(table).where(where))]
        for table, where in chosen.items()
    }


SECRET = ("id_hash", "token_hash", "holder")


def _plain(row: Table) -> dict[str, Any]:
    """The row as JSON has it, without hashes that sign in."""
    names = [column.key for column in type(row).__table__.columns if column.key not in SECRET]
    return {name: _told(getattr(row, name)) for name in names}


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _need_rights_over(session: Session, who: Acting, person_id: int) -> None:
    """Raises NotAllowed unless it is the acting person, or a student of courses that the acting person teaches."""
    need_person(session, who)
    assert who is not None
    if who.id == person_id:
        return
    theirs = select(Enrolment.course_id, Enrolment.role).where(Enrolment.person_id == person_id)
    rows = session.execute(theirs).all()
    teaches = select(Enrolment.course_id).where(Enrolment.person_id == who.id, Enrolment.role == "instructor")
    mine = set(session.scalars(teaches))
    if not mine & {course for course, _ in rows}:
        raise NotThere("There is no such person.")
    if any(role != "student" or course not in mine for course, role in rows):
        raise NotAllowed("This person is in other courses too, or no student; ask whoever runs the server.")


def erase_person(store: Store, who: Acting, person_id: int, why: str) -> str:
    """Erases a student of the acting instructor's courses; what stays goes by a number. The pseudonym."""
    with store.writing() as session:
        _need_rights_over(session, who, person_id)
        if who is None or who.id == person_id:
            raise NotAllowed("Ask your instructor to erase you: marks are theirs to keep or to let go.")
        return erase(session, store, who, person_id)


def erase_by_operator(store: Store, person_id: int) -> str:
    """The same by whoever runs the server, on the command line. Raises NotThere."""
    with store.writing() as session:
        return erase(session, store, None, person_id)


def erase(session: Session, store: Store, who: Acting, person_id: int) -> str:
    """Takes everything away that tells who it was or what they wrote. Numbers stay, so that counts do."""
    person = session.get(Person, person_id)
    if person is None or person.erased is not None:
        raise NotThere("There is no such person.")
    session.add(Removal(person_id=person_id, key=key_of(person), at=store.now()))
    _erase_work(session, select(Submission.id).where(Submission.person_id == person_id))
    _erase_presence(session, person_id)
    for table in (Extension, Override):
        session.execute(update(table).where(table.person_id == person_id).values(why=""))
    session.execute(delete(Draft).where(Draft.person_id == person_id))
    session.execute(delete(LessonDraft).where(LessonDraft.person_id == person_id))
    session.execute(delete(Progress).where(Progress.person_id == person_id))
    _empty_workings(session, Working.person_id == person_id)
    session.execute(update(Audit).where(Audit.person_id == person_id, Audit.why != "").values(why=""))
    person.issuer = person.subject = None
    person.name = person.email = ""
    person.email_verified = person.teacher = False
    person.erased = store.now()
    note(session, store, who, "person erased", person=person_id)
    return f"Person {person_id}"


def key_of(person: Person) -> str:
    return hashlib.sha256(f"{person.issuer}\0{person.subject}".encode()).hexdigest()


def _erase_work(session: Session, submissions: Select[Any]) -> None:
    """Code, reports, and what was written about them."""
    session.execute(delete(Comment).where(Comment.submission_id.in_(submissions)))
    session.execute(delete(AnotherLook).where(AnotherLook.submission_id.in_(submissions)))
    _empty_work(session, submissions)


def _empty_work(session: Session, submissions: Select[Any]) -> int:
    """Takes code and reports away; of how many submissions."""
    gradings = select(Grading.id).where(Grading.submission_id.in_(submissions))
    quiet = {"synchronize_session": False}
    session.execute(update(Result).where(Result.grading_id.in_(gradings)).values(report=None), execution_options=quiet)
    reports = update(Grading).where(Grading.submission_id.in_(submissions)).values(report=None)
    session.execute(reports, execution_options=quiet)
    codes = update(Submission).where(Submission.id.in_(submissions), Submission.code.is_not(None))
    emptied = session.execute(codes.values(code=None, file="", trouble=""), execution_options=quiet)
    return emptied.rowcount  # type: ignore[attr-defined]


def _empty_workings(session: Session, which: ColumnElement[bool]) -> int:
    """Takes what was typed in lessons away; whether it was complete stays. Of how many workings."""
    emptied = update(Working).where(which, Working.entries != {}).values(entries={})
    done = session.execute(emptied, execution_options={"synchronize_session": False})
    return done.rowcount  # type: ignore[attr-defined]


def _erase_presence(session: Session, person_id: int) -> None:
    """Sign-ins, rows of rosters, roles, claims."""
    rows = select(RosterRow.id).where(RosterRow.person_id == person_id)
    links = select(PersonalLink.id).where(PersonalLink.row_id.in_(rows))
    session.execute(delete(WebSession).where(or_(WebSession.person_id == person_id, WebSession.link_id.in_(links))))
    session.execute(delete(PersonalLink).where(PersonalLink.row_id.in_(rows)))
    session.execute(delete(Claim).where(or_(Claim.person_id == person_id, Claim.row_id.in_(rows))))
    session.execute(delete(RosterRow).where(RosterRow.person_id == person_id))
    session.execute(delete(Enrolment).where(Enrolment.person_id == person_id))


@dataclass(frozen=True)
class Tidied:
    """What was taken away: submissions whose code and reports went, drafts, sign-ins, entries of workings."""

    submissions: int
    drafts: int
    sessions: int
    workings: int = 0

    def __str__(self) -> str:
        return (
            f"Taken away: code and reports of {self.submissions} submissions, {self.drafts} drafts, "
            f"{self.sessions} sign-ins, the entries of {self.workings} workings."
        )


def tidy(store: Store) -> Tidied:
    """Takes away what is kept no longer: code, workings, reports and drafts 12 months after a course ended, that is
    after it was closed, or after its last assignment closed; sign-ins 14 days after they ended."""
    now = store.now()
    with store.writing() as session:
        last = select(func.max(Assignment.closes)).where(Assignment.course_id == Course.id).scalar_subquery()
        over = select(Course.id).where(func.coalesce(Course.closed, last) < now - WORK_KEPT)
        exercises = (
            select(AssignedExercise.id)
            .join(Assignment, Assignment.id == AssignedExercise.assignment_id)
            .where(Assignment.course_id.in_(over))
        )
        submissions = _empty_work(session, select(Submission.id).where(Submission.exercise_id.in_(exercises)))
        drafts = session.execute(delete(Draft).where(Draft.exercise_id.in_(exercises)))
        lessons = (
            select(AssignedLesson.id)
            .join(Assignment, Assignment.id == AssignedLesson.assignment_id)
            .where(Assignment.course_id.in_(over))
        )
        workings = _empty_workings(session, Working.lesson_id.in_(lessons))
        begun = session.execute(delete(LessonDraft).where(LessonDraft.lesson_id.in_(lessons)))
        before = now - SESSIONS_KEPT
        ended = session.execute(delete(WebSession).where(or_(WebSession.until < before, WebSession.ended < before)))
        typed = drafts.rowcount + begun.rowcount  # type: ignore[attr-defined]
        done = Tidied(submissions, typed, ended.rowcount, workings)  # type: ignore[attr-defined]
        note(session, store, None, "tidied", after=dict(vars(done)))
        return done


def removals(session: Session) -> list[tuple[int, str, datetime]]:
    """Who was erased: number, hash of issuer and subject, when."""
    rows = session.execute(select(Removal.person_id, Removal.key, Removal.at).order_by(Removal.id))
    return [(number, key, at) for number, key, at in rows]


def erase_again(session: Session, store: Store, erased: Sequence[tuple[int, str, datetime]]) -> int:
    """After a backup is restored: erases those who were erased since; how many."""
    count = 0
    for number, key, _ in erased:
        person = session.get(Person, number)
        if person is not None and person.erased is None and key_of(person) == key:
            erase(session, store, None, number)
            count += 1
    return count
