"""Progress kept in the browser is offered to the account: one click puts both together, here and there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from lib.exercises import EXERCISES
from lib.ui.browser_storage import has_told, stored, stored_at_once
from lib.ui.budget import said_in_words
from lib.ui.course.acting import acting, is_open, store
from lib.ui.record import MOST_ATTEMPTS, Record, RecordError, read_record, written_record
from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.who import Who


def progress_in_account() -> None:
    """The offer, where the browser and the account of whoever is signed in differ; nothing where there is no class."""
    who = acting() if is_open() else None
    if who is not None and has_told():
        _offer(who)


def _offer(who: Who) -> None:
    from lib.course.progress import keep_progress, progress_of

    here, there = _read({slug: stored(slug) for slug in EXERCISES}), _read(progress_of(store(), who))
    if here == there:
        return
    both = {slug: together(here.get(slug, Record()), there.get(slug, Record())) for slug in {**here, **there}}
    with st.container(border=True, key="progress_in_account"):
        lacking = [sum(both[slug] != kept.get(slug) for slug in both) for kept in (there, here)]
        st.markdown(_in_words(*lacking))
        if st.button(say("Put both together")):
            with said_in_words():
                texts = {slug: written_record(record) for slug, record in both.items()}
                keep_progress(store(), who, texts)
                stored_at_once({slug: text for slug, text in texts.items() if text != stored(slug)})
                st.rerun()


def _in_words(to_account: int, to_browser: int) -> str:
    """How many exercises one of the two lacks something of."""
    said = []
    if to_account:
        said.append(say("Your account lacks what this browser keeps of {count} exercises.", count=to_account))
    if to_browser:
        said.append(say("This browser lacks what your account keeps of {count} exercises.", count=to_browser))
    return " ".join([*said, say("Nobody but you sees it.")])


def _read(texts: Mapping[str, str]) -> dict[str, Record]:
    """The records that can be read; the browser is not ours, and what it holds may be anything."""
    found: dict[str, Record] = {}
    for slug, text in texts.items():
        try:
            found |= {slug: read_record(text)} if text else {}
        except RecordError:
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
