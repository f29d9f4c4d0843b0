"""The Streamlit script: navigation, search box, style, and then the page itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache, partial

import streamlit as st

import pages as page_modules
from lib.catalog import GROUPS, LESSONS, OPTIMIZERS, SCHEDULERS, TOPICS
from lib.exercises import EXERCISES
from lib.lesson.spec import Topic
from lib.ui.page import Page
from lib.ui.style import apply_style
from lib.ui.text import say
from pages import exercise, home, lesson, optimizer, scheduler


@cache
def single_pages() -> Mapping[str, tuple[Page, Callable[[], None]]]:
    """Slug → what it is, and the page: every module in pages/ that defines PAGE."""
    modules = {
        name: importlib.import_module(f"pages.{name}") for _, name, _ in pkgutil.iter_modules(page_modules.__path__)
    }
    return {slug: (m.PAGE, m.render) for slug, m in modules.items() if hasattr(m, "PAGE")}


def all_pages() -> dict[str, st.Page]:
    """Slug → page, in page order; the home page's slug is empty."""
    pages = {"": st.Page(home.render, title="Torch by Hand", default=True)}
    for slug, (about, render) in single_pages().items():
        pages[slug] = st.Page(render, title=about.title, url_path=slug)
    renders = {slug: partial(lesson.render, entry) for slug, entry in LESSONS.items()}
    renders |= {slug: partial(optimizer.render, entry) for slug, entry in OPTIMIZERS.items()}
    renders |= {slug: partial(scheduler.render, entry) for slug, entry in SCHEDULERS.items()}
    for slug, render in renders.items():
        pages[slug] = st.Page(render, title=TOPICS[slug].title, url_path=slug)
    for task in EXERCISES.values():
        slug = exercise.slug_of_page(task)
        pages[slug] = st.Page(partial(exercise.render, task), title=task.title, url_path=slug)
    return pages


def search_labels() -> dict[str, str]:
    """What the search box offers: every lesson and page under all its names.

    Exercises are found on their own page: the box ranks short names first, so that they would hide their lessons.
    """
    labels = {
        slug: " · ".join(dict.fromkeys((entry.title, entry.torch_name, *entry.names))) for slug, entry in TOPICS.items()
    }
    return labels | {slug: " · ".join((about.title, *about.names)) for slug, (about, _) in single_pages().items()}


def groups() -> dict[str, dict[str, Topic | Page]]:
    """What stands in each group of the sidebar and the home page: lessons and single pages by their order."""
    entries: dict[str, Topic | Page] = {**TOPICS, **{slug: about for slug, (about, _) in single_pages().items()}}
    placed = sorted(entries.items(), key=lambda item: item[1].order)
    return {group: {slug: entry for slug, entry in placed if entry.group == group} for group in GROUPS}


def go_to_found() -> None:
    st.session_state["goto"] = st.session_state["search"]
    st.session_state["search"] = None


def sidebar(pages: dict[str, st.Page], families: Mapping[str, Mapping[str, Topic | Page]], current: st.Page) -> None:
    """Search, home, and the families; only the one that the present page is in stands open."""
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
        for group, heading in GROUPS.items():
            slugs = families[group]
            if not slugs:
                continue
            is_open = current.url_path in slugs or (group == "exercises" and current.url_path.startswith("exercise_"))
            family = st.expander(say(heading), expanded=is_open, key=f"family_{group}_{is_open}", on_change="rerun")
            with family:
                for slug in slugs if family.open else ():
                    st.page_link(pages[slug], label=say(pages[slug].title))


st.set_page_config(page_title="Torch by Hand", layout="wide")
pages = all_pages()
st.session_state["pages"] = pages
st.session_state["groups"] = groups()
current = st.navigation(list(pages.values()), position="hidden")
found = st.session_state.pop("goto", None)
if found is not None:
    # without {} Streamlit would refuse, as long as fields of the page that is left are bound to the address
    st.switch_page(pages[found], query_params={})
apply_style()
sidebar(pages, st.session_state["groups"], current)
current.run()
