"""What ties a field to the address: its value stands there under the field's key, and survives a visit elsewhere."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

BOUND: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def bound_whole(key: str) -> dict[str, Any]:
    """BOUND for a field of whole numbers. What the address holds for it must not be inf or 1e400.

    Such a field falls back to its default on anything else that is no number, but raises OverflowError on these.
    """
    try:
        endless = math.isinf(float(st.query_params.get(key, "0")))
    except ValueError:
        endless = False
    if endless:
        del st.query_params[key]
    return BOUND
