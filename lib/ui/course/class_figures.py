"""How the class did in an assignment, and which mistakes it makes: live, for the lesson that comes next."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from lib.plots.distribution import distribution
from lib.refusal import Refusal
from lib.ui.budget import said_in_words
from lib.ui.choices import choice_box
from lib.ui.course import acting as here
from lib.ui.figure import show_figure
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.assignments import Asked, Shown
    from lib.course.courses import MyCourse
    from lib.course.gradebook import Figures, Frequent
    from lib.course.who import Who

EVERY = 10  # seconds between two looks
MOST_TO_TEACH = 8


def class_view(who: Who, course: MyCourse) -> None:
    """The whole view."""
    from lib.course.assignments import assignments

    shown = assignments(here.store(), who, course.id)
    if not shown:
        st.info(say("There is no assignment yet."))
        return
    left, right = st.columns([0.7, 0.3], vertical_alignment="bottom")
    with left:
        number = choose_assignment(shown, "class_assignment")
    with right:
        live = st.toggle(say("Live"), help=say("Looks again every {every} seconds.", every=EVERY), key="class_live")
    assignment = next(one for one in shown if one.id == number)
    st.fragment(run_every=EVERY if live else None)(_figures)(assignment)
    _distribution(who, course, assignment)


def choose_assignment(shown: Sequence[Shown], key: str) -> int:
    """A box with the assignments of the course; the last one that has opened until another is chosen."""
    opened = [one for one in shown if one.terms.opens <= here.store().now()]
    first = str((opened or shown)[-1].id)
    return int(choice_box(say("Assignment"), {str(one.id): one.title for one in shown}, key, default=first))


def _figures(assignment: Shown) -> None:
    from lib.course.gradebook import figures

    with said_in_words():
        found = figures(here.store(), here.acting(), assignment.id)
        if not assignment.exercises:
            st.info(say("This assignment holds lessons alone. Who is done with them stands above."))
            return
        if not any(one.handed_in for one in found):
            st.info(say("Nobody has handed anything in yet."))
            return
        asked = {one.id: one for one in assignment.exercises}
        _to_teach(found, asked)
        _per_exercise(found, asked)


def _to_teach(found: Sequence[Figures], asked: dict[int, Asked]) -> None:
    """The mistakes of the class, those that most make first, each with examples and its lesson."""
    made = [(mistake, one) for one in found for mistake in one.mistakes]
    made.sort(key=lambda pair: -pair[0].students)
    st.header(say("Which mistakes the class makes"), anchor=False)
    if not made:
        st.markdown(say("No known mistake so far."))
    for mistake, one in made[:MOST_TO_TEACH]:
        _mistake(mistake, one, asked[one.exercise_id])
    if len(made) > MOST_TO_TEACH:
        st.caption(say("And {more} more that fewer make.", more=len(made) - MOST_TO_TEACH))


def _mistake(mistake: Frequent, of: Figures, asked: Asked) -> None:
    with st.container(border=True, gap="xsmall", key=f"mistake_card_{asked.id}_{mistake.name}"):
        who = say("{count} of {all}", count=mistake.students, all=of.handed_in)
        says = mistake.says or plain(mistake.name.replace("_", " "))
        st.markdown(f"**{who}** · {plain(asked.title)}: {says}")
        with st.container(horizontal=True, gap="medium"):
            _lesson(asked)
            for place, number in enumerate(mistake.examples, 1):
                here.link(say("Example {place}", place=place), "review", submission=number)


def _lesson(asked: Asked) -> None:
    """The lesson to teach again."""
    lesson = _lesson_of(asked)
    pages = st.session_state["pages"]
    if lesson and lesson in pages:
        label = say("Teach again: {title}", title=pages[lesson].title)
        st.page_link(pages[lesson], label=label, icon=":material/menu_book:", query_params={}, width="content")


def _lesson_of(asked: Asked) -> str:
    """The slug of the lesson that the exercise is about; empty where there is none, or the exercise cannot be read."""
    from lib.course.exercises import exercise_at

    try:
        return exercise_at(here.store(), asked.slug, asked.version).lesson
    except Refusal:  # not kept in this version: there is no more to say about a lesson
        return ""


def _per_exercise(found: Sequence[Figures], asked: dict[int, Asked]) -> None:
    st.header(say("Exercise by exercise"), anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                say("Exercise"): [asked[one.exercise_id].title for one in found],
                say("Handed in by"): [one.handed_in for one in found],
                say("Passed"): [100 * one.passed / one.handed_in if one.handed_in else None for one in found],
                say("Attempts"): [one.attempts or None for one in found],
                say("Time"): [_time(one.minutes) if one.passed else "" for one in found],
            }
        ),
        hide_index=True,
        column_config={
            say("Passed"): st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100, width="small"),
            say("Attempts"): st.column_config.NumberColumn(format="%.3g"),
        },
        alt=say("For each exercise: who handed in, who passed, attempts and time"),
    )
    st.caption(
        say("Attempts and time are medians of those who passed: up to the attempt that did, from the first one.")
    )


def _time(minutes: float) -> str:
    if minutes < 90:
        return say("{minutes:.0f} min", minutes=minutes)
    hours = minutes / 60
    return say("{hours:.0f} h", hours=hours) if hours < 48 else say("{days:.0f} days", days=hours / 24)


def _distribution(who: Who, course: MyCourse, assignment: Shown) -> None:
    from lib.course.gradebook import gradebook

    book = gradebook(here.store(), who, course.id)
    head = next(one for one in book.heads if one.id == assignment.id)
    totals = [student.totals.get(head.id) for student in book.students]
    known = [total for total in totals if total is not None]
    st.header(say("Totals"), anchor=False)
    if not known or not head.of:
        st.markdown(say("Nobody has a total yet."))
        return
    says = say(
        "{known} of {all} students have a total; half of them {median:.4g} of {of:g} points or more.",
        known=len(known),
        all=len(totals),
        median=median(known),
        of=head.of,
    )
    st.markdown(says)
    shares = [total / head.of for total in known]
    show_figure(distribution(shares), "class_distribution", "How many students have which share of the points")
