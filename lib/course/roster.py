"""The roster of a course: read from a file, looked at first, and the personal links of its rows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from lib.course.claims import claim, claim_by_email
from lib.course.roster_file import Listed, RosterFile, keys_of, read_roster_file
from lib.course.sign_in import hash_of
from lib.course.who import Acting, NotThere, need_role, note
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Claim, Course, Enrolment, Person, PersonalLink, RosterRow, WebSession

FIELDS = ("name", "email", "number", "sis_id", "login", "section")


@dataclass(frozen=True)
class Change:
    """A row that the file tells otherwise: what, from, to."""

    name: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class RosterPreview:
    """What reading the file would do. Rows that the file lacks stay."""

    platform: str
    new: tuple[Listed, ...]
    changed: tuple[Change, ...]
    same: int
    missing: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A row of the roster, for staff."""

    id: int
    name: str
    email: str
    number: str
    section: str
    person_id: int | None
    how: str
    claimed: datetime | None
    links: int  # personal links that work
    devices: int  # browsers that were signed in by them


@dataclass(frozen=True)
class MadeLink:
    """A personal link, shown once: `token` ends its address. Ready for mail merge."""

    row_id: int
    name: str
    email: str
    token: str


def preview_roster(store: Store, who: Acting, course_id: int, data: bytes) -> RosterPreview:
    """What `read_roster` would do with this CSV file; nothing is changed. Raises Refusal for what is no roster."""
    with store.reading() as session:
        need_role(session, who, course_id, "instructor")
        return _preview(_rows(session, course_id), read_roster_file(data))


def read_roster(store: Store, who: Acting, course_id: int, data: bytes) -> RosterPreview:
    """Adds the file's students to the roster and changes what it tells otherwise. Nobody is taken out.

    New rows are claimed at once by those who have signed in with the row's e-mail, as a trusted issuer verified it.
    """
    file = read_roster_file(data)
    with store.writing() as session:
        need_role(session, who, course_id, "instructor")
        session.scalars(select(Course).where(Course.id == course_id).with_for_update()).one()
        rows = _rows(session, course_id)
        done = _preview(rows, file)
        known = _by_key(rows)
        for listed in file.students:
            row = _row_of(known, listed)
            if row is None:
                row = RosterRow(course_id=course_id, platform=file.platform)
                session.add(row)
            for field in FIELDS:
                setattr(row, field, getattr(listed, field) or getattr(row, field) or "")
        session.flush()
        _claim_at_once(session, store, course_id)
        after = {"platform": file.platform, "new": len(done.new), "changed": len(done.changed), "same": done.same}
        note(session, store, who, "roster read", course=course_id, after=after)
        return done


def _claim_at_once(session: Session, store: Store, course_id: int) -> None:
    """For those who signed in before the roster was there."""
    free = select(RosterRow.email).where(
        RosterRow.course_id == course_id, RosterRow.person_id.is_(None), RosterRow.email != ""
    )
    for person in session.scalars(
        select(Person).where(Person.email_verified, func.lower(Person.email).in_(free)).order_by(Person.id)
    ).all():
        claim_by_email(session, store, person)


def _rows(session: Session, course_id: int) -> Sequence[RosterRow]:
    return session.scalars(select(RosterRow).where(RosterRow.course_id == course_id).order_by(RosterRow.id)).all()


def _by_key(rows: Sequence[RosterRow]) -> dict[str, RosterRow]:
    listed = ((row, Listed(0, *(getattr(row, field) for field in FIELDS))) for row in rows)
    return {key: row for row, one in listed for key in (*keys_of(one), f"name {one.name.casefold()}")}


def _row_of(known: dict[str, RosterRow], listed: Listed) -> RosterRow | None:
    return next((known[key] for key in keys_of(listed) if key in known), None)


def _preview(rows: Sequence[RosterRow], file: RosterFile) -> RosterPreview:
    known = _by_key(rows)
    new = tuple(listed for listed in file.students if _row_of(known, listed) is None)
    found = [(row, listed) for listed in file.students if (row := _row_of(known, listed)) is not None]
    changed = tuple(
        Change(row.name, field, getattr(row, field), getattr(listed, field))
        for row, listed in found
        for field in FIELDS
        if getattr(listed, field) and getattr(listed, field) != getattr(row, field)
    )
    there = {row.id for row, _ in found}
    missing = tuple(row.name for row in rows if row.id not in there)
    same = len(found) - len({change.name for change in changed})
    return RosterPreview(file.platform, new, changed, same, missing, file.problems)


def roster(store: Store, who: Acting, course_id: int) -> list[Row]:
    """The rows with who claimed them, and on how many devices their links were used."""
    with store.reading() as session:
        need_role(session, who, course_id, "assistant")
        links = _counts(session, select(PersonalLink.row_id, func.count()).where(PersonalLink.revoked.is_(None)))
        devices = _counts(
            session,
            select(PersonalLink.row_id, func.count()).join(WebSession, WebSession.link_id == PersonalLink.id),
        )
        rows = sorted(_rows(session, course_id), key=lambda row: row.name.casefold())
        return [_shown(row, links.get(row.id, 0), devices.get(row.id, 0)) for row in rows]


def _counts(session: Session, asked: Select[int, int]) -> dict[int, int]:
    return {row_id: count for row_id, count in session.execute(asked.group_by(PersonalLink.row_id))}


def _shown(row: RosterRow, links: int, devices: int) -> Row:
    who = (row.id, row.name, row.email, row.number, row.section)
    return Row(*who, row.person_id, row.how, row.claimed, links, devices)


def remove_row(store: Store, who: Acting, row_id: int) -> None:
    """Takes a row that nobody has claimed out of the roster. Raises Refusal for a claimed one."""
    with store.writing() as session:
        row = _need_row(session, who, row_id)
        if row.person_id is not None:
            raise Refusal("{name} has claimed this row; take them out of the course instead.", name=row.name)
        for link in session.scalars(select(PersonalLink).where(PersonalLink.row_id == row.id)):
            session.delete(link)
        for claimed in session.scalars(select(Claim).where(Claim.row_id == row.id)):
            session.delete(claimed)
        session.flush()
        session.delete(row)
        note(session, store, who, "row removed", course=row.course_id, about=row.id)


def assign_row(store: Store, who: Acting, row_id: int, person_id: int) -> None:
    """An instructor says that this row, which nobody has, is that member of the course."""
    with store.writing() as session:
        row = _need_row(session, who, row_id)
        person = session.get(Person, person_id)
        if person is None or session.get(Enrolment, (row.course_id, person_id)) is None:
            raise NotThere("There is no such member in this course.")
        if row.person_id is not None:
            raise Refusal("{name} has been claimed already.", name=row.name)
        claim(session, store, row, person, "instructor")


def _need_row(session: Session, who: Acting, row_id: int) -> RosterRow:
    row = session.get(RosterRow, row_id)
    if row is None:
        raise NotThere("There is no such course.")
    need_role(session, who, row.course_id, "instructor")
    return row


def make_links(store: Store, who: Acting, course_id: int, row_ids: Sequence[int] | None = None) -> list[MadeLink]:
    """A new personal link for each of these rows (None: each without one). Older links of a row stop working.

    The tokens are shown this once: of them only hashes are kept.
    """
    with store.writing() as session:
        need_role(session, who, course_id, "instructor")
        works = select(PersonalLink.row_id).where(PersonalLink.revoked.is_(None))
        asked = RosterRow.id.in_(row_ids) if row_ids is not None else RosterRow.id.not_in(works)
        rows = session.scalars(
            select(RosterRow).where(RosterRow.course_id == course_id, asked).order_by(RosterRow.id)
        ).all()
        if row_ids is not None and len(rows) != len(set(row_ids)):
            raise NotThere("There is no such row in the roster of this course.")
        _revoke(session, store, [row.id for row in rows])
        made = [MadeLink(row.id, row.name, row.email, secrets.token_urlsafe(32)) for row in rows]
        for link in made:
            session.add(PersonalLink(row_id=link.row_id, token_hash=hash_of(link.token), made=store.now()))
            note(session, store, who, "link made", course=course_id, about=link.row_id)
        return made


def revoke_links(store: Store, who: Acting, course_id: int, row_ids: Sequence[int]) -> int:
    """Makes the links of these rows useless and ends the sessions that came by them, at once; how many links."""
    with store.writing() as session:
        need_role(session, who, course_id, "instructor")
        ours = select(RosterRow.id).where(RosterRow.course_id == course_id, RosterRow.id.in_(row_ids))
        rows = session.scalars(ours).all()
        revoked = _revoke(session, store, rows)
        for row_id in rows:
            note(session, store, who, "link revoked", course=course_id, about=row_id)
        return revoked


def _revoke(session: Session, store: Store, row_ids: Sequence[int]) -> int:
    """Sessions that came by a revoked link end with it: they are looked up together."""
    works = update(PersonalLink).where(PersonalLink.row_id.in_(row_ids), PersonalLink.revoked.is_(None))
    return session.execute(works.values(revoked=store.now())).rowcount  # type: ignore[attr-defined]
