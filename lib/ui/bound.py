"""What ties a field to the address: its value stands there under the field's key, and is kept over other pages."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

BOUND: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def bound_whole(key: str) -> dict[str, Any]:
    """BOUND for a field of whole numbers. Where the address holds inf or 1e400 for it, it is not asked, and forgets it.

    On anything else that is no number such a field falls back to its default, but these raise OverflowError.
    """
    try:
        endless = math.isinf(float(st.query_params.get(key, "0")))
    except ValueError:
        endless = False
    if not endless:
        return BOUND
    del st.query_params[key]
    return {"persist_state": BOUND["persist_state"]}
