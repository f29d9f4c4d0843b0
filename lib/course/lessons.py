"""Lessons as part of an assignment: worked by hand, handed in, judged again by the server. Completion, and no mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lib.budget import Budget
from lib.catalog import LESSONS
from lib.course.marks import window_in
from lib.course.numbers import MOST_TYPED, texts_of, values_of
from lib.course.policy import Window, told
from lib.course.seen import shown_names
from lib.course.who import Acting, NotThere, need_assignment, need_role, role_of
from lib.lesson.run import Case
from lib.lesson.spec import Lesson
from lib.lesson.working.entries import judge_case
from lib.lesson.working.rows import sample_shape, turns
from lib.refusal import Refusal
from lib.store import Store
from lib.store.lessons import AssignedLesson, Working
from lib.store.people import Course, Enrolment
from lib.store.work import Assignment, Extension

MOST_LESSONS = 50
RIGHT = ("right", "earlier")


@dataclass(frozen=True)
class LessonPart:
    """A lesson of an assignment, and what is typed in its fields; what is left out holds torch's default."""

    slug: str
    numbers: Mapping[str, str]

    @classmethod
    def of(cls, slug: str, example: str = "") -> LessonPart:
        """On the example with this title, or the lesson's first one. Raises Refusal."""
        lesson = _lesson(slug)
        usable = [one for one in lesson.examples if not one.rejected]
        found = next((one for one in usable if one.title == example), None if example else usable[0])
        if found is None:
            raise Refusal("{lesson} has no example {example!r}.", lesson=lesson.title, example=example[:80])
        return cls(slug, texts_of(lesson, found.values))


@dataclass(frozen=True)
class AskedLesson:
    """A lesson of an assignment as it stands."""

    id: int
    slug: str
    title: str
    numbers: Mapping[str, str]


@dataclass(frozen=True)
class HandedIn:
    """A working as it was handed in, and what the server says of it: which rows are not right yet. None: complete."""

    sample: tuple[int, ...]
    turn: str
    entries: Mapping[str, str]
    still_open: tuple[str, ...]
    at: datetime
    trial: bool = False

    @property
    def complete(self) -> bool:
        return not self.still_open


@dataclass(frozen=True)
class Standing:
    """A student and the lessons of a course: by number, True for a complete one, False for one with open rows; of
    what is not among them nothing was handed in."""

    person_id: int
    name: str
    done: Mapping[int, bool]


@dataclass(frozen=True)
class Completion:
    """Who is done with which lesson. `lessons` come with the title of their assignment."""

    lessons: tuple[tuple[str, AskedLesson], ...]
    students: tuple[Standing, ...]


def _lesson(slug: str) -> Lesson:
    if slug not in LESSONS:
        raise Refusal("There is no lesson {slug!r} that can be handed in.", slug=slug[:80])
    return LESSONS[slug]


def lesson_values(part: LessonPart | AskedLesson) -> dict[str, Any]:
    """The numbers to work. Raises Refusal for what cannot be read or worked."""
    return values_of(_lesson(part.slug), part.numbers)


def checked_lessons(parts: Sequence[LessonPart]) -> None:
    """Raises Refusal for a lesson that there is not, or is there twice, and for numbers that cannot be worked."""
    if len(parts) > MOST_LESSONS:
        raise Refusal("There are {came} lessons; expected at most {most}.", came=len(parts), most=MOST_LESSONS)
    slugs = [part.slug for part in parts]
    if twice := sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        raise Refusal("{slug} is there twice; expected each lesson once.", slug=twice[0])
    for part in parts:
        case = Case.of(_lesson(part.slug), lesson_values(part), budget=_budget())
        shape = sample_shape(case.forward.steps)
        if 0 in shape or not judge_case(case, {}, (0,) * len(shape)):
            raise Refusal("{lesson} asks nothing on these numbers.", lesson=_lesson(part.slug).title)


def _budget() -> Budget:
    return Budget(numbers=1e8, bytes=200e6, seconds=5.0)


def assign_lessons(session: Session, assignment_id: int, parts: Sequence[LessonPart]) -> None:
    """Makes these the lessons of the assignment. One that was handed in stays as it is: else Refusal."""
    there = {one.slug: one for one in _assigned(session, [assignment_id])}
    for slug in there.keys() - {part.slug for part in parts}:
        _need_untouched(session, there[slug])
        session.execute(delete(Working).where(Working.lesson_id == there[slug].id))
        session.delete(there[slug])
    for place, part in enumerate(parts):
        if (known := there.get(part.slug)) is None:
            made = AssignedLesson(assignment_id=assignment_id, slug=part.slug, numbers=dict(part.numbers), place=place)
            session.add(made)
            continue
        if known.numbers != dict(part.numbers):
            _need_untouched(session, known)
            session.execute(delete(Working).where(Working.lesson_id == known.id))
        known.numbers, known.place = dict(part.numbers), place


def _need_untouched(session: Session, lesson: AssignedLesson) -> None:
    """Trials of staff do not count."""
    by_students = select(Working.id).where(Working.lesson_id == lesson.id, Working.trial.is_(False))
    if session.scalar(by_students.limit(1)) is not None:
        raise Refusal("{title} was handed in already; it stays as it is.", title=_title(lesson.slug))


def _assigned(session: Session, assignment_ids: Sequence[int]) -> Sequence[AssignedLesson]:
    chosen = select(AssignedLesson).where(AssignedLesson.assignment_id.in_(assignment_ids))
    return session.scalars(chosen.order_by(AssignedLesson.place, AssignedLesson.id)).all()


def lessons_in(session: Session, assignment_ids: Sequence[int]) -> dict[int, tuple[AskedLesson, ...]]:
    """The lessons of these assignments, by assignment."""
    found: dict[int, tuple[AskedLesson, ...]] = {}
    for one in _assigned(session, assignment_ids):
        found[one.assignment_id] = (*found.get(one.assignment_id, ()), _asked(one))
    return found


def _asked(one: AssignedLesson) -> AskedLesson:
    return AskedLesson(one.id, one.slug, _title(one.slug), one.numbers)


def _title(slug: str) -> str:
    return LESSONS[slug].title if slug in LESSONS else slug


def hand_in_working(
    store: Store,
    who: Acting,
    lesson_id: int,
    sample: Sequence[int],
    entries: Mapping[str, str],
    turn: str = "",
) -> HandedIn:
    """Judges these entries, row key → what was typed, on the assignment's own numbers, and keeps both.

    The last working counts, and a complete one stays. Raises NotThere before the assignment opens, Refusal after it
    closes, for a sample, turn or row that there is not, and where nothing is typed.
    """
    with store.reading() as session:
        lesson = _asked(_need_open(session, store, who, lesson_id)[0])
    typed = {key: text for key, text in entries.items() if text.strip()}
    open_rows = _open_rows(lesson, tuple(sample), typed, turn)
    with store.writing() as session:
        row, assignment, trial = _need_open(session, store, who, lesson_id)
        assert who is not None
        if row.numbers != lesson.numbers:
            raise Refusal("The numbers of this lesson were changed meanwhile; look at it again.")
        me = (Enrolment.course_id == assignment.course_id, Enrolment.person_id == who.id)
        session.scalars(select(Enrolment).where(*me).with_for_update()).one()  # one after another for each person
        kept = session.scalar(select(Working).where(Working.lesson_id == lesson_id, Working.person_id == who.id))
        if kept is not None and kept.complete and kept.trial == trial:
            return _handed_in(kept)
        if kept is None:
            kept = Working(lesson_id=lesson_id, person_id=who.id)
            session.add(kept)
        kept.slug, kept.numbers, kept.sample, kept.turn = row.slug, row.numbers, list(sample), turn
        kept.entries, kept.still_open, kept.complete = typed, list(open_rows), not open_rows
        kept.at, kept.trial = store.now(), trial
        session.flush()
        return _handed_in(kept)


def _open_rows(lesson: AskedLesson, sample: tuple[int, ...], entries: Mapping[str, str], turn: str) -> tuple[str, ...]:
    """The keys of the rows that are not right yet, as the server judges them."""
    case = Case.of(_lesson(lesson.slug), lesson_values(lesson), budget=_budget())
    steps = case.forward.steps
    shape = sample_shape(steps)
    if len(sample) != len(shape) or not all(0 <= at < size for at, size in zip(sample, shape, strict=True)):
        raise Refusal("There is no sample {came}; the batch has the shape {shape}.", came=sample, shape=shape)
    if turn and turn not in turns(steps):
        raise Refusal("There is no step {came!r} of the loop.", came=turn[:20])
    known = {one.row.key for one in judge_case(case, {}, sample, turn=turn or None)}
    _need_entries(entries, known)
    judged = judge_case(case, entries, sample, turn=turn or None)
    return tuple(one.row.key for one in judged if one.verdict not in RIGHT)


def _need_entries(entries: Mapping[str, str], known: set[str]) -> None:
    if not entries:
        raise Refusal("There is nothing to hand in yet.")
    if strange := sorted(entries.keys() - known):
        raise Refusal("There is no row {key!r} here.", key=strange[0][:80])
    for key, text in entries.items():
        if len(text) > MOST_TYPED:
            raise Refusal("{key} is too long; expected at most {most} characters.", key=key, most=MOST_TYPED)


def _handed_in(row: Working) -> HandedIn:
    return HandedIn(tuple(row.sample), row.turn, row.entries, tuple(row.still_open), row.at, row.trial)


def _need_visible(
    session: Session, store: Store, who: Acting, lesson_id: int
) -> tuple[AssignedLesson, Assignment, Window, bool]:
    """The lesson, its assignment, the acting person's times, and whether they are staff. Raises NotThere."""
    lesson = session.get(AssignedLesson, lesson_id)
    if lesson is None:
        raise NotThere("There is no such assignment.")
    assignment = need_assignment(session, who, lesson.assignment_id, "student")
    assert who is not None
    own = select(Extension).where(Extension.assignment_id == assignment.id, Extension.person_id == who.id)
    window, staff = window_in(assignment, session.scalar(own)), role_of(session, who, assignment.course_id) != "student"
    if not staff and store.now() < window.opens:
        raise NotThere("There is no such assignment.")
    return lesson, assignment, window, staff


def _need_open(session: Session, store: Store, who: Acting, lesson_id: int) -> tuple[AssignedLesson, Assignment, bool]:
    """The lesson, its assignment, and whether this is a trial of the staff. Raises NotThere and Refusal."""
    lesson, assignment, window, staff = _need_visible(session, store, who, lesson_id)
    course = session.get_one(Course, assignment.course_id)
    if course.closed is not None:
        raise Refusal("This course is closed.")
    if not staff and store.now() >= window.closes:
        raise Refusal("This closed on {when}.", when=told(window.closes, course.zone))
    return lesson, assignment, staff


def my_working(store: Store, who: Acting, lesson_id: int) -> HandedIn | None:
    """What the acting person handed in for this lesson; None if nothing."""
    with store.reading() as session:
        _need_visible(session, store, who, lesson_id)
        assert who is not None
        mine = select(Working).where(Working.lesson_id == lesson_id, Working.person_id == who.id)
        row = session.scalar(mine)
        return None if row is None else _handed_in(row)


def working_of(store: Store, who: Acting, lesson_id: int, person_id: int) -> HandedIn | None:
    """The same of any member, for staff."""
    with store.reading() as session:
        lesson = session.get(AssignedLesson, lesson_id)
        if lesson is None:
            raise NotThere("There is no such assignment.")
        need_assignment(session, who, lesson.assignment_id, "assistant")
        row = session.scalar(select(Working).where(Working.lesson_id == lesson_id, Working.person_id == person_id))
        return None if row is None else _handed_in(row)


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
        done = _done(session, [one.id for _, one in asked])
        names = shown_names(session, course_id, people)
        standing = [Standing(one, names[one], done.get(one, {})) for one in people]
        return Completion(asked, tuple(sorted(standing, key=lambda one: (one.name.casefold(), one.person_id))))


def _done(session: Session, lesson_ids: Sequence[int]) -> dict[int, dict[int, bool]]:
    """By person and lesson, whether the working is complete; without the trials of staff."""
    rows = session.execute(
        select(Working.person_id, Working.lesson_id, Working.complete).where(
            Working.lesson_id.in_(lesson_ids), Working.trial.is_(False)
        )
    )
    done: dict[int, dict[int, bool]] = {}
    for person, lesson, complete in rows:
        done.setdefault(person, {})[lesson] = complete
    return done
