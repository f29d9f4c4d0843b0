"""Courses, and who is what in them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select

from lib.course.claims import enrol
from lib.course.who import Acting, NotAllowed, NotThere, need_course, need_person, need_role, note
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Course, Enrolment, Person, Role

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that are taken for one another
CODE_LENGTH = 10
LONGEST_TITLE = 200


@dataclass(frozen=True)
class MyCourse:
    """A course as its members see it. `code` is for staff alone."""

    id: int
    title: str
    zone: str
    role: Role
    closed: datetime | None
    anonymous: bool
    code: str = ""


@dataclass(frozen=True)
class Member:
    person_id: int
    name: str
    email: str
    role: Role


def make_course(store: Store, who: Acting, title: str, zone: str = "UTC") -> int:
    """A new course, whose instructor is the acting person. Raises NotAllowed unless they may make courses."""
    title, zone = checked_title(title), checked_zone(zone)
    with store.writing() as session:
        if not need_person(session, who).teacher:
            raise NotAllowed("Only instructors may make a course.")
        assert who is not None
        course = Course(title=title, zone=zone, made=store.now())
        session.add(course)
        session.flush()
        session.add(Enrolment(course_id=course.id, person_id=who.id, role="instructor", made=store.now()))
        note(session, store, who, "course made", course=course.id, after={"title": title, "zone": zone})
        return course.id


def checked_title(title: str) -> str:
    plain = " ".join(title.split())
    if not 0 < len(plain) <= LONGEST_TITLE:
        raise Refusal("The title has {came} characters; expected 1 to {most}.", came=len(plain), most=LONGEST_TITLE)
    return plain


def checked_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refusal("The time zone is {zone!r}; expected one such as Europe/Berlin.", zone=zone[:60]) from None
    return zone


def change_course(
    store: Store,
    who: Acting,
    course_id: int,
    *,
    title: str | None = None,
    zone: str | None = None,
    anonymous: bool | None = None,
) -> None:
    """Changes what is given. Anonymous: staff see numbers in place of names until marks are released."""
    with store.writing() as session:
        course = need_course(session, who, course_id, "instructor")
        before = {"title": course.title, "zone": course.zone, "anonymous": course.anonymous}
        course.title = course.title if title is None else checked_title(title)
        course.zone = course.zone if zone is None else checked_zone(zone)
        course.anonymous = course.anonymous if anonymous is None else anonymous
        after = {"title": course.title, "zone": course.zone, "anonymous": course.anonymous}
        note(session, store, who, "course changed", course=course.id, before=before, after=after)


def close_course(store: Store, who: Acting, course_id: int, *, closed: bool = True) -> None:
    """Ends a course, or opens it again: in a closed one links sign nobody in and nothing is taken."""
    with store.writing() as session:
        course = need_course(session, who, course_id, "instructor")
        course.closed = store.now() if closed else None
        note(session, store, who, "course closed" if closed else "course opened again", course=course.id)


def my_courses(store: Store, who: Acting) -> list[MyCourse]:
    """The courses of the acting person, the newest first; none for a guest."""
    if who is None:
        return []
    with store.reading() as session:
        rows = session.execute(
            select(Course, Enrolment.role)
            .join(Enrolment, Enrolment.course_id == Course.id)
            .join(Person, Person.id == Enrolment.person_id)
            .where(Enrolment.person_id == who.id, Person.erased.is_(None))
            .order_by(Course.id.desc())
        )
        return [_shown(course, role) for course, role in rows]


def course_of(store: Store, who: Acting, course_id: int) -> MyCourse:
    """One course of the acting person. Raises NotThere to everyone outside it."""
    with store.reading() as session:
        role = need_role(session, who, course_id, "student")
        return _shown(session.get_one(Course, course_id), role)


def _shown(course: Course, role: Role) -> MyCourse:
    code = course.code if role != "student" else None
    return MyCourse(course.id, course.title, course.zone, role, course.closed, course.anonymous, code or "")


def members(store: Store, who: Acting, course_id: int) -> list[Member]:
    """Everyone who has signed in to the course, staff first."""
    with store.reading() as session:
        need_role(session, who, course_id, "assistant")
        rows = session.execute(
            select(Person, Enrolment.role)
            .join(Enrolment, Enrolment.person_id == Person.id)
            .where(Enrolment.course_id == course_id)
            .order_by(Enrolment.role == "student", Person.name, Person.id)
        )
        return [Member(person.id, person.name, person.email, role) for person, role in rows]


def set_role(store: Store, who: Acting, course_id: int, person_id: int, role: Role | None) -> None:
    """Gives a member another role, or takes them out of the course (None). A course keeps an instructor."""
    with store.writing() as session:
        need_role(session, who, course_id, "instructor")
        session.scalars(select(Course).where(Course.id == course_id).with_for_update()).one()
        member = session.get(Enrolment, (course_id, person_id))
        if member is None:
            raise NotThere("There is no such member in this course.")
        staff = select(func.count()).where(Enrolment.course_id == course_id, Enrolment.role == "instructor")
        if member.role == "instructor" and role != "instructor" and session.scalar(staff) == 1:
            raise Refusal("This is the last instructor; make somebody else one first.")
        before, after = {"role": member.role}, {"role": role}
        if role is None:
            session.delete(member)
        else:
            member.role = role
        note(session, store, who, "role changed", course=course_id, person=person_id, before=before, after=after)


def set_code(store: Store, who: Acting, course_id: int, *, on: bool) -> str:
    """A new code by which students join, or none any more: then it is empty."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) if on else None
    with store.writing() as session:
        need_course(session, who, course_id, "instructor").code = code
        note(session, store, who, "course code made" if on else "course code taken back", course=course_id)
    return code or ""


def join_by_code(store: Store, who: Acting, code: str) -> int:
    """Enrols the acting person as a student of the course with this code. Raises NotThere for any other code."""
    with store.writing() as session:
        person = need_person(session, who)
        typed = "".join(code.upper().split())[:100]
        course = session.scalar(select(Course).where(Course.code == typed, Course.closed.is_(None))) if typed else None
        if course is None:
            raise NotThere("There is no course with this code.")
        enrol(session, store, course.id, person.id)
        note(session, store, who, "joined by code", course=course.id, person=person.id)
        return course.id
