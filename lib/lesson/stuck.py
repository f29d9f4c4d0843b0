"""What a loss that does not move may mean: the number recognised, and the lesson that explains it."""

from __future__ import annotations

import math
from dataclasses import dataclass

CLOSE = 0.004  # losses are read off a log with two or three decimals
MOST_CLASSES = 1000


@dataclass(frozen=True, eq=False)
class Finding:
    """One explanation, and the lesson (with an example's title, if one fits) where it can be tried."""

    says: str
    slug: str
    example: str = ""


def findings(text: str) -> list[Finding]:
    """Every explanation that fits what was typed. ValueError where it is no number."""
    try:
        value = float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        raise ValueError(f"“{text.strip()[:40]}” is not a number; type the loss as it is printed, or nan or inf.") from None
    if math.isnan(value):
        return NAN
    if math.isinf(value):
        return INFINITE if value > 0 else NEGATIVE
    return (NEGATIVE if value < 0 else _finite(value)) or [_unknown(value)]


NAN = [
    Finding("Every target of a batch was ignored: the mean is 0/0.", "cross_entropy_loss", "One sample ignored"),
    Finding("0 · log 0, when a probability reached exactly 0 in your own formula.", "entropy"),
    Finding("inf − inf, when a score overflowed: look at the learning rate, and at softmax written by hand.",
            "cross_entropy_loss", "Confident and wrong"),
]  # fmt: skip
INFINITE = [
    Finding("The target is longer than the input allows: no alignment exists.", "ctc_loss"),
    Finding("log 0: the model gave probability 0 to something that happened.", "kl_divergence"),
]
NEGATIVE = [
    Finding("NLL loss got raw scores or probabilities; it wants log-probabilities.", "nll_loss"),
    Finding("KL loss got probabilities as input; it wants log-probabilities.", "kl_div_loss"),
    Finding("Nothing is wrong, if this is Gaussian NLL: a density above 1 gives a negative loss.", "gaussian_nll_loss"),
    Finding("BCE with targets outside 0 and 1.", "bce_with_logits_loss"),
]


def _finite(value: float) -> list[Finding]:
    found = []
    if abs(value - math.log(2)) < CLOSE:
        found.append(Finding("ln 2 = 0.693: with two classes, every answer is ½. The model has learnt nothing yet, or "
                             "its inputs or gradients are cut off.", "entropy"))  # fmt: skip
        found.append(Finding("The same number as a loss of one yes-or-no question.", "bce_with_logits_loss"))
    classes = round(math.exp(value)) if value < math.log(MOST_CLASSES + 1) else 0
    if classes > 2 and abs(value - math.log(classes)) < min(CLOSE, 0.4 / classes):
        found.append(Finding(f"ln {classes} = {math.log(classes):.3f}: with {classes} classes, every class gets the same "
                             "probability. The model has learnt nothing yet.",
                             "cross_entropy_loss", "Ten classes, no idea" if classes == 10 else ""))  # fmt: skip
    others = round(math.exp(value + 1) - math.e) if value < 6 else 0
    floor = math.log(math.e + others) - 1 if others >= 1 else -1.0
    if abs(value - floor) < 0.0006:
        found.append(Finding(f"{floor:.4f} is the lowest that {others + 1} classes can reach when softmax is applied twice. "
                             "Take the softmax out of the network.", "cross_entropy_loss"))  # fmt: skip
    if abs(value - 100) < CLOSE:
        found.append(Finding("BCE loss clamps log 0 at −100: a probability of exactly 0 or 1 was wrong.", "bce_loss"))
    if value == 0:
        found.append(Finding("Every margin is kept, so a hinge has nothing to push; or the targets leak into the inputs.",
                             "hinge_embedding_loss"))  # fmt: skip
    return found


def _unknown(value: float) -> Finding:
    return Finding(f"{value:g} is none of the usual numbers. Compare it with ln C for your C classes: an untrained network "
                   "shows that.", "entropy")  # fmt: skip
