"""What the operator set in secrets.toml, as the pages need it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, get_args

import streamlit as st

from lib.sandbox.isolation import Hosting

LOOK_AGAIN = 1.0  # seconds after which a file that was not there is looked for again
_none: tuple[object, float] = (None, 0.0)  # the secrets that held nothing, and until when that is taken as true


def setting(name: str, default: Any) -> Any:
    """What the operator set; `default` where they set nothing."""
    return st.secrets.get(name, default) if _are_set() else default


def _are_set() -> bool:
    """Whether the operator set anything. Streamlit looks for a file that is not there at every question, and a page has
    many: half a millisecond for each."""
    global _none
    secrets, now = st.secrets, time.monotonic()
    if secrets is _none[0] and now < _none[1]:
        return False
    if secrets.load_if_toml_exists():
        return True
    _none = (secrets, now + LOOK_AGAIN)
    return False


def word(name: str, options: Sequence[str], default: str) -> Any:
    """One of these words, as the operator set it. Raises ValueError for a word that means nothing."""
    chosen = setting(name, default)
    if chosen not in options:
        raise ValueError(f"{name} is {chosen!r} in secrets.toml; expected {', '.join(options)}.")
    return chosen


def hosting() -> Hosting:
    """Who uses this server: "local", "public" or "class"."""
    chosen: Hosting = word("hosting", get_args(Hosting), "local")
    return chosen


def is_class() -> bool:
    """Whether a class is hosted here."""
    return hosting() == "class"


def issues_url() -> str:
    """Where verdicts that seem wrong are reported; empty where the operator named no form. ValueError if it is none."""
    url = str(setting("issues_url", ""))
    if url and not url.startswith(("https://", "http://")):
        raise ValueError(f"issues_url is {url!r} in secrets.toml; expected an address that begins with https://.")
    return url
