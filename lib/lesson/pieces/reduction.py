"""The reduction: from the losses to the result, and how much each loss counts in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lib.lesson.pieces.latex import num, total
from lib.lesson.spec import Choice, Step, Steps

REDUCTION = Choice(
    "reduction",
    "mean",
    ("mean", "sum", "none"),
    "How the losses become one number: their mean, their sum, or left as they are.",
)


def reduce(
    each: np.ndarray,
    reduction: str,
    *,
    divisor: Any = None,
    divisor_latex: str = r"W = N",
    divisor_worked: Callable[..., str] | None = None,
    divisor_words: str = "Count the losses.",
    letter: str = "n",
) -> Steps:
    """From the losses to the result: none keeps them, sum adds them, mean divides by `divisor` (their count)."""
    if reduction == "none":
        yield Step("loss", rf"L_{letter} = \ell_{letter}", each, words="Nothing to do: the losses are the result.")
        return
    if reduction == "sum":
        latex = rf"L = \sum_{letter} \ell_{letter}"
        yield Step("loss", latex, each.sum(), worked=lambda: total(each), words="Add the losses up.")
        return
    count = each.size if divisor is None else divisor
    divide_by = yield Step(
        "divisor",
        divisor_latex,
        np.asarray(count, dtype=each.dtype),
        worked=divisor_worked,
        given=bool(each.size == 1 and count == 1),
        words=divisor_words,
    )
    yield Step(
        "loss",
        rf"L = \frac{{1}}{{W}} \sum_{letter} \ell_{letter}",
        each.sum() / divide_by,
        worked=lambda: rf"\frac{{{total(each)}}}{{{num(divide_by)}}}",
        words="Add the losses up and divide.",
    )


def share(done: Any, reduction: str, letter: str = "n") -> Steps:
    """How much the result moves when one loss moves by 1; the first step of most gradients. Returns it."""
    if reduction != "mean":
        return np.float64(1.0)
    divisor = done["divisor"]
    answer = yield Step(
        "share",
        rf"\frac{{\partial L}}{{\partial \ell_{letter}}} = \frac{{1}}{{W}}",
        np.asarray(1 / divisor),
        worked=lambda: rf"\frac{{1}}{{{num(divisor)}}}",
        given=bool(divisor == 1),
        words="The mean divides every loss by the same number, so each loss counts one part of it.",
    )
    return answer
