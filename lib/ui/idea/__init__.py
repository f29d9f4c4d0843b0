"""The idea of a lesson in one picture and two sentences, with the numbers of the sample that is worked.

`draw_idea` stands above the rows of the working. What a learner has not found yet reads "?"; `alone` keeps the picture
and hides every number, in the text for screen readers too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st

from lib.lesson.run import Case
from lib.lesson.spec import Step, Topic
from lib.lesson.working.rows import sample_shape
from lib.ui.idea.html import html_of
from lib.ui.idea.ideas import IDEAS, in_steps
from lib.ui.idea.shown import Strip
from lib.ui.idea.style import CSS
from lib.ui.idea.view import View
from lib.ui.text import say


def draw_idea(
    lesson: Topic,
    case: Case,
    steps: Mapping[str, Step],
    sample: tuple[int, ...],
    found: Collection[str],
    alone: bool,
    solved: Collection[tuple[int, ...]] = (),
) -> None:
    """Draws the strip. `found` names the steps that are answered rightly, `solved` other samples that are finished."""
    st.html(CSS + html_of(idea_of(lesson, case, steps, sample, found, alone, solved)))


def idea_of(
    lesson: Topic,
    case: Case,
    steps: Mapping[str, Step],
    sample: tuple[int, ...],
    found: Collection[str],
    alone: bool,
    solved: Collection[tuple[int, ...]] = (),
) -> Strip:
    """The strip as data. A lesson without one of its own shows its steps; without a sample there is nothing to draw."""
    if 0 in sample_shape(steps):
        return Strip((), (say("The input holds no sample, so there is nothing to draw."),))
    view = View(lesson, case, steps, sample, found, alone, solved)
    return IDEAS.get(lesson.slug, in_steps)(view)
