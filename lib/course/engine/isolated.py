"""Whoever grades a class runs code of strangers: only where it is kept in."""

from __future__ import annotations

from lib.refusal import Refusal
from lib.sandbox.isolation import isolation


def need_full_isolation() -> None:
    """Raises Refusal unless this machine keeps learners' code in. Takes about a second, once."""
    known = isolation()
    if known.level != "full":
        raise Refusal(
            "A class needs isolation full, and here it is {level}: {why}. `python -m lib.doctor` says what to do.",
            level=known.level,
            why="; ".join(known.reasons) or "it was not tried",
        )
