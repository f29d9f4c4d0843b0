"""Who is signed in, the ways in and the way out, as the pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from lib.ui.course.acting import acting, is_open
from lib.ui.course.addresses import SIGN_IN, SIGN_OUT
from lib.ui.course.post_button import post_button
from lib.ui.hosting import setting
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.who import Who

PERSON = "class_person"  # in the session: whose it is


def providers() -> dict[str, str]:
    """The identity providers that secrets.toml names under [auth], and what stands on the button of each."""
    auth = setting("auth", {})
    sections = {name: one for name, one in auth.items() if isinstance(one, Mapping) and "client_id" in one}
    named = {"default": auth, **sections} if "client_id" in auth else sections
    return {name: str(one.get("label") or _label(name)) for name, one in named.items()}


def _label(name: str) -> str:
    return say("Sign in") if name == "default" else say("Sign in with {provider}", provider=name.capitalize())


def ways_in() -> None:
    """A button for each identity provider, which leads back to this page; without one, what else there is."""
    known = providers()
    if not known:
        st.markdown(say("Open the personal link that your instructor sent you."))
        return
    here = {"page": str(st.session_state.get("here", "")), "query": _query()}
    with st.container(horizontal=True, gap="small"):
        for name, label in known.items():
            post_button(label, SIGN_IN, {"provider": name, **here})


def need_acting() -> Who:
    """The person who acts. A guest is shown the way to sign in, and the page ends there."""
    who = acting()
    if who is None:
        st.info(say("Sign in to see this page."))
        ways_in()
        st.stop()
    return who


def _query() -> str:
    """What stands in the address behind the page's slug."""
    return urlencode([(name, value) for name in st.query_params for value in st.query_params.get_all(name)])


def who_is_here() -> None:
    """In the sidebar: the person's name and the way out; for a guest the way in."""
    who = acting()
    if who is None and len(providers()) > 1:
        with st.popover(say("Sign in")):
            ways_in()
    elif who is None:
        ways_in()
    else:
        _name_and_way_out(who)


def _name_and_way_out(who: Who) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(who.name or who.email or say('Person {id}', id=who.id))}**", width="stretch")
        post_button(say("Sign out"), SIGN_OUT)


def keep_persons_apart() -> None:
    """Forgets what a session holds when another person acts in it: a socket can outlive whoever opened it.

    What somebody typed stays when their sign-in ends, and until another person comes.
    """
    if not is_open():
        st.error(say("A class is served by streamlit run app.py alone, which looks first whether it is safe here."))
        st.stop()
    who = acting()
    before = st.session_state.get(PERSON)
    if who is not None and before not in (None, who.id):
        for key in list(st.session_state):
            del st.session_state[key]
    if who is not None:
        st.session_state[PERSON] = who.id
