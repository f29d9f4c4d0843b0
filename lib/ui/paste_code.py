"""A box for a call or a few lines of PyTorch: opens the lesson with its fields filled, and tells what was not read."""

from __future__ import annotations

import streamlit as st

from lib.guides.pasted_code import Code, Opened, read_code
from lib.refusal import Refusal
from lib.ui.fields import MOST_IN_URL, fill, key_of, texts_of
from lib.ui.kept import kept
from lib.ui.page_values import forget
from lib.ui.problem import show_problem
from lib.ui.text import coloured, say, say_error

EXAMPLE = "loss_fn = nn.CrossEntropyLoss(weight=torch.tensor([1., 2.]))"
MOST_OFFERED = 6  # lessons, of a whole training script


def paste_code(place: str) -> None:
    """The box, folded away; `place` keeps the boxes of two pages apart."""
    box = st.popover(
        say("Paste code"), icon=":material/content_paste:", type="tertiary", key=f"{place}_paste", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        st.markdown(say("A call or a few lines of PyTorch. They are read, not run."))
        text = st.text_area(
            say("Code"), key=f"{place}_code", placeholder=EXAMPLE, label_visibility="collapsed", height=150
        )
        if text and text.strip():
            _answer(place, text)


def _answer(place: str, text: str) -> None:
    """A button for each lesson that the code asks for, and a line for each thing that could not be read."""
    try:
        code: Code = kept(("pasted code", text), lambda: read_code(text))
    except Refusal as refusal:
        show_problem(refusal)
        return
    for number, opened in enumerate(code.opened[-MOST_OFFERED:]):
        _offer(f"{place}_open_{number}", opened)
    for note in code.notes:
        st.caption(coloured("orange", say("Line {line}: {says}", line=note.line, says=say_error(note.says))))


def _offer(key: str, opened: Opened) -> None:
    texts = texts_of(opened.lesson, opened.values)
    if sum(len(str(text).encode()) for text in texts.values()) > 10 * MOST_IN_URL:
        st.caption(say("{title}: more numbers than the fields hold", title=say(opened.lesson.title)))
        return
    st.button(
        say("Open {title}, as in line {line}", title=say(opened.lesson.title), line=opened.line),
        key=key,
        icon=":material/arrow_forward:",
        on_click=_open,
        args=(opened, texts),
    )
    if opened.missing:
        names = ", ".join(opened.missing)
        st.caption(say("Not written out: {names}. The lesson's own example stands in their place.", names=names))


def _open(opened: Opened, texts: dict[str, object]) -> None:
    """The lesson, with these texts in its fields."""
    forget(opened.lesson.slug)
    fill(opened.lesson, texts)
    for name in ("view", "sample_forward"):
        st.session_state.pop(key_of(opened.lesson, name), None)
    st.session_state["goto"] = opened.lesson.slug
