"""Progress over lessons, kept in the learner's browser beside that over exercises.

A page that tells of it here draws `keep_in_browser` (lib/ui/browser_storage.py) after it, in the same fragment.
Telling the same thing twice changes nothing, so that a rerun may tell it again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Literal

import streamlit as st

from lib.practice import record
from lib.practice.record import LessonRecord, LessonRecordError
from lib.ui.browser_storage import LESSON, everything_stored, has_told, store, stored, stored_at_once

State = Literal["new", "started", "done"]
EARLY = "lessons_before_the_browser_told"  # slug → record: never written over what the browser holds


def began(slug: str) -> None:
    """The lesson was opened and something done in it."""
    _change(slug, lambda before: before)


def result_right(slug: str, numbers: str, alone: bool, knows: bool = False) -> None:
    """The lesson's result is right. `numbers` names the values worked: the same ones count once.

    Three found `alone` in a row finish the lesson; for whoever says "I know this" (`knows`) two do.
    """
    _change(slug, lambda before: record.with_right(before, numbers, alone, knows))


def result_wrong(slug: str) -> None:
    """A result found alone is wrong: the row begins anew."""
    _change(slug, record.with_wrong)


def fell_for(slug: str, mistake: str) -> None:
    """The learner made this mistake (its name in the lesson): it comes back among the five of a day."""
    answered(slug, mistake, right=False)


def answered(slug: str, name: str, right: bool) -> None:
    """A slip (its mistake's name) was found, or a question answered, or not."""
    _change(slug, lambda before: record.with_answer(before, name, right, today()))


def state(slug: str) -> State:
    """How far the learner is with a lesson."""
    return _state(find(slug))


def states(slugs: Iterable[str]) -> dict[str, State]:
    """How far the learner is with each of these lessons: as `state`, for many at once."""
    _join_early()
    early, kept = st.session_state.get(EARLY, {}), everything_stored()
    found = {slug: early.get(slug) or _read(kept.get(LESSON + slug, "")) for slug in slugs}
    return {slug: _state(record) for slug, record in found.items()}


def has_results() -> bool:
    """Whether a result was right in any lesson, so that there is something to come back to."""
    _join_early()
    kept = (_read(text) for key, text in everything_stored().items() if key.startswith(LESSON))
    return any(record is not None and record.right for record in (*st.session_state.get(EARLY, {}).values(), *kept))


def record_of(slug: str) -> LessonRecord:
    """The record of a lesson; an empty one before there is any."""
    return find(slug) or LessonRecord()


def find(slug: str) -> LessonRecord | None:
    """The record of a lesson; None before there is any, and where what the browser holds is none."""
    _join_early()
    return st.session_state.get(EARLY, {}).get(slug) or _from_browser(slug)


def today() -> int:
    """Days since 1970, by the server's clock (UTC)."""
    return int(time.time() // 86_400)


def _state(found: LessonRecord | None) -> State:
    if found is None:
        return "new"
    return "done" if found.done else "started"


def _from_browser(slug: str) -> LessonRecord | None:
    return _read(stored(slug, LESSON))


def _read(text: str) -> LessonRecord | None:
    try:
        return record.read(text) if text else None
    except LessonRecordError:
        return None


def _change(slug: str, change: Callable[[LessonRecord], LessonRecord]) -> None:
    before = find(slug)
    after = change(before or LessonRecord())
    if after == before:
        return
    if has_told():
        store(slug, record.written(after), LESSON)
    else:
        st.session_state.setdefault(EARLY, {})[slug] = after


def _join_early() -> None:
    """Once the browser has told, what was done before goes together with what it holds."""
    if EARLY in st.session_state and has_told():
        early: dict[str, LessonRecord] = st.session_state.pop(EARLY)
        joined = {slug: record.together(_from_browser(slug) or LessonRecord(), one) for slug, one in early.items()}
        stored_at_once({slug: record.written(one) for slug, one in joined.items()}, LESSON)
