"""A short calculation: one step of a working, typed, and judged as on the lesson's page."""

from __future__ import annotations

import streamlit as st

from lib.lesson.working import Judged
from lib.practice.quiz import judged
from lib.practice.slipped import Slipped
from lib.ui.lesson_progress import answered, fell_for
from lib.ui.practice.choices import verdict
from lib.ui.practice.rows import about, in_formula, row_text
from lib.ui.text import say

NO_ANSWER = ("blank", "unreadable", "shape", "digits")  # verdicts after which it is still open
MISSES = 2
SAYS = {
    "right": "Right.",
    "unreadable": "This is not a number.",
    "shape": "This has another shape.",
    "digits": "Right so far: give more digits.",
    "mistake": "Not yet.",
    "wrong": "Not yet.",
}


def calculation(asked: Slipped, seed: int) -> bool:
    """The rows above, the row that is asked, and a field for it; whether the answer is right."""
    lesson, name = asked.case.lesson, asked.mistake.name
    key = f"practice_{lesson.slug}_{name}_calculation_{seed}"
    with st.container(key=f"practice_calculation_{lesson.slug}", border=True):
        st.markdown(about(asked.case, asked.sample))
        for place, (row, value) in enumerate(zip(asked.rows, asked.follows, strict=True)):
            if place < asked.wrong:
                with st.container(key=f"practice_given_{key}_{place}"):
                    st.markdown(row_text(row, value, words=False))
        with st.container(key=f"practice_given_{key}_{asked.wrong}"):
            st.markdown(row_text(asked.wrong_row, None))
        text = st.text_input(say("Your {label}", label=asked.wrong_row.label), key=key, width=240)
        found = judged(asked, text)
        is_right = found.verdict == "right"
        _tell(asked, key, text, found)
        verdict(_in_words(found), is_right)
        if not is_right and len(st.session_state.get(f"{key}_tried", ())) >= MISSES:
            _shown_on_request(asked, key)
        return is_right


def _tell(asked: Slipped, key: str, text: str, found: Judged) -> None:
    """The first answer counts; a slip that is made here is remembered as one that was fallen for."""
    tried = st.session_state.setdefault(f"{key}_tried", [])
    if found.verdict in NO_ANSWER or text in tried:
        return
    slug = asked.case.lesson.slug
    if not tried:
        answered(slug, asked.mistake.name, found.verdict == "right")
    tried.append(text)
    for mistake in found.mistakes if found.verdict == "mistake" else ():
        fell_for(slug, mistake.name)


def _in_words(found: Judged) -> str:
    if found.verdict == "blank":
        return ""
    slips = say(" Or: ").join(say(mistake.says) for mistake in found.mistakes)
    if len(found.mistakes) > 1:
        slips = say("More than one slip fits. {slips}", slips=slips)
    return " ".join(filter(None, [say(SAYS[found.verdict]), say(found.says), slips]))


def _shown_on_request(asked: Slipped, key: str) -> None:
    """The step with its numbers, for whoever is stuck."""
    if st.toggle(say("Show the step"), key=f"{key}_show"):
        numbers = asked.wrong_row.numbers()
        value = in_formula(asked.follows[asked.wrong])
        st.markdown(f"${asked.wrong_row.step.symbol}{' = ' + numbers if numbers else ''} = {value}$")
