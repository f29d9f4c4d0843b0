"""Five a day: small questions on what this learner has worked, those first that they fell for."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lib.catalog import TOPICS
from lib.practice.path import IN_ORDER
from lib.practice.quiz import calculation_of, quiz_of
from lib.practice.review import Day, Item, five_of, read_day, written_day
from lib.ui.browser_storage import LESSON, has_told, keep_in_browser, store, stored
from lib.ui.lesson_progress import find, today
from lib.ui.practice import choices, rows
from lib.ui.practice.calculation import calculation
from lib.ui.practice.questions import question
from lib.ui.practice.quiz import quiz
from lib.ui.text import say

PLACE = "five_a_day"  # among the records of lessons in the browser: what of the five was answered today
KEY = "practice_five"
EARLY = f"{KEY}_early"


@st.fragment
def five_a_day() -> None:
    """The whole of it: how it goes for a newcomer; else the question that is next, and how many are left today."""
    st.html(choices.CSS + rows.CSS)
    with st.container(key=KEY, gap="small"):
        day = _day()
        if day.now is not None:
            _one(day.now, day)
        elif day.done:
            st.markdown(say("**That was today's five.** What you missed comes back tomorrow, the rest later."))
        else:
            _for_a_newcomer()
    keep_in_browser()


def waiting_today() -> int:
    """How many of today's five are left; 0 for a newcomer."""
    day = _day()
    return len(day.items) - day.done


def _day() -> Day:
    """Today's five, full as far as there is something to ask."""
    kept = read_day(stored(PLACE, LESSON) if has_told() else st.session_state.get(EARLY, ""), today())
    if kept.done < len(kept.items):
        return kept
    found = {slug: find(slug) for slug in TOPICS}
    day = five_of({slug: record for slug, record in found.items() if record is not None}, kept)
    if day != kept:
        _keep(day)
    return day


def _keep(day: Day) -> None:
    """Before the browser has told what it holds, only for this session."""
    if has_told():
        store(PLACE, written_day(day), LESSON)
    else:
        st.session_state[EARLY] = written_day(day)


def _one(item: Item, day: Day) -> None:
    lesson = TOPICS[item.slug]
    number = say("**{place} of {five}** · {lesson}", place=day.done + 1, five=len(day.items), lesson=say(lesson.title))
    st.markdown(number)
    is_right = _drawn(item, day.day)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            say("Finish") if day.done + 1 == len(day.items) else say("Next"),
            key=f"{KEY}_next",
            type="primary" if is_right else "secondary",
            on_click=_keep,
            args=(replace(day, done=day.done + 1),),
        )
        page = st.session_state["pages"].get(item.slug)
        if page is not None:
            st.page_link(page, label=say("Look it up: {title}", title=page.title), width="content")


def _drawn(item: Item, seed: int) -> bool:
    """The question, and whether it is answered rightly."""
    if item.kind == "question":
        return question(item.slug, item.name, seed)
    if item.kind == "quiz":
        asked = quiz_of(item.slug, item.name, seed) or quiz_of(item.slug, item.name, 0)
        return asked is None or quiz(asked, seed)
    working = calculation_of(item.slug, item.name, seed) or calculation_of(item.slug, item.name, 0)
    return working is None or calculation(working, seed)


def _for_a_newcomer() -> None:
    """How it goes, and where to begin."""
    st.markdown(
        say(
            "Five small questions a day, in a few minutes: find the slip in somebody's working, answer why, "
            "calculate a step. They are about lessons in which you have found a result, and what you fell for comes "
            "first. What you answer rightly comes back after 3, 7 and 21 days; what you miss, the next day. Nothing of "
            "it leaves this browser but for the check of an answer."
        )
    )
    page = next((st.session_state["pages"].get(slug) for slug in IN_ORDER if slug in TOPICS), None)
    if page is not None:
        st.page_link(
            page,
            label=say("Find your first result: {title}", title=page.title),
            icon=":material/arrow_forward:",
            width="content",
        )
