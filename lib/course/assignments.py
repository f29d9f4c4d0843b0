"""Assignments: made, changed, with other times for one student. What a change does is said before it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lib.course.courses import checked_title
from lib.course.exercises import exercise_to_assign, may_see, pin
from lib.course.lessons import AskedLesson, LessonPart, assign_lessons, checked_lessons, lessons_in
from lib.course.marks import Moved, marks_by, moved, records_of, terms_in, window_in
from lib.course.policy import Terms, Window, in_words, need_sound, told
from lib.course.settings import Settings
from lib.course.who import Acting, NotAllowed, NotThere, need_assignment, need_course, need_person, need_role, note
from lib.exercises import EXERCISES, Exercise
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Course, Enrolment
from lib.store.work import AssignedExercise, Assignment, Draft, Extension, Override, Submission

MOST_EXERCISES = 100


@dataclass(frozen=True)
class Part:
    """An exercise of an assignment, and its weight among the others."""

    slug: str
    weight: float = 1.0


@dataclass(frozen=True)
class Form:
    """What an instructor fills in."""

    title: str
    parts: tuple[Part, ...]
    terms: Terms
    lessons: tuple[LessonPart, ...] = ()


@dataclass(frozen=True)
class Asked:
    """An exercise of an assignment as it stands. `points` are what it is worth in the whole."""

    id: int
    slug: str
    version: str
    title: str
    points: float
    weight: float
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """An assignment as the acting person sees it: `window` is their own."""

    id: int
    course_id: int
    title: str
    terms: Terms
    window: Window
    released: datetime | None
    exercises: tuple[Asked, ...]
    lessons: tuple[AskedLesson, ...] = ()


@dataclass(frozen=True)
class Effect:
    """What saving would do: in words, whose marks move, and what to know about the exercises."""

    says: tuple[str, ...]
    moves: tuple[Moved, ...] = ()
    warnings: tuple[str, ...] = ()


PUBLIC = (
    "The solution and hidden tests of {title} are public. Good for practice; for marks, make your own: "
    "python -m lib.grading new --lesson …"
)

COMPLETION = "A lesson is complete when every row is right; it gives no points, and counts in no total."


def window_for(session: Session, assignment: Assignment, person_id: int) -> Window:
    own = select(Extension).where(Extension.assignment_id == assignment.id, Extension.person_id == person_id)
    return window_in(assignment, session.scalar(own))


def _checked(settings: Settings, form: Form) -> list[Exercise]:
    need_sound(form.terms)
    checked_title(form.title)
    checked_lessons(form.lessons)
    slugs = [part.slug for part in form.parts]
    if not (1 - bool(form.lessons)) <= len(slugs) <= MOST_EXERCISES:
        raise Refusal("There are {came} exercises; expected 1 to {most}.", came=len(slugs), most=MOST_EXERCISES)
    if twice := sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        raise Refusal("{slug} is there twice; expected each exercise once.", slug=twice[0])
    for part in form.parts:
        if not 0 < part.weight <= 1e6:
            raise Refusal("{slug} has the weight {came:g}; expected more than 0.", slug=part.slug, came=part.weight)
    return [exercise_to_assign(settings, slug) for slug in slugs]


def effect_of_making(store: Store, settings: Settings, who: Acting, course_id: int, form: Form) -> Effect:
    """What an assignment like this would do, in words. Raises Refusal for what does not fit together."""
    with store.reading() as session:
        course = need_course(session, who, course_id, "instructor")
        return _effect(settings, form, course.zone)


def _effect(settings: Settings, form: Form, zone: str, moves: Sequence[Moved] = ()) -> Effect:
    exercises = _checked(settings, form)
    total = form.terms.scale or sum(part.weight for part in form.parts)
    public = [PUBLIC.format(title=one.title) for one in exercises if one.slug in EXERCISES]
    says = in_words(form.terms, zone, total)
    says = [*(says if form.parts else says[:1]), *([COMPLETION] if form.lessons else [])]
    return Effect(tuple(says), tuple(moves), tuple(public))


def make_assignment(store: Store, settings: Settings, who: Acting, course_id: int, form: Form) -> int:
    """A new assignment, which holds its exercises in the version of now. Raises Refusal."""
    with store.writing() as session:
        course = need_course(session, who, course_id, "instructor")
        if course.closed is not None:
            raise Refusal("This course is closed.")
        exercises = _checked(settings, form)
        assignment = Assignment(course_id=course_id, title=checked_title(form.title), made=store.now())
        _fill(assignment, form.terms)
        session.add(assignment)
        session.flush()
        for place, (part, exercise) in enumerate(zip(form.parts, exercises, strict=True)):
            session.add(_assigned(session, assignment.id, place, part, exercise))
        assign_lessons(session, assignment.id, form.lessons)
        note(session, store, who, "assignment made", course=course_id, about=assignment.id, after=_told(form))
        return assignment.id


def _fill(assignment: Assignment, terms: Terms) -> None:
    for field in fields(Terms):
        setattr(assignment, field.name, getattr(terms, field.name))


def _assigned(session: Session, assignment_id: int, place: int, part: Part, exercise: Exercise) -> AssignedExercise:
    pin(session, exercise)
    return AssignedExercise(
        assignment_id=assignment_id,
        slug=exercise.slug,
        version=exercise.version,
        title=exercise.title,
        weight=part.weight,
        place=place,
        dropped=[],
    )


def _told(form: Form) -> dict[str, Any]:
    told = {**asdict(form.terms), "title": form.title, "parts": [asdict(part) for part in form.parts]}
    told |= {"lessons": [asdict(one) for one in form.lessons]} if form.lessons else {}
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in told.items()}


def form_of(store: Store, who: Acting, assignment_id: int) -> Form:
    """The assignment as the form has it, to be changed."""
    with store.reading() as session:
        return _form(session, need_assignment(session, who, assignment_id, "assistant"))


def _form(session: Session, assignment: Assignment) -> Form:
    parts = tuple(Part(one.slug, one.weight) for one in _exercises(session, assignment.id))
    lessons = lessons_in(session, [assignment.id]).get(assignment.id, ())
    asked = tuple(LessonPart(one.slug, one.numbers) for one in lessons)
    return Form(assignment.title, parts, terms_in(assignment), asked)


def _exercises(session: Session, assignment_id: int) -> Sequence[AssignedExercise]:
    mine = select(AssignedExercise).where(AssignedExercise.assignment_id == assignment_id)
    return session.scalars(mine.order_by(AssignedExercise.place)).all()


def effect_of_changing(store: Store, settings: Settings, who: Acting, assignment_id: int, form: Form) -> Effect:
    """What saving the changed form would do: in words, and whose mark moves from what to what."""
    with store.reading() as session:
        assignment = need_assignment(session, who, assignment_id, "instructor")
        zone = session.get_one(Course, assignment.course_id).zone
        _checked(settings, form)
        before = records_of(session, assignment.course_id, [assignment.id])
        weights = {part.slug: part.weight for part in form.parts}
        after = marks_by(before, {assignment.id: form.terms}, {assignment.id: weights})
        return _effect(settings, form, zone, moved(before, marks_by(before), after))


def change_assignment(store: Store, settings: Settings, who: Acting, assignment_id: int, form: Form) -> None:
    """Saves the changed form. Exercises keep the version they have; one with submissions cannot be taken out."""
    with store.writing() as session:
        assignment = need_assignment(session, who, assignment_id, "instructor")
        exercises = {one.slug: one for one in _checked(settings, form)}
        before, there = _told(_form(session, assignment)), {one.slug: one for one in _exercises(session, assignment_id)}
        for slug in there.keys() - exercises.keys():
            _take_out(session, there[slug])
        for place, part in enumerate(form.parts):
            if (known := there.get(part.slug)) is not None:
                known.weight, known.place = part.weight, place
            else:
                session.add(_assigned(session, assignment_id, place, part, exercises[part.slug]))
        assign_lessons(session, assignment_id, form.lessons)
        assignment.title = checked_title(form.title)
        _fill(assignment, form.terms)
        about = assignment.id
        note(
            session, store, who, "assignment changed", course=assignment.course_id, about=about, before=before,
            after=_told(form),
        )  # fmt: skip


def _take_out(session: Session, exercise: AssignedExercise) -> None:
    if session.scalar(select(Submission.id).where(Submission.exercise_id == exercise.id).limit(1)) is not None:
        raise Refusal("{title} has submissions already; it cannot be taken out.", title=exercise.title)
    for table in (Draft, Override):
        session.execute(delete(table).where(table.exercise_id == exercise.id))
    session.delete(exercise)


def assignments(store: Store, who: Acting, course_id: int) -> list[Shown]:
    """The assignments of a course, by when they are due; to students only those that have opened for them."""
    with store.reading() as session:
        role = need_role(session, who, course_id, "student")
        assert who is not None
        found = session.scalars(select(Assignment).where(Assignment.course_id == course_id)).all()
        ids = [one.id for one in found]
        mine = select(Extension).where(Extension.assignment_id.in_(ids), Extension.person_id == who.id)
        own = {one.assignment_id: one for one in session.scalars(mine)}
        asked = select(AssignedExercise).where(AssignedExercise.assignment_id.in_(ids))
        exercises = session.scalars(asked.order_by(AssignedExercise.place)).all()
        lessons = lessons_in(session, ids)
        shown = [
            _shown(
                one,
                window_in(one, own.get(one.id)),
                [e for e in exercises if e.assignment_id == one.id],
                lessons.get(one.id, ()),
            )
            for one in found
        ]
        now = store.now()
        return sorted((one for one in shown if role != "student" or one.window.opens <= now), key=_by_due)


def _by_due(shown: Shown) -> tuple[datetime, int]:
    return shown.window.due, shown.id


def assignment_of(store: Store, who: Acting, assignment_id: int) -> Shown:
    """One assignment. Raises NotThere for those outside the course, and to students before it opens."""
    with store.reading() as session:
        assignment = need_assignment(session, who, assignment_id, "student")
        assert who is not None
        window = window_for(session, assignment, who.id)
        if not may_see(session, who, assignment, window, store):
            raise NotThere("There is no such assignment.")
        lessons = lessons_in(session, [assignment_id]).get(assignment_id, ())
        return _shown(assignment, window, _exercises(session, assignment_id), lessons)


def _shown(
    assignment: Assignment, window: Window, exercises: Sequence[AssignedExercise], lessons: tuple[AskedLesson, ...]
) -> Shown:
    terms, weights = terms_in(assignment), sum(one.weight for one in exercises)
    scale = terms.scale or weights
    asked = tuple(
        Asked(one.id, one.slug, one.version, one.title, scale * one.weight / weights, one.weight, tuple(one.dropped))
        for one in exercises
    )
    about = (assignment.id, assignment.course_id, assignment.title)
    return Shown(*about, terms, window, assignment.released, asked, lessons)


def extend(
    store: Store,
    who: Acting,
    assignment_id: int,
    person_id: int,
    *,
    opens: datetime | None = None,
    due: datetime | None = None,
    closes: datetime | None = None,
    why: str,
) -> str:
    """Other times for one student, which replace those given before; all None takes them back. What holds, in words."""
    if not why.strip():
        raise Refusal("There is no reason; expected one.")
    with store.writing() as session:
        assignment = need_assignment(session, who, assignment_id, "assistant")
        if session.get(Enrolment, (assignment.course_id, person_id)) is None:
            raise NotThere("There is no such member in this course.")
        same = select(Extension).where(Extension.assignment_id == assignment_id, Extension.person_id == person_id)
        own = session.scalar(same)
        before = _times(own)
        if own is None:
            own = Extension(assignment_id=assignment_id, person_id=person_id)
        own.opens, own.due, own.closes, own.why = opens, due, closes, why
        window = window_in(assignment, own)
        if not window.opens < window.due <= window.closes:
            raise Refusal("The times are not in order; expected that it opens, is then due, and then closes.")
        session.add(own)
        session.flush()
        if opens is due is closes is None:
            session.delete(own)
        note(
            session, store, who, "extension", course=assignment.course_id, about=assignment_id, person=person_id,
            before=before, after=_times(own), why=why,
        )  # fmt: skip
        zone = session.get_one(Course, assignment.course_id).zone
        return f"Open from {told(window.opens, zone)}, due {told(window.due, zone)}, until {told(window.closes, zone)}."


def _times(own: Extension | None) -> dict[str, Any] | None:
    if own is None:
        return None
    return {name: getattr(own, name).isoformat() if getattr(own, name) else None for name in ("opens", "due", "closes")}


def extensions(store: Store, who: Acting, assignment_id: int) -> dict[int, Window]:
    """The times of those students who have other ones, by person."""
    with store.reading() as session:
        assignment = need_assignment(session, who, assignment_id, "assistant")
        own = session.scalars(select(Extension).where(Extension.assignment_id == assignment_id))
        return {one.person_id: window_in(assignment, one) for one in own}


def release(store: Store, who: Acting, assignment_id: int, *, on: bool = True) -> None:
    """Shows all marks of an assignment to all students at this moment; or hides again what the terms do not show."""
    with store.writing() as session:
        assignment = need_assignment(session, who, assignment_id, "instructor")
        assignment.released = store.now() if on else None
        what = "marks released" if on else "release taken back"
        note(session, store, who, what, course=assignment.course_id, about=assignment_id)


def copy_course(store: Store, who: Acting, course_id: int, title: str, *, weeks: int) -> int:
    """A course for the next term, with the same assignments, so many weeks later; nobody but the acting person is in
    it. Exercises keep their versions."""
    with store.writing() as session:
        old = need_course(session, who, course_id, "instructor")
        if not need_person(session, who).teacher:
            raise NotAllowed("Only instructors may make a course.")
        assert who is not None
        new = Course(title=checked_title(title), zone=old.zone, anonymous=old.anonymous, made=store.now())
        session.add(new)
        session.flush()
        session.add(Enrolment(course_id=new.id, person_id=who.id, role="instructor", made=store.now()))
        for one in session.scalars(select(Assignment).where(Assignment.course_id == course_id)).all():
            again = Assignment(course_id=new.id, title=one.title, made=store.now())
            _fill(again, terms_in(one))
            for name in ("opens", "due", "closes"):
                setattr(again, name, _later(getattr(one, name), weeks, old.zone))
            session.add(again)
            session.flush()
            for part in _exercises(session, one.id):
                copied = {name: getattr(part, name) for name in ("slug", "version", "title", "weight", "place")}
                session.add(AssignedExercise(assignment_id=again.id, dropped=list(part.dropped), **copied))
            lessons = lessons_in(session, [one.id]).get(one.id, ())
            assign_lessons(session, again.id, [LessonPart(each.slug, each.numbers) for each in lessons])
        note(session, store, who, "course copied", course=new.id, about=course_id)
        return new.id


def _later(moment: datetime, weeks: int, zone: str) -> datetime:
    """The same hour by the clocks of the course, in summer as in winter."""
    return (moment.astimezone(ZoneInfo(zone)) + timedelta(weeks=weeks)).astimezone(UTC)
