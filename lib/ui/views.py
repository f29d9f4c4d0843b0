"""The views below a lesson's first screen, each computed only when it is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.lesson.spec import Lesson
from lib.ui.text import say


def about(lesson: Lesson) -> None:
    """When to use the lesson's loss, when not, its formula with every symbol named, its signature."""
    st.markdown(say("**Use it when** {text}", text=_in_sentence(lesson.use_when)))
    st.markdown(say("**Not when** {text}", text=_in_sentence(lesson.not_when)))
    st.markdown(f"$${lesson.formula}$$")
    st.markdown("\n".join(f"- ${symbol}$ – {say(meaning)}" for symbol, meaning in lesson.symbols))


def _in_sentence(text: str) -> str:
    return text[:1].lower() + text[1:]


def picture(lesson: Lesson, values: Mapping[str, Any]) -> None:
    pass


def gradient(lesson: Lesson, values: Mapping[str, Any]) -> None:
    pass


def extreme_inputs(lesson: Lesson, values: Mapping[str, Any]) -> None:
    pass


def pitfalls(lesson: Lesson, values: Mapping[str, Any]) -> None:
    pass


def code(lesson: Lesson, values: Mapping[str, Any]) -> None:
    pass
