"""The lessons in the form of an assignment, each on an example or on the instructor's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from lib.catalog import TOPICS
from lib.ui.text import say

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from lib.course.assignments import Form
    from lib.course.lessons import LessonPart

OWN = ""  # in place of an example's title


def lesson_fields(start: Form, key: str) -> tuple[LessonPart, ...]:
    """The lessons as they are filled in."""
    numbers = {one.slug: one.numbers for one in start.lessons}
    chosen = st.multiselect(
        say("Lessons to work by hand"),
        list(dict.fromkeys([*TOPICS, *numbers])),
        list(numbers),
        format_func=lambda slug: TOPICS[slug].title if slug in TOPICS else slug,
        key=f"{key}_lessons",
        placeholder=say("Choose lessons: complete when every row is right, no points"),
    )
    return tuple(_lesson(slug, numbers.get(slug), f"{key}_lesson_{slug}") for slug in chosen)


def _lesson(slug: str, now: Mapping[str, str] | None, key: str) -> LessonPart:
    from lib.course.cards import asked_in
    from lib.course.lessons import LessonPart

    if slug not in TOPICS:  # of another version of this program
        return LessonPart(slug, now or {})
    lesson = TOPICS[slug]
    examples = [one.title for one in lesson.examples if not one.rejected]
    known = {title: LessonPart.of(slug, title).numbers for title in examples}
    asked = asked_in(lesson)
    standing = next((title for title, numbers in known.items() if _same(now, numbers, asked)), None)
    which, where = st.columns([0.65, 0.35], gap="small") if asked else (st.container(), None)
    title = which.selectbox(
        say("{lesson}: which numbers", lesson=lesson.title),
        [*examples, OWN],
        [*examples, OWN].index(standing if standing is not None else OWN if now else examples[0]),
        format_func=lambda title: title or say("your own numbers"),
        key=f"{key}_example",
    )
    numbers = dict(known[title or standing or examples[0]] if title or not now else now)
    numbers |= {asked: _cards(where, asked, numbers, now, f"{key}_{title}")} if where is not None else {}
    return LessonPart(slug, numbers if title else _own(numbers, asked, key))


def _same(now: Mapping[str, str] | None, numbers: Mapping[str, str], asked: str) -> bool:
    return now is not None and {**now, asked: ""} == {**numbers, asked: ""}


def _cards(
    place: DeltaGenerator, asked: str, numbers: Mapping[str, str], now: Mapping[str, str] | None, key: str
) -> str:
    """Which updates or epochs are worked, each on a card of its own."""
    kept = now[asked] if now and _same(now, numbers, asked) else numbers[asked]
    label = say("Updates to work") if asked == "update" else say("Epochs to work")
    return place.text_input(label, kept, key=f"{key}_{asked}", help=say("One, or several with commas: 1, 2, 3"))


def _own(start: Mapping[str, str], asked: str, key: str) -> dict[str, str]:
    """A field for each number, three to a row. Those of `asked` have their place already."""
    columns = st.columns(3, gap="small")
    fields = [name for name in start if name != asked]
    typed = {name: columns[at % 3].text_input(name, start[name], key=f"{key}_{name}") for at, name in enumerate(fields)}
    return {**typed, **{name: text for name, text in start.items() if name == asked}}
