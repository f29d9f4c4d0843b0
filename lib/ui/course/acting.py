"""Who looks at this page, and where they go from here. Asked anew at every run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from lib.ui.course.cookies import SESSION, found

if TYPE_CHECKING:
    from lib.course.settings import Settings
    from lib.course.who import Who
    from lib.store import Store

MOST_DIGITS = 9  # of a number in an address
_opened: list[Store] = []


def settings() -> Settings:
    """What the operator set for the class. Raises Refusal, naming the key."""
    from lib.course.settings import read_settings

    return read_settings(st.secrets.to_dict() if st.secrets.load_if_toml_exists() else {})


def open_the_store() -> None:
    """Once for this process, when it starts. Raises StoreError."""
    from lib.store import open_store

    if not _opened:
        _opened.append(open_store(settings().database))


def is_open() -> bool:
    """Whether a class is served here: its store is opened after everything that keeps it safe was looked at."""
    return bool(_opened)


def store() -> Store:
    """The one store of this process."""
    return _opened[0]


def session_token() -> str:
    """The opaque id in this browser's cookie, as old as the socket: what it is worth is for the store to say."""
    return found(st.context.cookies, st.context.headers.get("host") or "", SESSION)


def acting() -> Who | None:
    """The person who acts, as the store knows them at this moment; a guest is None."""
    from lib.course.sign_in import session_of

    signed_in = session_of(store(), session_token())
    return signed_in.who if signed_in else None


def asked(name: str) -> int | None:
    """The number under this name in the address; None where there is none."""
    typed = str(st.query_params.get(name, ""))
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS else None


def go(slug: str, **query: int | str) -> NoReturn:
    """Leads to a page of ours: go("assignment", assignment=5). Ends this run."""
    st.switch_page(st.session_state["pages"][slug], query_params={name: str(value) for name, value in query.items()})


def link(label: str, slug: str, *, icon: str | None = None, help: str | None = None, **query: int | str) -> None:
    """A link to a page of ours: link("Week 1", "assignment", assignment=5). `label` is Markdown."""
    st.page_link(
        st.session_state["pages"][slug],
        label=label,
        icon=icon,
        help=help,
        query_params={name: str(value) for name, value in query.items()},
        width="content",
    )
