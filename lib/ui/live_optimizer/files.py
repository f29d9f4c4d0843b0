"""The live optimizer's state as a file: saved, and loaded where it fits."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.training.session.actions import MOST_ACTIONS, Action, SetUp
from lib.training.session.replay import Session, replay
from lib.training.session.state_file import StateFileError, pack_file
from lib.ui.download import download
from lib.ui.live_optimizer.controls import do
from lib.ui.text import plain, say, say_error
from lib.ui.uploads import let_go


def state_files(setup: SetUp, session: Session, actions: Sequence[Action]) -> None:
    """Save the state to a file and load one; a file that does not fit gets a sentence and changes nothing."""
    st.markdown(say("**Save and load the state**"))
    download(say("state.pt"), session.file, "state.pt")
    st.caption(say("Load it with `torch.load(path, weights_only=True)`: nothing in the file is run."))
    file = st.file_uploader(say("Load a state (.pt)"), type=["pt", "pth", "pkl"], key="object_upload")
    if file is None:
        return
    if st.session_state.get("object_uploaded") == file.file_id:
        return
    data = file.getvalue()
    let_go(file)
    try:
        action = Action("U", data=pack_file(data))
        refused = plain(replay(setup, [*actions, action]).moments[-1].refused)
    except StateFileError as error:
        refused = say_error(error)
    if len(actions) >= MOST_ACTIONS:
        refused = say("{most} actions are the most", most=MOST_ACTIONS)
    if refused:
        st.error(say("Not loaded: {problem}. Nothing changed.", problem=refused))
        return
    st.session_state["object_uploaded"] = file.file_id
    st.session_state["object_load_next"] = action
    st.rerun()


def take_loaded() -> None:
    """Before anything is drawn: appends the file that the last run read."""
    action = st.session_state.pop("object_load_next", None)
    if action is not None:
        do(action)
