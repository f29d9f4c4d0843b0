"""A submission as the acting person may see it. What reaches a student before hidden tests are shown comes from the
visible tests alone, so that hidden ones cannot be found out by trying."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lib.course.marks import ATTEMPT, ExerciseMark, marks_by, records_of, totals, window_in, worth_of
from lib.course.policy import Attempt, days_late, is_shown
from lib.course.submit import need_visible
from lib.course.who import Acting, need_exercise, need_role, need_submission, role_of
from lib.store import Store
from lib.store.people import Course, Person
from lib.store.work import (
    AnotherLook,
    AssignedExercise,
    Assignment,
    Comment,
    Extension,
    Grading,
    Result,
    State,
    Submission,
)


@dataclass(frozen=True)
class SeenTest:
    """One test. `details` is the failure in full, in words; of hidden tests there is none."""

    name: str
    hidden: bool
    points: float
    max_points: float
    outcome: str
    message: str
    details: str


@dataclass(frozen=True)
class Look:
    """Another look that was asked for, and the answer, if there is one."""

    id: int
    asks: str
    at: datetime
    answer: str
    answered: datetime | None


@dataclass(frozen=True)
class SeenSubmission:
    """`score` and `of` are those of all tests that count if `in_full`, else of the visible ones; None where nothing is
    graded or shown. `trouble` is for staff."""

    number: int
    assignment_id: int
    exercise_id: int
    slug: str
    person_id: int
    name: str
    attempt: int
    at: datetime
    late: int
    sha256: str
    file: str
    code: str | None
    trial: bool
    state: State
    in_full: bool
    score: float | None
    of: float | None
    passed: bool
    problem: str
    mistakes: tuple[str, ...]
    output: str
    tests: tuple[SeenTest, ...]
    comment: str
    looks: tuple[Look, ...]
    trouble: str


@dataclass(frozen=True)
class SeenAttempt:
    """A line of the list of attempts."""

    number: int
    attempt: int
    at: datetime
    state: str
    score: float | None
    of: float | None
    passed: bool


@dataclass(frozen=True)
class MyMark:
    """A student's mark for an exercise as far as it is shown: `points` None where it is not, or there is none."""

    exercise_id: int
    of: float
    points: float | None
    attempts: int
    late: int
    open: bool


def pseudonym(course_id: int, person_id: int) -> str:
    """What stands in place of a name while grading is anonymous; the same each time."""
    return f"Student {hashlib.sha256(f'{course_id} {person_id}'.encode()).hexdigest()[:6]}"


def submission_of(store: Store, who: Acting, number: int, *, as_student: bool = False) -> SeenSubmission:
    """A submission with its report: to staff in full, to the student who handed it in as far as it is shown by now;
    `as_student`: to staff too.

    Raises NotThere for anybody else's.
    """
    with store.reading() as session:
        row, exercise, assignment = need_submission(session, who, number, "student")
        is_staff = role_of(session, who, assignment.course_id) != "student"
        staff = is_staff and not as_student
        tests, hidden, late = _what_is_shown(session, store, assignment, row, staff)
        grading = session.scalar(select(Grading).where(Grading.submission_id == row.id, Grading.in_force))
        grading = grading if tests else None
        report: dict[str, Any] = (grading.report if grading else None) or {}
        comment = session.get(Comment, row.id) if staff or hidden else None
        names = shown_names(session, assignment.course_id, [row.person_id], is_staff)
        return SeenSubmission(
            number=row.id,
            assignment_id=assignment.id,
            exercise_id=exercise.id,
            slug=exercise.slug,
            person_id=row.person_id,
            name=names[row.person_id],
            attempt=row.number,
            at=row.at,
            late=late,
            sha256=row.sha256,
            file="" if names[row.person_id] == pseudonym(assignment.course_id, row.person_id) else row.file,
            code=None if row.code is None else row.code.decode("utf-8", "surrogatepass"),
            trial=row.trial,
            state=row.state,
            in_full=hidden,
            score=_points(grading, hidden)[0],
            of=_points(grading, hidden)[1],
            passed=_passed(grading, hidden),
            problem=report.get("problem", ""),
            mistakes=tuple(report.get("mistakes", ())),
            output=report.get("output", ""),
            tests=_tests(session, grading, hidden),
            comment=comment.text if comment else "",
            looks=_looks(session, row.id),
            trouble=row.trouble if staff else "",
        )


def _what_is_shown(
    session: Session, store: Store, assignment: Assignment, row: Submission, staff: bool
) -> tuple[bool, bool, int]:
    """Whether visible tests are shown, whether hidden ones are too, and how many days late it was."""
    own = select(Extension).where(Extension.assignment_id == assignment.id, Extension.person_id == row.person_id)
    window, now = window_in(assignment, session.scalar(own)), store.now()
    hidden = staff or is_shown(assignment.show_hidden, window, assignment.released, now)
    tests = hidden or is_shown(assignment.show_tests, window, assignment.released, now)
    return tests, hidden, days_late(row.at, window.due, assignment.grace_minutes)


def shown_names(session: Session, course_id: int, person_ids: Sequence[int], is_staff: bool = True) -> dict[int, str]:
    """The names of these members; to staff other ones while grading is anonymous."""
    if is_staff and session.get_one(Course, course_id).anonymous:
        return {one: pseudonym(course_id, one) for one in person_ids}
    return {one: "" for one in person_ids} | names_of(session, person_ids)


def _points(grading: Grading | None, in_full: bool) -> tuple[float | None, float | None]:
    if grading is None:
        return None, None
    return (grading.counts, grading.counts_of) if in_full else (grading.seen, grading.seen_of)


def _passed(grading: Grading | None, in_full: bool) -> bool:
    if grading is None:
        return False
    return grading.passed if in_full else grading.seen >= grading.seen_of


def _tests(session: Session, grading: Grading | None, hidden: bool) -> tuple[SeenTest, ...]:
    if grading is None:
        return ()
    results = session.scalars(select(Result).where(Result.grading_id == grading.id).order_by(Result.place))
    return tuple(_test(one) for one in results if hidden or not one.hidden)


def _test(one: Result) -> SeenTest:
    report = one.report or {}
    about = (one.name, one.hidden, one.points, one.max_points, one.outcome)
    return SeenTest(*about, report.get("message", ""), report.get("details", ""))


def _looks(session: Session, submission_id: int) -> tuple[Look, ...]:
    asked = select(AnotherLook).where(AnotherLook.submission_id == submission_id).order_by(AnotherLook.id)
    return tuple(Look(one.id, one.asks, one.at, one.answer, one.answered) for one in session.scalars(asked))


def my_attempts(store: Store, who: Acting, exercise_id: int) -> list[SeenAttempt]:
    """What the acting person has handed in for this exercise, the latest first, as far as it is shown."""
    with store.reading() as session:
        _, assignment, window, staff = need_visible(session, store, who, exercise_id)
        assert who is not None
        in_full = staff or is_shown(assignment.show_hidden, window, assignment.released, store.now())
        tests = in_full or is_shown(assignment.show_tests, window, assignment.released, store.now())
        return _attempts(session, exercise_id, who.id, tests, in_full)


def attempts_of(store: Store, who: Acting, exercise_id: int, person_id: int) -> list[SeenAttempt]:
    """The same of any student, in full, for staff."""
    with store.reading() as session:
        need_exercise(session, who, exercise_id, "assistant")
        return _attempts(session, exercise_id, person_id, True, True)


def _attempts(session: Session, exercise_id: int, person_id: int, tests: bool, in_full: bool) -> list[SeenAttempt]:
    rows = session.execute(
        select(*ATTEMPT)
        .outerjoin(Grading, (Grading.submission_id == Submission.id) & Grading.in_force)
        .where(Submission.exercise_id == exercise_id, Submission.person_id == person_id)
        .order_by(Submission.number.desc())
    )
    shown = []
    for one in map(Attempt._make, rows):
        graded = tests and one.counts is not None
        score, of = (one.counts, one.counts_of) if in_full else (one.seen, one.seen_of)
        passed = graded and (one.passed if in_full else one.seen >= one.seen_of)
        about = (one.id, one.number, one.at, one.state)
        shown.append(SeenAttempt(*about, score if graded else None, of if graded else None, passed))
    return shown


def my_marks(store: Store, who: Acting, course_id: int) -> tuple[dict[int, MyMark], dict[int, float | None]]:
    """The acting person's marks by exercise and sums by assignment, as far as they are shown by now."""
    with store.reading() as session:
        need_role(session, who, course_id, "student")
        assert who is not None
        records = records_of(session, course_id, person_id=who.id)
        marks, worth = marks_by(records), worth_of(records)
        asked = select(Assignment).where(Assignment.course_id == course_id)
        assignments = {one.id: one for one in session.scalars(asked)}
    shown, now = {}, store.now()
    for one in assignments.values():
        window = records.terms[one.id].window(records.windows.get((one.id, who.id)))
        if window.opens <= now:
            shown[one.id] = is_shown(one.show_hidden, window, one.released, now)
    mine = {
        exercise.id: _my_mark(exercise, worth[exercise.id], marks.get((exercise.id, who.id)), shown)
        for exercise in records.exercises.values()
        if exercise.assignment_id in shown
    }
    sums = {one: total for (one, _), total in totals(records, marks).items() if shown.get(one)}
    return mine, sums


def _my_mark(exercise: AssignedExercise, of: float, mark: ExerciseMark | None, shown: dict[int, bool]) -> MyMark:
    if mark is None:
        return MyMark(exercise.id, of, None, 0, 0, False)
    if not shown[exercise.assignment_id]:  # not even which attempt counts, which hidden tests decide
        return MyMark(exercise.id, of, None, mark.attempts, 0, mark.open)
    return MyMark(exercise.id, of, mark.points, mark.attempts, mark.late, mark.open)


def names_of(session: Session, person_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {number: name for number, name in rows}
