"""Where learners' code runs, as the pages see it: whose turn it is, how well it is kept in, and when it is off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from lib.sandbox.isolation import Level, isolation, may_run
from lib.sandbox.job import Busy, Call, Limits, Program, Ran
from lib.sandbox.pool import Patience, shared_pool
from lib.sandbox.turns import Visitor
from lib.ui.exercise_address import NAME
from lib.ui.hosting import hosting, word
from lib.ui.limits import too_often
from lib.ui.page_turns import away
from lib.ui.text import say

SAYS = {
    "full": "Your code runs in a process of its own: no files, no network, no other programs.",
    "partial": "Your code runs in a process of its own, with limits. This stops accidents, not attacks.",
    "none": "Your code runs with a limit on time only. Run nothing here that you would not run yourself.",
}


# Whoever looks on sees a loop without end after two seconds. What counts is graded within the exercise's own limits.
WHILE_YOU_WAIT = Limits(cpu_seconds=2.0, wall_seconds=4.0, one_ends_all=True)
SECONDS_TO_WAIT = 60.0  # for one click, in all


@dataclass(frozen=True)
class MyTurn:
    """Runs code in the shared pool when it is the visitor's turn; what one click asks for shares one patience."""

    visitor: Visitor
    patience: Patience

    @property
    def isolation(self) -> Level:
        return isolation().level

    def run(self, source: str | Program, function: str, calls: Sequence[Call], limits: Limits) -> list[Ran]:
        with away():
            return shared_pool().run(source, function, calls, limits, self.visitor, self.patience)


def my_turn() -> MyTurn:
    """The turn of who looks at this page; while they wait, their place in line stands here.

    To write it is also what finds out that they have left: Streamlit then ends the run, which gives the turn up.
    """
    place = st.empty()

    def tell(position: int) -> None:
        if position:
            place.caption(say("Waiting: {place} in line", place=ordinal(position)))
        else:
            place.empty()

    return MyTurn(visitor(), Patience(SECONDS_TO_WAIT, tell))


def need_a_run() -> None:
    """Counts a click that runs code. Raises Busy for whoever, or whose network, has run too much within a minute."""
    me = visitor()
    if why := too_often("runs", me.cookie and f"{me.address} {me.cookie}", me.address):
        raise Busy(why)


def _page() -> str:
    """Which page it is: its name, and that of the exercise."""
    return f"{st.session_state.get('here', '')} {st.query_params.get(NAME, '')}"


def visitor() -> Visitor:
    """Who looks at this page: the address that they come from, and the cookie that Streamlit gave their browser.

    The cookie looks different in every answer of the server; what it holds stays the same.
    """
    return Visitor(st.context.ip_address or "local", browser(st.context.cookies))


def browser(cookies: Mapping[str, str]) -> str:
    """What tells one browser from another: what Streamlit's cookie holds; empty where there is none."""
    token, _ = decode_xsrf_token_string(cookies.get(XSRF_COOKIE_NAME, ""))
    return token.hex()[:64] if token else ""


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    teens = 10 < number % 100 < 14
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def why_off() -> str:
    """Why code of strangers is not run on this server; empty where it is."""
    may, says = may_run(isolation().level, hosting(), word("accept_isolation", get_args(Level), "full"))
    return "" if may else say(says)


def isolation_note() -> None:
    """The line at the foot of pages that run code; pointed at, it says why isolation is no better.

    Where it could be no better it is said once in a session, on the page that runs code first.
    """
    known = isolation()
    if known.level == "full" and st.session_state.setdefault("isolation_said_on", _page()) != _page():
        return
    words = say("Isolation: **{level}**. {says}", level=say(known.level), says=say(SAYS[known.level]))
    st.caption(words, help="; ".join(known.reasons) or None)
