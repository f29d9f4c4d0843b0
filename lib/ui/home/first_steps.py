"""For a newcomer: three small steps that are judged while they are typed, and how the lessons go."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lib.guides.first_steps import LOSS, SHARE, STEPS, SUM, by_torch, judged
from lib.lesson.working import Judged
from lib.ui.budget import page_budget
from lib.ui.text import coloured, number, plain, say

ASKS = {
    SUM: ("2.718 + 7.389 = ?", "the powers e¹ and e², added up"),
    SHARE: ("the first’s share?", "2.718 out of that sum"),
    LOSS: ("−log of that?", "the natural logarithm, ln"),
}  # step → the question, and what it means
VERDICTS = {
    "blank": "",
    "unreadable": ":red[✗ not a number]",
    "shape": ":red[✗ one number]",
    "right": ":green[✓ right]",
    "earlier": ":green[✓ follows]",
    "digits": ":orange[≈ more digits]",
    "mistake": ":red[✗ likely slip]",
    "wrong": ":red[✗ not yet]",
}
RIGHT = ("right", "earlier")
HOW = (
    "Work a step by hand, beside PyTorch’s number.",
    "A wrong number gets its likely mistake named.",
    "The mistake comes back, five questions a day, until it no longer does.",
    "Write it in NumPy and have it graded.",
)
POWERS, SHARES = ("2.718", "7.389"), ("0.269", "0.731")


def first_steps() -> None:
    """The three steps, with the two powers as bars beside them. Typing draws only this anew."""
    with st.container(key="try", height="stretch"):
        _steps()


@st.fragment
def _steps() -> None:
    found = judged({step: str(st.session_state.get(_key(step)) or "") for step in STEPS})
    asks = say("A classifier’s scores are <b>1</b> and <b>2</b>; right is the <b>first</b> class. What is its loss?")
    st.html(f'<p class="eyebrow">{say("Try it now")}</p><p class="ask">{asks}</p>')
    left, right = st.columns([0.76, 0.24], gap="small", vertical_alignment="top")
    with left:
        for step in STEPS:
            _row(step, found[step])
        with st.container(key="try_says"):
            _note(found)
    with right:
        st.html(_bars(found))
        _torch(found[LOSS].verdict == "right")


def _key(step: str) -> str:
    return f"first_{step}"


def _row(step: str, one: Judged) -> None:
    """The question, the field, the verdict."""
    asks, meaning = ASKS[step]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"trystep_{step}"):
        st.html(f'<p class="step"><b translate="no">{say(asks)}</b><span>{say(meaning)}</span></p>')
        st.text_input(
            f"{say(asks)} {say(meaning)}",
            key=_key(step),
            live="1s",
            label_visibility="collapsed",
            width=112,
            persist_state="session",
        )
        st.markdown(say(VERDICTS[one.verdict]) or "&nbsp;", width=112)


def _note(found: Mapping[str, Judged]) -> None:
    """What is to be said of the first entry that is not right; before any, what helps; after all, what it was."""
    st.markdown(_says(found))


def _says(found: Mapping[str, Judged]) -> str:
    open_step = next((one for one in found.values() if one.verdict not in (*RIGHT, "blank")), None)
    if open_step is not None:
        return coloured("red", _why(open_step))
    if found[LOSS].verdict == "right":
        return coloured(
            "green",
            say(
                "**{loss}: that is what cross-entropy loss is.** PyTorch prints the same number.",
                loss=number(by_torch(budget=page_budget())),
            ),
        )
    if found[LOSS].verdict == "earlier":
        return say("It follows from your earlier number; PyTorch started from the right one.")
    if any(one.verdict in RIGHT for one in found.values()):
        return say(
            ":gray[Go on: a row may use your own numbers, as in] `2.718 / 10.107` :gray[or] `-log(0.269)`:gray[.]"
        )
    return say(":gray[A pocket calculator is enough, or let the field calculate:] `2.718 + 7.389`:gray[.]")


def _why(one: Judged) -> str:
    """The slip that gives this number, or what can be said otherwise."""
    if one.mistakes:
        return say(one.mistakes[0].says)
    return plain(say(one.says)) if one.says else say("Not this number, and no slip that is known gives it.")


def _bars(found: Mapping[str, Judged]) -> str:
    """The two powers as bars; once the share is found, their shares."""
    has_shares = found[SHARE].verdict == "right"
    values, unit = (SHARES, say("share")) if has_shares else (POWERS, say("power"))
    says = say("{unit} of the right class {first}, of the other {second}", unit=unit, first=values[0], second=values[1])
    bars = "".join(
        f'<div class="{kind}"><b>{value}</b><i style="height:{height}px"></i>{what}<em>{words}</em></div>'
        for kind, value, height, what, words in (
            ("target", values[0], 24, "e¹", say("target")),
            ("other", values[1], 65, "e²", "&nbsp;"),
        )
    )
    return f'<div class="bars" role="img" aria-label="{says}">{bars}</div>'


def _torch(is_right: bool) -> None:
    """PyTorch's number, covered until it is found or asked for."""
    is_shown = is_right or st.session_state.get("first_torch_shown")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="try_torch", wrap=False):
        shown = number(by_torch(budget=page_budget())) if is_shown else "?"
        st.html(f'<p class="pt">PyTorch <b translate="no" aria-live="polite">{shown}</b></p>', width="content")
        if not is_shown:
            st.button(say("show"), key="first_show", type="tertiary", on_click=_show)


def _show() -> None:
    st.session_state["first_torch_shown"] = True


def how_it_goes() -> None:
    with st.container(key="how", height="stretch"):
        items = "".join(f"<li>{say(text)}</li>" for text in HOW)
        st.html(f'<p class="head">{say("How it goes")}</p><ol>{items}</ol>')
