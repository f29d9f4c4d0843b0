"""Progress kept in the browser is offered to the account: one click puts both together, here and there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import streamlit as st

from lib.catalog import TOPICS
from lib.exercises import EXERCISES
from lib.once import once
from lib.practice import record
from lib.practice.record import LessonRecord, LessonRecordError
from lib.ui import browser_storage
from lib.ui.browser_storage import has_told, stored, stored_at_once
from lib.ui.budget import said_in_words
from lib.ui.course.acting import acting, is_open, store
from lib.ui.record import MOST_ATTEMPTS, Record, RecordError, read_record, written_record
from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.who import Who

T = TypeVar("T")


def progress_in_account() -> None:
    """The offer, where the browser and the account of whoever is signed in differ; nothing where there is no class."""
    who = acting() if is_open() else None
    if who is not None and has_told():
        _offer(who)


def _offer(who: Who) -> None:
    from lib.course.progress import LESSON, keep_progress, progress_of

    kept = progress_of(store(), who)
    exercises = _Both(
        _read({slug: stored(slug) for slug in EXERCISES}),
        _read({slug: text for slug, text in kept.items() if not slug.startswith(LESSON)}),
        together,
    )
    lessons = _Both(
        _read_lessons({slug: stored(slug, browser_storage.LESSON) for slug in TOPICS}),
        _read_lessons({slug.removeprefix(LESSON): text for slug, text in kept.items() if slug.startswith(LESSON)}),
        record.together,
    )
    if exercises.are_alike and lessons.are_alike:
        return
    with st.container(border=True, key="progress_in_account"):
        st.markdown(_in_words(exercises, "exercises"))
        st.markdown(_in_words(lessons, "lessons"))
        st.caption(say("Nobody but you sees it."))
        if st.button(say("Put both together")):
            with said_in_words():
                of_exercises = {slug: written_record(one) for slug, one in exercises.joined.items()}
                of_lessons = {slug: record.written(one) for slug, one in lessons.joined.items()}
                keep_progress(store(), who, {**of_exercises, **{LESSON + slug: t for slug, t in of_lessons.items()}})
                stored_at_once({slug: text for slug, text in of_exercises.items() if text != stored(slug)})
                stored_at_once(of_lessons, browser_storage.LESSON)
                st.rerun()


@dataclass(frozen=True, eq=False)
class _Both(Generic[T]):
    """What the browser holds and what the account does, by slug, and how two of them go together."""

    here: Mapping[str, T]
    there: Mapping[str, T]
    join: Callable[[T, T], T]

    @once
    def joined(self) -> dict[str, T]:
        slugs = (*self.here, *(slug for slug in self.there if slug not in self.here))
        return {slug: self._joined(slug) for slug in slugs}

    def _joined(self, slug: str) -> T:
        here, there = self.here.get(slug), self.there.get(slug)
        if here is not None and there is not None:
            return here if here == there else self.join(here, there)
        found = there if here is None else here
        assert found is not None
        return found

    @property
    def are_alike(self) -> bool:
        return self.lacking(self.here) == self.lacking(self.there) == 0

    def lacking(self, kept: Mapping[str, T]) -> int:
        """Of how many one of the two lacks something."""
        return sum(self.joined[slug] != kept.get(slug) for slug in self.joined)


def _in_words(both: _Both[T], what: str) -> str:
    """How many exercises, or lessons, one of the two lacks something of; nothing where they are alike."""
    sentences = {
        "exercises": (
            say("Your account lacks what this browser keeps of {count} exercises."),
            say("This browser lacks what your account keeps of {count} exercises."),
        ),
        "lessons": (
            say("Your account lacks what this browser keeps of {count} lessons."),
            say("This browser lacks what your account keeps of {count} lessons."),
        ),
    }[what]
    counts = (both.lacking(both.there), both.lacking(both.here))
    return " ".join(said.format(count=count) for said, count in zip(sentences, counts, strict=True) if count)


def _read(texts: Mapping[str, str]) -> dict[str, Record]:
    """The records that can be read; the browser is not ours, and what it holds may be anything."""
    found: dict[str, Record] = {}
    for slug, text in texts.items():
        try:
            found |= {slug: read_record(text)} if text else {}
        except RecordError:
            continue
    return found


def _read_lessons(texts: Mapping[str, str]) -> dict[str, LessonRecord]:
    """The records of lessons that can be read."""
    found: dict[str, LessonRecord] = {}
    for slug, text in texts.items():
        try:
            found |= {slug: record.read(text)} if text else {}
        except LessonRecordError:
            continue
    return found


def together(one: Record, other: Record) -> Record:
    """All attempts of both, the latest ones where they are too many; what was reached in either is reached."""
    attempts = sorted({*one.attempts, *other.attempts}, key=lambda attempt: (attempt.at, attempt.source))
    return Record(
        tuple(attempts[-MOST_ATTEMPTS:]),
        max(one.hints, other.hints),
        one.shown or other.shown,
        one.passed or other.passed,
    )
