"""The sidebar, the same on every page: search, and the families of pages with their counts, marks in the open one."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lib.catalog import GROUPS, TOPICS
from lib.exercises import EXERCISES
from lib.guides.search import page_of
from lib.practice.path import IN_ORDER
from lib.ui.exercise_address import OLD, exercise_query
from lib.ui.exercise_address import PAGE as EXERCISE
from lib.ui.hosting import is_class
from lib.ui.marks import draw_marks
from lib.ui.sidebar_style import CSS
from lib.ui.text import say

WIDTH = 248  # pixels
# Family → its title, and the groups of the table of contents in it.
FAMILIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "class": ("Class", ("class",)),
    "entropy": ("Entropy", ("entropy",)),
    "losses": (
        "Losses",
        ("classification", "regression and counts", "distributions", "ranking and embedding", "sequence"),
    ),
    "training": ("Training", ("training",)),
    "optimizers": ("Optimizers", ("optimizers",)),
    "schedulers": ("Schedulers", ("schedulers",)),
    "guides": ("Guides", ("guides",)),
    "exercises": ("Exercises", ("exercises",)),
}
TITLE = "Torch by Hand"


def browser_title(slug: str, title: str) -> str:
    """What the browser's tab says: the page, then the app; an exercise is told from the lesson of the same name."""
    if not slug:
        return say(TITLE)
    words = "{page}, exercise · {app}" if slug.startswith(OLD) else "{page} · {app}"
    return say(words, page=say(title), app=say(TITLE))


def sidebar(
    pages: Mapping[str, st.Page], here: str, groups: Mapping[str, Mapping[str, object]], lines: Mapping[str, str]
) -> None:
    """`here` is the slug of the page that is open, `groups` what stands in each group of the table of contents, `lines`
    what the search box offers.
    """
    st.html(CSS)
    with st.sidebar:
        with st.container(key="brand"):
            st.page_link(pages[""], label=f"**{say(TITLE)}**")
        _search(lines)
        if is_class():
            from lib.ui.course.standing import who_is_here

            who_is_here()
        with st.container(key="families", gap=None):
            for family, (title, members) in FAMILIES.items():
                listed = {group: list(groups[group]) for group in members if groups[group]}
                if family == "exercises":
                    label = f"{say(title)} :gray[{len(EXERCISES)}]"
                    with st.container(key="family_exercises"):
                        st.page_link(pages["exercises"], label=label)
                elif listed:
                    _family(pages, family, say(title), listed, here)


def _family(pages: Mapping[str, st.Page], family: str, title: str, listed: Mapping[str, list[str]], here: str) -> None:
    """One family: its title and count, and unfolded its pages. The one of the present page stands open."""
    slugs = [slug for group in listed.values() for slug in group]
    is_open = here in slugs or family == "class"
    label = f"{title} :gray[{len(slugs)}]"
    folded = st.expander(label, expanded=is_open, key=f"family_{family}_{is_open}", on_change="rerun")
    if not folded.open:
        return
    with folded:
        for group, members in listed.items():
            if len(listed) > 1:
                st.caption(say(GROUPS[group].rpartition(" · ")[2].capitalize()))
            for slug in members:
                st.page_link(pages[slug], label=say(pages[slug].title))
        marked = [slug for slug in slugs if slug in TOPICS or slug in IN_ORDER]
        if marked:
            draw_marks(f".st-key-family_{family}_{is_open}", marked)


def _search(lines: Mapping[str, str]) -> None:
    """A box whose lines lead with the name that matches."""
    st.selectbox(
        say("Find a lesson"),
        list(lines),
        index=None,
        format_func=lines.__getitem__,
        key="search",
        placeholder=say("Find: 交叉熵, hinge …"),
        label_visibility="collapsed",
        on_change=_go_to_found,
    )


def _go_to_found() -> None:
    found = st.session_state["search"]
    if found is not None:
        slug = page_of(found)
        exercise = slug.removeprefix(OLD)
        if slug.startswith(OLD) and exercise in EXERCISES:
            st.session_state["goto_query"] = exercise_query(exercise)
            slug = EXERCISE
        st.session_state["goto"] = slug
    st.session_state["search"] = None
