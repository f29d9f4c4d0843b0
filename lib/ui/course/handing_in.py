"""The editor of an assignment's exercise: the draft kept on the server, visible tests, and handing in.

What is typed stands in the browser's storage until the server has it, so an expired session takes nothing away. What
the server had before stays one click away, since another machine may have written it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from lib.allowance import Kind
from lib.exercises import Exercise
from lib.refusal import Refusal
from lib.ui.browser_storage import draft_place
from lib.ui.budget import said_in_words
from lib.ui.code_editor import begin
from lib.ui.course.acting import store
from lib.ui.course.times import when
from lib.ui.exercise_work import (
    answered,
    ask,
    editor,
    forget_report,
    is_fresh,
    last_report,
    put,
    start_again,
    try_tests,
    typed,
    wish,
)
from lib.ui.limits import rate_of, too_often
from lib.ui.report import show_report
from lib.ui.sandbox import visitor, why_off
from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.assignments import Asked
    from lib.course.who import Who


def key_of(person_id: int, exercise_id: int) -> str:
    """Begins the names in the session: of nobody else's work, whoever signs in here next."""
    return f"class_{person_id}_{exercise_id}"


@dataclass(frozen=True)
class Desk:
    """Where somebody works on an exercise of an assignment. `closed` says why nothing is taken, if so; who `only_looks`
    sees the page of a student who has done nothing yet, and nothing of it is kept anywhere."""

    who: Who
    asked: Asked
    exercise: Exercise
    zone: str
    closed: str = ""
    only_looks: bool = False

    @property
    def key(self) -> str:
        return key_of(self.who.id, self.asked.id) + ("_look" if self.only_looks else "")

    @property
    def why_not(self) -> str:
        """Why nothing can be handed in; empty where it can."""
        return self.closed or (say("You only look; nothing is handed in.") if self.only_looks else "")

    @property
    def place_in_browser(self) -> str:
        return "" if self.only_looks else draft_place(f"{self.key}_{self.asked.version[:12]}")


@dataclass(frozen=True)
class Draft:
    """A text that the server keeps, and since when."""

    text: str
    at: datetime


def work(desk: Desk) -> None:
    """The editor, the buttons, and what the visible tests say."""
    key = desk.key
    saved = _saved(desk)
    start = saved.text if saved else desk.exercise.starter
    begin(f"{key}_editor", start)
    place, buttons, below = st.container(), st.container(horizontal=True, gap="small"), st.container()
    value = typed(key, start)
    with below, said_in_words():
        saved = _keep(desk, value.text, saved)
    off = why_off()
    with buttons:
        _buttons(desk, off)
    with below:
        wished = wish(key, value.run)
        if wished == "submit":
            _hand_in(desk, value.text)
            answered(key, value.run)
        elif wished and not off:
            try_tests(key, desk.exercise, value.text, only_visible=True)
            answered(key, value.run)
    with place:
        editor(key, desk.exercise, saved.text if saved else desk.exercise.starter, desk.place_in_browser)
    with below:
        _report(desk, value.text)


def _saved(desk: Desk) -> Draft | None:
    from lib.course.submit import draft_of

    if desk.only_looks:
        return None
    found = draft_of(store(), desk.who, desk.asked.id)
    return Draft(*found) if found else None


def _keep(desk: Desk, text: str, saved: Draft | None) -> Draft | None:
    """Keeps on the server what was typed here since the last run; what stood there before can be had back.

    A tab that only stands open writes nothing: another machine may be further on.
    """
    if desk.only_looks:
        return None
    state, known, mine, before = st.session_state, *(f"{desk.key}_{name}" for name in ("known", "mine", "before"))
    if mine not in state:
        state[mine] = saved.text if saved else desk.exercise.starter
        state[known] = state[before] = saved
    if saved != state[known]:
        state[known] = state[before] = saved
    if text != state[mine]:
        if saved is None or text != saved.text:
            state[known] = saved = _save(desk, text)
        state[mine] = text
    return saved


def _save(desk: Desk, text: str) -> Draft | None:
    from lib.course.submit import save_draft

    save_draft(store(), desk.who, desk.asked.id, text)
    return _saved(desk)


def _buttons(desk: Desk, off: str) -> None:
    st.button(
        say("Run visible tests"),
        key=f"{desk.key}_run",
        help=off or say("As often as you like; it does not count. Ctrl+Enter does the same."),
        disabled=bool(off),
        on_click=ask,
        args=(desk.key, "run"),
    )
    st.button(
        say("Submit"),
        key=f"{desk.key}_submit",
        help=desk.why_not or say("Stored first, then graded by all tests, hidden ones too."),
        disabled=bool(desk.why_not),
        on_click=ask,
        args=(desk.key, "submit"),
    )
    start_again(desk.key, desk.exercise)
    before: Draft | None = st.session_state.get(f"{desk.key}_before")
    if before is not None and before.text not in ("", typed(desk.key, "").text):
        st.button(
            say("Back to the text of {at}", at=when(before.at, desk.zone)),
            key=f"{desk.key}_back",
            type="tertiary",
            help=say("What the server kept before you changed it here. Ctrl+Z in the editor undoes it."),
            on_click=put,
            args=(desk.key, before.text),
        )


def _hand_in(desk: Desk, text: str) -> None:
    """Hands in what stands in the editor. The receipt and the report are for the page to show, from the store."""
    with said_in_words():
        st.success(hand_in(desk, text))
        forget_report(desk.key)


def hand_in(desk: Desk, text: str, file: str = "") -> str:
    """Stores the text as a submission, and says so; not a second time what was the last one. Raises Refusal."""
    from lib.course.submit import submit

    if number := handed_in_already(desk, text):
        return say("You have handed in exactly this already: receipt {number}. No attempt was used.", number=number)
    need_room("submissions", desk.who)
    most = rate_of("submissions").person
    receipt = submit(store(), desk.who, desk.asked.id, text, file, most_a_minute=most)
    return say("Handed in: receipt {number}.", number=receipt.number)


def need_room(kind: Kind, who: Who) -> None:
    """Counts what this person does. Raises Refusal if they, or all of their network, did too much within a minute."""
    if why := too_often(kind, f"person {who.id}", visitor().address):
        raise Refusal(why)


def handed_in_already(desk: Desk, text: str) -> int:
    """The number of the last submission if it is this text and was not lost by our fault; else 0."""
    from lib.course.seen import my_attempts, submission_of

    last = next(iter(my_attempts(store(), desk.who, desk.asked.id)), None)
    if last is None or last.state == "our fault":
        return 0
    return last.number if submission_of(store(), desk.who, last.number).code == text else 0


def _report(desk: Desk, text: str) -> None:
    """What the last run of the visible tests said."""
    if (shown := last_report(desk.key)) is None:
        return
    st.markdown(say("## Your last run of the visible tests"))
    if not is_fresh(desk.key, shown, text):
        st.caption(say("Your code has changed since these tests ran."))
    if shown.grade.passed:
        st.success(say("Every visible test passes. Submit when you are ready."))
    show_report(desk.exercise, shown.grade)
