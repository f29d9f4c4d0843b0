"""Which submissions are alike, side by side: for people to look at, never a verdict."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.choices import choice_box
from lib.ui.course import acting as here
from lib.ui.course.class_figures import choose_assignment
from lib.ui.course.code_text import readable
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.assignments import Asked
    from lib.course.courses import MyCourse
    from lib.course.review import AlikePair
    from lib.course.who import Who
    from lib.grading.classroom.similarity import Written

MOST = 20  # pairs
END_OF_LINE = re.compile(r"\r\n|[\r\n\f]")
CSS = """
<style>
.alike { overflow-x: auto; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); margin: 0; }
.alike pre { margin: 0; padding: 0.5rem; width: max-content; min-width: 100%; font-size: 0.8rem; line-height: 1.45;
  background: transparent; }
.alike mark { color: inherit; background: color-mix(in srgb, #d8622c 24%, transparent); display: block; }
.alike span { display: block; }
</style>
"""


def similar_view(who: Who, course: MyCourse) -> None:
    """The whole view: compares when it is asked to, since that takes a while in a large class."""
    from lib.course.assignments import assignments

    shown = [one for one in assignments(here.store(), who, course.id) if one.exercises]
    if not shown:
        st.info(say("There is no assignment with exercises yet."))
        return
    st.markdown(
        say(
            "Submissions whose code shares more than chance and the obvious explain. That is a reason to look, and no "
            "proof: people learn together, and short functions are written alike by people who never met."
        )
    )
    left, right = st.columns(2)
    with left:
        number = choose_assignment(shown, "alike_assignment")
    asked = {str(one.id): one for one in next(one for one in shown if one.id == number).exercises}
    with right:
        chosen = choice_box(say("Exercise"), {key: one.title for key, one in asked.items()}, f"alike_exercise_{number}")
    if st.button(say("Compare"), icon=":material/compare_arrows:"):
        _compare(who, asked[chosen])


def _compare(who: Who, asked: Asked) -> None:
    from lib.course.exercises import exercise_at
    from lib.course.review import alike_in

    store = here.store()
    with st.spinner(say("Comparing …")):
        found = alike_in(store, who, asked.id, exercise_at(store, asked.slug, asked.version))
    if not found:
        st.markdown(say("No two submissions share more than what is usual."))
        return
    st.html(CSS)
    for place, one in enumerate(found[:MOST]):
        with st.expander(_head(one), expanded=place == 0):
            _pair(one)
    if len(found) > MOST:
        st.caption(say("And {more} more that share less.", more=len(found) - MOST))


def _head(one: AlikePair) -> str:
    share, mine, other = f"{min(one.pair.share, 1):.0%}", plain(one.pair.one.who), plain(one.pair.other.who)
    if one.pair.other.published:
        return say("{name} and {other}: {share} of it", name=mine, other=other, share=share)
    return say("{name} and {other}: {share} of the shorter one", name=mine, other=other, share=share)


def _pair(one: AlikePair) -> None:
    sides = ((one.one, one.pair.one, one.pair.marks[0]), (one.other, one.pair.other, one.pair.marks[1]))
    for column, (number, side, marked) in zip(st.columns(2), sides, strict=True):
        with column:
            if number:
                here.link(plain(side.who), "review", submission=number)
            else:
                st.markdown(plain(side.who))
            st.html(f'<div class="alike"><pre tabindex="0">{"".join(_lines(side, marked))}</pre></div>')


def _lines(side: Written, marked: frozenset[int]) -> list[str]:
    """The lines of the function with their numbers; those that are alike are marked."""
    text = END_OF_LINE.split(side.text)
    shown = sorted({line for first, last in side.pieces.shown for line in range(first, last + 1)})
    if side.published:
        shown = [line for line in shown if any(abs(line - one) < 3 for one in marked)]
    return [_line(line, readable(text[line - 1]) if line <= len(text) else "", line in marked) for line in shown]


def _line(number: int, text: str, is_marked: bool) -> str:
    tag = "mark" if is_marked else "span"
    return f"<{tag}>{number:>4}  {html.escape(text)}</{tag}>"
