"""What opens after a lesson's first right result: whose mistake is it, and the lesson's two questions."""

from __future__ import annotations

import streamlit as st

from lib.lesson.spec import Topic
from lib.practice.quiz import Quiz, quiz_of
from lib.ui.lesson_progress import record_of
from lib.ui.practice import choices, rows
from lib.ui.practice.questions import question
from lib.ui.practice.quiz import quiz
from lib.ui.text import say


def after_right(lesson: Topic) -> None:
    """Both, folded; nothing before the first right result. Draw `keep_in_browser` after it, in the same fragment."""
    if not record_of(lesson.slug).right:
        return
    st.html(choices.CSS + rows.CSS)
    with st.container(key=f"practice_after_{lesson.slug}", gap="small"):
        whose = st.expander(
            say("**Whose mistake is it?** Find the slip in somebody's working"),
            icon=":material/search:",
            key=f"practice_whose_{lesson.slug}",
            on_change="rerun",
        )
        with whose:
            if whose.open:
                _whose(lesson)
        asks = st.expander(
            say("**Two questions**: one why, and one without numbers"),
            icon=":material/help:",
            key=f"practice_asks_{lesson.slug}",
            on_change="rerun",
        )
        with asks:
            for name in lesson.questions if asks.open else ():
                question(lesson.slug, name, 0)


def _whose(lesson: Topic) -> None:
    """One quiz after another, those first that this learner fell for."""
    key = f"practice_turn_{lesson.slug}"
    turn, asked = _next_quiz(lesson, int(st.session_state.get(key, 0)))
    if asked is not None:
        quiz(asked, turn)
        st.button(say("Another one"), key=f"{key}_next", on_click=st.session_state.update, args=({key: turn + 1},))


def _next_quiz(lesson: Topic, turn: int) -> tuple[int, Quiz | None]:
    """The first quiz from this turn on; not every mistake shows in one step of a working."""
    names = _in_order(lesson)
    for at in range(turn, turn + len(names)):
        asked = quiz_of(lesson.slug, names[at % len(names)], at)
        if asked is not None:
            return at, asked
    return turn, None


def _in_order(lesson: Topic) -> tuple[str, ...]:
    """Names of mistakes: as they stood when the first quiz was opened, so that an answer does not change the quiz."""
    key = f"practice_order_{lesson.slug}"
    if key not in st.session_state:
        asked = record_of(lesson.slug).asked
        failed = [name for name in lesson.mistakes if name in asked and asked[name].failed]
        rest = [name for name in lesson.mistakes if name not in failed]
        apart = max(1, len(rest) // 3)  # neighbours in the catalogue are alike
        st.session_state[key] = (*failed, *(name for start in range(apart) for name in rest[start::apart]))
    names: tuple[str, ...] = st.session_state[key]
    return names
