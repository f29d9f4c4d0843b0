"""A submission as whoever grades looks at it: the code, what the tests said, what changed, and points by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.refusal import Refusal
from lib.ui.budget import said_in_words
from lib.ui.choices import choice_row
from lib.ui.course import acting as here
from lib.ui.course.by_hand import answers, comment_field, points_by_hand
from lib.ui.course.code_text import compared, readable
from lib.ui.course.standing import need_acting
from lib.ui.course.stored_report import days_told, report
from lib.ui.course.times import when
from lib.ui.page import Page
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.review import Place
    from lib.course.seen import SeenAttempt, SeenSubmission
    from lib.course.who import Who
    from lib.exercises import Exercise

PAGE = Page(
    title="Submission",
    group="",
    order=0,
    names=("批改",),
    purpose="A submission of a class, with its report, a comment and points by hand.",
)
# The links to other students lead to this very page, which Streamlit would show as the one that is open.
CSS = """
<style>
.st-key-review_what [data-testid="stPageLink-NavLink"]:not(:hover) { background: none; }
.st-key-review_what [data-testid="stPageLink-NavLink"] * { font-weight: 400; }
</style>
"""
CODE = {"code": "Code", "changes": "Changes since the attempt before", "beside": "Side by side"}


def render() -> None:
    """The whole page: a submission, or the place of a student who handed nothing in."""
    who = need_acting()
    with said_in_words():
        _render(who, here.asked("submission"))


def _render(who: Who, number: int | None) -> None:
    place = _place(who, number)
    number = number or next((one.number for one in place.line if one.person_id == place.person_id), None)
    _heading(place)
    if number is not None:
        _submission(who, place, number)
        return
    st.markdown(say("**{name}** · nothing handed in", name=plain(place.name)))
    points_by_hand(who, place)


def _place(who: Who, number: int | None) -> Place:
    from lib.course.review import place_of, place_of_submission

    exercise, person = here.asked("exercise"), here.asked("person")
    if number is not None:
        return place_of_submission(here.store(), who, number)
    if exercise is None or person is None:
        raise Refusal("The address names no submission; expected one such as …?submission=7.")
    return place_of(here.store(), who, exercise, person)


def _heading(place: Place) -> None:
    st.html(CSS)
    st.title(plain(place.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="review_what"):
        here.link(say("Gradebook"), "gradebook", icon=":material/table_view:", course=place.course_id)
        st.markdown(f":gray[{plain(place.assignment)}]", width="content")
        _neighbours(place)


def _neighbours(place: Place) -> None:
    """The way to who handed this in before and after, by name."""
    people = [one.person_id for one in place.line]
    if place.person_id not in people:
        return
    at = people.index(place.person_id)
    st.markdown(say(":gray[{at} of {all}]", at=at + 1, all=len(people)), width="content")
    if at:
        here.link(say("Previous student"), "review", icon=":material/arrow_back:", submission=place.line[at - 1].number)
    if at + 1 < len(people):
        here.link(say("Next student"), "review", icon=":material/arrow_forward:", submission=place.line[at + 1].number)


def _submission(who: Who, place: Place, number: int) -> None:
    from lib.course.exercises import exercise_at
    from lib.course.seen import attempts_of, submission_of

    store = here.store()
    attempts = attempts_of(store, who, place.exercise_id, place.person_id)
    seen = submission_of(store, who, number)
    exercise = exercise_at(store, place.slug, place.version)
    _about(place, seen, attempts)
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left:
        _code(who, seen, attempts, exercise)
    with right:
        points_by_hand(who, place)
        comment_field(who, seen)
        answers(who, seen, place.zone)
    _report(who, place, seen, exercise)


def _about(place: Place, seen: SeenSubmission, attempts: list[SeenAttempt]) -> None:
    counts = place.mark.attempt.id if place.mark and place.mark.attempt else None
    says = [f"**{plain(place.name)}**", say("attempt {number}", number=seen.attempt), when(seen.at, place.zone)]
    if seen.late:
        says.append(say(":orange[{days} late]", days=days_told(seen.late)))
    says.append(say("a trial, outside the gradebook") if seen.trial else "")
    says.append(say("this one counts") if counts == seen.number else "")
    says.append(say("from {file}", file=plain(seen.file)) if seen.file else "")
    st.markdown(" · ".join(filter(None, says)))
    if len(attempts) > 1:
        _other_attempts(seen, attempts, counts)


def _other_attempts(seen: SeenSubmission, attempts: list[SeenAttempt], counts: int | None) -> None:
    labels = {one.number: _label(one, one.number == counts) for one in attempts}
    numbers = list(labels)
    chosen = st.selectbox(
        say("Attempts"),
        numbers,
        index=numbers.index(seen.number),
        format_func=labels.__getitem__,
        key=f"review_attempt_{seen.number}",
    )
    if chosen != seen.number:
        here.go("review", submission=chosen)


def _label(one: SeenAttempt, counts: bool) -> str:
    points = one.state if one.score is None else say("{score:g} of {of:g}", score=one.score, of=one.of)
    return say("attempt {attempt}: {points}", attempt=one.attempt, points=points) + (say(", counts") if counts else "")


def _code(who: Who, seen: SeenSubmission, attempts: list[SeenAttempt], exercise: Exercise) -> None:
    if seen.code is None:
        st.caption(say("The code is not kept any more."))
        return
    view = choice_row(say("Code"), {name: say(label) for name, label in CODE.items()}, "review_code", wrap=True,
                      label_visibility="collapsed")  # fmt: skip
    if view == "code":
        st.code(readable(seen.code), language="python", line_numbers=True, wrap_lines=True)
        return
    before = _before(who, seen, attempts)
    st.caption(say("Since the starter:") if before is None else say("Since the attempt before:"))
    compared(exercise.starter if before is None else before, seen.code, beside=view == "beside")


def _before(who: Who, seen: SeenSubmission, attempts: list[SeenAttempt]) -> str | None:
    """The code of the attempt before; None where this is the first one."""
    from lib.course.seen import submission_of

    earlier = [one for one in attempts if one.attempt < seen.attempt]
    if not earlier:
        return None
    last = max(earlier, key=lambda one: one.attempt)
    return submission_of(here.store(), who, last.number).code or ""


def _report(who: Who, place: Place, seen: SeenSubmission, exercise: Exercise) -> None:
    from lib.course.seen import submission_of

    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="report_what"):
        st.header(say("Report"), anchor=False, width="content")
        as_student = st.toggle(
            say("As the student sees it now"), help=say("Without what is not shown yet: hidden tests, or all of them.")
        )
        here.link(
            say("Grade anew"), "regrade", icon=":material/replay:",
            assignment=place.assignment_id, submission=seen.number,
        )  # fmt: skip
    if seen.trouble:
        st.warning(plain(seen.trouble))
    report(submission_of(here.store(), who, seen.number, as_student=True) if as_student else seen, exercise)
