"""What the operator set in secrets.toml, as the pages need it."""

from __future__ import annotations

from typing import Any, get_args

import streamlit as st

from lib.sandbox.isolation import Hosting


def setting(name: str, default: Any) -> Any:
    """What the operator set; `default` where they set nothing."""
    return st.secrets.get(name, default) if st.secrets.load_if_toml_exists() else default


def is_class() -> bool:
    """Whether a class is hosted here. Raises ValueError for a word that means nothing."""
    chosen = setting("hosting", "local")
    if chosen not in get_args(Hosting):
        raise ValueError(f"hosting is {chosen!r} in secrets.toml; expected {', '.join(get_args(Hosting))}.")
    return bool(chosen == "class")
