"""One submission of one's own: the receipt, the code, what the grading said, and a question to whoever graded it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.acting import asked, go, link, store
from lib.ui.course.handing_in import key_of
from lib.ui.course.progress import live_state
from lib.ui.course.standing import need_acting
from lib.ui.course.stored_report import code_of, receipt, report, words_of_people
from lib.ui.exercise_work import put
from lib.ui.page import Page
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.seen import SeenSubmission
    from lib.course.who import Who

PAGE = Page(title="Submission", group="", order=0, names=("提交",), purpose="What you handed in, and its report.")


def render() -> None:
    """The whole page."""
    from lib.course.assignments import assignment_of
    from lib.course.courses import course_of
    from lib.course.seen import submission_of

    who = need_acting()
    with said_in_words():
        seen = submission_of(store(), who, asked("submission") or 0)
        shown = assignment_of(store(), who, seen.assignment_id)
        course = course_of(store(), who, shown.course_id)
        exercise = next(one for one in shown.exercises if one.id == seen.exercise_id)
        st.title(plain(exercise.title), anchor=False)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            link(
                plain(shown.title),
                "assignment",
                icon=":material/assignment:",
                assignment=shown.id,
                exercise=exercise.id,
            )
            if course.role != "student":
                link(say("Review"), "review", icon=":material/rate_review:", submission=seen.number)
        if seen.person_id != who.id:
            st.markdown(say("Handed in by **{name}**.", name=plain(seen.name)))
        elif seen.trial:
            st.info(say("A trial of yours, outside the gradebook. Students see less of theirs until marks are shown."))
        _submission(who, seen, course.zone, exercise.version)


def _submission(who: Who, seen: SeenSubmission, zone: str, version: str) -> None:
    from lib.course.exercises import exercise_at

    receipt(seen, zone)
    left, right = st.columns(2, gap="medium")
    with left:
        if seen.state in ("graded", "our fault"):
            report(seen, exercise_at(store(), seen.slug, version))
        else:
            live_state(seen.number)
        words_of_people(seen, zone)
        if seen.person_id == who.id:
            _another_look(who, seen)
    with right:
        code_of(seen)
        if seen.person_id == who.id and seen.code is not None:
            _put_back(who, seen, seen.code)


def _put_back(who: Who, seen: SeenSubmission, code: str) -> None:
    """Goes on from this attempt. What stands in the editor now can be had back there."""
    if st.button(say("Put it back into the editor"), key=f"put_back_{seen.number}", type="tertiary"):
        put(key_of(who.id, seen.exercise_id), code)
        go("assignment", assignment=seen.assignment_id, exercise=seen.exercise_id)


def _another_look(who: Who, seen: SeenSubmission) -> None:
    """A question to whoever graded it; while one waits, there is no second."""
    if any(look.answered is None for look in seen.looks):
        return
    with st.form(f"another_look_{seen.number}_{len(seen.looks)}", border=False):
        asks = st.text_area(say("Ask for another look: what should be looked at, and why?"), key=f"asks_{seen.number}")
        sent = st.form_submit_button(say("Ask for another look"))
    if sent:
        with said_in_words():
            _ask(who, seen.number, asks)


def _ask(who: Who, number: int, asks: str) -> None:
    from lib.course.marking import ask_for_another_look

    ask_for_another_look(store(), who, number, asks)
    st.rerun()
