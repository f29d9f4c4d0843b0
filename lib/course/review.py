"""What stands around a submission while it is looked at: whose it is, what it is worth, and who comes next."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lib.course.marks import ExerciseMark, Marks, Records, marks_by, records_of, worth_of
from lib.course.seen import shown_names
from lib.course.who import Acting, NotThere, need_assignment, need_exercise, need_submission
from lib.exercises import Exercise
from lib.grading.classroom.similarity import Alike, alike, written
from lib.store import Store
from lib.store.people import Course, Enrolment
from lib.store.work import AssignedExercise, Assignment, Submission


@dataclass(frozen=True)
class Handed:
    """A student who handed something in, and the submission that counts, or the last one while none does."""

    person_id: int
    name: str
    number: int
    mark: ExerciseMark


@dataclass(frozen=True)
class Place:
    """A student's place in an exercise of an assignment. `mark` None: nothing was handed in or given.

    `line` are all who handed in, by name as it is shown, for going from one to the next.
    """

    course_id: int
    course: str
    zone: str
    assignment_id: int
    assignment: str
    exercise_id: int
    slug: str
    version: str
    title: str
    of: float
    person_id: int
    name: str
    mark: ExerciseMark | None
    line: tuple[Handed, ...]


def place_of(store: Store, who: Acting, exercise_id: int, person_id: int) -> Place:
    """Where a member of the course stands in an exercise, for staff."""
    with store.reading() as session:
        exercise, assignment = need_exercise(session, who, exercise_id, "assistant")
        if session.get(Enrolment, (assignment.course_id, person_id)) is None:
            raise NotThere("There is no such member in this course.")
        return _place(session, exercise, assignment, person_id)


def place_of_submission(store: Store, who: Acting, number: int) -> Place:
    """The same for whoever handed in this submission."""
    with store.reading() as session:
        row, exercise, assignment = need_submission(session, who, number)
        return _place(session, exercise, assignment, row.person_id)


def _place(session: Session, exercise: AssignedExercise, assignment: Assignment, person_id: int) -> Place:
    course = session.get_one(Course, assignment.course_id)
    records = records_of(session, course.id, [assignment.id])
    marks = marks_by(records)
    return Place(
        course.id,
        course.title,
        course.zone,
        assignment.id,
        assignment.title,
        exercise.id,
        exercise.slug,
        exercise.version,
        exercise.title,
        worth_of(records)[exercise.id],
        person_id,
        shown_names(session, course.id, [person_id])[person_id],
        marks.get((exercise.id, person_id)),
        _line(session, course.id, exercise.id, records, marks),
    )


def _line(session: Session, course_id: int, exercise_id: int, records: Records, marks: Marks) -> tuple[Handed, ...]:
    handed = {person: attempts for (exercise, person), attempts in records.attempts.items() if exercise == exercise_id}
    names = shown_names(session, course_id, list(handed))
    found = []
    for person, attempts in handed.items():
        mark = marks[exercise_id, person]
        shown = mark.attempt or max(attempts, key=lambda one: one.number)
        found.append(Handed(person, names[person], shown.id, mark))
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.person_id)))


def members_names(store: Store, who: Acting, assignment_id: int, person_ids: list[int]) -> dict[int, str]:
    """How these members are shown to staff, for lists that have only their numbers."""
    with store.reading() as session:
        assignment = need_assignment(session, who, assignment_id, "assistant")
        return shown_names(session, assignment.course_id, person_ids)


@dataclass(frozen=True, eq=False)
class AlikePair:
    """Two submissions that are alike, or one that is like something published (then `other` is 0)."""

    one: int
    other: int
    pair: Alike


def alike_in(store: Store, who: Acting, exercise_id: int, exercise: Exercise) -> list[AlikePair]:
    """Which of the submissions that count are alike, as in `batch`: for people to look at, never a verdict."""
    with store.reading() as session:
        assigned, assignment = need_exercise(session, who, exercise_id, "assistant")
        records = records_of(session, assignment.course_id, [assignment.id])
        line = _line(session, assignment.course_id, assigned.id, records, marks_by(records))
        asked = select(Submission.id, Submission.code).where(Submission.id.in_([one.number for one in line]))
        code = {number: (text or b"").decode("utf-8", "surrogatepass") for number, text in session.execute(asked)}
    answers = [written(exercise, one.name, str(one.number), code[one.number]) for one in line if code.get(one.number)]
    found = alike(exercise, answers)
    return [AlikePair(int(each.one.file), 0 if each.other.published else int(each.other.file), each) for each in found]
