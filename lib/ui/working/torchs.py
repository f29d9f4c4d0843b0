"""PyTorch's number, below the learner's own; covered on request, or while the learner works alone."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lib.lesson.spec import Topic
from lib.lesson.working import Row
from lib.ui.choices import answer_row, standing
from lib.ui.fields import key_of
from lib.ui.text import number, say
from lib.ui.working.guess import landmark, side
from lib.ui.working.ways import Way, way_key

COVER = "hide_torch"


def is_covered(lesson: Topic) -> bool:
    """Whether PyTorch's number, and all that would give it away, waits for the learner's own result."""
    asked_for = st.session_state.get(COVER) or standing(way_key(lesson)) == "alone"
    return bool(asked_for) and not st.session_state.get(_answered_key(lesson), False)


def says_it_is_covered(lesson: Topic) -> bool:
    """In the place of what would give the result away: whether it is covered, and if so, a sentence."""
    covered = is_covered(lesson)
    if covered:
        st.caption(say("This waits, covered, until you have a result of your own."))
    return covered


def note_answered(lesson: Topic, answered: bool) -> bool:
    """Notes whether the learner has a result; whether that uncovers or covers what stands elsewhere on the page."""
    before = is_covered(lesson)
    st.session_state[_answered_key(lesson)] = answered
    return before != is_covered(lesson)


def torch_line(lesson: Topic, row: Row, torch: np.ndarray, numbers: str, way: Way) -> None:
    """The line, with the switch that covers it; whoever works alone predicts on which side of a number it stands."""
    result = _beside(row, torch)
    hidden = is_covered(lesson)
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, "torch"), gap="small"):
        name = f" `{lesson.torchs_own}`" if lesson.torchs_own else ""
        st.markdown(f":gray[PyTorch]{name}  \n**{'?' if hidden else number(result)}**", width="content")
        if way == "alone":
            _prediction(lesson, result, numbers, hidden)
        else:
            st.toggle(
                say("Hide PyTorch until I answer"),
                key=COVER,
                persist_state="session",
                help=say("PyTorch's result stays covered until you have entered your own."),
            )


def _prediction(lesson: Topic, result: np.ndarray, numbers: str, hidden: bool) -> None:
    """Before the cover goes: larger or smaller than a round number? And what came of it afterwards."""
    mark = landmark(result, numbers)
    if mark is None:
        return
    key, question = key_of(lesson, "predicted"), say("Larger or smaller than {mark}?", mark=f"{mark:g}")
    said = st.session_state.setdefault(key, {})
    if hidden:
        st.markdown(question, width="content")
        sides = {"larger": say("larger"), "smaller": say("smaller")}
        said[numbers] = answer_row(question, sides, f"{key}_side", label_visibility="collapsed")
    elif said.get(numbers):
        right = said[numbers] == side(result, mark)
        text = say("It is {side} than {mark}", side=say(side(result, mark)), mark=f"{mark:g}")
        st.markdown(f"{text}, {say('as you predicted.') if right else say('not what you predicted.')}", width="content")


def _answered_key(lesson: Topic) -> str:
    return key_of(lesson, "answered")


def _beside(row: Row, result: np.ndarray) -> np.ndarray:
    """PyTorch's result for this row: the chosen sample's, where the result has one number per sample."""
    return row.of(result) if result.shape == np.shape(row.step.value) else result
