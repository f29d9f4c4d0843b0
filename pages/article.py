"""The article companion: the source article's claims in its order, each marked by recomputing it now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from lib.guides.article import CLAIMS, HEADINGS, STATUSES, UNPRINTED, Claim, Heading, Recomputed, judge
from lib.ui.bound import BOUND
from lib.ui.choices import answer_row
from lib.ui.open_lesson import open_lesson
from lib.ui.page import Page
from lib.ui.text import number, say

PAGE = Page(
    title="Article companion",
    group="guides",
    order=3,
    names=("原文对照", "PyTorch 损失函数与优化器", "article", "what has changed"),
    purpose="The article behind these lessons, claim by claim: still true, changed, or no longer runs.",
)
COLOURS = {"still true": "green", "changed": "orange", "no longer runs": "red"}


def render() -> None:
    """The whole page."""
    st.title(say(PAGE.title), anchor=False)
    st.markdown(
        say(
            "The Chinese article that these lessons grew from, heading by heading, in our words. "
            "Every claim is recomputed by the PyTorch that runs here; what comes out decides its mark."
        )
    )
    results = _recomputed()
    counts = Counter(result.status for result in results.values())
    status, search = _filters(counts)
    shown = [claim for claim in CLAIMS if _fits(claim, results[claim.id], status, search)]
    filtered = bool(status or search.strip())
    if not shown:
        st.markdown(say("No claim fits. Take a word away, or choose another mark."))
    for place, heading in enumerate(HEADINGS):
        claims = [claim for claim in shown if claim.heading == heading.slug]
        if claims or not filtered:
            _heading(heading, claims, results, is_open=filtered or place == 1)


@st.cache_resource(max_entries=1, show_spinner="Recomputing every claim …")
def _recomputed() -> Mapping[str, Recomputed]:
    """Each claim's result; one PyTorch gives one answer, so all visitors share it."""
    return {claim.id: judge(claim) for claim in CLAIMS}


def _filters(counts: Counter[str]) -> tuple[str | None, str]:
    left, right = st.columns([0.62, 0.38], gap="small", vertical_alignment="bottom")
    with left:
        marks = {_id(name): f":{COLOURS[name]}[{say(name)}] {counts[name]}" for name in STATUSES}
        status = answer_row(say("{all} claims; show only", all=counts.total()), marks, "article_status", wrap=True)
    with right:
        search = st.text_input(say("Search"), placeholder="zero_grad, 0.69 …", key="article_search", **BOUND)
    return status, search


def _id(status: str) -> str:
    """A status as it stands in the address."""
    return status.replace(" ", "_")


def _fits(claim: Claim, result: Recomputed, status: str | None, search: str) -> bool:
    heading = next(h for h in HEADINGS if h.slug == claim.heading)
    parts = (claim.id, claim.says, claim.now, heading.title, heading.chinese, value_shown(claim.printed), result.error)
    return (status is None or _id(result.status) == status) and all(
        word in " ".join(parts).lower() for word in search.lower().split()
    )


def _heading(heading: Heading, claims: list[Claim], results: Mapping[str, Recomputed], is_open: bool) -> None:
    counts = Counter(results[claim.id].status for claim in claims)
    marks = " · ".join(f":{COLOURS[s]}[{counts[s]} {say(s)}]" for s in STATUSES if counts[s])
    label = f"**{say(heading.title)}** :gray[{heading.chinese}]" + (f" · {marks}" if marks else "")
    section = st.expander(label, expanded=is_open, key=f"article_{heading.slug}_{is_open}", on_change="rerun")
    with section:
        if not section.open:
            return
        if heading.note:
            st.markdown(say(heading.note))
        for claim in claims:
            _claim(claim, results[claim.id])
        if heading.page in st.session_state["pages"] and heading.page not in {claim.lesson for claim in claims}:
            open_lesson(heading.page)


def _claim(claim: Claim, result: Recomputed) -> None:
    with st.container(border=True, gap="xsmall"):
        lines = [f":{COLOURS[result.status]}-badge[{say(result.status)}] {say('{says}', says=claim.says)}"]
        if claim.printed is not UNPRINTED:
            before = say("That means") if claim.implied else say("The article")
            lines.append(f"{before}: `{value_shown(claim.printed)}`")
        if not result.error:
            lines.append(f"{say('PyTorch now')}: `{value_shown(result.value)}`")
        st.markdown("  \n".join(lines))
        if result.error:
            st.code(result.error, language=None, wrap_lines=True)
        if claim.now:
            st.markdown(say("{now}", now=claim.now))
        if claim.lesson:
            open_lesson(claim.lesson, values=claim.given)


def value_shown(value: Any) -> str:
    """A number, a list, words, or several of them, as they stand on the page."""
    if isinstance(value, tuple):
        return " · ".join(value_shown(part) for part in value)
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, float) and np.isfinite(value):
        return f"{value:.5g}"
    return value if isinstance(value, str) else "None" if value is None else number(np.asarray(value, dtype=float))
