"""How far two vectors are apart, in whatever way: the value, the slope, both in LaTeX, with numbers and in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lib.lesson.formula import Formula, Value, formula
from lib.lesson.pieces.norms import (
    in_floats,
    norm_in_numbers,
    norm_latex,
    norm_slope,
    norm_words,
    slope_latex,
    slope_words,
    vector_norm,
)

SEEN = 1e-4  # an eps below this is too small to matter on paper


@dataclass(frozen=True, eq=False)
class Distance:
    """How far vectors are apart (last axis), and how fast that moves with each of their coordinates.

    `slopes(x, y)` gives the slope in x, and the one in y unless it is the same with the other sign, as in every
    distance that depends on x − y alone. The formulas are LaTeX; `slope_formula` is also given the distance's symbol.
    """

    value: Callable[[np.ndarray, np.ndarray], np.ndarray]
    formula: Callable[[str, str], str]
    worked: Callable[[Sequence[Value], Sequence[Value]], Formula]
    words: str
    slopes: Callable[[np.ndarray, np.ndarray], Sequence[np.ndarray]]
    slope_formula: Callable[[str, str, str], str]
    slope_words: str


def norm_distance(p: float, eps: float) -> Distance:
    """The norm of x − y with eps added to every coordinate, as in torch.nn.functional.pairwise_distance."""
    gap = r"{} - {} + \varepsilon" if eps else "{} - {}"

    def difference(x, y):
        return in_floats(x - y) + eps

    return Distance(
        value=lambda x, y: vector_norm(difference(x, y), p),
        formula=lambda x, y: norm_latex(gap.format(x, y), p),
        worked=lambda x, y: norm_in_numbers(gaps(x, y, eps, always=p < 1), p),
        words=("" if abs(eps) < SEEN else "Add eps to each difference. ") + norm_words(p),
        slopes=lambda x, y: [norm_slope(difference(x, y), p)],
        slope_formula=lambda x, y, d: slope_latex(gap.format(x, y), d, p),
        slope_words=slope_words(p),
    )


def gaps(x: Sequence[Value], y: Sequence[Value], eps: float = 0.0, always: bool = False) -> list[Formula]:
    """The differences of the coordinates with their numbers; eps is left out where nobody would see it."""
    largest = max((abs(a.number - b.number) for a, b in zip(x, y, strict=True)), default=0.0)
    seen = eps and (always or not abs(eps) < 1e-4 * largest)
    return [formula("<x> - <y> + <eps>" if seen else "<x> - <y>", x=a, y=b, eps=eps) for a, b in zip(x, y, strict=True)]
