"""The Streamlit script: navigation, search box, style, and then the page itself."""

from __future__ import annotations

import streamlit as st

from lib.catalog import GROUPS
from lib.site import groups, keeping_values, old_page_asked, pages_of_session, search_labels, values_shown
from lib.ui.hosting import is_class
from lib.ui.old_addresses import translate_address
from lib.ui.page_values import turn_to
from lib.ui.style import apply_style
from lib.ui.text import say
from lib.ui.uploads import forget_uploads_of_other_pages


def go_to_found() -> None:
    st.session_state["goto"] = st.session_state["search"]
    st.session_state["search"] = None


def sidebar(pages: dict[str, st.Page], current: st.Page) -> None:
    """Search, home, and the families of pages; only the family of the present page is open."""
    labels = search_labels()
    with st.sidebar:
        st.page_link(pages[""], label=f"**{say('Torch by Hand')}**")
        st.selectbox(
            say("Find a lesson"),
            list(labels),
            index=None,
            format_func=labels.__getitem__,
            key="search",
            placeholder=say("Find a lesson, 交叉熵, hinge …"),
            label_visibility="collapsed",
            on_change=go_to_found,
        )
        if is_class():
            from lib.ui.course.standing import who_is_here

            who_is_here()
        for group, heading in GROUPS.items():
            slugs = groups()[group]
            if not slugs:
                continue
            is_open = current.url_path in slugs or (group == "exercises" and current.url_path.startswith("exercise"))
            is_open = is_open or group == "class"
            family = st.expander(say(heading), expanded=is_open, key=f"family_{group}_{is_open}", on_change="rerun")
            with family:
                for slug in slugs if family.open else ():
                    st.page_link(pages[slug], label=say(pages[slug].title))


st.set_page_config(page_title="Torch by Hand", layout="wide")
if is_class():
    from lib.ui.course.standing import keep_persons_apart

    keep_persons_apart()
pages = pages_of_session(redirected="PLAIN" not in globals())  # app.py says so where it is a plain script
current = st.navigation([*pages.values(), *old_page_asked()], position="hidden")
found = st.session_state.pop("goto", None)
if found is not None:
    # without {} Streamlit refuses while fields of the old page are still bound to the address
    st.switch_page(pages[found], query_params=st.session_state.pop("goto_query", {}))
st.session_state["here"] = current.url_path
turn_to(values_shown(current.url_path), keeping_values())
translate_address()
forget_uploads_of_other_pages(current.url_path)
apply_style()
sidebar(pages, current)
current.run()
