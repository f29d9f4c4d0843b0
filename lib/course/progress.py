"""Progress over exercises and lessons that somebody takes from their browser into their account, for other devices."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from lib.catalog import TOPICS
from lib.course.who import Acting, need_person
from lib.exercises import EXERCISES
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Person
from lib.store.progress import Progress

MOST_CHARACTERS = 2_000_000  # of all records of a person
LESSON = "lesson/"  # before a lesson's slug, which may be an exercise's too
KEPT = EXERCISES.keys() | {LESSON + slug for slug in TOPICS}


def keep_progress(store: Store, who: Acting, records: Mapping[str, str]) -> None:
    """Keeps the records of these exercises and lessons, each in place of the one before.

    Raises Refusal for what is too much and for an exercise that there is not.
    """
    if strange := sorted(records.keys() - KEPT):
        raise Refusal("There is no exercise {slug!r}.", slug=strange[0][:80])
    with store.writing() as session:
        person = need_person(session, who)
        session.scalars(select(Person).where(Person.id == person.id).with_for_update()).one()  # one tab after another
        kept = {one.slug: one for one in session.scalars(select(Progress).where(Progress.person_id == person.id))}
        size = sum(map(len, {**{slug: one.record for slug, one in kept.items()}, **records}.values()))
        if size > MOST_CHARACTERS:
            raise Refusal("Your progress has {came:,} characters; kept are {most:,}.", came=size, most=MOST_CHARACTERS)
        for slug, record in records.items():
            row = kept.get(slug) or Progress(person_id=person.id, slug=slug)
            row.record, row.at = record, store.now()
            session.add(row)


def progress_of(store: Store, who: Acting) -> dict[str, str]:
    """The records that the acting person's account keeps, by exercise, and by lesson with `LESSON` in front."""
    with store.reading() as session:
        person = need_person(session, who)
        rows = session.scalars(select(Progress).where(Progress.person_id == person.id))
        return {one.slug: one.record for one in rows if one.slug in KEPT}
