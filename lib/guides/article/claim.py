"""A claim of the source article, and how it is judged: recomputed now and compared with what the article says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.catalog import ENTROPY, LOSSES
from lib.guides.live import in_torchs_precision
from lib.lesson import run

STILL_TRUE, CHANGED, NO_LONGER_RUNS = "still true", "changed", "no longer runs"
STATUSES = (STILL_TRUE, CHANGED, NO_LONGER_RUNS)
UNPRINTED = "the article prints no number"
RAISED = (*run.REFUSALS, AttributeError, ImportError, SyntaxError)  # what running the article's lines may end in


@dataclass(frozen=True, eq=False)
class Claim:
    """One statement of the article in our words.

    `printed` is what the article prints; with `implied`, what its words come down to. It is compared with what
    `recompute()` returns: without it, with PyTorch's result for the lesson's example or `values`. Numbers may differ
    by `within`: half a unit of the last printed digit. `now` says what holds today. `raises` is a part of the error
    where the article's lines no longer run.
    """

    id: str
    heading: str
    says: str
    status: str
    printed: Any = UNPRINTED
    now: str = ""
    recompute: Callable[[], Any] | None = None
    lesson: str = ""
    example: str = ""
    values: Mapping[str, Any] | None = None
    within: float = 5e-5
    implied: bool = False
    raises: str = ""

    @property
    def given(self) -> Mapping[str, Any] | None:
        """The values that the lesson opens on."""
        if self.values is not None or not self.example:
            return self.values
        return next(e.values for e in {**ENTROPY, **LOSSES}[self.lesson].examples if e.title == self.example)


@dataclass(frozen=True, eq=False)
class Recomputed:
    """The status as it is today, and the value recomputed or the error raised."""

    status: str
    value: Any = None
    error: str = ""


def judge(claim: Claim) -> Recomputed:
    """Recomputes the claim now."""
    try:
        value = _recomputed(claim)
    except RAISED as error:
        return Recomputed(NO_LONGER_RUNS, error=f"{type(error).__name__}: {error}")
    same = claim.printed is UNPRINTED or alike(claim.printed, value, claim.within)
    return Recomputed(STILL_TRUE if same else CHANGED, value)


def _recomputed(claim: Claim) -> Any:
    if claim.recompute is not None:
        return claim.recompute()
    lesson = {**ENTROPY, **LOSSES}[claim.lesson]
    return run.torch_result(lesson, in_torchs_precision(lesson, claim.given or {})).value


def alike(printed: Any, value: Any, within: float) -> bool:
    """Numbers within the printed digits, everything else exactly; a tuple part by part."""
    if isinstance(printed, tuple) and isinstance(value, tuple):
        return len(printed) == len(value) and all(alike(p, v, within) for p, v in zip(printed, value, strict=True))
    if value is None or isinstance(value, str | bool) or isinstance(printed, str | bool):
        return type(printed) is type(value) and printed == value
    first, second = np.asarray(printed, dtype=float), np.asarray(value, dtype=float)
    return first.shape == second.shape and np.allclose(first, second, rtol=1e-6, atol=within, equal_nan=True)
