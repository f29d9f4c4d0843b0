"""Marks of a course, worked out from what is stored with a number of queries that does not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import Session

from lib.course.policy import Attempt, Terms, Window, counted, days_late, left_of
from lib.store.work import AssignedExercise, Assignment, Extension, Grading, Override, Submission

Place = tuple[int, int]  # exercise or assignment, and person


class ExerciseMark(NamedTuple):
    """A student's mark for an exercise. `points` None: nothing graded was handed in and nobody gave points.

    `open`: something waits to be graded, or could not be by our fault. `zero_by_file`: no points because of the file as
    a whole. A large course has many: hence no dataclass.
    """

    points: float | None
    of: float
    attempt: Attempt | None = None
    attempts: int = 0
    late: int = 0
    override: float | None = None
    open: bool = False
    zero_by_file: bool = False


@dataclass(frozen=True)
class Moved:
    """A student's mark for an assignment before and after."""

    person_id: int
    assignment_id: int
    before: float | None
    after: float | None


@dataclass
class Records:
    """What marks are worked out from."""

    terms: dict[int, Terms] = field(default_factory=dict)
    exercises: dict[int, AssignedExercise] = field(default_factory=dict)
    windows: dict[Place, Window] = field(default_factory=dict)
    attempts: dict[Place, list[Attempt]] = field(default_factory=dict)
    overrides: dict[Place, float] = field(default_factory=dict)


Marks = dict[Place, ExerciseMark]


def records_of(
    session: Session, course_id: int, assignment_ids: Sequence[int] | None = None, person_id: int | None = None
) -> Records:
    """What is stored about the marks of a course, some of its assignments, or one person. Five queries."""
    chosen = select(Assignment).where(Assignment.course_id == course_id)
    if assignment_ids is not None:
        chosen = chosen.where(Assignment.id.in_(assignment_ids))
    assignments = session.scalars(chosen.order_by(Assignment.due, Assignment.id)).all()
    records = Records(terms={one.id: terms_in(one) for one in assignments})
    ids = list(records.terms)
    asked = select(AssignedExercise).where(AssignedExercise.assignment_id.in_(ids)).order_by(AssignedExercise.place)
    records.exercises = {one.id: one for one in session.scalars(asked)}
    _read_windows(session, records, {one.id: one for one in assignments})
    _read_attempts(session, records, person_id)
    _read_overrides(session, records, person_id)
    return records


def terms_in(assignment: Assignment) -> Terms:
    return Terms(**{each.name: getattr(assignment, each.name) for each in fields(Terms)})


def window_in(assignment: Assignment, own: Extension | None) -> Window:
    """The times of one student: their own where they have some."""
    if own is None:
        return Window(assignment.opens, assignment.due, assignment.closes)
    due = own.due or assignment.due
    return Window(own.opens or assignment.opens, due, max(own.closes or assignment.closes, due))


def _read_windows(session: Session, records: Records, assignments: Mapping[int, Assignment]) -> None:
    for own in session.scalars(select(Extension).where(Extension.assignment_id.in_(list(assignments)))):
        records.windows[own.assignment_id, own.person_id] = window_in(assignments[own.assignment_id], own)


ATTEMPT = (  # the columns of an Attempt
    *(Submission.id, Submission.number, Submission.at, Submission.state, Grading.counts),
    *(func.coalesce(number, 0.0) for number in (Grading.counts_of, Grading.seen, Grading.seen_of)),
    *(func.coalesce(flag, false()) for flag in (Grading.passed, Grading.broken)),
)


def _read_attempts(session: Session, records: Records, person_id: int | None) -> None:
    asked: Select = (
        select(Submission.exercise_id, Submission.person_id, *ATTEMPT)
        .outerjoin(Grading, (Grading.submission_id == Submission.id) & Grading.in_force)
        .where(Submission.exercise_id.in_(list(records.exercises)), Submission.trial.is_(False))
    )
    if person_id is not None:
        asked = asked.where(Submission.person_id == person_id)
    found = defaultdict(list)
    for row in session.connection().execute(asked).all():  # plain rows: a large course has tens of thousands
        found[row[:2]].append(Attempt._make(row[2:]))
    records.attempts = dict(found)


def _read_overrides(session: Session, records: Records, person_id: int | None) -> None:
    asked = select(Override.exercise_id, Override.person_id, Override.points).order_by(Override.id)
    asked = asked.where(Override.exercise_id.in_(list(records.exercises)))
    if person_id is not None:
        asked = asked.where(Override.person_id == person_id)
    for exercise, person, points in session.execute(asked):
        if points is None:
            records.overrides.pop((exercise, person), None)
        else:
            records.overrides[exercise, person] = points


def marks_by(
    records: Records,
    terms: Mapping[int, Terms] | None = None,
    weights: Mapping[int, Mapping[str, float]] | None = None,
) -> Marks:
    """The mark at each place where something was handed in or given; under other terms and weights, if those are."""
    chosen, worth = {**records.terms, **(terms or {})}, worth_of(records, terms, weights)
    usual = {number: here.window() for number, here in chosen.items()}
    assigned = {one.id: one.assignment_id for one in records.exercises.values()}
    marks: Marks = {}
    for place in dict.fromkeys((*records.attempts, *records.overrides)):
        number = assigned[place[0]]
        window = records.windows.get((number, place[1]), usual[number])
        marks[place] = _mark(records, place, chosen[number], window, worth[place[0]])
    return marks


def worth_of(
    records: Records,
    terms: Mapping[int, Terms] | None = None,
    weights: Mapping[int, Mapping[str, float]] | None = None,
) -> dict[int, float]:
    """The points of each exercise: its share of the assignment's scale."""
    chosen = {**records.terms, **(terms or {})}
    weighs = {
        one.id: (weights or {}).get(one.assignment_id, {}).get(one.slug, one.weight if not weights else 0.0)
        for one in records.exercises.values()
    }
    sums: dict[int, float] = defaultdict(float)
    for one in records.exercises.values():
        sums[one.assignment_id] += weighs[one.id]
    for assignment_id, named in (weights or {}).items():
        sums[assignment_id] = sum(named.values())
    return {
        one.id: (chosen[one.assignment_id].scale or sums[one.assignment_id]) * weighs[one.id] / sums[one.assignment_id]
        for one in records.exercises.values()
    }


def _mark(records: Records, place: Place, terms: Terms, window: Window, worth: float) -> ExerciseMark:
    attempts = records.attempts.get(place, [])
    chosen, given = counted(attempts, terms, window), records.overrides.get(place)
    points = given if given is not None else (None if chosen is None else worth * left_of(chosen, terms, window))
    return ExerciseMark(
        points=points,
        of=worth,
        attempt=chosen,
        attempts=len(attempts),
        late=0 if chosen is None else days_late(chosen.at, window.due, terms.grace_minutes),
        override=given,
        open=any(one.counts is None for one in attempts),
        zero_by_file=chosen is not None and chosen.broken and given is None,
    )


def totals(records: Records, marks: Marks) -> dict[Place, float | None]:
    """The sum of each student for each assignment. None where nothing is graded, or something is still to be."""
    assigned = {one.id: one.assignment_id for one in records.exercises.values()}
    found: dict[Place, list[ExerciseMark]] = defaultdict(list)
    for (exercise, person), mark in marks.items():
        found[assigned[exercise], person].append(mark)
    return {place: _total(mine) for place, mine in found.items()}


def _total(mine: Sequence[ExerciseMark]) -> float | None:
    if any(mark.open and mark.override is None for mark in mine) or all(mark.points is None for mark in mine):
        return None
    return sum(mark.points or 0.0 for mark in mine)


def moved(records: Records, before: Marks, after: Marks) -> list[Moved]:
    """Whose mark for an assignment differs by more than rounding."""
    old, new = totals(records, before), totals(records, after)
    places = sorted({*old, *new})
    found = [Moved(person, one, old.get((one, person)), new.get((one, person))) for one, person in places]
    return [move for move in found if _differ(move.before, move.after)]


def _differ(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(before - after) > 1e-9


def with_attempts(records: Records, changed: Mapping[int, Attempt]) -> Records:
    """The same with other gradings for these submissions."""
    attempts = {place: [changed.get(one.id, one) for one in mine] for place, mine in records.attempts.items()}
    return replace(records, attempts=attempts)
