"""The home page: where to start, every lesson as a card, and what a stuck loss means."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lib.catalog import GROUPS
from lib.lesson.spec import Topic
from lib.lesson.stuck import Finding, findings
from lib.ui.open_lesson import open_lesson
from lib.ui.page import Page
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
    "gradient_descent",
    "exponential_averages",
    "sgd",
    "adam",
    "adamw",
    "cosine_annealing_lr",
    "optimizer_object",
    "train",
)


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
    with right, st.container(border=True):
        _stuck()
    for group, heading in GROUPS.items():
        _family(heading, st.session_state["groups"][group])
    st.caption(say("Left for later: AdaptiveLogSoftmaxWithLoss and LinearCrossEntropyLoss."))


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


def _family(heading: str, entries: Mapping[str, Topic | Page]) -> None:
    """A heading, and a card for each lesson or page of the group."""
    if not entries:
        return
    st.subheader(say(heading), anchor=False)
    items = list(entries.items())
    for row in (items[i : i + CARDS_IN_A_ROW] for i in range(0, len(items), CARDS_IN_A_ROW)):
        for column, (slug, entry) in zip(st.columns(CARDS_IN_A_ROW, gap="small"), row, strict=False):
            with column.container(border=True, height="stretch", gap="xsmall", key=f"card_{slug}"):
                st.page_link(st.session_state["pages"][slug], label=f"**{say(entry.title)}**")
                name = f"`{entry.torch_name}` " if isinstance(entry, Topic) else ""
                st.markdown(f"{name}:gray[{entry.names[0]}]")
                st.markdown(say(entry.purpose))
