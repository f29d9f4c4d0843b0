"""The home page: where to start, every lesson as a card, and what a stuck loss means."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

import streamlit as st

from lib.catalog import GROUPS
from lib.exercises import EXERCISES
from lib.guides.stuck import Finding, findings
from lib.lesson.spec import Topic
from lib.practice.path import PATH
from lib.ui.bound import BOUND
from lib.ui.open_lesson import open_lesson
from lib.ui.page import Page
from lib.ui.problem import show_problem
from lib.ui.text import say

CARDS_IN_A_ROW = 3
DOORS = {
    "choosing": "I have a task and look for its loss",
    "exercises": "I want to write it myself: {exercises} exercises",
    "train": "I want to see a network learn",
    "article": "I come from the Chinese article",
}  # page → who goes there


def render() -> None:
    """The whole page."""
    st.title(say("Torch by Hand"), anchor=False)
    st.markdown(
        say(
            "Work out every number that PyTorch prints for a loss or an optimizer: type tensors, fill in the steps, "
            "and see which step went wrong and why."
        )
    )
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left:
        _path()
    with right:
        with st.container(border=True):
            _stuck()
        _doors()
    st.subheader(say("All lessons"), anchor=False)
    for group, heading in GROUPS.items():
        _family(group, heading, st.session_state["groups"][group])
    st.caption(say("Left for later: AdaptiveLogSoftmaxWithLoss and LinearCrossEntropyLoss."))


def _path() -> None:
    """The way through the lessons, stage by stage, numbered throughout."""
    st.subheader(say("A path to learn by"), anchor=False)
    pages = st.session_state["pages"]
    place = count(1)
    for stage, slugs in PATH.items():
        st.caption(f"**{say(stage)}**")
        with st.container(horizontal=True, gap="xsmall", key=f"path_{stage.replace(' ', '_')}"):
            for slug in slugs:
                st.page_link(pages[slug], label=f"{next(place)} {say(pages[slug].title)}", width="content")


def _doors() -> None:
    """Where else to begin."""
    with st.container(gap="xsmall", key="doors"):
        for slug, words in DOORS.items():
            st.page_link(
                st.session_state["pages"][slug],
                label=say(words, exercises=len(EXERCISES)),
                icon=":material/arrow_forward:",
                width="content",
            )


def _stuck() -> None:
    """A number that does not move leads to the lesson that explains it."""
    text = st.text_input(
        say("My loss is stuck at …"),
        placeholder="0.693, 2.303, nan, inf, -1.2",
        key="stuck",
        **BOUND,
    )
    if not text.strip():
        st.caption(say("Type the number from your training log: a few of them say exactly what is wrong."))
        return
    try:
        found = findings(text)
    except ValueError as error:
        show_problem(error)
        return
    for finding in found:
        _finding(finding)
    st.page_link(
        st.session_state["pages"]["clinic"],
        label=say("All causes, one by one"),
        icon=":material/checklist:",
        query_params={"clinic_loss": text},
        width="content",
    )


def _finding(finding: Finding) -> None:
    st.markdown(say("{says}", says=finding.says))
    open_lesson(finding.slug, finding.example, finding.values)


def _family(group: str, heading: str, entries: Mapping[str, Topic | Page]) -> None:
    """A folded group that says what it holds, and in it a card for each lesson or page."""
    titles = ", ".join(say(entry.title) for entry in entries.values())
    if not entries or titles == say(heading):  # the exercises, which have a link of their own above
        return
    with st.expander(f"**{say(heading)}** :gray[{titles}]", key=f"home_{group.replace(' ', '_')}"):
        items = list(entries.items())
        for row in (items[i : i + CARDS_IN_A_ROW] for i in range(0, len(items), CARDS_IN_A_ROW)):
            for column, (slug, entry) in zip(st.columns(CARDS_IN_A_ROW, gap="small"), row, strict=False):
                with column.container(border=True, height="stretch", gap="xsmall", key=f"card_{slug}"):
                    _card(slug, entry)


def _card(slug: str, entry: Topic | Page) -> None:
    st.page_link(st.session_state["pages"][slug], label=f"**{say(entry.title)}**")
    name = f"`{entry.torch_name}` " if isinstance(entry, Topic) else ""
    st.markdown(f"{name}:gray[{entry.names[0]}]")
    st.markdown(say(entry.purpose))
