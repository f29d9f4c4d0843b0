"""The fields of an assignment: exercises with their weights, times, and what is taken off, counted and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import streamlit as st

from lib.exercises import EXERCISES, Exercise
from lib.ui.course.lesson_fields import lesson_fields
from lib.ui.course.moments import moment_field
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.assignments import Form, Part
    from lib.course.policy import Terms

# What is chosen is to be read in the dark theme too, where Streamlit writes white on the accent.
CSS = """
<style>
[class*="st-key-form_"] [data-tag] {
  background: color-mix(in srgb, #d0561f 18%, transparent); color: inherit;
}
</style>
"""
COUNTS = {"best": "the best one", "last": "the last one"}
SHOWS = {
    "at once": "as soon as it is graded",
    "after closing": "when nothing is taken any more",
    "when released": "when you release the marks",
}


def empty_form(now: datetime, zone: str) -> Form:
    """What a new assignment begins with: open from the next full hour on, due in a week at the end of the day."""
    from lib.course.assignments import Form
    from lib.course.policy import Terms

    here = now.astimezone(ZoneInfo(zone)).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    due = (here + timedelta(days=7)).replace(hour=23, minute=55)
    return Form("", (), Terms(here, due, due + timedelta(days=3), late_percent=10.0))


def fields(start: Form, choices: Mapping[str, Exercise], zone: str, key: str) -> Form:
    """The form as it is filled in. Raises Refusal for a time that there is not."""
    from lib.course.assignments import Form

    st.html(CSS)
    title = st.text_input(say("Title"), start.title, key=f"{key}_title", placeholder=say("Week 1"))
    parts = _parts(start, choices, key)
    public_warning([part.slug for part in parts])
    lessons = lesson_fields(start, key)
    terms = _times(start.terms, zone, key)
    terms = _late(terms, start.terms, key)
    terms = _attempts(terms, start.terms, key)
    return Form(title, parts, _shown(terms, start.terms, key), lessons)


def _parts(start: Form, choices: Mapping[str, Exercise], key: str) -> tuple[Part, ...]:
    from lib.course.assignments import Part

    weights = {part.slug: part.weight for part in start.parts}
    known = dict.fromkeys([*sorted(choices, key=lambda slug: slug in EXERCISES), *weights])  # one's own first
    chosen = st.multiselect(
        say("Exercises"),
        list(known),
        list(weights),
        format_func=lambda slug: _named(slug, choices),
        key=f"{key}_exercises",
        placeholder=say("Choose exercises, your own or shipped ones"),
    )
    if not chosen:
        return ()
    st.caption(say("Weight of each: its share of the points"))
    with st.container(horizontal=True, gap="small"):
        return tuple(
            Part(
                slug,
                st.number_input(
                    choices[slug].title if slug in choices else slug,
                    min_value=0.0,
                    max_value=1e6,
                    value=float(weights.get(slug, _usual_weight(slug, choices))),
                    key=f"{key}_weight_{slug}",
                    format="%g",
                    width=190,
                ),
            )
            for slug in chosen
        )


def _usual_weight(slug: str, choices: Mapping[str, Exercise]) -> float:
    """The points that its tests give."""
    return choices[slug].max_score if slug in choices else 1.0


def _named(slug: str, choices: Mapping[str, Exercise]) -> str:
    if slug not in choices:
        return say("{slug} · not in your folders any more", slug=slug)
    return (
        choices[slug].title
        if slug in EXERCISES
        else say("{title} · your own {slug}", title=choices[slug].title, slug=slug)
    )


def public_warning(slugs: list[str]) -> None:
    """What is to be known of shipped exercises: anybody can read their solutions."""
    shipped = [slug for slug in slugs if slug in EXERCISES]
    if not shipped:
        return
    titles = plain(", ".join(EXERCISES[slug].title for slug in shipped))
    of = say("this exercise") if len(shipped) == 1 else say("these exercises")
    words = say(
        "The solution and hidden tests of {of} are public. Good for practice; for marks, make your own: "
        "`python -m lib.grading new my_{slug} --lesson …`.",
        of=of,
        slug=shipped[0],
    )
    st.warning(f"**{titles}.** {words}")


def _times(start: Terms, zone: str, key: str) -> Terms:
    said = say("By the clocks of the course: {zone}.", zone=zone)
    opens, due, closes = st.columns(3, gap="small")
    with opens:
        at = moment_field(say("Opens"), f"{key}_opens", zone, start.opens, said)
    with due:
        until = moment_field(say("Due"), f"{key}_due", zone, start.due, said)
    with closes:
        last = moment_field(
            say("Closes"), f"{key}_closes", zone, start.closes, say("From then on nothing is taken. Late until then.")
        )
    return replace(start, opens=at, due=until, closes=last)


def _late(terms: Terms, start: Terms, key: str) -> Terms:
    percent, grace, scale = st.columns(3, gap="small")
    late = percent.number_input(
        say("Late work loses, percent a day"),
        0.0,
        100.0,
        float(start.late_percent),
        step=5.0,
        format="%g",
        key=f"{key}_late",
        help=say("Of what was earned, for each day begun since it was due."),
    )
    minutes = grace.number_input(say("Grace, minutes"), 0, 7 * 24 * 60, start.grace_minutes, step=5, key=f"{key}_grace")
    points = scale.number_input(
        say("Points in all"),
        min_value=0.0,
        max_value=1e6,
        value=start.scale,
        format="%g",
        key=f"{key}_scale",
        placeholder=say("the sum of the weights"),
    )
    return replace(terms, late_percent=late, grace_minutes=minutes, scale=points)


def _attempts(terms: Terms, start: Terms, key: str) -> Terms:
    most, counts, _ = st.columns(3, gap="small")
    attempts = most.number_input(
        say("Attempts at most, for each exercise"),
        min_value=1,
        max_value=1000,
        value=start.attempts,
        key=f"{key}_attempts",
        placeholder=say("as many as wanted"),
    )
    which = counts.selectbox(
        say("Of several attempts counts"),
        list(COUNTS),
        list(COUNTS).index(start.counts),
        format_func=lambda name: say(COUNTS[name]),
        key=f"{key}_counts",
    )
    return replace(terms, attempts=attempts, counts="last" if which == "last" else "best")


def _shown(terms: Terms, start: Terms, key: str) -> Terms:
    from lib.store.work import WHENS

    tests, hidden, _ = st.columns(3, gap="small")
    labels = {"show_tests": say("Students see what visible tests say"), "show_hidden": say("Hidden tests and the mark")}
    tests_when, hidden_when = (
        place.selectbox(
            label,
            WHENS,
            WHENS.index(getattr(start, name)),
            format_func=lambda when: say(SHOWS[when]),
            key=f"{key}_{name}",
        )
        for place, (name, label) in zip((tests, hidden), labels.items(), strict=True)
    )
    return replace(terms, show_tests=tests_when, show_hidden=hidden_when)
