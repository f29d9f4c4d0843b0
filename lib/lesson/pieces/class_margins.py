"""What the two margin losses over classes share: scores that should lead each other, and a division by the classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lib.lesson.pieces import checks, reduction
from lib.lesson.spec import Mistake, Pitfall
from lib.refusal import Refusal


def need_scores(input: np.ndarray) -> None:
    """Real numbers, one per class: (classes,) or (batch, classes), at least one class; a single number is one class."""
    if input.ndim > 2 or 0 in input.shape[-1:]:
        raise Refusal(
            "input has shape {shape}; expected one score per class: (classes,) or (batch, classes).",
            shape=checks.words(input.shape),
        )
    checks.need_real(input=input)


def classes(given: Mapping[str, Any]) -> int:
    return np.atleast_1d(given["input"]).shape[-1]


MISTAKES = {
    "adds_up_the_classes": Mistake(
        {"loss_per_sample": lambda given, done: done["loss_per_sample"] * classes(given)},
        "You only added up. PyTorch divides each sample's sum by the number of classes, even with reduction='none'.",
    ),
    "divides_by_elements": Mistake(
        {"divisor": lambda given, done: given["input"].size},
        "You divided by the number of scores. The classes are divided out already; the mean counts the samples.",
        when=reduction.takes_mean,
    ),
    **reduction.MISTAKES,
}

SCORES = (r"x_{nc}", "the score of sample n for class c")
RESULT = (
    (r"C", "the number of classes"),
    (r"W", "what the mean divides by: the number of samples"),
    (r"\ell_n", "the loss of sample n"),
)

NOTHING_BELOW_ZERO = Pitfall(
    "max(0, ·) in older articles",
    "Hand calculations often leave it out. That gives the same number only as long as no lead exceeds the margin.",
)

PITFALLS = (
    Pitfall(
        "An empty batch",
        "With no samples and reduction='mean' or 'sum', PyTorch returns whatever was in memory. "
        "Here the sum is 0 and the mean is NaN, as with the other losses. Skip empty batches.",
    ),
    Pitfall(
        "NaN goes unnoticed",
        "A comparison with NaN is never true, so a score of NaN adds 0 to the loss instead of spoiling it.",
    ),
    reduction.OLD_ARGUMENTS,
)
