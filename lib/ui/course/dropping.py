"""Drops a test for everyone: whose mark would move first, then it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.choices import choice_box
from lib.ui.course import acting as here
from lib.ui.course.grading_anew import moves_table
from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.assignments import Asked, Shown
    from lib.course.courses import MyCourse
    from lib.course.who import Who


def drop_view(who: Who, course: MyCourse, assignment: Shown) -> None:
    """The whole view."""
    from lib.course.regrade import drop_tests, preview_drop

    store, asked = here.store(), {str(one.id): one for one in assignment.exercises}
    one = asked[choice_box(say("Exercise"), {key: each.title for key, each in asked.items()}, "drop_exercise")]
    hidden = _tests_of(one)
    chosen = st.multiselect(
        say("Tests that count for nobody"),
        list(hidden),
        default=[name for name in one.dropped if name in hidden],
        format_func=lambda name: say("{name} (hidden)", name=name) if hidden[name] else name,
        key=f"drop_tests_{one.id}_{'_'.join(one.dropped)}",
        help=say("Points of the other tests then make up the whole mark. Nothing chosen: all count."),
    )
    if sorted(chosen) == sorted(one.dropped):
        st.caption(say("Nothing is changed so far.") if one.dropped else say("All tests count."))
        return
    moves = preview_drop(store, who, one.id, chosen)
    moves_table(who, assignment.id, moves, len(moves))
    with st.form(f"drop_{one.id}", border=False):
        why = st.text_input(say("Reason"), max_chars=5000)
        if st.form_submit_button(say("Apply"), type="primary"):
            moved = drop_tests(store, who, one.id, chosen, why)
            st.toast(say("Applied: {count} marks moved.", count=len(moved)))
            st.rerun()


def _tests_of(one: Asked) -> dict[str, bool]:
    """The tests by name, and whether they are hidden."""
    from lib.course.exercises import exercise_at

    return {test.name: test.hidden for test in exercise_at(here.store(), one.slug, one.version).tests}
