"""What pages there are, and where they stand. Apart from the router, because Streamlit runs that script every time."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache, partial
from urllib.parse import urlsplit

import streamlit as st

import pages as page_modules
from lib.catalog import GROUPS, LESSONS, OPTIMIZERS, SCHEDULERS, TOPICS
from lib.exercises import EXERCISES
from lib.guides.search import search_lines
from lib.lesson.spec import Topic
from lib.ui import exercise_address
from lib.ui.exercise_link import asked_exercise, old_pages
from lib.ui.hosting import is_class
from lib.ui.page import Page
from pages import exercise, home, lesson, optimizer, scheduler


def pages_of_session(redirected: bool = True) -> dict[str, st.Page]:
    """Slug → page, in page order, made once for a session; the home page's slug is empty.

    Unless the server redirects old addresses, the pages that exercises had once are among them.

    Sessions cannot share them, because Streamlit marks the page that it is about to run. After code was edited, modules
    are imported again and hold other functions: then the pages are made again too.
    """
    if st.session_state.get("pages_of") is not home.render:
        st.session_state["pages"] = _all_pages() if redirected else {**_all_pages(), **_old_pages()}
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


def _old_pages() -> dict[str, st.Page]:
    """The pages that exercises had each to itself, under their old slugs."""
    return {slug: _old_page(slug, name) for slug, name in old_pages().items()}


def _old_page(slug: str, name: str) -> st.Page:
    return st.Page(partial(exercise.show_exercise, EXERCISES[name]), title=EXERCISES[name].title, url_path=slug)


def old_page_asked() -> list[st.Page]:
    """The old page that the browser's address names: a host that puts us in a frame asks no route of ours for it."""
    slug = urlsplit(st.context.url or "").path.rpartition("/")[2]
    name = old_pages().get(slug)
    return [_old_page(slug, name)] if name and slug not in st.session_state["pages"] else []


def keeping_values() -> frozenset[str]:
    """Names of the pages whose fields keep their values while others are open: of an exercise that of its old page."""
    return frozenset((*TOPICS, *old_pages()))


def values_shown(page: str) -> frozenset[str]:
    """Names among these whose values the page shows: a lesson's page has the editor of its exercises too."""
    if page == exercise_address.PAGE:
        asked = asked_exercise()
        return frozenset(() if asked is None else (exercise_address.OLD + asked.slug,))
    about = (slug for slug, name in old_pages().items() if EXERCISES[name].lesson == page)
    return frozenset((page, *about))


def renders() -> Mapping[str, tuple[str, Callable[[], None]]]:
    """Slug → title, and what draws the page; all pages but the home page."""
    return _renders(is_class())


@cache
def _renders(of_class: bool) -> Mapping[str, tuple[str, Callable[[], None]]]:
    single = {slug: (about.title, render) for slug, (about, render) in _single_pages(of_class).items()}
    lessons = {slug: (entry.title, partial(lesson.render, entry)) for slug, entry in LESSONS.items()}
    optimizers = {slug: (entry.title, partial(optimizer.render, entry)) for slug, entry in OPTIMIZERS.items()}
    schedulers = {slug: (entry.title, partial(scheduler.render, entry)) for slug, entry in SCHEDULERS.items()}
    return {**single, **lessons, **optimizers, **schedulers}


def groups() -> dict[str, dict[str, Topic | Page]]:
    """What stands in each group of the sidebar and the home page: lessons and single pages by their order."""
    return _groups(is_class())


@cache
def _groups(of_class: bool) -> dict[str, dict[str, Topic | Page]]:
    single = _single_pages(of_class)
    entries: dict[str, Topic | Page] = {**TOPICS, **{slug: about for slug, (about, _) in single.items()}}
    placed = sorted(entries.items(), key=lambda item: item[1].order)
    return {group: {slug: entry for slug, entry in placed if entry.group == group} for group in GROUPS}


def search_labels() -> Mapping[str, str]:
    """What the search box offers: line id → what it says (see lib.guides.search).

    Pages of no group are reached by links alone.
    """
    return _search_labels(is_class())


@cache
def _search_labels(of_class: bool) -> Mapping[str, str]:
    single = {slug: about for slug, (about, _) in _single_pages(of_class).items() if about.group}
    pages = {slug: (about.title, about.names, about.purpose) for slug, about in single.items()}
    return search_lines(TOPICS, pages, {exercise_address.OLD + slug: task for slug, task in EXERCISES.items()})
