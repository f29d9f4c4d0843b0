"""Who is there: persons, courses, roles, the roster, personal links, sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import Enum, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lib.store.base import Table

Role = Literal["instructor", "assistant", "student"]


class Person(Table):
    """Someone who signed in: issuer and subject say who. Name and e-mail are labels.

    Of an erased person nothing is left but the number, which is their pseudonym.
    """

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str | None]
    subject: Mapped[str | None]
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    email_verified: Mapped[bool] = mapped_column(default=False)
    teacher: Mapped[bool] = mapped_column(default=False)  # may make courses
    made: Mapped[datetime]
    erased: Mapped[datetime | None]


class Teacher(Table):
    """Who may make courses, besides those whom secrets.toml names: by subject, or by e-mail of this issuer."""

    __tablename__ = "teacher"

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")


class Course(Table):
    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    zone: Mapped[str]  # in which its times are shown, such as Europe/Berlin
    code: Mapped[str | None] = mapped_column(unique=True)  # whoever has it may join
    anonymous: Mapped[bool] = mapped_column(default=False)  # names are not shown while grading
    made: Mapped[datetime]
    closed: Mapped[datetime | None]


class Enrolment(Table):
    __tablename__ = "enrolment"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    role: Mapped[Role] = mapped_column(Enum("instructor", "assistant", "student", native_enum=False, length=16))
    made: Mapped[datetime]


class RosterRow(Table):
    """A student as the learning platform knows them, and the person who claimed the row."""

    __tablename__ = "roster_row"
    __table_args__ = (UniqueConstraint("course_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    platform: Mapped[str] = mapped_column(default="plain")  # canvas, moodle or plain
    number: Mapped[str] = mapped_column(default="")  # the platform's own
    sis_id: Mapped[str] = mapped_column(default="")
    login: Mapped[str] = mapped_column(default="")
    section: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    claimed: Mapped[datetime | None]
    how: Mapped[str] = mapped_column(default="")  # e-mail, link, instructor


class Claim(Table):
    """A claim on a row, or on none, that an instructor has to decide."""

    __tablename__ = "claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    row_id: Mapped[int | None] = mapped_column(ForeignKey("roster_row.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    how: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="open")  # open, accepted, refused


class PersonalLink(Table):
    """Whoever holds the token may sign in as the row's student. Only its hash is kept."""

    __tablename__ = "personal_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(ForeignKey("roster_row.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    made: Mapped[datetime]
    revoked: Mapped[datetime | None]


class WebSession(Table):
    """A browser that is signed in. The cookie holds an id of which only the hash is kept."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    id_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("personal_link.id"), index=True)
    made: Mapped[datetime]
    until: Mapped[datetime]
    ended: Mapped[datetime | None]
