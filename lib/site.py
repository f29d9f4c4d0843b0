"""What pages there are, and where they stand. Apart from the router, because Streamlit runs that script every time."""

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
from lib.ui.hosting import is_class
from lib.ui.page import Page, slug_of_page
from pages import exercise, home, lesson, optimizer, scheduler


def pages_of_session() -> dict[str, st.Page]:
    """Slug → page, in page order, made once for a session; the home page's slug is empty.

    Sessions cannot share them, because Streamlit marks the page that it is about to run. After code was edited, modules
    are imported again and hold other functions: then the pages are made again too.
    """
    if st.session_state.get("pages_of") is not home.render:
        st.session_state["pages"] = _all_pages()
        st.session_state["pages_of"] = home.render
        st.session_state["groups"] = groups()
    pages: dict[str, st.Page] = st.session_state["pages"]
    return pages


@cache
def _single_pages(of_class: bool) -> Mapping[str, tuple[Page, Callable[[], None]]]:
    """Slug → what it is, and the page: every module in pages/ that defines PAGE, and in pages/course/ for a class."""
    package = importlib.import_module("pages.course") if of_class else page_modules
    modules = {
        name: importlib.import_module(f"{package.__name__}.{name}")
        for _, name, _ in pkgutil.iter_modules(package.__path__)
    }
    single = {slug: (m.PAGE, m.render) for slug, m in modules.items() if hasattr(m, "PAGE")}
    return {**_single_pages(False), **single} if of_class else single


def _all_pages() -> dict[str, st.Page]:
    pages = {"": st.Page(home.render, title="Torch by Hand", default=True)}
    return pages | {slug: st.Page(render, title=title, url_path=slug) for slug, (title, render) in renders().items()}


def renders() -> Mapping[str, tuple[str, Callable[[], None]]]:
    """Slug → title, and what draws the page; all pages but the home page."""
    return _renders(is_class())


@cache
def _renders(of_class: bool) -> Mapping[str, tuple[str, Callable[[], None]]]:
    single = {slug: (about.title, render) for slug, (about, render) in _single_pages(of_class).items()}
    lessons = {slug: (entry.title, partial(lesson.render, entry)) for slug, entry in LESSONS.items()}
    optimizers = {slug: (entry.title, partial(optimizer.render, entry)) for slug, entry in OPTIMIZERS.items()}
    schedulers = {slug: (entry.title, partial(scheduler.render, entry)) for slug, entry in SCHEDULERS.items()}
    exercises = {slug_of_page(task): (task.title, partial(exercise.render, task)) for task in EXERCISES.values()}
    return {**single, **lessons, **optimizers, **schedulers, **exercises}


def groups() -> dict[str, dict[str, Topic | Page]]:
    """What stands in each group of the sidebar and the home page: lessons and single pages by their order."""
    return _groups(is_class())


@cache
def _groups(of_class: bool) -> dict[str, dict[str, Topic | Page]]:
    single = _single_pages(of_class)
    entries: dict[str, Topic | Page] = {**TOPICS, **{slug: about for slug, (about, _) in single.items()}}
    placed = sorted(entries.items(), key=lambda item: item[1].order)
    return {group: {slug: entry for slug, entry in placed if entry.group == group} for group in GROUPS}


def search_labels() -> dict[str, str]:
    """What the search box offers: every lesson and page under all its names.

    Exercises are found on their own page: the box ranks short names first, and would show them before their lessons.
    Pages of no group are reached by links alone.
    """
    return _search_labels(is_class())


@cache
def _search_labels(of_class: bool) -> dict[str, str]:
    labels = {
        slug: " · ".join(dict.fromkeys((entry.title, *filter(None, (entry.torchs_own,)), *entry.names)))
        for slug, entry in TOPICS.items()
    }
    single = {slug: about for slug, (about, _) in _single_pages(of_class).items() if about.group}
    return labels | {slug: " · ".join((about.title, *about.names)) for slug, about in single.items()}
