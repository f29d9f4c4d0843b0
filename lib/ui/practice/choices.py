"""Answers to choose from, as buttons: each is answered with a sentence, and the first one counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

CSS = """
<style>
.practice_verdict { margin: 0.35rem 0 0; padding: 0.4rem 0.75rem; border-left: 3px solid; overflow-wrap: anywhere; }
.practice_verdict:empty { display: none; }
.practice_verdict.right { border-color: light-dark(#1d6a3f, #8fd6ac); background: light-dark(#eaf4ee, #16281d); }
.practice_verdict.wrong { border-color: light-dark(#bf3a0c, #ff8a5c); background: light-dark(#fdf0ea, #33190f); }
.practice_heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.st-key-practice_five button[kind="primary"] p { color: light-dark(#ffffff, #1f1b16); }
[class*="st-key-practice_choices"] button, [class*="st-key-practice_choices"] button > * {
  justify-content: flex-start; text-align: left; }
[class*="st-key-practice_choices"] button p { white-space: normal; text-align: left; }
</style>
"""


def choices(key: str, options: Mapping[str, str], right: str, label: str, first: Callable[[bool], None]) -> str | None:
    """The options (id → what it says) as buttons under a question; the id chosen last, None before there is any.

    `first(right)` is told of the first choice, once: whoever then tries the others to see what they are answered with
    loses nothing.
    """
    st.markdown(f"**{label}**")
    with st.container(key=f"practice_choices_{key}", gap="xsmall"):
        for option, text in options.items():
            st.button(
                marked(text, option, chosen(key), right),
                key=f"{key}_{option}",
                width="stretch",
                on_click=choose,
                args=(key, option, right, first),
            )
    return next(reversed(chosen(key)), None)


def marked(text: str, option: str, so_far: Sequence[str], right: str) -> str:
    """The text with a sign once it was chosen."""
    if option not in so_far:
        return text
    return f":green[✓] {text}" if option == right else f":red[✗] {text}"


def chosen(key: str) -> list[str]:
    """What was chosen so far, in order."""
    return list(st.session_state.get(f"{key}_chosen", ()))


def choose(key: str, option: str, right: str, first: Callable[[bool], None]) -> None:
    """Takes a choice; the first one is told to `first`."""
    before = chosen(key)
    st.session_state[f"{key}_chosen"] = [*before, option]
    if not before:
        first(option == right)


def verdict(text: str, is_right: bool) -> None:
    """What a choice is answered with, announced to whoever cannot see it. Empty before there is one."""
    sign, kind = ("✓", "right") if is_right else ("✗", "wrong")
    inner = f"{sign} {escape(text)}" if text else ""
    st.html(f'<p role="status" class="practice_verdict {kind}">{inner}</p>')


def heard(text: str) -> None:
    """Announces a sentence that stands elsewhere on the screen, beside what it is about."""
    st.html(f'<p role="status" class="practice_heard">{escape(text)}</p>')


def seen(text: str, is_right: bool) -> None:
    """A verdict where it belongs on the screen; `heard` announces it."""
    sign, kind = ("✓", "right") if is_right else ("✗", "wrong")
    st.html(f'<p class="practice_verdict {kind}">{sign} {escape(text)}</p>')
