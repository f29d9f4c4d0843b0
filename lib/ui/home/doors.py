"""Four ways in for whoever comes with something of their own: a stuck loss, another number, code, a class."""

from __future__ import annotations

import streamlit as st

from lib.catalog import LOSSES
from lib.exercises import EXERCISES
from lib.guides.differs import Compared, compared
from lib.guides.stuck import Finding, findings
from lib.refusal import Refusal
from lib.ui.bound import BOUND
from lib.ui.budget import page_budget
from lib.ui.choices import choice_box
from lib.ui.hosting import is_class
from lib.ui.marks import exercises_solved
from lib.ui.open_lesson import open_lesson
from lib.ui.problem import show_problem
from lib.ui.text import number, say

ANY = "any"
EXAMPLE = "logits = torch.tensor([[1., 2.]])\ntarget = torch.tensor([0])\nF.cross_entropy(logits, target)"
OPEN = "differs_open"  # in the session: whether the comparison is on the screen
MOST_FINDINGS = 3  # in the card; the clinic has them all


def doors() -> None:
    """The row of doors."""
    with st.container(key="doors"):
        stuck, differs, write, teach = st.columns([1.1, 1.17, 0.95, 0.95], gap="small")
        with stuck.container(key="door_stuck", height="stretch", gap=None):
            _title(say("My loss is stuck"))
            _stuck()
        with differs.container(key="door_differs", height="stretch", gap=None):
            _title(say("My number differs from PyTorch’s"))
            _why(say("Paste code or tensors and your number: the slip that gives it is named."))
            _differs()
        with write.container(key="door_write", height="stretch", gap=None):
            _title(say("I write it myself"))
            solved = exercises_solved()
            told = say("; {solved} solved", solved=solved) if solved else ""
            _why(say("{all} exercises in NumPy, graded in milliseconds", all=len(EXERCISES)) + told + ".")
            _way("exercises", say("Open the exercises"), ":material/code:")
        with teach.container(key="door_teach", height="stretch", gap=None):
            _title(say("I teach a class"))
            _teach()


def _title(text: str) -> None:
    st.html(f'<h3 class="door">{text}</h3>')


def _why(text: str) -> None:
    st.html(f'<p class="why">{text}</p>')


def _way(slug: str, label: str, icon: str) -> None:
    st.page_link(st.session_state["pages"][slug], label=label, icon=icon, width="content")


def _teach() -> None:
    """A class's own pages where one is hosted, else what there is to read: never a button that fails."""
    if is_class():
        _why(say("Assignments, the board of slips, marks for Canvas and Moodle."))
        _way("courses", say("My courses"), ":material/groups:")
    else:
        _why(say("Assignments, every learner’s slips on one board, marks for Canvas and Moodle."))
        _way("teach", say("How to host a class"), ":material/groups:")


def _stuck() -> None:
    """A number that does not move leads to the lesson that explains it."""
    text = st.text_input(
        say("My loss is stuck at …"),
        placeholder="0.693, 2.303, nan …",
        key="stuck",
        label_visibility="collapsed",
        **BOUND,
    )
    if not text.strip():
        _why(say("A few numbers say exactly what is wrong."))
        return
    with st.container(key="stuck_says", gap="xsmall"):
        _findings(text)


def _findings(text: str) -> None:
    try:
        found = findings(text)
    except ValueError as error:
        show_problem(error)
        return
    for finding in found[:MOST_FINDINGS]:
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


def _differs() -> None:
    st.button(
        say("Find the slip"), key="differs", type="tertiary", icon=":material/content_paste_search:", on_click=_open
    )
    if st.session_state.get(OPEN):
        _compare()


def _open() -> None:
    st.session_state[OPEN] = True


def close_when_left(slug: str) -> None:
    """On any other page the comparison is closed, so that it does not come up again on the way back."""
    if slug:
        _close()


def _close() -> None:
    st.session_state.pop(OPEN, None)


@st.dialog(say("My number differs from PyTorch’s"), width="medium", on_dismiss=_close)
def _compare() -> None:
    """What was pasted and the number stay for the session; the answer stands below them."""
    text = st.text_area(
        say("Code or tensors (read, not run)"),
        key="differs_code",
        placeholder=EXAMPLE,
        height=118,
        persist_state="session",
    )
    left, right = st.columns([0.4, 0.6], gap="small")
    typed = left.text_input(say("Your number"), key="differs_number", placeholder="0.3133", persist_state="session")
    with right:
        names = {ANY: say("as the code says, or any"), **{slug: it.torch_name for slug, it in LOSSES.items()}}
        loss = choice_box(say("Loss"), names, "differs_loss")
    if not text.strip():
        st.caption(say("Tensors stand one below the other, the input first, then the target."))
        return
    try:
        found = compared(text, typed or "", "" if loss == ANY else loss, budget=page_budget())
    except (Refusal, ValueError) as refusal:
        show_problem(refusal)
        return
    _answer(found)


HEADINGS = {
    "nothing typed": "",
    "same": ":green[**✓ That is PyTorch’s number.**]",
    "mistake": ":red[**✗ This slip gives your number:**]",
    "setting": ":orange[**Another setting gives your number:**]",
    "unknown": ":red[**✗ No slip that is known gives it.**] Work it step by step: the first row that parts says where.",
}


def _answer(found: Compared) -> None:
    """PyTorch's number, what gives the learner's, and the lesson on these values."""
    st.markdown(f"`{found.lesson.torch_name}` :gray[{say('gives')}] **{number(found.torch)}**")
    lines = [say(HEADINGS[found.verdict]), *(f"- {say(text)}" for text in found.says)]
    if any(lines):
        st.markdown("\n".join(filter(None, lines)))
    open_lesson(found.lesson.slug, values=found.values, label=say("Work it step by step"))
