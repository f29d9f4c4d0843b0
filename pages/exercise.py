"""One exercise: what to write, the editor, what the tests say, and help that is asked for."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from lib.catalog import TOPICS
from lib.exercises import EXERCISES, Exercise
from lib.exercises.spec import PATHS
from lib.grading.grade import Grade
from lib.lesson.code.plain import explained
from lib.ui.browser_storage import draft_place, keep_in_browser
from lib.ui.exercise_address import OLD, exercise_query
from lib.ui.exercise_link import asked_exercise, exercise_link
from lib.ui.exercise_work import (
    CSS,
    answered,
    ask,
    changes,
    editor,
    is_fresh,
    last_report,
    put,
    start_again,
    statement,
    try_tests,
    typed,
    wish,
)
from lib.ui.page import Page
from lib.ui.record import Attempt, Record, RecordError, keep, record_of, with_attempt
from lib.ui.report import show_report
from lib.ui.sandbox import isolation_note, why_off
from lib.ui.sidebar import browser_title
from lib.ui.text import say

PAGE = Page(title="Exercise", group="", order=0, names=(), purpose="Write one function, and have it tested.")


def render() -> None:
    """The exercise that the address names."""
    exercise = asked_exercise()
    if exercise is None:
        _no_such_exercise()
        return
    st.query_params.update(exercise_query(exercise.slug))  # a link within a page does not reach the browser's address
    show_exercise(exercise)


def _no_such_exercise() -> None:
    st.title(say("Which exercise?"), anchor=False)
    st.markdown(say("This address names no exercise that there is."))
    st.page_link(st.session_state["pages"]["exercises"], label=say("All exercises"), icon=":material/list:")


def show_exercise(exercise: Exercise) -> None:
    """The whole page of one exercise."""
    st.set_page_config(page_title=browser_title(OLD + exercise.slug, exercise.title))
    st.html(CSS)
    _heading(exercise)
    left, right = st.columns([0.4, 0.6], gap="medium")
    with right:
        _work(exercise)
    record, trouble = _record(exercise)
    with right:
        _solution(exercise, record)
        _attempts(exercise, record)
    with left, st.container(key="exercise_statement"):
        st.markdown(statement(exercise))
        if trouble:
            st.caption(f":orange[{trouble}]")
        _help(exercise, record)
    keep_in_browser()
    isolation_note()
    _before_and_after(exercise)


def _before_and_after(exercise: Exercise) -> None:
    """Links to the exercise before and the one after it."""
    order = list(EXERCISES.values())
    place = order.index(exercise)
    with st.container(horizontal=True, horizontal_alignment="distribute", key=_key(exercise, "neighbours")):
        for other, arrow in ((place - 1, "← {title}"), (place + 1, "{title} →")):
            if 0 <= other < len(order):
                exercise_link(order[other], say(arrow, title=say(order[other].title)))


def level_dots(exercise: Exercise) -> str:
    return "●" * exercise.level + "○" * (5 - exercise.level)


def _key(exercise: Exercise, name: str = "") -> str:
    return f"exercise_{exercise.slug}" + (f"_{name}" if name else "")


def _heading(exercise: Exercise) -> None:
    pages = st.session_state["pages"]
    st.title(say(exercise.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key=_key(exercise, "what")):
        stretch = [e.slug for e in EXERCISES.values() if e.path == exercise.path]
        what = say(
            ":gray[{path}, {place} of {all} · level {level} of 5] {dots}",
            path=say(PATHS.get(exercise.path, exercise.path)),
            place=stretch.index(exercise.slug) + 1,
            all=len(stretch),
            level=exercise.level,
            dots=level_dots(exercise),
        )
        st.markdown(what, width="content")
        if exercise.lesson and exercise.lesson in pages:
            lesson = say("Lesson: {title}", title=TOPICS[exercise.lesson].title)
            st.page_link(pages[exercise.lesson], label=lesson, icon=":material/menu_book:", width="content")
        st.page_link(pages["exercises"], label=say("All exercises"), icon=":material/list:", width="content")


def _record(exercise: Exercise) -> tuple[Record, str]:
    """The record, and a sentence if what the browser kept cannot be read."""
    try:
        return record_of(exercise.slug), ""
    except RecordError:
        return Record(), say("What your browser kept about this exercise cannot be read, so it starts afresh.")


def _work(exercise: Exercise) -> None:
    """The editor, the buttons under it, and the report; a report that is asked for is made on the way."""
    key = _key(exercise)
    place, buttons, below = st.container(), st.container(horizontal=True, gap="small"), st.container()
    value = typed(key, exercise.starter)
    off = why_off()
    with buttons:
        _buttons(exercise, off)
    with below:
        if off:
            st.info(off)
        elif wished := wish(key, value.run):
            _answer(exercise, wished, value.text, value.run)
    with place:
        editor(key, exercise, exercise.starter, draft_place(exercise.slug))
    with below:
        _report(exercise)


def _buttons(exercise: Exercise, off: str) -> None:
    for name, label, about in (
        ("run", say("Run visible tests"), say("Ctrl+Enter does the same.")),
        ("submit", say("Submit"), say("All tests, hidden ones too. Your attempt is kept in this browser.")),
    ):
        st.button(
            label,
            key=_key(exercise, name),
            help=about,
            disabled=bool(off),
            on_click=ask,
            args=(_key(exercise), name),
        )
    start_again(_key(exercise), exercise)


def _answer(exercise: Exercise, wished: str, source: str, run: int) -> None:
    """Grades the text; a submission becomes an attempt."""
    result = try_tests(_key(exercise), exercise, source, only_visible=wished == "run")
    if result is not None and wished == "submit" and result.counted:
        _keep_attempt(exercise, result, source)
    answered(_key(exercise), run)


def _keep_attempt(exercise: Exercise, result: Grade, source: str) -> None:
    attempt = Attempt(time.time(), source, result.score, result.max_score, exercise.version)
    keep(exercise.slug, with_attempt(_record(exercise)[0], attempt))


def _report(exercise: Exercise) -> None:
    key = _key(exercise)
    if (shown := last_report(key)) is None:
        visible, points = len(exercise.visible), f"{exercise.max_score:g}"
        words = say("{visible} tests are visible, {hidden} are hidden; {points} points in all.")
        st.caption(words.format(visible=visible, hidden=len(exercise.tests) - visible, points=points))
        return
    if not is_fresh(key, shown, exercise.starter):
        st.caption(say("Your code has changed since these tests ran."))
    if shown.grade.passed:
        _passed(exercise, shown.grade)
    show_report(exercise, shown.grade)


def _passed(exercise: Exercise, result: Grade) -> None:
    """What to do next."""
    if len(result.tests) < len(exercise.tests):
        st.success(say("Every visible test passes. Submit to try the hidden ones."))
        return
    st.success(say("Solved. Compare yours with the solution below."))
    every = list(EXERCISES.values())
    for after in every[every.index(exercise) + 1 :][:1]:
        exercise_link(after, say("Next: {title}", title=say(after.title)), icon=":material/arrow_forward:")


def _help(exercise: Exercise, record: Record) -> None:
    """Hints one at a time, which then stay, and the solution; each when it is asked for."""
    for place, hint in enumerate(exercise.hints[: record.hints], 1):
        st.markdown(say("**Hint {place}.** {hint}", place=place, hint=say(hint)))
    with st.container(horizontal=True, gap="small"):
        if record.hints < len(exercise.hints):
            label = say("Hint {next} of {all}", next=record.hints + 1, all=len(exercise.hints))
            _ask_for_help(exercise, label, "hint", replace(record, hints=record.hints + 1))
        if not (record.passed or record.shown):
            about = say("It is remembered that you looked before passing.")
            _ask_for_help(exercise, say("Show me the solution"), "show", replace(record, shown=True), about)


def _solution(exercise: Exercise, record: Record) -> None:
    """The solution: folded after passing, open where it was asked for before."""
    if record.passed or record.shown:
        with st.expander(say("A solution"), expanded=not record.passed):
            words, code = explained(exercise.solution)
            st.markdown(say(words))
            st.code(code, language="python", wrap_lines=True)


def _ask_for_help(exercise: Exercise, label: str, name: str, after: Record, about: str | None = None) -> None:
    """A button that is remembered in the record."""
    st.button(label, key=_key(exercise, name), help=about, on_click=keep, args=(exercise.slug, after))


def _attempts(exercise: Exercise, record: Record) -> None:
    """Every submission kept: when, how many points, what changed since the one before."""
    if not record.attempts:
        return
    kept = list(enumerate(record.attempts))
    label = say("Attempts: {count}, the best {best}", count=len(kept), best=_points(max(record.attempts, key=_share)))
    folded = st.expander(label, key=_key(exercise, "attempts"), on_change="rerun")
    if not folded.open:
        return
    with folded:
        place = st.selectbox(
            say("Attempt"),
            range(len(kept)),
            index=len(kept) - 1,
            format_func=lambda i: f"{_when(record.attempts[i].at)} · {_points(record.attempts[i])}",
            key=_key(exercise, f"attempt_{len(kept)}"),
            label_visibility="collapsed",
        )
        before = record.attempts[place - 1].source if place else exercise.starter
        st.caption(say("Changed since the attempt before:") if place else say("Changed since the first lines:"))
        st.code(changes(before, record.attempts[place].source) or say("nothing"), language="diff", wrap_lines=True)
        st.button(
            say("Put it back into the editor"),
            key=_key(exercise, "put_back"),
            on_click=put,
            args=(_key(exercise), record.attempts[place].source),
        )


def _points(attempt: Attempt) -> str:
    return say("{score} of {most}", score=f"{attempt.score:g}", most=f"{attempt.max_score:g}")


def _share(attempt: Attempt) -> float:
    return attempt.score / attempt.max_score if attempt.max_score else 0.0


def _when(at: float) -> str:
    """The time where the learner is."""
    try:
        zone: tzinfo = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC
    local = datetime.fromtimestamp(at, zone)
    return f"{local.day} {local:%B, %H:%M}"
