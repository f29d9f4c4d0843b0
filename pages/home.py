"""The home page: where to start, every lesson as a card, and what a stuck loss means."""

from __future__ import annotations

import streamlit as st

from lib.catalog import GROUPS, LESSONS
from lib.lesson.spec import Lesson
from lib.lesson.stuck import Finding, findings
from lib.ui.fields import link_values
from lib.ui.text import say

CARDS_IN_A_ROW = 3
PATH = (
    "loss_cost_objective",
    "self_information",
    "entropy",
    "kl_divergence",
    "cross_entropy",
    "cross_entropy_loss",
    "bce_with_logits_loss",
    "mse_loss",
    "huber_loss",
    "triplet_margin_loss",
    "ctc_loss",
)


def render() -> None:
    """The whole page."""
    st.title(say("Torch by Hand"), anchor=False)
    st.markdown(
        say(
            "Work out every number that PyTorch prints for a loss: type tensors, fill in the steps, and see which "
            "step went wrong and why."
        )
    )
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left:
        _path()
    with right, st.container(border=True):
        _stuck()
    for group, heading in GROUPS.items():
        _family(heading, [lesson for lesson in LESSONS.values() if lesson.group == group])
    st.caption(
        say(
            "Left for later: AdaptiveLogSoftmaxWithLoss and LinearCrossEntropyLoss; the optimizers, their schedulers, "
            "and exercises to program."
        )
    )


def _path() -> None:
    st.subheader(say("A path to learn by"), anchor=False)
    pages = st.session_state["pages"]
    with st.container(horizontal=True, gap="xsmall", key="path"):
        for place, slug in enumerate((slug for slug in PATH if slug in pages), 1):
            st.page_link(pages[slug], label=f"{place} {say(pages[slug].title)}", width="content")


def _stuck() -> None:
    """A number that does not move leads to the lesson that explains it."""
    text = st.text_input(
        say("My loss is stuck at …"),
        placeholder="0.693, 2.303, nan, inf, -1.2",
        key="stuck",
        bind="query-params",
        persist_state="session",
    )
    if not text.strip():
        st.caption(say("Type the number from your training log: a few of them say exactly what is wrong."))
        return
    try:
        found = findings(text)
    except ValueError as error:
        st.caption(f":red[{say(str(error))}]")
        return
    for finding in found:
        _finding(finding)


def _finding(finding: Finding) -> None:
    lesson = LESSONS[finding.slug]
    values = next((e.values for e in lesson.examples if e.title == finding.example), None)
    st.markdown(say(finding.says))
    st.page_link(
        st.session_state["pages"][finding.slug],
        label=say("Open {title}", title=lesson.title),
        icon=":material/arrow_forward:",
        query_params=link_values(lesson, values) if values else None,
        width="content",
    )


def _family(heading: str, lessons: list[Lesson]) -> None:
    if not lessons:
        return
    st.subheader(say(heading), anchor=False)
    for row in (lessons[i : i + CARDS_IN_A_ROW] for i in range(0, len(lessons), CARDS_IN_A_ROW)):
        for column, lesson in zip(st.columns(CARDS_IN_A_ROW, gap="small"), row, strict=False):
            with column.container(border=True, height="stretch", gap="xsmall", key=f"card_{lesson.slug}"):
                st.page_link(st.session_state["pages"][lesson.slug], label=f"**{say(lesson.title)}**")
                st.markdown(f"`{lesson.torch_name}` :gray[{lesson.names[0]}]")
                st.markdown(say(lesson.purpose))
