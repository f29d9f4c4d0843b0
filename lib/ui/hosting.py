"""What the operator set in secrets.toml, as the pages need it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import streamlit as st

from lib.sandbox.isolation import Hosting


def setting(name: str, default: Any) -> Any:
    """What the operator set; `default` where they set nothing."""
    return st.secrets.get(name, default) if st.secrets.load_if_toml_exists() else default


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
