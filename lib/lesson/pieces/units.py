"""Nats, bits and bans, and the logarithm that measures in each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lib.lesson.spec import Choice

UNIT = Choice(
    "unit",
    "nats",
    ("nats", "bits", "bans"),
    "What surprise is measured in: nats (natural logarithm), bits (base 2) or bans (base 10).",
)


def logarithm(unit: str) -> tuple[Callable[[np.ndarray], np.ndarray], str]:
    """The logarithm that measures in `unit`, and how it is written in LaTeX."""
    logarithms = {"nats": (np.log, r"\ln"), "bits": (np.log2, r"\log_2"), "bans": (np.log10, r"\log_{10}")}
    return logarithms[unit]


def nats_in(unit: str) -> float:
    """How many nats one `unit` is: 1 for nats, ln 2 for bits, ln 10 for bans. ValueError for any other unit."""
    nats = {"nats": 1.0, "bits": float(np.log(2)), "bans": float(np.log(10))}
    if unit not in nats:
        raise ValueError(f"unit is {unit!r}; expected nats, bits or bans.")
    return nats[unit]


def weighted(p: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Each logarithm times its probability, where 0 times infinity counts 0: what never happens adds nothing."""
    return np.where(p == 0, 0.0, p * logs)
