"""The gradebook: students × exercises, and what the class gets wrong; with a number of queries that does not grow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from lib.course.marks import ExerciseMark, Place, Records, marks_by, records_of, terms_in, totals, worth_of
from lib.course.policy import Attempt, Terms
from lib.course.seen import pseudonym
from lib.course.who import Acting, need_assignment, need_course
from lib.store import Store
from lib.store.people import Course, Enrolment, Person, RosterRow
from lib.store.work import AnotherLook, Assignment, Grading, Submission

EXAMPLES = 3  # of submissions that make a mistake


@dataclass(frozen=True)
class Column:
    """An exercise: its assignment, and the points it is worth there."""

    exercise_id: int
    assignment_id: int
    slug: str
    title: str
    of: float
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """An assignment over its columns."""

    id: int
    title: str
    terms: Terms
    released: datetime | None
    of: float


@dataclass(frozen=True)
class Student:
    """A line. `person_id` None: on the roster, and has not signed in yet. `marks` go by exercise, `totals` by
    assignment; what is missing is not among them."""

    person_id: int | None
    row_id: int | None
    name: str
    email: str
    number: str
    section: str
    marks: dict[int, ExerciseMark]
    totals: dict[int, float | None]
    asks: frozenset[int] = frozenset()  # exercises for which another look is asked
    missing: frozenset[int] = frozenset()  # exercises that were due by now, of which there is nothing

    @property
    def zero_by_file(self) -> bool:
        return any(mark.zero_by_file for mark in self.marks.values())


@dataclass(frozen=True)
class Gradebook:
    """Everything the page shows. Students with a zero because of the file come first, then by name."""

    course_id: int
    title: str
    zone: str
    heads: tuple[Head, ...]
    columns: tuple[Column, ...]
    students: tuple[Student, ...]


@dataclass(frozen=True)
class Frequent:
    """A mistake: how many students made it, submissions that show it, and the sentence that sets them right (empty
    where the reports are deleted)."""

    name: str
    students: int
    examples: tuple[int, ...]
    says: str = ""


@dataclass(frozen=True)
class Figures:
    """How the class did in an exercise. Medians are those of the students who passed: attempts up to then, and minutes
    from the first attempt."""

    exercise_id: int
    slug: str
    handed_in: int
    passed: int
    attempts: float
    minutes: float
    mistakes: tuple[Frequent, ...]


def gradebook(store: Store, who: Acting, course_id: int) -> Gradebook:
    """The whole gradebook of a course, for staff."""
    with store.reading() as session:
        course = need_course(session, who, course_id, "assistant")
        records = records_of(session, course_id)
        heads, columns = _heads(session, course_id, records), _columns(records)
        students = _students(session, course, records, store.now())
        return Gradebook(course.id, course.title, course.zone, heads, columns, students)


def _heads(session: Session, course_id: int, records: Records) -> tuple[Head, ...]:
    worth, sums = worth_of(records), defaultdict[int, float](float)
    for exercise in records.exercises.values():
        sums[exercise.assignment_id] += worth[exercise.id]
    asked = select(Assignment).where(Assignment.course_id == course_id).order_by(Assignment.due, Assignment.id)
    return tuple(Head(one.id, one.title, terms_in(one), one.released, sums[one.id]) for one in session.scalars(asked))


def _columns(records: Records) -> tuple[Column, ...]:
    order, worth = list(records.terms), worth_of(records)
    exercises = sorted(records.exercises.values(), key=lambda one: (order.index(one.assignment_id), one.place))
    return tuple(
        Column(one.id, one.assignment_id, one.slug, one.title, worth[one.id], tuple(one.dropped)) for one in exercises
    )


def _students(session: Session, course: Course, records: Records, now: datetime) -> tuple[Student, ...]:
    marks, asks, due = marks_by(records), _asks(session, records), _due(records, now)
    sums = totals(records, marks)
    by_person: dict[int, dict[int, ExerciseMark]] = defaultdict(dict)
    for (exercise, person), mark in marks.items():
        by_person[person][exercise] = mark
    sums_of: dict[int, dict[int, float | None]] = defaultdict(dict)
    for (assignment, person), total in sums.items():
        sums_of[person][assignment] = total
    found = []
    for person_id, row, name, email in _people(session, course.id):
        shown = (pseudonym(course.id, person_id), "") if course.anonymous and person_id else (name, email)
        known = (row.number, row.section) if row and not course.anonymous else ("", "")
        mine = (by_person.get(person_id or 0, {}), sums_of.get(person_id or 0, {}))
        asked = frozenset(exercise for exercise, person in asks if person == person_id)
        missing = frozenset(due.get(person_id or 0, due[0]) - mine[0].keys())
        found.append(Student(person_id, row.id if row else None, *shown, *known, *mine, asked, missing))
    return tuple(sorted(found, key=lambda one: (not one.zero_by_file, one.name.casefold(), one.person_id or 0)))


def _due(records: Records, now: datetime) -> dict[int, frozenset[int]]:
    """The exercises that are due by now: under 0 for everyone, under a person for those who have other times."""
    own: dict[int, dict[int, datetime]] = defaultdict(dict)
    for (assignment, person), window in records.windows.items():
        own[person][assignment] = window.due
    usual = {number: terms.due for number, terms in records.terms.items()}
    return {
        person: frozenset(one.id for one in records.exercises.values() if {**usual, **other}[one.assignment_id] <= now)
        for person, other in {0: {}, **own}.items()
    }


def _people(session: Session, course_id: int) -> list[tuple[int | None, RosterRow | None, str, str]]:
    """Every student: who is enrolled, with the row they claimed, then rows that nobody has claimed."""
    rows = session.scalars(select(RosterRow).where(RosterRow.course_id == course_id)).all()
    by_person = {row.person_id: row for row in rows if row.person_id is not None}
    enrolled = session.execute(
        select(Person.id, Person.name, Person.email)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.course_id == course_id, Enrolment.role == "student")
    )
    people: list[tuple[int | None, RosterRow | None, str, str]] = []
    for number, name, email in enrolled:
        row = by_person.get(number)
        people.append((number, row, row.name if row else name, row.email if row and row.email else email))
    return [*people, *((None, row, row.name, row.email) for row in rows if row.person_id is None)]


def _asks(session: Session, records: Records) -> list[Place]:
    asked = (
        select(Submission.exercise_id, Submission.person_id)
        .join(AnotherLook, AnotherLook.submission_id == Submission.id)
        .where(AnotherLook.answered.is_(None), Submission.exercise_id.in_(list(records.exercises)))
    )
    return [(exercise, person) for exercise, person in session.execute(asked)]


def figures(store: Store, who: Acting, assignment_id: int) -> list[Figures]:
    """Per exercise of an assignment: how many passed, how long it took, and which mistakes the class makes."""
    with store.reading() as session:
        assignment = need_assignment(session, who, assignment_id, "assistant")
        records = records_of(session, assignment.course_id, [assignment_id])
        mistakes = _mistakes(session, records)
        by_exercise: dict[int, list[list[Attempt]]] = defaultdict(list)
        for (exercise, _), attempts in records.attempts.items():
            by_exercise[exercise].append(sorted(attempts, key=lambda one: one.number))
        found = [_figures(one.id, one.slug, by_exercise[one.id], mistakes) for one in records.exercises.values()]
        return _in_words(session, found)


def _in_words(session: Session, found: Sequence[Figures]) -> list[Figures]:
    """The same with a sentence for each mistake, as the report of an example has it."""
    examples = [number for one in found for mistake in one.mistakes for number in mistake.examples]
    asked = select(Grading.submission_id, Grading.mistakes, Grading.report)
    rows = session.execute(asked.where(Grading.submission_id.in_(examples), Grading.in_force))
    said = {
        (number, name): says
        for number, names, report in rows
        for name, says in zip(names, (report or {}).get("mistakes", ()), strict=False)
    }
    return [
        replace(one, mistakes=tuple(replace(each, says=_says(each, said)) for each in one.mistakes)) for one in found
    ]


def _says(mistake: Frequent, said: dict[tuple[int, str], str]) -> str:
    return next((said[number, mistake.name] for number in mistake.examples if (number, mistake.name) in said), "")


def _mistakes(session: Session, records: Records) -> dict[int, list[str]]:
    """The names of the mistakes that each submission makes."""
    rows = session.execute(
        select(Grading.submission_id, Grading.mistakes)
        .join(Submission, Submission.id == Grading.submission_id)
        .where(Submission.exercise_id.in_(list(records.exercises)), Grading.in_force)
    )
    return {number: names for number, names in rows if names}


def _figures(
    exercise_id: int, slug: str, students: Sequence[Sequence[Attempt]], mistakes: dict[int, list[str]]
) -> Figures:
    passed = [(mine[0], first) for mine in students if (first := next((one for one in mine if one.passed), None))]
    attempts = [first.number for _, first in passed]
    minutes = [(first.at - begin.at).total_seconds() / 60 for begin, first in passed]
    return Figures(
        exercise_id,
        slug,
        handed_in=len(students),
        passed=len(passed),
        attempts=median(attempts) if attempts else 0.0,
        minutes=median(minutes) if minutes else 0.0,
        mistakes=_frequent(students, mistakes),
    )


def _frequent(students: Sequence[Sequence[Attempt]], mistakes: dict[int, list[str]]) -> tuple[Frequent, ...]:
    """The mistakes by how many students made them. Of two that fit an attempt alike, both count."""
    made: Counter[str] = Counter()
    examples: dict[str, list[int]] = defaultdict(list)
    for mine in students:
        for name in sorted({name for one in mine for name in mistakes.get(one.id, ())}):
            made[name] += 1
            examples[name] += [one.id for one in mine if name in mistakes.get(one.id, ())][-1:]
    return tuple(Frequent(name, count, tuple(examples[name][:EXAMPLES])) for name, count in made.most_common())
