"""The Streamlit script: navigation, search box, style, and then the page itself."""

from __future__ import annotations

import streamlit as st

from lib.site import groups, keeping_values, old_page_asked, pages_of_session, search_labels, values_shown
from lib.ui.home.doors import close_when_left
from lib.ui.hosting import is_class
from lib.ui.marks import keep_progress
from lib.ui.old_addresses import translate_address
from lib.ui.page_values import turn_to
from lib.ui.sidebar import WIDTH, browser_title, sidebar
from lib.ui.style import apply_style
from lib.ui.uploads import forget_uploads_of_other_pages

if is_class():
    from lib.ui.course.standing import keep_persons_apart

    keep_persons_apart()
pages = pages_of_session(redirected="PLAIN" not in globals())  # app.py says so where it is a plain script
current = st.navigation([*pages.values(), *old_page_asked()], position="hidden")
title = browser_title(current.url_path, current.title)
st.set_page_config(page_title=title, layout="wide", initial_sidebar_state=WIDTH)
found = st.session_state.pop("goto", None)
if found is not None:
    # without {} Streamlit refuses while fields of the old page are still bound to the address
    st.switch_page(pages[found], query_params=st.session_state.pop("goto_query", {}))
st.session_state["here"] = current.url_path
turn_to(values_shown(current.url_path), keeping_values())
translate_address()
forget_uploads_of_other_pages(current.url_path)
close_when_left(current.url_path)
apply_style()
sidebar(pages, current.url_path, groups(), search_labels())
current.run()
keep_progress(current.url_path)
