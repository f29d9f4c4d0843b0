"""Nats, bits and bans, and the logarithm that measures in each; beside the mistakes that units invite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import Choice, Mistake, Reference
from lib.refusal import Refusal

UNIT = Choice(
    "unit",
    "nats",
    ("nats", "bits", "bans"),
    "What surprise is measured in: nats (natural logarithm), bits (base 2) or bans (base 10).",
)

NATS = {"nats": 1.0, "bits": float(np.log(2)), "bans": float(np.log(10))}  # how many nats one unit is

LOG = (r"\log", "ln for nats, base 2 for bits, base 10 for bans")
BASE = (r"b", "the base: e for nats, 2 for bits, 10 for bans")

SHANNON = Reference(
    "C. E. Shannon, A Mathematical Theory of Communication (1948)", "https://doi.org/10.1002/j.1538-7305.1948.tb01338.x"
)


def need_unit(unit: str) -> None:
    if unit not in NATS:
        raise Refusal("unit is {unit!r}; expected nats, bits or bans.", unit=unit)


def logarithm(unit: str) -> tuple[Callable[[np.ndarray], np.ndarray], str]:
    """The logarithm that measures in `unit`, and how it is written in LaTeX."""
    logarithms = {"nats": (np.log, r"\ln"), "bits": (np.log2, r"\log_2"), "bans": (np.log10, r"\log_{10}")}
    return logarithms[unit]


def in_nats(given: Mapping[str, Any]) -> bool:
    return given["unit"] == "nats"


def in_another_unit(given: Mapping[str, Any]) -> bool:
    return not in_nats(given)


WRONG_LOGARITHM = {
    "logarithm_to_base_2": ignoring(
        "You took the logarithm to base 2, which gives bits. Nats take the natural logarithm, ln; bans take base 10.",
        unit="bits",
    ),
    "natural_logarithm": ignoring(
        "You took the natural logarithm, which gives nats. Bits take base 2, bans base 10.", unit="nats"
    ),
    "logarithm_to_base_10": ignoring(
        "You took the logarithm to base 10, which gives bans. Nats take the natural logarithm, ln; bits take base 2.",
        unit="bans",
    ),
}


def gradient_in_nats(step: str) -> dict[str, Mistake]:
    """The slope of the natural logarithm, whatever the unit."""
    return {
        "gradient_in_nats": Mistake(
            {step: lambda given, done: done[step] * NATS[given["unit"]]},
            "This is the gradient in nats. In bits divide by ln 2, in bans by ln 10.",
            when=in_another_unit,
        ),
    }
