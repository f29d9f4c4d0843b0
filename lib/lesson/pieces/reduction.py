"""The reduction, from the losses to the result, and how much each loss counts in it; beside its mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.formula import Formula, formula, total
from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import Choice, Mistake, Pitfall, Step, Steps

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
    of: str,
    divisor: Any = None,
    divisor_latex: str = r"W = N",
    divisor_worked: Callable[..., Formula] | None = None,
    divisor_words: str = "Count the losses.",
    letter: str = "n",
    over_zero: Callable[[np.ndarray], Any] | None = None,
) -> Steps:
    """From the losses to the result: none keeps them, sum adds them, mean divides by `divisor` (their count).

    `of` names the step that the losses come from. `over_zero(divisor)` is the mean where the divisor is 0, if torch
    makes something else of that than the sum of the losses over 0.
    """
    if reduction == "none":
        yield Step("loss", rf"L_{letter} = \ell_{letter}", each, words="Nothing to do: the losses are the result.")
        return
    if reduction == "sum":
        latex = rf"L = \sum_{letter} \ell_{letter}"
        yield Step("loss", latex, each.sum(), worked=lambda: total(of, each), words="Add the losses up.")
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
        over_zero(divide_by) if over_zero and divide_by == 0 else each.sum() / divide_by,
        worked=lambda: formula(r"\frac{<losses>}{<divisor>}", losses=total(of, each), divisor=divide_by),
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
        worked=lambda: formula(r"\frac{1}{<divisor>}", divisor=divisor),
        given=bool(divisor == 1),
        words="The mean divides every loss by the same number, so each loss counts one part of it.",
    )
    return answer


def takes_mean(given: Mapping[str, Any]) -> bool:
    return given["reduction"] == "mean"


def has_rows(given: Mapping[str, Any]) -> bool:
    """Whether rows and elements are counted differently: some input has two dimensions or more."""
    return takes_mean(given) and any(np.ndim(value) > 1 for value in given.values() if isinstance(value, np.ndarray))


def is_one_number(given: Mapping[str, Any]) -> bool:
    return bool(given["reduction"] != "none")


def put_together(given: Mapping[str, Any], numbers: np.ndarray) -> Any:
    """The mean or the sum of the numbers, whichever is asked for."""
    return numbers.sum() / (numbers.size if takes_mean(given) else 1)


def rows(given: Mapping[str, Any]) -> int:
    """How many rows there are: the size of the first axis, once the tensors are stretched over one another."""
    shapes = (np.shape(value) for name, value in given.items() if name in ("input", "target"))
    return int(np.broadcast_shapes(*shapes)[0])


def losses(done: Mapping[str, np.ndarray]) -> np.ndarray:
    """What the reduction adds up, whatever it is a loss of: an element, a sample, a pair, a triplet.

    Where no step bears a loss's name, the sizes of the errors are the losses: Smooth L1 with beta 0.
    """
    found = next((name for name in done if name.startswith("loss_per_")), "size")
    return np.atleast_1d(done[found])


MISTAKES = {
    "sum_for_mean": Mistake(
        {"loss": lambda given, done: done["loss"] * done["divisor"]},
        "This is the sum. With reduction='mean', it is divided by W.",
        when=takes_mean,
    ),
    "ignores_reduction": ignoring(
        "You took the mean. reduction='sum' only adds the losses up, and 'none' keeps every one of them.",
        reduction="mean",
    ),
}

DIVIDES_BY_ROWS = {
    "divides_by_rows": Mistake(
        {"divisor": lambda given, done: len(losses(done))},
        "You divided by the number of rows. PyTorch divides by the number of elements.",
        when=has_rows,
    ),
}

OTHER_MEANS = {
    "divides_by_one_fewer": Mistake(
        {"divisor": lambda given, done: done["divisor"] - 1},
        "You divided by one fewer, as for a sample's variance. A mean divides by how many there are.",
        when=lambda given: takes_mean(given) and given["input"].size > 2,
    ),
    "takes_the_largest": Mistake(
        {"loss": lambda given, done: losses(done).max(initial=0.0)},
        "You took the largest loss. The mean counts all of them.",
        when=takes_mean,
    ),
    "takes_the_middle_one": Mistake(
        {"loss": lambda given, done: np.median(losses(done))},
        "You took the median. The mean adds the losses up and divides by how many there are.",
        when=takes_mean,
    ),
}

DIVIDES_BY_ELEMENTS = {
    "divides_by_elements": Mistake(
        {"divisor": lambda given, done: given["input"].size},
        "You divided by the number of elements. One sample gives one loss, so count the samples.",
        when=takes_mean,
    ),
}

COUNTS_WHAT_COSTS = {
    "counts_what_costs": Mistake(
        {"divisor": lambda given, done: np.count_nonzero(losses(done))},
        "You counted only the losses that are not 0. PyTorch's mean counts all of them.",
        when=takes_mean,
        not_finite=True,
    ),
}

GRAD_MISTAKES = {
    "gradient_of_the_sum": Mistake(
        {"share": lambda given, done: 1.0},
        "This is the gradient of the sum. The mean gives each loss one part in W.",
        when=takes_mean,
    ),
    "always_divides": ignoring(
        "You divided as the mean does. With reduction='sum' and 'none' each loss counts whole.", reduction="mean"
    ),
}

GRAD_DIVIDES_BY_ROWS = {
    "divides_by_rows": Mistake(
        {"share": lambda given, done: np.divide(1.0, rows(given))},
        "You divided by the number of rows. The mean is over elements: each gets one part in their number.",
        when=has_rows,
    ),
}

OLD_ARGUMENTS = Pitfall(
    "size_average and reduce",
    "Old code passes size_average=False or reduce=False. Both still work with a warning and are not offered here; "
    "say reduction='sum' or reduction='none'.",
)
