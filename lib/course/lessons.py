"""Lessons as part of an assignment: worked by hand, handed in, judged again by the server. Completion, and no mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lib.budget import Budget
from lib.catalog import TOPICS
from lib.course.cards import Values, asked_in, card_values, need_work, open_rows, usual_card
from lib.course.marks import window_in
from lib.course.numbers import MOST_TYPED, texts_of
from lib.course.policy import Window, days_late, told
from lib.course.who import Acting, NotThere, need_assignment, role_of
from lib.lesson.spec import Topic
from lib.refusal import Refusal
from lib.store import Store
from lib.store.lessons import AssignedLesson, LessonDraft, Working
from lib.store.people import Course, Enrolment
from lib.store.work import Assignment, Extension

MOST_LESSONS = 50
MOST_ROWS = 1000  # of all cards of a lesson


@dataclass(frozen=True)
class LessonPart:
    """A lesson of an assignment, and what is typed in its fields; what is left out holds torch's default.

    Of an optimizer `numbers` also say which updates are worked (`update`: "1, 2"), of a scheduler which epochs.
    """

    slug: str
    numbers: Mapping[str, str]

    @classmethod
    def of(cls, slug: str, example: str = "") -> LessonPart:
        """On the example with this title, or the lesson's first one, as the lesson's page begins. Raises Refusal."""
        lesson = _lesson(slug)
        usable = [one for one in lesson.examples if not one.rejected]
        found = next((one for one in usable if one.title == example), None if example else usable[0])
        if found is None:
            raise Refusal("{lesson} has no example {example!r}.", lesson=lesson.title, example=example[:80])
        return cls(slug, dict(_numbers_of(slug, found.title)))


@cache
def _numbers_of(slug: str, example: str) -> Mapping[str, str]:
    lesson = TOPICS[slug]
    found = next(one for one in lesson.examples if one.title == example and not one.rejected)
    numbers = texts_of(lesson, found.values)
    return {**numbers, asked_in(lesson): usual_card(lesson, found)} if asked_in(lesson) else numbers


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
    late: int = 0  # days begun since it was due
    trial: bool = False

    @property
    def complete(self) -> bool:
        return not self.still_open


def _lesson(slug: str) -> Topic:
    if slug not in TOPICS:
        raise Refusal("There is no lesson {slug!r} that can be handed in.", slug=slug[:80])
    return TOPICS[slug]


def lesson_cards(part: LessonPart | AskedLesson) -> dict[str, Values]:
    """Card → the numbers to work on it. Raises Refusal for what cannot be read or worked."""
    return card_values(_lesson(part.slug), part.numbers, _budget())


def checked_lessons(parts: Sequence[LessonPart]) -> None:
    """Raises Refusal for a lesson that there is not, or is there twice, and for numbers that cannot be worked."""
    if len(parts) > MOST_LESSONS:
        raise Refusal("There are {came} lessons; expected at most {most}.", came=len(parts), most=MOST_LESSONS)
    slugs = [part.slug for part in parts]
    if twice := sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        raise Refusal("{slug} is there twice; expected each lesson once.", slug=twice[0])
    for part in parts:
        need_work(_lesson(part.slug), part.numbers, _budget())


def _budget() -> Budget:
    return Budget(numbers=1e8, bytes=200e6, seconds=5.0)


def assign_lessons(session: Session, assignment_id: int, parts: Sequence[LessonPart]) -> None:
    """Makes these the lessons of the assignment. One that was handed in stays as it is: else Refusal."""
    there = {one.slug: one for one in _assigned(session, [assignment_id])}
    for slug in there.keys() - {part.slug for part in parts}:
        _need_untouched(session, there[slug])
        _forget_work(session, there[slug])
        session.delete(there[slug])
    for place, part in enumerate(parts):
        if (known := there.get(part.slug)) is None:
            made = AssignedLesson(assignment_id=assignment_id, slug=part.slug, numbers=dict(part.numbers), place=place)
            session.add(made)
            continue
        if known.numbers != dict(part.numbers):
            _need_untouched(session, known)
            _forget_work(session, known)
        known.numbers, known.place = dict(part.numbers), place


def _forget_work(session: Session, lesson: AssignedLesson) -> None:
    """Trials of staff, and what was typed on other numbers."""
    for table in (Working, LessonDraft):
        session.execute(delete(table).where(table.lesson_id == lesson.id))


def _need_untouched(session: Session, lesson: AssignedLesson) -> None:
    """Trials of staff do not count."""
    by_students = select(Working.id).where(Working.lesson_id == lesson.id, Working.trial.is_(False))
    if session.scalar(by_students.limit(1)) is not None:
        raise Refusal("{title} was handed in already; it stays as it is.", title=_title(lesson.slug, lesson.numbers))


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
    return AskedLesson(one.id, one.slug, _title(one.slug, one.numbers), one.numbers)


def _title(slug: str, numbers: Mapping[str, str]) -> str:
    """Adam, update 2."""
    if slug not in TOPICS:
        return slug
    name = asked_in(TOPICS[slug])
    which = numbers.get(name, "")
    return TOPICS[slug].title + (f", {name}{'s' if ',' in which else ''} {which}" if which else "")


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
    still_open = open_rows(_lesson(lesson.slug), lesson.numbers, tuple(sample), typed, turn, _budget())
    with store.writing() as session:
        row, assignment, window, trial = _need_open(session, store, who, lesson_id)
        assert who is not None
        if row.numbers != lesson.numbers:
            raise Refusal("The numbers of this lesson were changed meanwhile; look at it again.")
        me = (Enrolment.course_id == assignment.course_id, Enrolment.person_id == who.id)
        session.scalars(select(Enrolment).where(*me).with_for_update()).one()  # one after another for each person
        kept = session.scalar(select(Working).where(Working.lesson_id == lesson_id, Working.person_id == who.id))
        if kept is not None and kept.complete and kept.trial == trial:
            return _handed_in(kept, assignment, window)
        if kept is None:
            kept = Working(lesson_id=lesson_id, person_id=who.id)
            session.add(kept)
        kept.slug, kept.numbers, kept.sample, kept.turn = row.slug, row.numbers, list(sample), turn
        kept.entries, kept.still_open, kept.complete = typed, list(still_open), not still_open
        kept.at, kept.trial = store.now(), trial
        session.flush()
        return _handed_in(kept, assignment, window)


def _handed_in(row: Working, assignment: Assignment, window: Window) -> HandedIn:
    late = days_late(row.at, window.due, assignment.grace_minutes)
    return HandedIn(tuple(row.sample), row.turn, row.entries, tuple(row.still_open), row.at, late, row.trial)


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


def _need_open(
    session: Session, store: Store, who: Acting, lesson_id: int
) -> tuple[AssignedLesson, Assignment, Window, bool]:
    """The lesson, its assignment, the acting person's times, and whether this is a trial of the staff. Raises NotThere
    and Refusal."""
    lesson, assignment, window, staff = _need_visible(session, store, who, lesson_id)
    course = session.get_one(Course, assignment.course_id)
    if course.closed is not None:
        raise Refusal("This course is closed.")
    if not staff and store.now() >= window.closes:
        raise Refusal("This closed on {when}.", when=told(window.closes, course.zone))
    return lesson, assignment, window, staff


def my_working(store: Store, who: Acting, lesson_id: int) -> HandedIn | None:
    """What the acting person handed in for this lesson; None if nothing."""
    with store.reading() as session:
        _, assignment, window, _ = _need_visible(session, store, who, lesson_id)
        assert who is not None
        mine = select(Working).where(Working.lesson_id == lesson_id, Working.person_id == who.id)
        row = session.scalar(mine)
        return None if row is None else _handed_in(row, assignment, window)


def working_of(store: Store, who: Acting, lesson_id: int, person_id: int) -> HandedIn | None:
    """The same of any member, for staff."""
    with store.reading() as session:
        lesson = session.get(AssignedLesson, lesson_id)
        if lesson is None:
            raise NotThere("There is no such assignment.")
        assignment = need_assignment(session, who, lesson.assignment_id, "assistant")
        own = select(Extension).where(Extension.assignment_id == assignment.id, Extension.person_id == person_id)
        window = window_in(assignment, session.scalar(own))
        row = session.scalar(select(Working).where(Working.lesson_id == lesson_id, Working.person_id == person_id))
        return None if row is None else _handed_in(row, assignment, window)


@dataclass(frozen=True)
class Begun:
    """What was typed last, row key → text, and not handed in."""

    sample: tuple[int, ...]
    turn: str
    entries: Mapping[str, str]
    at: datetime


def save_begun(
    store: Store, who: Acting, lesson_id: int, sample: Sequence[int], entries: Mapping[str, str], turn: str = ""
) -> None:
    """Keeps what was typed on the server, so that it is there on another machine and after the session."""
    typed = {key: text for key, text in entries.items() if text.strip()}
    if len(typed) > MOST_ROWS or len(sample) > MOST_ROWS or len(turn) > MOST_TYPED:
        raise Refusal("There are {came} rows; expected at most {most}.", came=len(typed), most=MOST_ROWS)
    for key, text in typed.items():
        if len(key) > MOST_TYPED or len(text) > MOST_TYPED:
            raise Refusal("{key} is too long; expected at most {most} characters.", key=key[:80], most=MOST_TYPED)
    with store.writing() as session:
        _need_visible(session, store, who, lesson_id)
        assert who is not None
        kept = session.get(LessonDraft, (lesson_id, who.id))
        if kept is None:
            kept = LessonDraft(lesson_id=lesson_id, person_id=who.id)
            session.add(kept)
        kept.sample, kept.turn, kept.entries, kept.at = list(sample), turn, typed, store.now()


def begun_of(store: Store, who: Acting, lesson_id: int) -> Begun | None:
    """What the acting person typed last; None if they have not, or handed something in since."""
    with store.reading() as session:
        _need_visible(session, store, who, lesson_id)
        assert who is not None
        kept = session.get(LessonDraft, (lesson_id, who.id))
        mine = select(Working.at).where(Working.lesson_id == lesson_id, Working.person_id == who.id)
        handed_in = session.scalar(mine)
        if kept is None or (handed_in is not None and handed_in >= kept.at):
            return None
        return Begun(tuple(kept.sample), kept.turn, kept.entries, kept.at)
