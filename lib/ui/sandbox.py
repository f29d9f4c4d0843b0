"""Where learners' code runs, as the pages see it: whose turn it is, how well it is kept apart, and when it is off."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from lib.grading.grade import isolation_of
from lib.grading.job import Call, Limits, Ran
from lib.grading.pool import shared_pool
from lib.ui.text import say

LEVELS = {
    "full": "Your code runs in a process of its own: no files, no network, no other programs.",
    "partial": "Your code runs in a process of its own, with limits. This stops accidents, not attacks.",
    "none": "Your code runs with a limit on time only. Run nothing here that you would not run yourself.",
}


@dataclass(frozen=True)
class MyTurn:
    """Runs code in the shared pool, one job at a time for each visitor."""

    person: str

    @property
    def isolation(self) -> str:
        return isolation_of(shared_pool())

    def run(self, source: str, function: str, calls: Sequence[Call], limits: Limits) -> list[Ran]:
        return shared_pool().run(source, function, calls, limits, person=self.person)


def my_turn() -> MyTurn:
    return MyTurn(st.session_state.setdefault("person", uuid.uuid4().hex))


def why_off() -> str:
    """Why code cannot be run here; empty where it can."""
    return ""


def isolation_note() -> None:
    """At the foot of every page that runs code."""
    level = my_turn().isolation
    st.caption(say("Isolation: **{level}**. {says}", level=say(level), says=say(LEVELS[level])))
