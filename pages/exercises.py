"""All exercises as a path from easy to hard: what is done, what is next, and a filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import groupby

import streamlit as st

from lib.exercises import EXERCISES, Exercise
from lib.exercises.spec import PATHS
from lib.ui.bound import BOUND
from lib.ui.browser_storage import has_draft, keep_in_browser, work_file
from lib.ui.choices import choice_box
from lib.ui.course.progress_in_account import progress_in_account
from lib.ui.exercise_link import exercise_link
from lib.ui.page import Page
from lib.ui.record import Record, RecordError, record_of
from lib.ui.text import say
from pages.exercise import level_dots

PAGE = Page(
    title="Exercises",
    group="exercises",
    order=0,
    names=("练习", "NumPy exercises", "programming"),
    purpose="Write it in NumPy, and have it tested against PyTorch.",
)
SIGNS = {"passed": ":green[✓]", "solution seen": ":orange[◐]", "started": ":orange[◔]", "new": ":gray[○]"}
EVERY = "every"  # topic, level or state: nothing is filtered by it
A_TOPIC = 3  # a tag that fewer exercises have is not offered as a topic; the search field finds it

# A long title breaks into two lines instead of losing its end, and a phone has two pickers in a row.
CSS = """
<style>
[class*="st-key-stretch_"] [data-testid="stPageLink"] a { align-items: baseline; }
@media (max-width: 640px) { .st-key-exercise_filter > * { flex: 1 1 40%; width: auto !important; min-width: 8rem; } }
</style>
"""


def render() -> None:
    """The whole page."""
    st.html(CSS)
    st.title(say(PAGE.title), anchor=False)
    st.markdown(say("Write losses, gradients and optimizers in NumPy. Every answer is tested against PyTorch."))
    states = {slug: state_of(slug) for slug in EXERCISES}
    _progress(states)
    progress_in_account()
    fits = _filter()
    shown = [exercise for exercise in EXERCISES.values() if fits(exercise, states[exercise.slug])]
    if not shown:
        st.info(say("No exercise fits this filter."))
    signs = " · ".join(f"{sign} {say(state)}" for state, sign in SIGNS.items())
    st.caption(signs + say(" · ●●○○○ level 2 of 5"))
    next_path = EXERCISES[_following(states)].path if _following(states) else ""
    for path, members in groupby(shown, key=lambda exercise: exercise.path):
        _stretch(path, list(members), states, is_open=path == next_path or len(shown) < len(EXERCISES))
    keep_in_browser()
    st.divider()
    st.caption(say("Your drafts, attempts and progress stay in this browser."))
    st.page_link(
        st.session_state["pages"]["progress"],
        label=say("Take progress to another device"),
        icon=":material/arrow_forward:",
        width="content",
    )
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


def _following(states: Mapping[str, str]) -> str:
    """The first exercise of the path that is not passed yet; empty after the last."""
    return next((slug for slug, state in states.items() if state != "passed"), "")


def _progress(states: Mapping[str, str]) -> None:
    """How far along the path, and where to go on: what was begun, and what comes next."""
    passed = sum(state == "passed" for state in states.values())
    st.progress(passed / max(len(states), 1), say("{passed} of {all} solved", passed=passed, all=len(states)))
    following = _following(states)
    started = next((slug for slug, state in states.items() if state == "started"), "")
    with st.container(horizontal=True, gap="medium", key="exercises_note_next"):
        for slug, words in {following: "Next on the path: **{title}**", started: "Go on with **{title}**"}.items():
            if slug:
                exercise = EXERCISES[slug]
                exercise_link(exercise, say(words, title=say(exercise.title)), icon=":material/arrow_forward:")
        if not following:
            st.markdown(say("The whole path is done."))


def _filter() -> Callable[[Exercise, str], bool]:
    """Draws the search field and three pickers; returns whether an exercise in its state passes them."""
    tags = Counter(tag for exercise in EXERCISES.values() for tag in exercise.tags)
    topics = {exercise.path: PATHS.get(exercise.path, exercise.path) for exercise in EXERCISES.values()}
    topics |= {_tag_id(tag): tag for tag in sorted(tags) if tags[tag] >= A_TOPIC}
    levels = {str(level): f"Level {level}" for level in range(1, 6)}
    with st.container(horizontal=True, gap="small", key="exercise_filter"):
        search = st.text_input(
            say("Search"),
            placeholder=say("softmax, margin …"),
            key="exercises_search",
            label_visibility="collapsed",
            width=172,
            **BOUND,
        )
        topic = _pick("topic", {EVERY: "Every topic", **topics})
        level = _pick("level", {EVERY: "Every level", **levels})
        state = _pick("state", {EVERY: "Every state", **{_state_id(state): state for state in SIGNS}})
    return lambda exercise, its_state: (
        topic in (EVERY, exercise.path, *map(_tag_id, exercise.tags))
        and level in (EVERY, str(exercise.level))
        and state in (EVERY, _state_id(its_state))
        and all(word in _searched(exercise) for word in search.lower().split())
    )


def _searched(exercise: Exercise) -> str:
    """All that an exercise is found by."""
    return " ".join((exercise.title, exercise.function, *exercise.tags)).lower()


def _tag_id(tag: str) -> str:
    """A tag as it stands in the address; it must differ from the stretches of the path."""
    return f"tag_{tag.replace(' ', '_')}"


def _state_id(state: str) -> str:
    return state.replace(" ", "_")


def _pick(name: str, options: Mapping[str, str]) -> str:
    labels = {option: say(text[:1].upper() + text[1:]) for option, text in options.items()}
    return choice_box(say(name), labels, f"exercises_{name}", label_visibility="collapsed", width=172)


def _stretch(path: str, exercises: list[Exercise], states: Mapping[str, str], is_open: bool) -> None:
    """One stretch of the path in two columns, each read from the top."""
    passed = sum(states[exercise.slug] == "passed" for exercise in exercises)
    count = say("{passed} of {all}", passed=passed, all=len(exercises))
    title = f"**{say(PATHS.get(path, path))}** :gray[{count}]" + (" :green[✓]" if passed == len(exercises) else "")
    half = (len(exercises) + 1) // 2
    with st.expander(title, expanded=is_open, key=f"stretch_{path}_{is_open}"):
        for column, part in zip(st.columns(2, gap="small"), (exercises[:half], exercises[half:]), strict=True):
            with column.container(gap="xsmall"):
                for exercise in part:
                    _exercise(exercise, states[exercise.slug])


def _exercise(exercise: Exercise, state: str) -> None:
    exercise_link(
        exercise,
        f"{SIGNS[state]} {say(exercise.title)} :gray[{level_dots(exercise)}]",
        help=f"{say(state)} · {', '.join(exercise.tags)}",
        width="stretch",
    )
