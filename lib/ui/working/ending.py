"""What follows when a sheet is finished: what was found, and where to go on. Always one next step in front."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from lib.exercises import EXERCISES
from lib.lesson.working import Judged
from lib.practice.path import next_on_path
from lib.practice.record import TO_BE_DONE, TO_BE_KNOWN
from lib.practice.same_again import new_numbers
from lib.ui import lesson_progress
from lib.ui.after_right import after_right
from lib.ui.budget import page_budget
from lib.ui.exercise_link import exercise_link
from lib.ui.fields import fill, key_of, texts_of
from lib.ui.text import number, say
from lib.ui.working.choosing import go_to_sample
from lib.ui.working.desk import Desk
from lib.ui.working.row import value_text
from lib.ui.working.ways import Way, go, knows, open_steps


def after_watching(desk: Desk) -> None:
    """Offers to do the last step on the next sample, or on new numbers; or all of it."""
    last = desk.own[-1]
    value = value_text(last.of(last.step.value))
    with _strip(desk):
        st.markdown(say("That is all of it: **{value}**. Now you.", value=value))
        with _ways_on(desk):
            if len(desk.own) > 1:
                _on(desk, say("Only the last step"), "together", 1, first=True)
            _on(desk, say("All steps, with the formulas"), "together", 0, first=len(desk.own) == 1)
            _on(desk, say("Alone"), "alone", 0)


def after_the_last_steps(desk: Desk) -> None:
    """The open steps of a sheet that was filled in but for the last ones are right: one more step next time."""
    more = open_steps(desk.lesson) + 1
    with _strip(desk):
        st.markdown(say("✓ Right. The next one with one step more of your own."))
        with _ways_on(desk):
            if more < len(desk.own):
                _on(desk, say("The last {count} steps", count=more), "together", more, first=True)
            _on(desk, say("All steps"), "together", 0, first=more >= len(desk.own))
            _on(desk, say("Alone"), "alone", 0)


def ending(desk: Desk, judged: Sequence[Judged], way: Way) -> None:
    """Everything is right: what was found beside PyTorch's number, and the ways on."""
    result = judged[-1]
    with _strip(desk):
        st.markdown(_recap(desk, result, way))
        with _ways_on(desk):
            if desk.form:
                key = key_of(desk.lesson, f"again_{desk.fields}")
                st.button(say("Same again, new numbers"), key, on_click=again, args=(desk,))
            if way == "together":
                _on(desk, say("Now alone"), "alone", 0)
            _links(desk.lesson.slug)
    after_right(desk.lesson)


def _recap(desk: Desk, result: Judged, way: Way) -> str:
    found = say("✓ **{mine}** – your number and PyTorch’s agree.", mine=number(result.truth))
    if desk.torch is None:
        found = say("✓ **{mine}**", mine=number(result.truth))
    if way != "alone":
        return found
    if lesson_progress.state(desk.lesson.slug) == "done":
        return f"{found} {say('This lesson is done.')}"
    record = lesson_progress.record_of(desk.lesson.slug)
    left = TO_BE_KNOWN - record.known if knows(desk.lesson) else TO_BE_DONE - record.row
    return f"{found} {say('{left} more in a row, alone, and the lesson is done.', left=left)}"


def offer_to_know(desk: Desk) -> None:
    """Nobody is held: who gets the result of new numbers right, twice, is done with the lesson."""
    if desk.form and not knows(desk.lesson) and lesson_progress.state(desk.lesson.slug) != "done":
        key = key_of(desk.lesson, "i_know_this")
        help_text = say("New numbers, and only the result is asked. Right twice, and the lesson is done.")
        st.button(say("I know this"), key, type="tertiary", on_click=_knows, args=(desk,), help=help_text)


def _knows(desk: Desk) -> None:
    go(desk.lesson, "alone", knows=True)
    again(desk)


@contextmanager
def _strip(desk: Desk) -> Iterator[None]:
    with st.container(key=key_of(desk.lesson, f"ending_{desk.fields}"), gap="xsmall"):
        yield


def _ways_on(desk: Desk) -> st.delta_generator.DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="center", gap="small")


def _on(desk: Desk, label: str, way: Way, count: int, first: bool = False) -> None:
    """A button that goes on in this way: with the next open sample, or where there is none with new numbers."""
    key = key_of(desk.lesson, f"on_{desk.fields}_{way}_{count}")
    st.button(label, key, type="secondary" if first else "tertiary", on_click=_go_on, args=(desk, way, count))


def _go_on(desk: Desk, way: Way, count: int) -> None:
    go(desk.lesson, way, count)
    if desk.next_sample is not None:
        go_to_sample(desk.lesson, desk.part, desk.next_sample)
    elif desk.form:
        again(desk)


def anew_key(desk: Desk) -> str:
    """In the session: the fields hold other numbers, so that the whole page is to be drawn."""
    return key_of(desk.lesson, "other_numbers")


def again(desk: Desk) -> None:
    """For a callback: the same lesson on new numbers."""
    numbers = new_numbers(desk.lesson, desk.form, time.time_ns() % 2**32, page_budget())
    fill(desk.lesson, texts_of(desk.lesson, numbers))
    st.session_state[anew_key(desk)] = True


def _links(slug: str) -> None:
    """The next lesson of the path, and the exercise about this one."""
    pages = st.session_state["pages"]
    if (after := next_on_path(slug)) in pages:
        st.page_link(pages[after], label=say("Next: {title}", title=pages[after].title), width="content")
    exercise = next((one for one in EXERCISES.values() if one.lesson == slug), None)
    if exercise is not None:
        exercise_link(exercise, say("Write it in NumPy"))
