"""What a loss that does not move may mean: the number recognised, and the lesson that explains it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

CLOSE = 0.004  # losses are read off a log with two or three decimals
MOST_CLASSES = 1000


@dataclass(frozen=True, eq=False)
class Finding:
    """One explanation, and the lesson (with an example's title, if one fits) where it can be tried."""

    says: str
    slug: str
    example: str = ""


NAN = (
    Finding("Every target of a batch was ignored: the mean is 0/0.", "cross_entropy_loss", "One sample ignored"),
    Finding("0 · log 0, when a probability reached exactly 0 in your own formula.", "entropy"),
    Finding("inf − inf, when a score overflowed: lower the learning rate first.", "cross_entropy_loss"),
)
INFINITE = (
    Finding("The target is longer than the input allows: no alignment exists.", "ctc_loss"),
    Finding("log 0: the model gave probability 0 to something that happened.", "kl_divergence"),
)
NEGATIVE = (
    Finding("NLL loss got raw scores or probabilities; it wants log-probabilities.", "nll_loss"),
    Finding("KL loss got probabilities as input; it wants log-probabilities.", "kl_div_loss"),
    Finding("Nothing is wrong, if this is Gaussian NLL: a density above 1 gives a negative loss.", "gaussian_nll_loss"),
    Finding("BCE with targets outside 0 and 1.", "bce_with_logits_loss"),
)
LN_2 = (
    Finding("ln 2 = 0.693: with two classes, every answer is ½. The model has learnt nothing yet.", "entropy"),
    Finding("The same number as the loss of one yes-or-no question.", "bce_with_logits_loss"),
)
CLAMPED = Finding("BCE loss clamps log 0 at −100: a probability of exactly 0 or 1 was wrong.", "bce_loss")
ZERO = Finding(
    "Every margin is kept, so a hinge has nothing to push; or the targets leak into the inputs.", "hinge_embedding_loss"
)


def findings(text: str) -> list[Finding]:
    """Every explanation that fits what was typed. ValueError where it is no number."""
    try:
        value = float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        raise ValueError(f"“{text.strip()[:40]}” is not a number; type the loss as printed, or nan or inf.") from None
    if math.isnan(value):
        return list(NAN)
    if value < 0:
        return list(NEGATIVE)
    if math.isinf(value):
        return list(INFINITE)
    return list(_of_number(value)) or [_unknown(value)]


def _of_number(value: float) -> Iterator[Finding]:
    if abs(value - math.log(2)) < CLOSE:
        yield from LN_2
    yield from _of_class_count(value)
    yield from _of_softmax_twice(value)
    if abs(value - 100) < CLOSE:
        yield CLAMPED
    if value == 0:
        yield ZERO


def _of_class_count(value: float) -> Iterator[Finding]:
    """ln C: what equal probabilities for C classes cost."""
    classes = round(math.exp(min(value, 50)))
    if 2 < classes <= MOST_CLASSES and abs(value - math.log(classes)) < min(CLOSE, 0.4 / classes):
        says = f"ln {classes} = {math.log(classes):.3f}: all {classes} classes get the same probability. "
        example = "Ten classes, no idea" if classes == 10 else ""
        yield Finding(says + "The model has learnt nothing yet.", "cross_entropy_loss", example)


def _of_softmax_twice(value: float) -> Iterator[Finding]:
    """ln(e + C − 1) − 1: the lowest loss when the scores are probabilities already."""
    others = round(math.exp(min(value, 50) + 1) - math.e)
    if not 1 <= others < MOST_CLASSES:
        return
    floor = math.log(math.e + others) - 1
    if abs(value - floor) < min(0.0006, 0.4 / (others + 1)):
        says = f"{floor:.4f} is the lowest that {others + 1} classes can reach when softmax is applied twice. "
        yield Finding(says + "Take the softmax out of the network.", "cross_entropy_loss")


def _unknown(value: float) -> Finding:
    says = f"{value:g} is none of the usual numbers. Compare it with ln C for your C classes: "
    return Finding(says + "an untrained network shows that.", "entropy")
