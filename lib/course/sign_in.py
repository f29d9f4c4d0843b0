"""Signing in and out. What a browser holds is an opaque id, new at each sign-in and looked up at every run."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lib.course.claims import claim, claim_by_email, link_person
from lib.course.settings import Named, Settings
from lib.course.who import LINK_ISSUER, Acting, NotAllowed, Who, need_person, note, who_of
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Course, Person, PersonalLink, RosterRow, Teacher, WebSession

SESSION_DAYS = 30
INVITED_DAYS = 1
LINK = "/class/link"  # the page of the app that opens links; the token stands behind a #, which no server sees


@dataclass(frozen=True)
class SignedIn:
    """A session that holds: who, until when, and whether by personal link (then by which)."""

    who: Who
    link: int | None = None


def hash_of(token: str) -> str:
    """What is kept of a random token. One round is enough: nobody can guess 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(store: Store, settings: Settings, claims: Mapping[str, Any]) -> Who:
    """The person whom an identity provider vouches for, by `iss` and `sub`. Name and e-mail are labels.

    The first sign-in claims the roster rows that bear the e-mail, if a trusted issuer marks it verified.
    Raises Refusal where the provider did not say who it is.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str) or not issuer or not subject:
        raise Refusal("The identity provider did not say who you are (iss and sub); sign in again.")
    with store.writing() as session:
        person = _person(session, store, issuer, subject)
        person.name = str(claims.get("name") or claims.get("preferred_username") or claims.get("email") or "")[:200]
        person.email = str(claims.get("email") or "")[:320]
        person.email_verified = (
            bool(person.email) and claims.get("email_verified") is True and issuer in _trusted(session, settings)
        )
        person.teacher = _is_teacher(session, settings.instructors, person)
        session.flush()
        if person.email_verified:
            claim_by_email(session, store, person)
        return who_of(person)


def _trusted(session: Session, settings: Settings) -> set[str]:
    """The issuers whose word on an e-mail is taken: those that the operator named, for whatever."""
    by_command = session.scalars(select(Teacher.issuer)).all()
    return {*settings.issuers, *(named.issuer for named in settings.instructors), *by_command}


def _person(session: Session, store: Store, issuer: str, subject: str) -> Person:
    same = select(Person).where(Person.issuer == issuer, Person.subject == subject)
    if (person := session.scalar(same)) is not None:
        return person
    try:
        with session.begin_nested():
            person = Person(issuer=issuer, subject=subject, made=store.now())
            session.add(person)
        return person
    except IntegrityError:  # the same person signed in on another machine just now
        return session.scalars(same).one()


def _is_teacher(session: Session, named: Sequence[Named], person: Person) -> bool:
    """Whether secrets.toml or the command line names this person. An e-mail counts only if it is verified."""
    listed = [(one.issuer, one.subject, one.email) for one in named]
    listed += [(one.issuer, one.subject, one.email) for one in session.scalars(select(Teacher))]
    email = person.email.casefold() if person.email_verified else ""
    return any(
        issuer == person.issuer and (subject == person.subject if subject else bool(email) and by == email)
        for issuer, subject, by in ((issuer, subject, by.casefold()) for issuer, subject, by in listed)
    )


def start_session(store: Store, who: Who, link: int | None = None) -> str:
    """A new opaque id for the browser's cookie. Only its hash is kept."""
    token = secrets.token_urlsafe(32)
    with store.writing() as session:
        need_person(session, who)
        session.add(_session_row(store, who, token, link))
    return token


def _session_row(store: Store, who: Who, token: str, link: int | None) -> WebSession:
    now = store.now()
    return WebSession(
        id_hash=hash_of(token), person_id=who.id, link_id=link, made=now, until=now + timedelta(days=SESSION_DAYS)
    )


def session_of(store: Store, token: str) -> SignedIn | None:
    """Who this browser is, at this moment: nobody after sign-out, revocation, erasure, or the end of the course whose
    link was opened."""
    if not token or len(token) > 200:
        return None
    with store.reading() as session:
        found = session.execute(
            select(WebSession, Person, PersonalLink.revoked, Course.closed)
            .join(Person, Person.id == WebSession.person_id)
            .outerjoin(PersonalLink, PersonalLink.id == WebSession.link_id)
            .outerjoin(RosterRow, RosterRow.id == PersonalLink.row_id)
            .outerjoin(Course, Course.id == RosterRow.course_id)
            .where(WebSession.id_hash == hash_of(token))
        ).one_or_none()
        if found is None:
            return None
        row, person, revoked, closed = found
        ended = row.ended or revoked or closed or person.erased
        return None if ended or row.until <= store.now() else SignedIn(who_of(person), row.link_id)


def invite_instructor(store: Store, name: str) -> str:
    """By whoever runs the server, where there is no identity provider: a token that signs an instructor in, once,
    within a day. The same name is the same person again."""
    told = " ".join(name.split())[:200]
    if not told:
        raise Refusal("The name is empty; expected that of the instructor.")
    with store.writing() as session:
        person = _person(session, store, LINK_ISSUER, f"instructor {told}")
        person.name, person.teacher = told, True
        session.flush()
        token = secrets.token_urlsafe(32)
        now = store.now()
        until = now + timedelta(days=INVITED_DAYS)
        session.add(WebSession(id_hash=hash_of(token), person_id=person.id, made=now, until=until))
        note(session, store, None, "instructor invited", person=person.id)
        return token


def end_session(store: Store, token: str) -> None:
    """Signs this browser out. An id that is unknown, or ended already, is left as it is."""
    with store.writing() as session:
        row = session.scalar(select(WebSession).where(WebSession.id_hash == hash_of(token)))
        if row is not None and row.ended is None:
            row.ended = store.now()


def end_sessions(store: Store, who: Acting) -> int:
    """Signs the acting person out everywhere; how many browsers that were."""
    with store.writing() as session:
        person = need_person(session, who)
        rows = session.scalars(
            select(WebSession).where(WebSession.person_id == person.id, WebSession.ended.is_(None))
        ).all()
        for row in rows:
            row.ended = store.now()
        return len(rows)


@dataclass(frozen=True)
class Offered:
    """What a link offers, before anything is done: "Sign in as Li Wei, course X". An instructor's is for no course."""

    name: str
    course: str


def look_at_link(store: Store, token: str) -> Offered | None:
    """Whom this link would sign in. Changes nothing, so that mail scanners sign nobody in."""
    with store.reading() as session:
        if (found := _of_link(session, token)) is not None:
            return Offered(found[1].name, found[2].title)
        invited = _of_invitation(session, store, token)
        return Offered(invited[1].name, "") if invited else None


def open_link(store: Store, token: str) -> str:
    """Signs the link's student in, or the instructor who was invited, and gives the id for the cookie.

    Raises NotAllowed for a link that does not work.
    """
    with store.writing() as session:
        if (invited := _of_invitation(session, store, token)) is not None:
            return _accepted(session, store, *invited)
        found = _of_link(session, token)
        if found is None:
            raise NotAllowed("This link does not work any more. Ask your instructor for a new one.")
        link, row, course = found
        person = link_person(session, store, row)
        fresh = secrets.token_urlsafe(32)
        session.add(_session_row(store, who_of(person), fresh, link.id))
        note(session, store, who_of(person), "link opened", course=course.id, about=row.id, person=person.id)
        return fresh


def _of_invitation(session: Session, store: Store, token: str) -> tuple[WebSession, Person] | None:
    found = session.execute(
        select(WebSession, Person)
        .join(Person, Person.id == WebSession.person_id)
        .where(WebSession.id_hash == hash_of(token), WebSession.ended.is_(None), WebSession.until > store.now())
        .where(Person.issuer == LINK_ISSUER, Person.teacher, Person.erased.is_(None))
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def _accepted(session: Session, store: Store, invitation: WebSession, person: Person) -> str:
    """The invitation ends with its use."""
    invitation.ended = store.now()
    fresh = secrets.token_urlsafe(32)
    session.add(_session_row(store, who_of(person), fresh, None))
    note(session, store, who_of(person), "invitation used", person=person.id)
    return fresh


def _of_link(session: Session, token: str) -> tuple[PersonalLink, RosterRow, Course] | None:
    found = session.execute(
        select(PersonalLink, RosterRow, Course)
        .join(RosterRow, RosterRow.id == PersonalLink.row_id)
        .join(Course, Course.id == RosterRow.course_id)
        .where(PersonalLink.token_hash == hash_of(token), PersonalLink.revoked.is_(None), Course.closed.is_(None))
    ).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


def claim_by_link(store: Store, who: Acting, token: str) -> bool:
    """Whether the link's row is now that of the acting person, who is signed in by a provider.

    If somebody has it already, an instructor decides. Raises NotAllowed for a link that does not work.
    """
    with store.writing() as session:
        person = need_person(session, who)
        found = _of_link(session, token)
        if found is None:
            raise NotAllowed("This link does not work any more. Ask your instructor for a new one.")
        return claim(session, store, found[1], person, "link")
