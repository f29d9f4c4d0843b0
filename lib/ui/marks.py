"""How far the learner is with each page, and the marks that say so beside its links: a shape, and a word for whoever
hears the page. Both are drawn by CSS from a link's address, so that a mark costs no element."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

import streamlit as st

from lib.exercises import EXERCISES
from lib.practice.path import IN_ORDER
from lib.ui.browser_storage import RECORD, everything_stored, has_draft, keep_in_browser
from lib.ui.lesson_progress import State, began, states
from lib.ui.record import RecordError, read_record
from lib.ui.text import say

# Pages of the path that ask for no result: whoever opened one has done it.
TO_READ = ("loss_cost_objective", "gradient_descent", "exponential_averages", "optimizer_object", "train")
EXERCISES_PAGE = "exercises"
SOLVED = "marks_solved"  # in the session: exercise → its record, and whether it is passed
Words = tuple[tuple[str, str], ...]  # a state, and its word


def how_far(slugs: Collection[str]) -> dict[str, State]:
    """How far the learner is with each of these pages of the path, and lessons beside it."""
    found = states(slugs)
    read = {slug: _DONE for slug in TO_READ if found.get(slug) == "started"}
    return found | read | ({EXERCISES_PAGE: _of_exercises()} if EXERCISES_PAGE in found else {})


_DONE: State = "done"


def _of_exercises() -> State:
    solved = exercises_solved()
    if solved == len(EXERCISES):
        return "done"
    return "started" if solved or any(has_draft(slug) for slug in EXERCISES) else "new"


def exercises_solved() -> int:
    """How many exercises are passed, as far as this session knows. A record is read again only once it has changed."""
    kept = everything_stored()
    known: dict[str, tuple[str, bool]] = st.session_state.setdefault(SOLVED, {})
    for slug in EXERCISES:
        text = kept.get(RECORD + slug, "")
        if slug not in known or known[slug][0] is not text:
            known[slug] = (text, _is_passed(text))
    return sum(is_passed for _, is_passed in known.values())


def _is_passed(text: str) -> bool:
    try:
        return bool(text) and read_record(text).passed
    except RecordError:
        return False


def next_page(states: Mapping[str, State]) -> str | None:
    """Where the learner goes on: what is begun on the path, else what comes first; None once all of it is done."""
    begun = (slug for slug in IN_ORDER if states[slug] == "started" and slug != EXERCISES_PAGE)
    return next(begun, None) or next((slug for slug in IN_ORDER if states[slug] != "done"), None)


def keep_progress(slug: str) -> None:
    """Reads and writes what the browser keeps of progress; call it after the page.

    A page that asks for no result counts as done from now on.
    """
    if slug in TO_READ:
        began(slug)
    keep_in_browser()


def draw_marks(where: str, slugs: Collection[str], here: str | None = None) -> None:
    """Marks on the links to these pages inside `where`, a CSS selector. `here` is marked as the one to go on with."""
    st.html(_style(where, tuple(how_far(slugs).items()), here, tuple(_words().items())))


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
    "done": "content: '✓'; content: '✓' / ''; background: var(--ink); border-color: var(--ink);",
    "next": "box-shadow: 0 0 0 2px var(--paper), 0 0 0 3.5px var(--accent);",
}


def _links(where: str, slugs: Collection[str], part: str) -> str:
    ends = ", ".join(f'[href="{slug}"], [href$="/{slug}"]' for slug in slugs)
    return f"{where} a:is({ends}){part}"


def _said(selector: str, word: str) -> str:
    """Text that is not seen and belongs to the link's name."""
    return f"{selector} {{ content: '({word})'; }}"
