"""Where learners' code runs, as the pages see it: whose turn it is, how well it is kept in, and when it is off."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import streamlit as st

from lib.sandbox.isolation import Hosting, Level, isolation, may_run
from lib.sandbox.job import Call, Limits, Ran
from lib.sandbox.pool import shared_pool
from lib.ui.text import say

SAYS = {
    "full": "Your code runs in a process of its own: no files, no network, no other programs.",
    "partial": "Your code runs in a process of its own, with limits. This stops accidents, not attacks.",
    "none": "Your code runs with a limit on time only. Run nothing here that you would not run yourself.",
}


@dataclass(frozen=True)
class MyTurn:
    """Runs code in the shared pool, one job at a time for each visitor."""

    person: str

    @property
    def isolation(self) -> Level:
        return isolation().level

    def run(self, source: str, function: str, calls: Sequence[Call], limits: Limits) -> list[Ran]:
        return shared_pool().run(source, function, calls, limits, person=self.person)


def my_turn() -> MyTurn:
    return MyTurn(st.session_state.setdefault("person", uuid.uuid4().hex))


def why_off() -> str:
    """Why code of strangers is not run on this server; empty where it is."""
    hosting = _setting("hosting", get_args(Hosting), "local")
    may, says = may_run(isolation().level, hosting, _setting("accept_isolation", get_args(Level), "full"))
    return "" if may else say(says)


def _setting(name: str, options: Sequence[str], default: str) -> Any:
    """What the operator set in secrets.toml. Raises ValueError for a word that means nothing."""
    chosen = st.secrets.get(name, default) if st.secrets.load_if_toml_exists() else default
    if chosen not in options:
        raise ValueError(f"{name} is {chosen!r} in secrets.toml; expected {', '.join(options)}.")
    return chosen


def isolation_note() -> None:
    """The line at the foot of every page that runs code; pointed at, it says why isolation is no better."""
    known = isolation()
    words = say("Isolation: **{level}**. {says}", level=say(known.level), says=say(SAYS[known.level]))
    st.caption(words, help="; ".join(known.reasons) or None)
