"""What people decide on top of the grading: points with a reason, a comment, an answer to who asks for another look."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lib.course.marks import records_of, worth_of
from lib.course.seen import names_of, pseudonym
from lib.course.who import Acting, NotThere, need_course, need_exercise, need_role, need_submission, note
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Enrolment
from lib.store.work import AnotherLook, AssignedExercise, Assignment, Comment, Override, Submission

LONGEST = 5000  # characters of a comment, a reason, a question


@dataclass(frozen=True)
class Given:
    """Points that somebody gave by hand. None: taken back."""

    points: float | None
    why: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Asks:
    """A student waits for an answer."""

    id: int
    number: int  # of the submission
    exercise_id: int
    name: str
    asks: str
    at: datetime


def _said(text: str, what: str) -> str:
    if not 0 < len(text.strip()) <= LONGEST:
        raise Refusal("{what} has {came} characters; expected 1 to {most}.", what=what, came=len(text), most=LONGEST)
    return text.strip()


def override(store: Store, who: Acting, exercise_id: int, person_id: int, points: float | None, why: str) -> None:
    """Gives a student these points for an exercise, whatever was graded or late; None takes that back."""
    why = _said(why, "The reason")
    with store.writing() as session:
        _, assignment = need_exercise(session, who, exercise_id, "assistant")
        assert who is not None
        if session.get(Enrolment, (assignment.course_id, person_id)) is None:
            raise NotThere("There is no such member in this course.")
        records = records_of(session, assignment.course_id, [assignment.id], person_id)
        most = worth_of(records)[exercise_id]
        if points is not None and (not math.isfinite(points) or not 0 <= points <= 2 * most):
            raise Refusal(
                "{came:g} points; expected 0 to {most:g}, which is twice the worth.", came=points, most=2 * most
            )
        before = records.overrides.get((exercise_id, person_id))
        given = {"points": points, "why": why, "by": who.id, "at": store.now()}
        session.add(Override(exercise_id=exercise_id, person_id=person_id, **given))
        note(
            session, store, who, "override", course=assignment.course_id, about=exercise_id, person=person_id,
            before={"points": before}, after={"points": points}, why=why,
        )  # fmt: skip


def overrides(store: Store, who: Acting, exercise_id: int, person_id: int) -> list[Given]:
    """What was given by hand so far, the last one first."""
    with store.reading() as session:
        need_exercise(session, who, exercise_id, "assistant")
        mine = (Override.exercise_id == exercise_id, Override.person_id == person_id)
        rows = session.scalars(select(Override).where(*mine).order_by(Override.id.desc())).all()
        names = names_of(session, [one.by for one in rows])
        return [Given(one.points, one.why, names.get(one.by, ""), one.at) for one in rows]


def comment(store: Store, who: Acting, number: int, text: str) -> None:
    """Writes the one comment on a submission, or changes it; an empty one takes it away."""
    if len(text) > LONGEST:
        raise Refusal("The comment has {came} characters; expected at most {most}.", came=len(text), most=LONGEST)
    with store.writing() as session:
        row, _, assignment = need_submission(session, who, number)
        assert who is not None
        there = session.get(Comment, row.id)
        if there is not None and not text.strip():
            session.delete(there)
        elif there is not None:
            there.text, there.by, there.at = text.strip(), who.id, store.now()
        elif text.strip():
            session.add(Comment(submission_id=row.id, text=text.strip(), by=who.id, at=store.now()))
        note(session, store, who, "comment", course=assignment.course_id, about=row.id, person=row.person_id)


def ask_for_another_look(store: Store, who: Acting, number: int, asks: str) -> None:
    """A student asks that somebody looks at their own submission again. One question at a time."""
    asks = _said(asks, "What you ask")
    with store.writing() as session:
        row, _, assignment = need_submission(session, who, number, "student")
        if who is None or row.person_id != who.id:
            raise NotThere("There is no such submission.")
        waits = select(AnotherLook.id).where(AnotherLook.submission_id == row.id, AnotherLook.answered.is_(None))
        if session.scalar(waits) is not None:
            raise Refusal("You have asked already; the answer will stand here.")
        session.add(AnotherLook(submission_id=row.id, asks=asks, at=store.now()))
        note(session, store, who, "another look asked", course=assignment.course_id, about=row.id, person=row.person_id)


def answer(store: Store, who: Acting, look_id: int, text: str) -> None:
    """Answers a student who asked for another look. Points are given by `override`."""
    text = _said(text, "The answer")
    with store.writing() as session:
        look = session.get(AnotherLook, look_id)
        if look is None:
            raise NotThere("There is no such submission.")
        row, _, assignment = need_submission(session, who, look.submission_id)
        assert who is not None
        if look.answered is not None:
            raise Refusal("This has been answered already.")
        look.answer, look.by, look.answered = text, who.id, store.now()
        about = look.submission_id
        note(
            session, store, who, "another look answered", course=assignment.course_id, about=about, person=row.person_id
        )


def who_asks(store: Store, who: Acting, course_id: int) -> list[Asks]:
    """Those who wait for another look, the longest first."""
    with store.reading() as session:
        need_role(session, who, course_id, "assistant")
        anonymous = need_course(session, who, course_id, "assistant").anonymous
        rows = session.execute(
            select(AnotherLook, Submission)
            .join(Submission, Submission.id == AnotherLook.submission_id)
            .join(AssignedExercise, AssignedExercise.id == Submission.exercise_id)
            .join(Assignment, Assignment.id == AssignedExercise.assignment_id)
            .where(Assignment.course_id == course_id, AnotherLook.answered.is_(None))
            .order_by(AnotherLook.id)
        ).all()
        names = names_of(session, [row.person_id for _, row in rows])
        return [
            Asks(
                look.id,
                row.id,
                row.exercise_id,
                pseudonym(course_id, row.person_id) if anonymous else names.get(row.person_id, ""),
                look.asks,
                look.at,
            )
            for look, row in rows
        ]
