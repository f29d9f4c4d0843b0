"""A regrade: what is to be graded anew, how far it is, whose mark would move; then it is applied or given up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course import acting as here
from lib.ui.course.times import when
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.assignments import Shown
    from lib.course.courses import MyCourse
    from lib.course.marks import Moved
    from lib.course.regrade import OpenRegrade, RegradePreview
    from lib.course.who import Who

ALL = 0
GOING = "regrade_going"  # in the session: the regrade that runs as soon as the page is drawn


def anew_view(who: Who, course: MyCourse, assignment: Shown) -> None:
    """The open regrades of the course, and a form for another one."""
    from lib.course.regrade import open_regrades

    waiting = open_regrades(here.store(), who, course.id)
    for one in waiting:
        with st.container(border=True, key=f"regrade_card_{one.id}"), said_in_words():
            _open(who, course, assignment, one)
    with st.expander(say("Grade something anew"), expanded=not waiting, key=f"regrade_plan_{bool(waiting)}"):
        _plan(who, assignment)


def _plan(who: Who, assignment: Shown) -> None:
    from lib.course.regrade import plan_regrade

    asked = here.asked("submission")
    exercises = {one.id: one.title for one in assignment.exercises}
    options = ([-asked] if asked else []) + [ALL, *exercises]
    with st.form("plan_regrade", border=False):
        chosen = st.selectbox(say("What"), options, format_func=lambda one: _what(one, exercises))
        newest = st.checkbox(
            say("By the exercises as their folders are now"),
            help=say("Otherwise by the version that the assignment holds. Submissions to come go by the same one."),
        )
        why = st.text_input(say("Reason"), max_chars=5000, placeholder=say("The tolerance was too tight"))
        if not st.form_submit_button(say("Grade anew, and look first"), type="primary"):
            return
    with said_in_words():
        st.session_state[GOING] = plan_regrade(
            here.store(), here.settings(), who, assignment.id, why, newest=newest,
            exercise_id=chosen if chosen > 0 else None, number=-chosen if chosen < 0 else None,
        )  # fmt: skip
        st.rerun()


def _what(chosen: int, exercises: dict[int, str]) -> str:
    if chosen == ALL:
        return say("all exercises")
    return say("submission {number}", number=-chosen) if chosen < 0 else exercises[chosen]


def _open(who: Who, course: MyCourse, assignment: Shown, one: OpenRegrade) -> None:
    from lib.course.regrade import preview_regrade

    st.markdown(
        say(
            "**Regrade of {of} submissions** · {at} · {why}",
            of=one.of,
            at=when(one.at, course.zone),
            why=plain(one.why),
        )
    )
    if st.session_state.pop(GOING, None) == one.id:
        _run(who, one.id)
    preview = preview_regrade(here.store(), who, one.id)
    if not preview.is_complete:
        st.progress(preview.done / preview.of, say("{done} of {of} graded anew", done=preview.done, of=preview.of))
    else:
        moves_table(who, assignment.id, preview.moves, one.of)
    _troubles(preview)
    _buttons(who, one, preview)


def _run(who: Who, number: int) -> None:
    """Grades, with a bar. Who leaves the page stops it; it goes on from there."""
    from lib.course.regrade import run_regrade

    bar = st.progress(0.0, say("Grading anew …"))
    for done, of in run_regrade(here.store(), who, number):
        bar.progress(done / of if of else 1.0, say("{done} of {of} graded anew", done=done, of=of))
    bar.empty()


def moves_table(who: Who, assignment_id: int, moves: Sequence[Moved], of: int) -> None:
    """Whose mark moves from what to what; those that lose most first."""
    if not moves:
        st.markdown(say("No mark moves."))
        return
    up = sum(_by(one) > 0 for one in moves)
    down = sum(_by(one) < 0 for one in moves)
    st.markdown(say("**{all} marks move**: {up} up, {down} down.", all=len(moves), up=up, down=down))
    names = _names(who, assignment_id, moves)
    ordered = sorted(moves, key=lambda one: (_by(one), names[one.person_id]))
    st.dataframe(
        pd.DataFrame(
            {
                say("Student"): [names[one.person_id] for one in ordered],
                say("Before"): [one.before for one in ordered],
                say("After"): [one.after for one in ordered],
                say("Change"): [_by(one) for one in ordered],
            }
        ),
        hide_index=True,
        column_config={
            say(name): st.column_config.NumberColumn(format="%+.2f" if name == "Change" else "%.2f")
            for name in ("Before", "After", "Change")
        },
        alt=say("Whose mark moves from what to what"),
    )


def _by(move: Moved) -> float:
    return (move.after or 0.0) - (move.before or 0.0)


def _names(who: Who, assignment_id: int, moves: Sequence[Moved]) -> dict[int, str]:
    from lib.course.review import members_names

    return members_names(here.store(), who, assignment_id, [one.person_id for one in moves])


def _troubles(preview: RegradePreview) -> None:
    if not preview.troubles:
        return
    st.warning(
        say("{count} could not be graded anew, by our fault: they keep what they have.", count=len(preview.troubles))
    )
    for number, says in list(preview.troubles.items())[:5]:
        st.caption(say("Submission {number}: {says}", number=number, says=plain(says)))


def _buttons(who: Who, one: OpenRegrade, preview: RegradePreview) -> None:
    from lib.course.regrade import apply_regrade, give_up_regrade

    with st.container(horizontal=True, gap="small"):
        if preview.is_complete and st.button(say("Apply"), key=f"apply_{one.id}", type="primary"):
            done = apply_regrade(here.store(), who, one.id)
            st.toast(say("Applied: {count} marks moved.", count=len(done.moves)))
            st.rerun()
        label = say("Try those again") if preview.is_complete else say("Go on")
        if (preview.troubles or not preview.is_complete) and st.button(label, key=f"on_{one.id}"):
            st.session_state[GOING] = one.id
            st.rerun()
        if st.button(say("Give up"), key=f"give_up_{one.id}", help=say("All marks stay as they are.")):
            give_up_regrade(here.store(), who, one.id)
            st.rerun()
