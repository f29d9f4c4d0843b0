"""What people decide about a submission: points by hand with a reason, one comment, an answer to who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course import acting as here
from lib.ui.course.stored_report import days_told, plain_lines
from lib.ui.course.times import when
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.marking import Given
    from lib.course.review import Place
    from lib.course.seen import Look, SeenSubmission
    from lib.course.who import Who

LONGEST = 5000  # characters, as in lib.course.marking


def points_by_hand(who: Who, place: Place) -> None:
    """The mark as it stands, a form that puts points in its place, and who did so before."""
    from lib.course.marking import overrides

    given = overrides(here.store(), who, place.exercise_id, place.person_id)
    with st.container(border=True, key="review_mark_card"):
        _mark(place)
        label = say("Give other points") if place.mark and place.mark.points is not None else say("Give points")
        with st.expander(label, key="review_give"):
            _form(who, place, bool(given and given[0].points is not None))
        if given:
            _history(given, place.zone)


def _mark(place: Place) -> None:
    mark = place.mark
    if mark is None or mark.points is None:
        waits = say("something waits to be graded") if mark and mark.open else say("no points yet")
        st.markdown(say("**Mark** · {waits}, of {of:.4g}", waits=waits, of=place.of))
        return
    says = say("**Mark {points:.4g} of {of:.4g}**", points=mark.points, of=place.of)
    if mark.override is not None:
        says += say(" · by hand")
    elif mark.attempt is not None:
        says += say(" · attempt {number} counts", number=mark.attempt.number)
        says += say(", {days} late", days=days_told(mark.late)) if mark.late else ""
    st.markdown(says)
    if mark.zero_by_file:
        st.markdown(say(":red[Zero because of the file as a whole: look whether that is just.]"))


def _form(who: Who, place: Place, is_given: bool) -> None:
    from lib.course.marking import override

    key = f"{place.exercise_id}_{place.person_id}"
    with st.form(f"override_{key}", border=False, clear_on_submit=False):
        points = st.number_input(
            say("Points of {of:.4g}", of=place.of),
            min_value=0.0,
            max_value=2 * place.of,
            value=None,
            step=None,
            format="%g",
            key=f"points_{key}",
        )
        why = st.text_input(
            say("Reason"), max_chars=LONGEST, key=f"why_{key}", help=say("Staff see it, with your name.")
        )
        give = st.form_submit_button(say("Give these points"), type="primary")
        back = is_given and st.form_submit_button(say("Take points by hand back"))
    if not (give or back):
        return
    with said_in_words():
        if give and points is None:
            st.error(say("There are no points; expected a number."))
            return
        override(here.store(), who, place.exercise_id, place.person_id, None if back else points, why)
        _forget(f"points_{key}", f"why_{key}")
        st.rerun()


def _history(given: list[Given], zone: str) -> None:
    with st.expander(say("By hand so far: {count}", count=len(given))):
        for one in given:
            points = say("taken back") if one.points is None else say("{points:g} points", points=one.points)
            about = f"**{points}** · {plain(one.by)} · {when(one.at, zone)}"
            st.markdown(f"{about}  \n{plain_lines(one.why)}")


def comment_field(who: Who, seen: SeenSubmission) -> None:
    """The one comment on the submission, to write and to change."""
    from lib.course.marking import comment

    with st.form(f"comment_{seen.number}", border=True):
        help = say("The student reads it with the mark. Moodle's worksheet carries it too.")
        text = st.text_area(say("Comment"), value=seen.comment, max_chars=LONGEST, height=100, help=help)
        saved = st.form_submit_button(say("Save the comment"))
    if saved:
        with said_in_words():
            comment(here.store(), who, seen.number, text)
            st.rerun()


def answers(who: Who, seen: SeenSubmission, zone: str) -> None:
    """Who asked for another look, with the answer or a field for it."""
    for look in seen.looks:
        with st.container(border=True, key=f"look_card_{look.id}"):
            st.markdown(say("**Another look asked for** · {at}", at=when(look.at, zone)))
            st.markdown(plain_lines(look.asks))
            if look.answered:
                st.markdown(say("**Answered** · {at}", at=when(look.answered, zone)))
                st.markdown(plain_lines(look.answer))
            else:
                _answer(who, look)


def _answer(who: Who, look: Look) -> None:
    from lib.course.marking import answer

    with st.form(f"answer_{look.id}", border=False):
        text = st.text_area(say("Answer"), max_chars=LONGEST, height=80)
        sent = st.form_submit_button(say("Answer"), type="primary")
    if sent:
        with said_in_words():
            answer(here.store(), who, look.id, text)
            st.rerun()


def _forget(*keys: str) -> None:
    for key in keys:
        st.session_state.pop(key, None)
