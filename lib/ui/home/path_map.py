"""The path as a map: one falling curve, a stage each in the shape of what it teaches, and below it the links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import cos, exp, log, pi
from urllib.parse import quote

import streamlit as st

from lib.catalog import TOPICS
from lib.practice.path import IN_ORDER, PATH
from lib.ui.lesson_progress import State
from lib.ui.marks import draw_marks
from lib.ui.text import say

STAGES = len(PATH)
WORDS = ((12, 14, "−ln p"), (34.6, 40, "½ (x − y)²"), (62.5, 38, "momentum"), (88, 52, "cosine"))  # left, top in %
SHORT = {  # stages and pages whose title is too long for a column
    "All of it together": "All together",
    "cross_entropy_loss": "Cross-entropy",
    "triplet_margin_loss": "Triplet margin",
    "bce_with_logits_loss": "BCE with logits",
    "cross_entropy": "Cross-entropy of distributions",
    "optimizer_object": "The optimizer object",
    "train": "Train a network",
    "cosine_annealing_lr": "Cosine annealing",
}


def path_map(states: Mapping[str, State], here: str | None) -> None:
    """The whole card. `here` is the page to go on with."""
    done = sum(state == "done" for state in states.values())
    with st.container(key="map", gap=None, height="stretch"):
        with st.container(key="map_top", horizontal=True, vertical_alignment="center", gap="medium"):
            tally = say("<b>{done} of {all}</b> done", done=done, all=len(IN_ORDER))
            st.html(f'<h2>{say("The path")}</h2> <span class="tally">{tally}</span>', width="content")
            st.html(_legend(), width="content")
            if done:
                st.page_link(st.session_state["pages"]["progress"], label=say("Take it along"), width="content")
        st.html(_picture(states, here))
        with st.container(key="stages"):
            for column, (stage, slugs) in zip(st.columns(STAGES, gap=None), PATH.items(), strict=True):
                with column.container(key=f"stage_{next_word(stage)}", gap=None):
                    _stage(stage, slugs, states)
            draw_marks(".st-key-stages", IN_ORDER, here)


def next_word(stage: str) -> str:
    return stage.replace(" ", "_")


def _stage(stage: str, slugs: tuple[str, ...], states: Mapping[str, State]) -> None:
    done = sum(states[slug] == "done" for slug in slugs)
    st.html(f"<h3>{say(SHORT.get(stage, stage))} <span>{say('{done} of {all}', done=done, all=len(slugs))}</span></h3>")
    pages = st.session_state["pages"]
    for slug in slugs:
        st.page_link(pages[slug], label=say(SHORT.get(slug, pages[slug].title)))
    if stage == list(PATH)[-1]:
        off = say("{lessons} lessons in all; those beside the path stand in the sidebar.", lessons=len(TOPICS))
        st.html(f'<p class="off">{off}</p>')


def _legend() -> str:
    kinds = (("done", say("done")), ("started", say("started")), ("next", say("next")), ("new", say("to come")))
    marks = "".join(f'<span><i class="dot {kind}"></i>{words}</span>' for kind, words in kinds)
    return f'<div class="legend" aria-hidden="true">{marks}</div>'


def _places() -> Iterator[tuple[str, float]]:
    """Each page of the path and where its dot stands, from 0 to the number of stages."""
    for stage, slugs in enumerate(PATH.values()):
        for place, slug in enumerate(slugs):
            yield slug, stage + (place + 0.6) / (len(slugs) + 0.2)


def _picture(states: Mapping[str, State], here: str | None) -> str:
    """The curve is decoration: the list below it says the same."""
    dots = "".join(
        f'<i class="dot {states[slug]}{" here" if slug == here else ""}" '
        f'style="left:{100 * x / STAGES:.2f}%;top:{_height(x):.1f}%"></i>'
        for slug, x in _places()
    )
    until = next((100 * x / STAGES for slug, x in _places() if slug == here), 100.0)
    walls = "".join(f'<i class="wall" style="left:{100 * k / STAGES:g}%"></i>' for k in range(1, STAGES))
    words = "".join(f'<em style="left:{x}%;top:{y}%">{say(word)}</em>' for x, y, word in WORDS)
    return (
        f'<div class="curve" aria-hidden="true"><i class="under"></i>{walls}<i class="line"></i>'
        f'<i class="been" style="clip-path:inset(-10px {100 - until:.2f}% -10px 0)"></i>{words}{dots}</div>'
    )


def _height(x: float) -> float:
    """How far down the curve is at x, in percent: −ln p, a bowl, momentum swinging in, cosine annealing."""
    stage, t = min(int(x), STAGES - 1), x - min(int(x), STAGES - 1)
    if stage == 0:
        return 6 + 52 * (1 + log(0.09 + 0.91 * t) / -log(0.09))
    if stage == 1:
        return 58 + 30 * (1 - (2 * t - 1) ** 2) + 4 * t
    if stage == 2:
        return 80 - 18 * exp(-1.9 * t) * cos(4 * pi * t)
    start = 80 - 18 * exp(-1.9)
    return start + (93 - start) * (1 - cos(pi * min(t / 0.85, 1))) / 2


def _drawn(line: str, attributes: str) -> str:
    """A path as an image that CSS can use as a mask; it needs no request."""
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1000 100' preserveAspectRatio='none'>"
        f"<path d='{line}' {attributes} vector-effect='non-scaling-stroke'/></svg>"
    )
    return f'url("data:image/svg+xml,{quote(svg, safe=" =:/")}")'


def curve_css() -> str:
    """The curve and what is under it, as masks: a colour of the theme shines through them."""
    line = "M" + " L".join(f"{1000 * k / 160:.0f} {_height(STAGES * k / 160):.1f}" for k in range(161))
    under = _drawn(f"{line} L1000 100 L0 100Z", "fill='#000'")
    thin = _drawn(line, "fill='none' stroke='#000' stroke-width='1.5'")
    thick = _drawn(line, "fill='none' stroke='#000' stroke-width='2.5'")
    return "\n".join(
        f".curve .{name} {{ mask-image: {image}; }}"
        for name, image in (("under", under), ("line", thin), ("been", thick))
    )
