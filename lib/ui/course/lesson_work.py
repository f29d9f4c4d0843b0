"""A lesson of an assignment: its numbers, the working card, and handing the working in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from lib.catalog import LESSONS
from lib.lesson.spec import Lesson
from lib.ui.budget import said_in_words
from lib.ui.course.acting import store
from lib.ui.course.times import when
from lib.ui.fields import key_of
from lib.ui.open_lesson import open_lesson
from lib.ui.text import plain, say
from lib.ui.working import Sheet, entry_key, working_card

if TYPE_CHECKING:
    from lib.course.lessons import AskedLesson, HandedIn
    from lib.course.who import Who


def lessons_so_far(who: Who, lessons: Sequence[AskedLesson]) -> None:
    """Which lessons of the assignment are complete, in a line."""
    from lib.course.lessons import my_working

    mine = {one.id: my_working(store(), who, one.id) for one in lessons}
    said = [f"{_sign(mine[one.id])} {plain(one.title)}" for one in lessons]
    st.markdown(say("Lessons: {said}", said=" · ".join(said)))


def _sign(mine: HandedIn | None) -> str:
    if mine is None:
        return say(":gray[nothing handed in]")
    return say(":green[✓ complete]") if mine.complete else say(":orange[rows open]")


def work_lesson(who: Who, asked: AskedLesson, zone: str, closed: str) -> None:
    """The whole part. `closed` says why nothing is taken, if so."""
    from lib.course.lessons import lesson_values, my_working

    mine = my_working(store(), who, asked.id)
    values, lesson = lesson_values(asked), LESSONS[asked.slug]
    left, right = st.columns([0.3, 0.7], gap="medium")
    with left, st.container(key="exercise_statement"):
        _asked(lesson, asked)
    sheet_name = f"assigned_{asked.id}_{who.id}"
    _take_up(lesson, sheet_name, mine)
    with right, said_in_words():
        with st.container(border=True, key=key_of(lesson, "assigned_working_card")):
            sheet = working_card(lesson, values, "forward", None, sheet_name)
        _hand_in(who, asked, lesson, sheet, closed)
        _handed_in(who, asked, lesson, zone)


def _asked(lesson: Lesson, asked: AskedLesson) -> None:
    """What is to be worked, and the way to the lesson."""
    st.header(plain(asked.title), anchor=False)
    st.markdown(say("Work these numbers by hand until every row is right, then hand your working in."))
    st.markdown(f"$${lesson.formula}$$")
    lines = [f"{name} = {text}" for name, text in asked.numbers.items() if text != "none"]
    st.code("\n".join(lines), language=None, wrap_lines=True)
    open_lesson(lesson.slug, label=say("What the lesson says"))


def _take_up(lesson: Lesson, sheet: str, mine: HandedIn | None) -> None:
    """Once in a session: what was handed in stands in the rows again, on whichever machine."""
    if mine is None or not mine.entries or st.session_state.get(f"{sheet}_taken_up"):
        return
    st.session_state[f"{sheet}_taken_up"] = True
    if any(str(key).startswith(entry_key(lesson, sheet, "")) for key in st.session_state):
        return
    st.session_state[key_of(lesson, "sample_forward")] = ",".join(map(str, mine.sample))
    if mine.turn:
        st.session_state[key_of(lesson, "turn_forward")] = mine.turn
    for row, text in mine.entries.items():
        st.session_state[entry_key(lesson, sheet, row)] = text


def _hand_in(who: Who, asked: AskedLesson, lesson: Lesson, sheet: Sheet, closed: str) -> None:
    from lib.course.lessons import hand_in_working

    nothing = not any(text.strip() for text in sheet.entries.values())
    key = key_of(lesson, f"hand_in_{asked.id}")
    if st.button(say("Hand in this working"), key=key, type="primary", disabled=bool(closed) or nothing):
        with said_in_words():
            hand_in_working(store(), who, asked.id, sheet.sample, sheet.entries, sheet.turn or "")
            st.rerun()  # what stands above tells it too
    if closed:
        st.markdown(closed)


def _handed_in(who: Who, asked: AskedLesson, lesson: Lesson, zone: str) -> None:
    """What the server says of what was handed in last."""
    from lib.course.lessons import my_working

    mine = my_working(store(), who, asked.id)
    if mine is None:
        st.caption(say("Nothing handed in yet. The server judges what you hand in: complete or open, without points."))
        return
    at = when(mine.at, zone)
    if mine.complete:
        st.success(say("Complete. Handed in {at}.", at=at))
        return
    rows = ", ".join(plain(row.replace("_", " ")) for row in mine.still_open)
    st.warning(say("Handed in {at}. Still open: {rows}. Hand in again when they are right.", at=at, rows=rows))
