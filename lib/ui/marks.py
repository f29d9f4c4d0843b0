"""How far the learner is with each page, and the marks that say so beside its links: a shape, and a word for whoever
hears the page. Both are drawn by CSS from a link's address, so that a mark costs no element."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

import streamlit as st

from lib.exercises import EXERCISES
from lib.practice.path import IN_ORDER
from lib.ui.browser_storage import has_draft, keep_in_browser
from lib.ui.lesson_progress import State, began, state
from lib.ui.record import RecordError, record_of
from lib.ui.text import say

# Pages of the path that ask for no result: whoever opened one has done it.
TO_READ = ("loss_cost_objective", "gradient_descent", "exponential_averages", "optimizer_object", "train")
EXERCISES_PAGE = "exercises"
Words = tuple[tuple[str, str], ...]  # a state, and its word


def how_far(slug: str) -> State:
    """How far the learner is with a page of the path, or a lesson beside it."""
    if slug == EXERCISES_PAGE:
        solved = exercises_solved()
        return "done" if solved == len(EXERCISES) else "started" if solved or _exercise_begun() else "new"
    found = state(slug)
    return "done" if found == "started" and slug in TO_READ else found


def exercises_solved() -> int:
    """How many exercises are passed, as far as this session knows."""
    return sum(_passed(slug) for slug in EXERCISES)


def _passed(slug: str) -> bool:
    try:
        return record_of(slug).passed
    except RecordError:
        return False


def _exercise_begun() -> bool:
    return any(has_draft(slug) for slug in EXERCISES)


def next_page() -> str | None:
    """Where the learner goes on: what is begun on the path, else what comes first; None once all of it is done."""
    states = {slug: how_far(slug) for slug in IN_ORDER}
    begun = (slug for slug, it in states.items() if it == "started" and slug != EXERCISES_PAGE)
    return next(begun, None) or next((slug for slug, it in states.items() if it != "done"), None)


def keep_progress(slug: str) -> None:
    """Reads and writes what the browser keeps of progress; call it after the page.

    A page that asks for no result counts as done from now on.
    """
    if slug in TO_READ:
        began(slug)
    keep_in_browser()


def draw_marks(where: str, slugs: Collection[str], here: str | None = None) -> None:
    """Marks on the links to these pages inside `where`, a CSS selector. `here` is marked as the one to go on with."""
    states = {slug: how_far(slug) for slug in slugs}
    st.html(_style(where, tuple(states.items()), here, tuple(_words().items())))


def _words() -> Mapping[str, str]:
    return {"done": say("done"), "started": say("started"), "next": say("next")}


@lru_cache(maxsize=200)
def _style(
    where: str, states: tuple[tuple[str, State], ...], here: str | None, words: tuple[tuple[str, str], ...]
) -> str:
    rules = []
    told = dict(words)
    for kind in ("new", "started", "done"):
        slugs = [slug for slug, it in states if it == kind]
        if slugs:
            rules.append(f"{_links(where, slugs, '::before')} {{ {MARKS[kind]} }}")
        if slugs and kind in told:
            rules.append(_said(_links(where, slugs, "::after"), told[kind]))
    if here is not None:
        rules.append(f"{_links(where, [here], '::before')} {{ {MARKS['next']} }}")
        begun = dict(states).get(here) == "started"
        rules.append(
            _said(_links(where, [here], "::after"), f"{told['started']}, {told['next']}" if begun else told["next"])
        )
    return f"<style>{' '.join(rules)}</style>"


MARKS: Mapping[str, str] = {
    "new": "content: '';",
    "started": "content: ''; border-color: var(--accent); "
    "background: linear-gradient(90deg, var(--accent) 50%, var(--paper) 50%);",
    "done": "content: '✓'; background: var(--ink); border-color: var(--ink);",
    "next": "box-shadow: 0 0 0 2px var(--paper), 0 0 0 3.5px var(--accent);",
}


def _links(where: str, slugs: Collection[str], part: str) -> str:
    ends = ", ".join(f'[href="{slug}"], [href$="/{slug}"]' for slug in slugs)
    return f"{where} a:is({ends}){part}"


def _said(selector: str, word: str) -> str:
    """Text that is not seen and belongs to the link's name."""
    return f"{selector} {{ content: ', {word}'; }}"
