"""Inputs and working side by side where there is room, one above the other where there is not.

On a phone the inputs fold into one line that shows their values, so that the working comes before the fold. The style
sheet does all of it (lib/ui/style.py), by the width of the page and not of the window: a sidebar may be open.
"""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.lesson.spec import Tensor, Topic
from lib.ui.fields import current, example_texts, key_of
from lib.ui.print_page import for_paper
from lib.ui.text import plain, say
from lib.ui.working.torchs import is_covered

MOST_SHOWN = 60  # characters of the folded line


def lesson_grid(lesson: Topic) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The two cards: for the inputs, and for the working."""
    for_paper()
    with st.container(key=key_of(lesson, "fold_line")):
        st.toggle(say("**Inputs** {values}", values=plain(_values(lesson))), key=key_of(lesson, "fold"))
    with st.container(key=key_of(lesson, "lesson_grid"), gap=None):
        inputs = st.container(border=True, key=key_of(lesson, "input_card"))
        working = st.container(border=True, key=key_of(lesson, "working_card"))
    return inputs, working


def letters(lesson: Topic) -> None:
    """What the letters of the formula mean, beside the working that uses them; covered while it is worked alone."""
    if is_covered(lesson):
        return
    with st.container(key=key_of(lesson, "letters"), gap=None):
        st.caption(f"**{say('What the letters mean')}**")
        st.markdown("\n".join(f"- ${symbol}$ {say(meaning)}" for symbol, meaning in lesson.symbols))


def _values(lesson: Topic) -> str:
    """What the tensors hold now, in a line."""
    defaults = example_texts(lesson)[0]
    tensors = [spec.name for spec in lesson.form if isinstance(spec, Tensor) and not spec.optional and not spec.rare]
    line = " · ".join(str(current(lesson, name, defaults[name])) for name in tensors)
    return line if len(line) <= MOST_SHOWN else line[:MOST_SHOWN] + "…"
