"""All exercises as a path from easy to hard: what is done, what is next, and a filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby

import streamlit as st

from lib.exercises import EXERCISES, Exercise
from lib.exercises.spec import PATHS
from lib.ui.browser_storage import has_draft, keep_in_browser, work_file
from lib.ui.page import Page
from lib.ui.record import Record, RecordError, record_of
from lib.ui.text import say
from pages.exercise import level_dots, slug_of_page

PAGE = Page(
    title="Exercises",
    group="exercises",
    order=0,
    names=("练习", "NumPy exercises", "programming"),
    purpose="Write it in NumPy, and have it tested against PyTorch.",
)
COLUMNS = 3
SIGNS = {"passed": ":green[✓]", "solution seen": ":orange[◐]", "started": ":orange[◔]", "new": ":gray[○]"}
EVERY_TOPIC, EVERY_LEVEL, EVERY_STATE = "Every topic", "Every level", "Every state"


def render() -> None:
    """The whole page."""
    st.title(say(PAGE.title), anchor=False)
    st.markdown(say("Write losses, gradients and optimizers in NumPy. Every answer is tested against PyTorch."))
    states = {slug: state_of(slug) for slug in EXERCISES}
    _progress(states)
    fits = _filter()
    shown = [exercise for exercise in EXERCISES.values() if fits(exercise, states[exercise.slug])]
    if not shown:
        st.info(say("No exercise fits this filter."))
    st.caption(" · ".join(f"{sign} {say(state)}" for state, sign in SIGNS.items()))
    for path, members in groupby(shown, key=lambda exercise: exercise.path):
        _stretch(path, list(members), states)
    keep_in_browser()
    st.divider()
    st.caption(say("Your drafts, attempts and progress stay in this browser."))
    work_file()


def state_of(slug: str) -> str:
    """passed, solution seen, started or new."""
    try:
        record = record_of(slug)
    except RecordError:
        record = Record()
    if record.passed:
        return "passed"
    if record.shown:
        return "solution seen"
    return "started" if record.attempts or record.hints or has_draft(slug) else "new"


def _progress(states: Mapping[str, str]) -> None:
    """How far along the path, and where to go on."""
    passed = sum(state == "passed" for state in states.values())
    st.progress(passed / max(len(states), 1), say("{passed} of {all} solved", passed=passed, all=len(states)))
    following = next((slug for slug, state in states.items() if state != "passed"), None)
    if following:
        words = "Go on with {title}" if states[following] == "started" else "Next on the path: {title}"
        st.page_link(
            st.session_state["pages"][slug_of_page(EXERCISES[following])],
            label=say(words, title=EXERCISES[following].title),
            icon=":material/arrow_forward:",
            width="content",
        )


def _filter() -> Callable[[Exercise, str], bool]:
    """The three pickers; what they let through."""
    tags = sorted({tag for exercise in EXERCISES.values() for tag in exercise.tags})
    topics = list(dict.fromkeys(PATHS.get(e.path, e.path) for e in EXERCISES.values()))
    with st.container(horizontal=True, gap="small", key="exercise_filter"):
        topic = _pick("topic", [EVERY_TOPIC, *topics, *tags])
        level = _pick("level", [EVERY_LEVEL, *(f"Level {number}" for number in range(1, 6))])
        state = _pick("state", [EVERY_STATE, *SIGNS])
    return lambda exercise, its_state: (
        topic in (EVERY_TOPIC, PATHS.get(exercise.path, exercise.path), *exercise.tags)
        and level in (EVERY_LEVEL, f"Level {exercise.level}")
        and state in (EVERY_STATE, its_state)
    )


def _pick(name: str, options: list[str]) -> str:
    return st.selectbox(
        say(name),
        options,
        format_func=lambda text: say(text[:1].upper() + text[1:]),
        key=f"exercises_{name}",
        label_visibility="collapsed",
        width=172,
        bind="query-params",
        persist_state="session",
    )


def _stretch(path: str, exercises: list[Exercise], states: Mapping[str, str]) -> None:
    """One stretch of the path: its exercises in columns, read from left to right."""
    passed = sum(states[exercise.slug] == "passed" for exercise in exercises)
    count = say("{passed} of {all}", passed=passed, all=len(exercises))
    st.subheader(f"{say(PATHS.get(path, path))} :gray[{count}]", anchor=False)
    for row in (exercises[i : i + COLUMNS] for i in range(0, len(exercises), COLUMNS)):
        for column, exercise in zip(st.columns(COLUMNS, gap="small"), row, strict=False):
            column.page_link(
                st.session_state["pages"][slug_of_page(exercise)],
                label=f"{SIGNS[states[exercise.slug]]} {say(exercise.title)} :gray[{level_dots(exercise)}]",
                help=f"{say(states[exercise.slug])} · {', '.join(exercise.tags)}",
            )
