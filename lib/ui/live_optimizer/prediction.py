"""The learner says what one number will be after the next step."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.training.session.actions import Action, SetUp, actions_in, as_text
from lib.training.session.prediction import ELEMENTS, Appraisal, predict
from lib.ui.text import coloured, plain, say


def ask_prediction(setup: SetUp, actions: Sequence[Action]) -> None:
    """Before a step: what will one element be?"""
    text = st.session_state.get("object_prediction", "")
    made_at = st.session_state.get("object_predicted_at")
    now = as_text(actions)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="object_predict"):
        element = st.selectbox(say("Predict: after the next step"), list(ELEMENTS), key="object_element", width=190)
        st.text_input(
            say("will be"), key="object_prediction", width=130, on_change=_predicted, args=(now,), placeholder="0.5614"
        )
        if text.strip() and made_at in (now, now.removesuffix("s")):
            st.markdown(_worth(predict(setup, actions_in(made_at), element, text), text))


def _predicted(now: str) -> None:
    st.session_state["object_predicted_at"] = now


def _worth(appraisal: Appraisal, text: str) -> str:
    match appraisal.kind:
        case "right":
            return f":green[**✓ {say('right')}**]"
        case "mistake":
            return f":red[**✗ {say('wrong')}**] {say('{says}', says=appraisal.says)}"
        case "unreadable":
            return coloured("red", plain(say(appraisal.says)))
        case _:
            return f":red[**✗ {say('wrong')}**]"


def forget_prediction() -> None:
    st.session_state["object_prediction"] = ""
    st.session_state.pop("object_predicted_at", None)
