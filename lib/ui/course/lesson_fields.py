"""The lessons in the form of an assignment, each on an example or on the instructor's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from lib.catalog import LESSONS
from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.assignments import Form
    from lib.course.lessons import LessonPart

OWN = ""  # in place of an example's title


def lesson_fields(start: Form, key: str) -> tuple[LessonPart, ...]:
    """The lessons as they are filled in."""
    numbers = {one.slug: one.numbers for one in start.lessons}
    chosen = st.multiselect(
        say("Lessons to work by hand"),
        list(dict.fromkeys([*LESSONS, *numbers])),
        list(numbers),
        format_func=lambda slug: LESSONS[slug].title if slug in LESSONS else slug,
        key=f"{key}_lessons",
        placeholder=say("Choose lessons: complete when every row is right, no points"),
    )
    return tuple(_lesson(slug, numbers.get(slug), f"{key}_lesson_{slug}") for slug in chosen)


def _lesson(slug: str, now: Mapping[str, str] | None, key: str) -> LessonPart:
    from lib.course.lessons import LessonPart

    if slug not in LESSONS:  # of another version of this program
        return LessonPart(slug, now or {})
    examples = [one.title for one in LESSONS[slug].examples if not one.rejected]
    known = {title: LessonPart.of(slug, title).numbers for title in examples}
    standing = next((title for title, numbers in known.items() if now == numbers), OWN if now else examples[0])
    title = st.selectbox(
        say("{lesson}: which numbers", lesson=LESSONS[slug].title),
        [*examples, OWN],
        [*examples, OWN].index(standing),
        format_func=lambda title: title or say("your own numbers"),
        key=f"{key}_example",
    )
    return LessonPart(slug, known[title] if title else _own(now or known[examples[0]], key))


def _own(start: Mapping[str, str], key: str) -> dict[str, str]:
    """A field for each number, three to a row."""
    columns = st.columns(3, gap="small")
    return {
        name: columns[place % 3].text_input(name, text, key=f"{key}_{name}")
        for place, (name, text) in enumerate(start.items())
    }
