"""What goes wrong with an optimizer in practice, and the programs to take away."""

from __future__ import annotations

import streamlit as st

from lib.lesson.code.optimizer import notebook, numpy_program, pytorch_lines
from lib.lesson.optimizer import Optimizer
from lib.ui.download import download
from lib.ui.fields import Typed
from lib.ui.optimizer_fields import Runs
from lib.ui.pitfalls import show_pitfalls, show_references
from lib.ui.plain_numpy import numpy_function, plain_of
from lib.ui.text import say


def pitfalls(lesson: Optimizer, typed: Typed, runs: Runs | None) -> None:
    """What goes wrong in practice, what the source article says, arguments that only change speed, where to read on."""
    show_pitfalls(lesson.pitfalls)
    if lesson.article:
        st.markdown(f"**{say('What the article says')}**  \n{say(lesson.article)}")
    if lesson.speed_only:
        arguments = "\n".join(f"- `{name}` {say(what)}" for name, what in lesson.speed_only.items())
        st.markdown(f"**{say('Arguments that change no number')}**\n{arguments}")
    show_references(lesson.sources)


def code(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """PyTorch's lines, one update in plain NumPy, and programs of both once that is uncovered."""
    left, right = st.columns([0.42, 0.58], gap="small")
    with left:
        st.markdown(say("**PyTorch**: the lines that give these updates"))
        st.code(pytorch_lines(lesson, runs.ready), language="python")
    with right:
        st.markdown(say("**NumPy**: the function itself"))
        uncovered = numpy_function(lesson)
    if uncovered:
        with left, st.container(horizontal=True, gap="small"):
            function = plain_of(lesson).function
            download(say("Notebook of both"), notebook(lesson, runs.ready, function), f"{lesson.slug}.ipynb")
            download(say("Program of every step"), numpy_program(lesson, runs.ready), f"{lesson.slug}_by_hand.py")
