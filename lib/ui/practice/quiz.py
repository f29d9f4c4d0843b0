"""Whose mistake is it? A whole working with one slip in it: which step is wrong, and why?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from lib.lesson.spec import Mistake
from lib.practice.quiz import Quiz, effect
from lib.ui.lesson_progress import answered
from lib.ui.practice.choices import choices, choose, chosen, heard, marked, seen, verdict
from lib.ui.practice.rows import about, row_text, value_text
from lib.ui.text import say

MISSES = 2  # after so many wrong guesses the step is shown on request


def quiz(asked: Quiz, seed: int) -> bool:
    """The working, marked as one with a slip before and after; whether slip and reason were both found."""
    working = asked.slipped
    slug, name = working.case.lesson.slug, asked.mistake.name
    key = f"practice_{slug}_{name}_quiz_{seed}"
    right = str(working.wrong)
    guesses = chosen(f"{key}_step")
    found = right in guesses
    with st.container(key=f"practice_quiz_{slug}", border=True):
        st.badge(say("A working with one slip in it"), icon=":material/warning:", color="orange")
        st.markdown(about(working.case, working.sample))
        st.markdown(say("**Which step is wrong?** What comes after it follows from it."))
        _rows(asked, key, found)
        heard(_of_step(asked, int(guesses[-1])) if guesses else "")
        if not found and len(guesses) >= MISSES:
            st.button(
                say("Show the step"),
                key=f"{key}_show",
                type="tertiary",
                on_click=choose,
                args=(f"{key}_step", right, right, _nothing),
            )
        return found and _reasons(asked, key, partial(answered, slug, name), all_right=guesses[0] == right)


def _rows(asked: Quiz, key: str, found: bool) -> None:
    """Each row with its number as a button; a row that is only read off has none. What a guess is answered with stands
    in its row."""
    working = asked.slipped
    step, right = f"{key}_step", str(working.wrong)
    guesses = chosen(step)
    told = partial(answered, working.case.lesson.slug, asked.mistake.name)
    for place, (row, value) in enumerate(zip(working.rows, working.values, strict=True)):
        with st.container(horizontal=True, gap="small", key=f"practice_line_{key}_{place}"):
            if row.step.given:
                st.markdown(say(":small[read off]"))
            else:
                label = say("Step {number}", number=place + 1)
                st.button(
                    marked(label, str(place), guesses, right),
                    key=f"{step}_{place}",
                    on_click=choose,
                    args=(step, str(place), right, partial(_missed, told)),
                )
            with st.container(gap="xxsmall", key=f"practice_text_{key}_{place}"):
                st.markdown(row_text(row, value))
                if guesses and str(place) == guesses[-1]:
                    seen(_of_step(asked, place), str(place) == right)
                elif found and place == working.wrong:
                    seen(_of_step(asked, place), True)


def _missed(told: partial[None], is_right: bool) -> None:
    """A wrong first guess counts at once; after a right one the reason decides."""
    if not is_right:
        told(False)


def _nothing(is_right: bool) -> None:
    """What is shown on request is told to nobody."""


def _of_step(asked: Quiz, place: int) -> str:
    """What the choice of a step is answered with."""
    working = asked.slipped
    label, value = working.rows[place].label, value_text(working.values[place])
    if place < working.wrong:
        return say(
            "{label} is right: {value} follows from what was given. Look further down.", label=label, value=value
        )
    if place > working.wrong:
        return say(
            "{label} follows from the rows above it: the slip was made before, and carried on. Look further up.",
            label=label,
        )
    follows = value_text(working.follows[place])
    return say("This is the slip: from the rows above follows {right}, not {value}.", right=follows, value=value)


def _reasons(asked: Quiz, key: str, told: partial[None], all_right: bool) -> bool:
    """Why it is wrong: sentences of the catalogue, of which one fits; whether it was found."""
    name = asked.mistake.name
    options = {reason.name: say(reason.says) for reason in asked.reasons}
    last = choices(
        f"{key}_why",
        options,
        name,
        say("And why? What would you tell whoever worked it?"),
        told if all_right else _nothing,
    )
    by_name = {reason.name: reason for reason in asked.reasons}
    verdict("" if last is None else _of_reason(asked, by_name[last]), last == name)
    return last == name


def _of_reason(asked: Quiz, reason: Mistake) -> str:
    """What the choice of a reason is answered with: where that slip would show, and with which number."""
    working = asked.slipped
    stands = value_text(working.values[working.wrong])
    if reason is asked.mistake:
        return say("That is it: whoever does so gets {value} here.", value=stands)
    would = effect(asked, reason)
    if would is None:
        return say("That slip would change nothing in this working.")
    value = value_text(would.value)
    if would.place == working.wrong:
        return say("That slip would give {value} in this step; here stands {stands}.", value=value, stands=stands)
    label = working.rows[would.place].label
    return say("That slip would show in another step: {label} would be {value}.", label=label, value=value)
