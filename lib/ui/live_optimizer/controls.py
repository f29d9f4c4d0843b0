"""The buttons that do something to the live optimizer. The session keeps what was done as a text of actions."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.training.session.actions import MOST_ACTIONS, PARAMS, Action, as_text
from lib.training.session.replay import Session
from lib.ui.live_optimizer.prediction import forget_prediction
from lib.ui.text import say


def do(action: Action) -> None:
    """For a button: adds the action. A prediction is forgotten, unless this is the step that it was made for."""
    before = st.session_state["object_actions"]
    st.session_state["object_actions"] = before + action.token
    if action.letter != "s":
        forget_prediction()
    elif st.session_state.get("object_predicted_at") != before:
        forget_prediction()


def _undo(actions: Sequence[Action]) -> None:
    st.session_state["object_actions"] = as_text(actions[:-1])
    forget_prediction()


def start_again() -> None:
    st.session_state["object_actions"] = ""
    forget_prediction()


def show_buttons(session: Session, actions: Sequence[Action]) -> None:
    """One button per method; what cannot be pressed says why."""
    now = session.now
    full = len(actions) >= MOST_ACTIONS
    with st.container(horizontal=True, gap="xsmall", key="object_buttons"):
        for label, action in (
            ("backward", Action("b")),
            ("step", Action("s")),
            ("zero_grad()", Action("z")),
            ("zero_grad(set_to_none=False)", Action("Z")),
            ("state_dict", Action("d")),
            ("deepcopy of it", Action("c")),
            ("load_state_dict", Action("L")),
            *(
                (f"freeze {name}", Action("f", place))
                if now.params[name].requires_grad
                else (f"unfreeze {name}", Action("u", place))
                for place, name in enumerate(PARAMS)
            ),
        ):
            st.button(say(label), key=f"object_do_{action.token}", on_click=do, args=(action,), disabled=full)
        with st.popover(say("add_param_group, lr")):
            _group_fields(session, full)
        st.button(say("Undo"), key="object_undo", on_click=_undo, args=(actions,), disabled=not actions)
        st.button(say("Start again"), key="object_restart", on_click=start_again, disabled=not actions)
    if full:
        st.caption(say("{most} actions are the most. Undo or start again.", most=MOST_ACTIONS))


def _group_fields(session: Session, full: bool) -> None:
    lr = st.number_input(say("Learning rate"), 0.0, 1000.0, 0.001, 0.001, format="%g", key="object_new_lr")
    actions = [(say("add_param_group with bias"), Action("g", 1, lr))]
    for place in range(len(session.now.groups)):
        actions.append((say("set lr of group {place}", place=place), Action("l", place, lr)))
    for label, action in actions:
        key = f"object_do_{action.letter}{action.place}"
        st.button(label, key=key, on_click=do, args=(action,), disabled=full)
