"""Who is done with which lesson of a course, by each student's own times. Completion, and no mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lib.course.lessons import AskedLesson, lessons_in
from lib.course.marks import window_in
from lib.course.policy import Window, days_late
from lib.course.seen import shown_names
from lib.course.who import Acting, need_role
from lib.store import Store
from lib.store.lessons import AssignedLesson, Working
from lib.store.people import Enrolment
from lib.store.work import Assignment, Extension


@dataclass(frozen=True)
class Standing:
    """A student and the lessons of a course: by number, True for a complete one, False for one with open rows; of
    what is not among them nothing was handed in. `late` has the days of those that were handed in late, `missing` is
    what was due by now."""

    person_id: int
    name: str
    done: Mapping[int, bool]
    late: Mapping[int, int]
    missing: frozenset[int]


@dataclass(frozen=True)
class Completion:
    """Who is done with which lesson. `lessons` come with the title of their assignment."""

    lessons: tuple[tuple[str, AskedLesson], ...]
    students: tuple[Standing, ...]


def completion(store: Store, who: Acting, course_id: int, assignment_id: int | None = None) -> Completion:
    """Who is done with which lesson of the course, or of one assignment of it, for staff; by name, or by other names
    while grading is anonymous."""
    with store.reading() as session:
        need_role(session, who, course_id, "assistant")
        found = session.scalars(select(Assignment).where(Assignment.course_id == course_id)).all()
        chosen = [one for one in found if assignment_id in (None, one.id)]
        titles = {one.id: one.title for one in sorted(chosen, key=lambda one: (one.due, one.id))}
        lessons = lessons_in(session, list(titles))
        asked = tuple((title, one) for number, title in titles.items() for one in lessons.get(number, ()))
        students = select(Enrolment.person_id).where(Enrolment.course_id == course_id, Enrolment.role == "student")
        people = session.scalars(students).all()
        names = shown_names(session, course_id, people)
        standing = _standing(session, chosen, lessons, names, store.now())
        return Completion(asked, tuple(sorted(standing, key=lambda one: (one.name.casefold(), one.person_id))))


def my_lessons(store: Store, who: Acting, course_id: int) -> dict[int, bool]:
    """The lessons of the course that the acting person handed in, by number: True for a complete one."""
    with store.reading() as session:
        need_role(session, who, course_id, "student")
        assert who is not None
        rows = session.execute(
            select(Working.lesson_id, Working.complete)
            .join(AssignedLesson, AssignedLesson.id == Working.lesson_id)
            .join(Assignment, Assignment.id == AssignedLesson.assignment_id)
            .where(Assignment.course_id == course_id, Working.person_id == who.id)
        )
        return {number: complete for number, complete in rows}


def _standing(
    session: Session,
    chosen: Sequence[Assignment],
    lessons: Mapping[int, Sequence[AskedLesson]],
    names: Mapping[int, str],
    now: datetime,
) -> list[Standing]:
    """Every student, by their own times."""
    places = [(assignment, lesson.id) for assignment in chosen for lesson in lessons.get(assignment.id, ())]
    workings, windows = _workings(session, [lesson for _, lesson in places]), _windows(session, chosen)
    found = []
    for person, name in names.items():
        mine, late, missing = workings.get(person, {}), dict[int, int](), set[int]()
        for assignment, lesson in places:
            window = windows[assignment.id].get(person, window_in(assignment, None))
            days = days_late(mine[lesson][1], window.due, assignment.grace_minutes) if lesson in mine else 0
            late |= {lesson: days} if days else {}
            missing |= {lesson} if lesson not in mine and window.due <= now else set()
        found.append(Standing(person, name, {one: done for one, (done, _) in mine.items()}, late, frozenset(missing)))
    return found


def _windows(session: Session, chosen: Sequence[Assignment]) -> dict[int, dict[int, Window]]:
    """By assignment, the times of those people who have other ones."""
    windows: dict[int, dict[int, Window]] = {one.id: {} for one in chosen}
    by_id = {one.id: one for one in chosen}
    for own in session.scalars(select(Extension).where(Extension.assignment_id.in_(list(by_id)))):
        windows[own.assignment_id][own.person_id] = window_in(by_id[own.assignment_id], own)
    return windows


def _workings(session: Session, lesson_ids: Sequence[int]) -> dict[int, dict[int, tuple[bool, datetime]]]:
    """By person and lesson, whether the working is complete, and when it was handed in; without the trials of staff."""
    rows = session.execute(
        select(Working.person_id, Working.lesson_id, Working.complete, Working.at).where(
            Working.lesson_id.in_(lesson_ids), Working.trial.is_(False)
        )
    )
    done: dict[int, dict[int, tuple[bool, datetime]]] = {}
    for person, lesson, complete, at in rows:
        done.setdefault(person, {})[lesson] = complete, at
    return done
