"""What an optimizer object is: a real torch optimizer, one click per method, and what each click changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from lib.training.session.actions import OPTIMIZERS, Action, SetUp, actions_in, as_text
from lib.training.session.replay import Moment, Session, replay, session_code
from lib.training.session.sentence import what_happened
from lib.ui.bound import BOUND
from lib.ui.heading import neighbours
from lib.ui.live_optimizer.controls import show_buttons, start_again
from lib.ui.live_optimizer.files import state_files, take_loaded
from lib.ui.live_optimizer.prediction import ask_prediction, forget_prediction
from lib.ui.live_optimizer.tables import show_tables
from lib.ui.page import Page
from lib.ui.page_title import page_title
from lib.ui.text import plain, say, say_error

PAGE = Page(
    title="What an optimizer object is",
    group="training",
    order=3,
    names=("优化器的基本方法", "zero_grad", "param_groups", "state_dict", "load_state_dict", "add_param_group"),
    purpose="A live torch optimizer: press its methods and see what each one changes.",
)


@dataclass(frozen=True)
class Attempt:
    """A scenario to open with one click: the actions, and settings other than the usual ones."""

    asks: str
    actions: str
    settings: tuple[tuple[str, float], ...] = ()


ATTEMPTS = (
    Attempt("Forget zero_grad", "bsbs", (("momentum", 0.0),)),
    Attempt("zero_grad to None, then step", "bszs"),
    Attempt("Zeros still coast", "bsZs"),
    Attempt("Load a state: lr comes with it", "bscl0:0.5bsL"),
    Attempt("state_dict is not a copy", "bsdbs"),
    Attempt("Freeze, then step", "bf0s"),
    Attempt("A group of its own", "bg0.001s"),
    Attempt("Decay with zero gradients", "bsZs", (("momentum", 0.0), ("weight_decay", 0.1))),
)

ARTICLE = """
- **`zero_grad()`** used to leave zeros. Since PyTorch 2.0 it sets `.grad` to None, and `step` then *skips* the
  parameter: no weight decay, no momentum. `zero_grad(set_to_none=False)` gives the zeros of older articles.
- **`_step_count`** is no attribute of an optimizer. A learning-rate scheduler has one.
- **`lr`** need not be given to SGD any more: its default is 1e-3.
- **The keys of the state.** `optimizer.state` is keyed by the tensor itself, `state_dict()["state"]` by the number of
  the parameter, counted from 0 through all groups. Neither is a memory address.
- **`state_dict()` is not a copy.** Its tensors are the optimizer's own. `copy.deepcopy` or a file keeps them.
"""


def render() -> None:
    """The whole page."""
    take_loaded()
    _heading()
    _session(_set_up())
    neighbours("optimizer_object")


def _session(setup: SetUp) -> None:
    """Everything that follows from the actions so far, replayed with these settings."""
    try:
        actions = actions_in(st.session_state.get("object_actions", st.query_params.get("object_actions", "")))
        session = replay(setup, actions)
    except ValueError as error:
        st.error(say("{problem}.", problem=say_error(error)))
        st.button(say("Start again"), on_click=start_again, key="object_restart")
        return
    st.session_state["object_actions"] = as_text(actions)
    st.query_params["object_actions"] = as_text(actions)
    show_buttons(session, actions)
    _said(session)
    show_tables(session)
    ask_prediction(setup, actions)
    _attempts()
    _below(setup, session, actions)


def _heading() -> None:
    page_title(PAGE, beside=_article_today)
    st.markdown(
        say(
            "It holds your parameters themselves, in groups with options, and a state for each. "
            "`backward` fills `.grad`; `step` changes the parameters in place."
        )
    )


def _article_today() -> None:
    with st.popover(say("The article today"), type="tertiary"):
        st.markdown(say(ARTICLE))


def _set_up() -> SetUp:
    """The optimizer and its settings, all in the URL. A change replays the same actions."""
    with st.container(border=True, key="object_input_card"):
        columns = st.columns(5, gap="small", vertical_alignment="bottom")
    with columns[0]:
        name = st.selectbox(
            say("Optimizer"),
            list(OPTIMIZERS),
            key="object_optimizer",
            **BOUND,
        )
    chosen = []
    for column, setting in zip(columns[1:], OPTIMIZERS[name], strict=False):
        with column:
            value = st.number_input(
                setting.name,
                value=setting.default,
                min_value=0.0,
                step=0.1,
                format="%g",
                key=f"object_{name}_{setting.name}",
                help=say(setting.says),
                **BOUND,
            )
            chosen.append((setting.name, float(value)))
    return SetUp(name, tuple(chosen))


def _said(session: Session) -> None:
    """The last action and what it did."""
    with st.container(key="object_note_said"):
        if not session.moments:
            st.markdown(
                say("A new optimizer over `weight`. `bias` is in no group yet. Press **backward**, then **step**.")
            )
            return
        last = session.moments[-1]
        st.markdown(f"**{len(session.moments)} · {say(last.action.name)}** – {_happened(last)}")


def _happened(moment: Moment) -> str:
    """What an action did; a refusal may quote what a link holds."""
    return say(what_happened(replace(moment, refused=plain(moment.refused))))


def _attempts() -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="object_attempts"):
        st.markdown(say("Try:"), width="content")
        for place, attempt in enumerate(ATTEMPTS):
            st.button(say(attempt.asks), key=f"object_try_{place}", type="tertiary", on_click=_open, args=(attempt,))


def _open(attempt: Attempt) -> None:
    """For a button: SGD with the usual settings but for the attempt's, and its actions."""
    st.session_state["object_optimizer"] = "SGD"
    for setting in OPTIMIZERS["SGD"]:
        st.session_state[f"object_SGD_{setting.name}"] = dict(attempt.settings).get(setting.name, setting.default)
    st.session_state["object_actions"] = attempt.actions
    forget_prediction()


def _below(setup: SetUp, session: Session, actions: Sequence[Action]) -> None:
    left, right = st.columns([0.6, 0.4], gap="small")
    with left:
        st.markdown(say("**The session so far**, as code to copy"))
        st.code(session_code(setup, session.moments), language="python", wrap_lines=True)
        st.markdown(say("It prints"))
        st.code(session.printed, language=None, wrap_lines=True)
    with right:
        _identity(session)
        _history(session)
        state_files(setup, session, actions)


def _identity(session: Session) -> None:
    st.markdown(say("**It holds the parameter itself**, not a copy"))
    st.code(
        f'optimizer.param_groups[0]["params"][0] is weight\n# {session.same_object}\n'
        f'id(optimizer.param_groups[0]["params"][0]) == id(weight)\n# {session.same_id}',
        language="python",
        wrap_lines=True,
    )


def _history(session: Session) -> None:
    """Every action with what it did."""
    with st.expander(say("What happened, action by action"), key="object_history", on_change="rerun") as history:
        if history.open:
            lines = [f"{i}. **{say(m.action.name)}** – {_happened(m)}" for i, m in enumerate(session.moments, 1)]
            st.markdown("\n".join(lines) or say("Nothing yet."))
