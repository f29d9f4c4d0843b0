"""What a loss that does not move may mean: the number recognised, and the lesson that explains it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.refusal import Refusal

CLOSE = 0.004  # losses are read off a log with two or three decimals
MOST_CLASSES = 1000
MOST_SHOWN = 12  # numbers that a lesson's first screen shows well


@dataclass(frozen=True, eq=False)
class Finding:
    """One explanation, and the lesson where it can be tried: on `values`, or on the example with this title.

    `sign` names the kind of trouble; the clinic's causes are listed by it.
    """

    says: str
    slug: str
    example: str = ""
    sign: str = "stuck"
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Setting:
    """What else is known: the slug of the loss, the number of classes, the share of each, the answers in a batch."""

    loss: str = ""
    classes: int | None = None
    shares: tuple[float, ...] = ()
    answers: int | None = None


UNKNOWN = Setting()

NAN = (
    Finding(
        "0/0: every target of a batch was ignored, so the mean divides by 0.",
        "cross_entropy_loss",
        sign="nan",
        values={"input": [[1, 2], [1, 3]], "target": [-100, -100]},
    ),
    Finding("0 · log 0: a probability reached exactly 0 in your own formula.", "entropy", "Certain", sign="nan"),
    Finding(
        "inf − inf: a score overflowed, mostly because the learning rate is too large.",
        "cross_entropy_loss",
        sign="nan",
        values={"input": [[math.inf, 1]], "target": [0]},
    ),
)
INFINITE = (
    Finding("The target is longer than the input allows: no alignment exists.", "ctc_loss", "Impossible", "infinite"),
    Finding(
        "log 0: the model gave probability 0 to something that happened.",
        "kl_divergence",
        "Q rules out what happens",
        "infinite",
    ),
    Finding(
        "e^x of a large score, or a square of a huge error, left the range of floating-point numbers.",
        "bce_with_logits_loss",
        "Confident and wrong",
        "infinite",
    ),
)
NEGATIVE = (
    Finding(
        "NLL loss got raw scores or probabilities; it wants log-probabilities.",
        "nll_loss",
        "Raw scores by mistake",
        "negative",
    ),
    Finding(
        "KL loss got probabilities as input; it wants log-probabilities.",
        "kl_div_loss",
        "As in older articles: probabilities",
        "negative",
    ),
    Finding(
        "Nothing is wrong, if this is Gaussian NLL: a density above 1 gives a negative loss.",
        "gaussian_nll_loss",
        "Sure and right",
        "negative",
    ),
    Finding(
        "Nothing is wrong, if this is Poisson NLL: the term that keeps it above 0 is left out unless full=True.",
        "poisson_nll_loss",
        "With Stirling's term",
        "negative",
    ),
    Finding(
        "BCE with targets outside 0 and 1.",
        "bce_with_logits_loss",
        sign="negative",
        values={"input": [1, 2, 2], "target": [2, -1, 1]},
    ),
    Finding(
        "Hinge embedding loss got something else than a distance.",
        "hinge_embedding_loss",
        "Input that is no distance",
        "negative",
    ),
)
LN_2 = (
    Finding(
        "ln 2 = 0.693: with two classes, every answer is ½. The model has learnt nothing yet.",
        "entropy",
        "A fair coin",
        "guess",
    ),
    Finding("The same number as the loss of one yes-or-no question.", "bce_with_logits_loss", "No idea", "guess"),
)
ZERO = Finding(
    "Every margin is kept, so a hinge has nothing to push; or the targets leak into the inputs.",
    "hinge_embedding_loss",
    "Unlike and far apart",
    "zero",
)
COLLAPSED = Finding(
    "Exactly the margin: anchor, positive and negative are the same point. The embeddings have collapsed.",
    "triplet_margin_loss",
    "Everything in one point",
    "collapsed",
)


def findings(text: str, setting: Setting = UNKNOWN) -> list[Finding]:
    """Every explanation that fits what was typed, those of the chosen loss first. Refuses what is no number."""
    try:
        value = float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        says = "“{typed}” is not a number; type the loss as printed, or nan or inf."
        raise Refusal(says, typed=text.strip()[:40]) from None
    return sorted(_all(value, setting), key=lambda finding: finding.slug != setting.loss)


def _all(value: float, setting: Setting) -> list[Finding]:
    if math.isnan(value):
        return list(NAN)
    if value < 0:
        return list(NEGATIVE)
    if math.isinf(value):
        return list(INFINITE)
    return list(_of_number(value, setting)) or [_unknown(value, setting)]


def _of_number(value: float, setting: Setting) -> Iterator[Finding]:
    if setting.shares and abs(value - entropy(setting.shares)) < CLOSE:
        yield _shares_only(setting.shares)
    if setting.classes in (None, 2) and abs(value - math.log(2)) < CLOSE:
        yield from LN_2
    yield from _of_class_count(value, setting.classes)
    yield from _of_softmax_twice(value, setting.classes)
    yield from _of_clamp(value, setting)
    if setting.loss.startswith("triplet") and value == 1:
        yield COLLAPSED
    if value == 0:
        yield ZERO


def entropy(shares: tuple[float, ...]) -> float:
    """The loss of a model that answers every sample with the classes' shares, in nats."""
    return -sum(p * math.log(p) for p in shares if p)


def _shares_only(shares: tuple[float, ...]) -> Finding:
    listed = ", ".join(f"{p:g}" for p in shares)
    says = (
        f"{entropy(shares):.4f} is the entropy of your class shares ({listed}): "
        "the model answers every sample with the shares. "
        "It has learnt how frequent the classes are, and nothing from its inputs."
    )
    return Finding(says, "entropy", sign="shares", values={"p": list(shares)})


def _of_class_count(value: float, known: int | None) -> Iterator[Finding]:
    """ln C: what equal probabilities for C classes cost."""
    classes = known or round(math.exp(min(value, 50)))
    if 2 < classes <= MOST_CLASSES and abs(value - math.log(classes)) < min(CLOSE, 0.4 / classes):
        says = (
            f"ln {classes} = {math.log(classes):.3f}: all {classes} classes get the same probability. "
            "The model has learnt nothing yet."
        )
        if classes > MOST_SHOWN:
            yield Finding(says, "cross_entropy_loss", "Ten classes, no idea", "guess")
        else:
            alike = {"input": [[0] * classes], "target": [classes // 3]}
            yield Finding(says, "cross_entropy_loss", sign="guess", values=alike)


def twice_floor(classes: int) -> float:
    """ln(e + C − 1) − 1: the lowest loss when the scores are probabilities already."""
    return math.log(math.e + classes - 1) - 1


def _of_softmax_twice(value: float, known: int | None) -> Iterator[Finding]:
    classes = known or round(math.exp(min(value, 50) + 1) - math.e) + 1
    if not 2 <= classes <= MOST_CLASSES:
        return
    if abs(value - twice_floor(classes)) < min(0.0006, 0.4 / classes):
        says = (
            f"{twice_floor(classes):.4f} is the lowest that {classes} classes can reach "
            "when softmax is applied twice. Take the softmax out of the network."
        )
        certain = {"input": [[1] + [0] * (min(classes, MOST_SHOWN) - 1)], "target": [0]}
        yield Finding(says, "cross_entropy_loss", sign="twice", values=certain)


def _of_clamp(value: float, setting: Setting) -> Iterator[Finding]:
    """BCE's 100 for each certain and wrong answer: 100 · k / N."""
    if setting.loss not in ("", "bce_loss") or value <= 0:
        return
    wrong, answers = _clamped(value, setting.answers)
    if not wrong:
        return
    says = "BCE loss clamps log 0 at −100: a probability of exactly 0 or 1 was wrong."
    if answers > 1:
        says = (
            "BCE loss clamps log 0 at −100: a probability of exactly 0 or 1 was wrong, "
            f"{wrong} of {answers} answers: 100 · {wrong}/{answers} = {value:g}."
        )
    if answers > MOST_SHOWN:
        yield Finding(says, "bce_loss", "Sure and wrong", "clamped")
        return
    targets = [1] * wrong + [0] * (answers - wrong)
    yield Finding(says, "bce_loss", sign="clamped", values={"input": [0] * answers, "target": targets})


def _clamped(value: float, answers: int | None) -> tuple[int, int]:
    """How many of how many answers cost 100 each; (0, 0) if the loss is no such number.

    Without the number of answers only one wrong answer in a batch of 2, 4, 8 … 64 is recognised.
    """
    if answers:
        wrong = round(value * answers / 100)
        return (wrong, answers) if 1 <= wrong <= answers and abs(value - 100 * wrong / answers) < CLOSE else (0, 0)
    batch = next((2**i for i in range(7) if abs(value - 100 / 2**i) < CLOSE), 0)
    return (1, batch) if batch else (0, 0)


def _unknown(value: float, setting: Setting) -> Finding:
    """For a number that is none of the known ones: what the same loss costs somebody who knows nothing."""
    if setting.classes and setting.classes > 1:
        return _beside_guessing(value, setting.classes)
    says = (
        f"{value:g} is none of the usual numbers. "
        "Compare it with ln C for your C classes: an untrained network shows that."
    )
    if not 0 < value < math.log(2):
        return Finding(says, "entropy")
    share = share_with_entropy(value)
    says = f"{says} With two classes it is what answering with the shares alone costs where one class has {share:.1%}."
    return Finding(says, "entropy", values={"p": [round(1 - share, 4), round(share, 4)]})


def _beside_guessing(value: float, classes: int) -> Finding:
    guess = math.log(classes)
    if value > guess:
        worse = (
            f"{value:g} is none of the usual numbers. Equal probabilities for {classes} classes cost "
            f"ln {classes} = {guess:.3f}: yours is worse than knowing nothing, so the model is sure and wrong."
        )
        return Finding(worse, "cross_entropy_loss", "Confident and wrong")
    better = (
        f"{value:g} is none of the usual numbers. Equal probabilities for {classes} classes cost "
        f"ln {classes} = {guess:.3f}: yours is better, so something has been learnt."
    )
    return Finding(better, "cross_entropy_loss")


def share_with_entropy(nats: float) -> float:
    """The share of the rarer of two classes whose entropy is `nats` (0 to ln 2), by bisection."""
    low, high = 0.0, 0.5
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if entropy((middle, 1 - middle)) < nats else (low, middle)
    return (low + high) / 2
