"""What is kept about you: what, why, who sees it, until when. Taken along; asked to be erased."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.ui.course.acting import store
from lib.ui.course.routes import file_button
from lib.ui.course.standing import need_acting
from lib.ui.page import Page
from lib.ui.page_title import page_title
from lib.ui.text import say

PAGE = Page(
    title="What is kept about you",
    group="class",
    order=1,
    names=("保存的数据", "privacy", "personal data", "export", "delete"),
    purpose="What, why, who sees it, and until when.",
)


def render() -> None:
    """The whole page."""
    from lib.course.keeping import what_is_kept
    from lib.course.sign_in import end_sessions

    page_title(PAGE)
    who = need_acting()
    kept = what_is_kept(store(), who)
    rows = [(say(one.what), say(one.why), say(one.who_sees_it), say(one.until)) for one in kept]
    st.table(
        pd.DataFrame(rows, columns=[say("What"), say("Why"), say("Who sees it"), say("Until when")]).set_index(
            say("What")
        )
    )
    st.markdown(say("The app writes no log of who looked at what. A proxy in front of it may, for 14 days."))
    st.header(say("Take it along"), anchor=False)
    st.markdown(say("Everything that is kept about you, in one file. Of marks, what you are shown by now."))
    file_button(say("Fetch my data (JSON)"), "person")
    st.header(say("Have it erased"), anchor=False)
    st.markdown(
        say(
            "Ask your instructor, who can erase you from the course's People page. Code, reports, name and e-mail go; "
            "numbers stay under Person {id}, so that counts stay right. You cannot do it by yourself: marks are the "
            "course's to keep or to let go.",
            id=who.id,
        )
    )
    st.header(say("Other devices"), anchor=False)
    if st.button(say("Sign out everywhere")):
        end_sessions(store(), who)
        st.rerun()
