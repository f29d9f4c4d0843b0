"""What comes from the command line: marks that `batch` gave, as points by hand; a homework, by what was handed out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lib.course.assignments import Form, Part, make_assignment
from lib.course.exercises import exercise_at, exercise_to_assign
from lib.course.marks import Marks, marks_by, records_of, worth_of
from lib.course.policy import Terms
from lib.course.roster_file import Listed, RosterFile, cell_in, decoded, read_roster_file, rows_in
from lib.course.seen import shown_names
from lib.course.settings import Settings
from lib.course.who import Acting, need_assignment, need_role, note
from lib.grading.classroom.homework import handed_out_as
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Enrolment, Person, RosterRow
from lib.store.work import AssignedExercise, Assignment, Override

SAME = 1e-9  # points that differ by less are the same
OPENS, DUE, CLOSES = timedelta(days=7), timedelta(days=14), timedelta(days=17)  # of a homework that is brought in


@dataclass(frozen=True)
class BroughtMark:
    """A student's points for an exercise as they are, and as the file has them, by what the exercise is worth here."""

    person_id: int
    name: str
    exercise_id: int
    exercise: str
    before: float | None
    after: float


@dataclass(frozen=True)
class BringPreview:
    """What would change, how many marks are the same, and which lines are left out and why."""

    marks: tuple[BroughtMark, ...]
    same: int
    problems: tuple[str, ...]


def preview_marks(store: Store, who: Acting, assignment_id: int, data: bytes) -> BringPreview:
    """What `bring_marks` would do with a marks.csv of `batch`; nothing is changed. Raises Refusal for what is none."""
    with store.reading() as session:
        assignment = need_assignment(session, who, assignment_id, "instructor")
        return _preview(store, session, assignment, data)


def bring_marks(store: Store, who: Acting, assignment_id: int, data: bytes, why: str) -> BringPreview:
    """Gives the points of a marks.csv by hand. They are as graded: what lateness takes off is not taken off again."""
    if not why.strip():
        raise Refusal("There is no reason; expected one.")
    with store.writing() as session:
        assignment = need_assignment(session, who, assignment_id, "instructor")
        assert who is not None
        done = _preview(store, session, assignment, data)
        for one in done.marks:
            given = {"points": one.after, "why": why.strip(), "by": who.id, "at": store.now()}
            session.add(Override(exercise_id=one.exercise_id, person_id=one.person_id, **given))
            note(
                session, store, who, "override", course=assignment.course_id, about=one.exercise_id,
                person=one.person_id, before={"points": one.before}, after={"points": one.after}, why=why,
            )  # fmt: skip
        after = {"marks": len(done.marks), "assignment": assignment_id}
        note(session, store, who, "marks brought in", course=assignment.course_id, about=assignment_id, after=after)
        return done


def _preview(store: Store, session: Session, assignment: Assignment, data: bytes) -> BringPreview:
    asked = select(AssignedExercise).where(AssignedExercise.assignment_id == assignment.id)
    exercises = {one.slug: one for one in session.scalars(asked.order_by(AssignedExercise.place))}
    file, scores = _scores(data, exercises)
    records = records_of(session, assignment.course_id, [assignment.id])
    marks, worth = marks_by(records), worth_of(records)
    most = {slug: exercise_at(store, slug, one.version).max_score for slug, one in exercises.items()}
    known = _Known(session, assignment.course_id)
    found: list[BroughtMark] = []
    problems = list(file.problems)
    same = 0
    for student in file.students:
        person, why = known.person(student)
        if person is None:
            problems.append(f"Line {student.line}: {student.name} {why}; left out.")
            continue
        for slug, text in scores[student.line].items():
            share = _share(text, most[slug])
            if share is None:
                problems.append(f"Line {student.line}: {slug} has {text[:40]!r}; expected 0 to {most[slug]:g}.")
                continue
            one = _brought(marks, exercises[slug], person, worth[exercises[slug].id] * share)
            same += one is None
            found += [one] if one else []
    names = shown_names(session, assignment.course_id, [one.person_id for one in found])
    named = [
        BroughtMark(one.person_id, names[one.person_id], one.exercise_id, one.exercise, one.before, one.after)
        for one in found
    ]
    return BringPreview(tuple(named), same, tuple(problems))


def _scores(data: bytes, exercises: Mapping[str, AssignedExercise]) -> tuple[RosterFile, dict[int, dict[str, str]]]:
    """The file, and by line what stands under each exercise; empty cells are none."""
    file = read_roster_file(data)
    rows = rows_in(decoded(data))
    heads = [head.strip() for head in rows[0][1]]
    places = {slug: heads.index(slug) for slug in exercises if slug in heads}
    if not places:
        raise Refusal(
            "No column is named after an exercise of this assignment; expected {slugs}, as in marks.csv.",
            slugs=" or ".join(exercises),
        )
    cells = {line: {slug: cell_in(row, place) for slug, place in places.items()} for line, row in rows[1:]}
    return file, {line: {slug: text for slug, text in own.items() if text} for line, own in cells.items()}


def _share(text: str, most: float) -> float | None:
    try:
        score = float(text)
    except ValueError:
        return None
    return score / most if math.isfinite(score) and 0 <= score <= most and most else None


def _brought(marks: Marks, exercise: AssignedExercise, person: int, after: float) -> BroughtMark | None:
    """The mark that would change; None where it is the same."""
    mark = marks.get((exercise.id, person))
    before = mark.points if mark else None
    if before is not None and abs(before - after) < SAME:
        return None
    return BroughtMark(person, "", exercise.id, exercise.title, before, after)


class _Known:
    """The students of a course by number, and by name where only one has it."""

    def __init__(self, session: Session, course_id: int) -> None:
        rows = session.scalars(select(RosterRow).where(RosterRow.course_id == course_id)).all()
        members = session.execute(
            select(Person.id, Person.name)
            .join(Enrolment, Enrolment.person_id == Person.id)
            .where(Enrolment.course_id == course_id, Enrolment.role == "student")
        ).all()
        claimed = {row.person_id for row in rows if row.person_id is not None}
        alone = [(number, name) for number, name in members if number not in claimed]
        self.by_number = {row.number: row.person_id for row in rows if row.number}
        named = [*((row.person_id, row.name) for row in rows), *alone]
        self.count = Counter(name.casefold() for _, name in named)
        self.by_name = {name.casefold(): person for person, name in named}

    def person(self, student: Listed) -> tuple[int | None, str]:
        """Whose line it is; or None, and why nobody's."""
        name = student.name.casefold()
        if student.number and student.number in self.by_number:
            person = self.by_number[student.number]
        elif self.count[name] > 1:
            return None, "is a name that several have, and the number is not on the roster"
        elif name not in self.by_name:
            return None, "is not in this course"
        else:
            person = self.by_name[name]
        return person, "" if person is not None else "has not signed in yet"


@dataclass(frozen=True)
class BroughtHomework:
    """A homework that was handed out: its id, its exercises, and those of them that are another version by now."""

    id: str
    slugs: tuple[str, ...]
    changed: tuple[str, ...]


def homework_in(store: Store, settings: Settings, who: Acting, course_id: int, data: bytes) -> BroughtHomework:
    """Which homework a program or notebook was handed out for. Raises Refusal where it does not say, or an exercise of
    it is not here."""
    with store.reading() as session:
        need_role(session, who, course_id, "instructor")
    found = handed_out_as(data.decode("utf-8", "replace"))
    if found is None or not found.versions:
        raise Refusal("The file does not say which homework it is; expected one that `handout` made.")
    here = {slug: exercise_to_assign(settings, slug).version for slug in found.versions}
    changed = tuple(slug for slug, version in found.versions.items() if here[slug] != version)
    return BroughtHomework(found.id[:64], tuple(found.versions), changed)


def assign_homework(store: Store, settings: Settings, who: Acting, course_id: int, data: bytes) -> int:
    """Makes an assignment of the exercises that were handed out. It opens in a week: it can be changed before."""
    found, now = homework_in(store, settings, who, course_id, data), store.now()
    terms = Terms(now + OPENS, now + DUE, now + CLOSES)
    form = Form(found.id, tuple(Part(slug) for slug in found.slugs), terms)
    return make_assignment(store, settings, who, course_id, form)
