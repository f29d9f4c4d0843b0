"""Names of functions that learners chose, and which of them was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Sequence


def close_names(wanted: str, found: Sequence[str]) -> list[str]:
    """The functions that may have been meant, likeliest first: like in spelling, or sharing a word with the name."""
    spelled = difflib.get_close_matches(wanted, found, n=3, cutoff=0.6)
    words = set(wanted.lower().split("_"))
    sharing = [name for name in found if words & set(name.lower().split("_")) and name not in spelled]
    return [*spelled, *sharing]


def instead_of(wanted: str, found: Sequence[str]) -> str:
    """There is no function of this name: what there is, in one sentence."""
    if method := next((name for name in found if name.endswith(f".{wanted}")), ""):
        return f"There is no function {wanted}; found {method}, within a class. Define it outside of the class."
    close = close_names(wanted, found)
    if close:
        return f"There is no function {wanted}; found {' and '.join(close[:2])}. Rename it."
    if found:
        return f"There is no function {wanted}; the file defines {', '.join(found[:5])}."
    return f"There is no function {wanted}; the file defines none."
