"""What a loss that does not move may mean: the number recognised, and the lesson that explains it."""

from __future__ import annotations

import math

from lib.guides.finding import FOCAL, Finding, Seen, Setting
from lib.guides.known_numbers import CLASS_LOSSES, YES_NO_LOSSES, entropy, of_number, twice_floor
from lib.guides.series import Course, course_of, losses_in

__all__ = ["Finding", "Setting", "entropy", "findings", "share_with_entropy", "twice_floor"]

UNKNOWN = Setting()
NEVER_BELOW_0 = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", *CLASS_LOSSES[:1], *YES_NO_LOSSES[3:])

NAN = (
    Finding(
        "0/0: every target of a batch was ignored, so the mean divides by 0.",
        "cross_entropy_loss",
        sign="nan",
        values={"input": [[1, 2], [1, 3]], "target": [-100, -100]},
        losses=CLASS_LOSSES,
    ),
    Finding("0 · log 0: a probability reached exactly 0 in your own formula.", "entropy", "Certain", sign="nan"),
    Finding(
        "The target is longer than the input allows: the loss is infinite, its gradient NaN, and after one update so "
        "is every weight.",
        "ctc_loss",
        "Impossible",
        sign="nan",
        losses=("ctc_loss",),
    ),
    Finding(
        "inf − inf: a score overflowed, mostly because the learning rate is too large.",
        "cross_entropy_loss",
        sign="nan",
        values={"input": [[math.inf, 1]], "target": [0]},
        losses=(*CLASS_LOSSES, FOCAL),
    ),
    Finding(
        "inf − inf or 0 · inf: a number overflowed, mostly because the learning rate is too large; "
        "or NaN stands in the data.",
        "mse_loss",
        sign="nan",
        values={"input": [math.inf, 1.0], "target": [math.inf, 1.0]},
        losses=("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "gaussian_nll_loss", "poisson_nll_loss"),
    ),
)
INFINITE = (
    Finding(
        "The target is longer than the input allows: no alignment exists.",
        "ctc_loss",
        "Impossible",
        "infinite",
        losses=("ctc_loss",),
    ),
    Finding(
        "log 0: the model gave probability 0 to something that happened.",
        "kl_divergence",
        "Q rules out what happens",
        "infinite",
        losses=("kl_div_loss", "nll_loss", "cross_entropy_loss", FOCAL),
    ),
    Finding(
        "e^x of a large score left the range of floating-point numbers.",
        "bce_with_logits_loss",
        "Confident and wrong",
        "infinite",
        losses=(*CLASS_LOSSES, *YES_NO_LOSSES, "poisson_nll_loss", FOCAL),
    ),
    Finding(
        "The square of a huge error left the range of floating-point numbers.",
        "mse_loss",
        sign="infinite",
        values={"input": [1e200, 1.0], "target": [0.0, 1.0]},
        losses=("mse_loss", "gaussian_nll_loss"),
    ),
)
NEGATIVE = (
    Finding(
        "NLL loss got raw scores or probabilities; it wants log-probabilities.",
        "nll_loss",
        "Raw scores by mistake",
        "negative",
        losses=("nll_loss",),
    ),
    Finding(
        "KL loss got probabilities as input; it wants log-probabilities.",
        "kl_div_loss",
        "As in older articles: probabilities",
        "negative",
        losses=("kl_div_loss",),
    ),
    Finding(
        "Nothing is wrong, if this is Gaussian NLL: a density above 1 gives a negative loss.",
        "gaussian_nll_loss",
        "Sure and right",
        "negative",
        losses=("gaussian_nll_loss",),
    ),
    Finding(
        "Nothing is wrong, if this is Poisson NLL: the term that keeps it above 0 is left out unless full=True.",
        "poisson_nll_loss",
        "With Stirling's term",
        "negative",
        losses=("poisson_nll_loss",),
    ),
    Finding(
        "BCE with targets outside 0 and 1.",
        "bce_with_logits_loss",
        sign="negative",
        values={"input": [1, 2, 2], "target": [2, -1, 1]},
        losses=YES_NO_LOSSES[1:3],
    ),
    Finding(
        "Hinge embedding loss got something else than a distance.",
        "hinge_embedding_loss",
        "Input that is no distance",
        "negative",
        losses=("hinge_embedding_loss",),
    ),
)


def findings(text: str, setting: Setting = UNKNOWN) -> list[Finding]:
    """Every explanation that fits what was typed or pasted: one loss, or a whole log, which is judged by its course.

    Those of the chosen loss alone, where one is chosen. Refuses what holds no number.
    """
    series = losses_in(text)
    if len(series) == 1:
        return _sorted(_all(series[0], setting), setting)
    course = course_of(series)
    return [_course(course, setting), *_sorted(_at_rest(course, setting), setting)]


def _sorted(found: list[Finding], setting: Setting) -> list[Finding]:
    return sorted(found, key=lambda finding: finding.slug != setting.loss)


def _all(seen: Seen, setting: Setting) -> list[Finding]:
    if math.isnan(seen.value):
        return _of_the_loss(NAN, setting, "NaN comes of 0/0, inf − inf or 0 · inf; this loss has no case of its own.")
    if math.isinf(seen.value) and seen.value > 0:
        return _of_the_loss(INFINITE, setting, "A number left the range of floating-point numbers.")
    if seen.value < 0:
        never = "This loss cannot be below 0 by itself: a sign was turned, or something is taken away from it."
        return _of_the_loss(NEGATIVE, setting, never)
    return list(of_number(seen, setting)) or [_unknown(seen.value, setting)]


def _of_the_loss(listed: tuple[Finding, ...], setting: Setting, otherwise: str) -> list[Finding]:
    """What can be about the chosen loss; where nothing is, one sentence."""
    fitting = [f for f in listed if not f.losses or setting.may_be(*f.losses)]
    if fitting:
        return fitting
    return [Finding(otherwise, setting.loss, sign=listed[0].sign)]


def _at_rest(course: Course, setting: Setting) -> list[Finding]:
    """What the number means where the series has come to rest, or ended; nothing while it is on its way."""
    if course.rest is None:
        return []
    if setting.error is None and course.error is not None:
        setting = Setting(**{**vars(setting), "error": course.error})
    return _all(Seen(course.rest, course.half), setting)


_SIGNS = {"falling": "falling", "rising": "rising", "swinging": "swinging", "resting": "", "ended": ""}


def _course(course: Course, setting: Setting) -> Finding:
    """The course of a series in one sentence."""
    slug = "sgd" if course.kind in ("rising", "swinging") else ""
    return Finding(course.says, slug, sign=_SIGNS[course.kind])


_NO_LESSON = ("focal_loss", "weighted_cross_entropy")


def _unknown(value: float, setting: Setting) -> Finding:
    """For a number that is none of the known ones: what the same loss costs somebody who knows nothing."""
    if setting.loss and not setting.may_be(*CLASS_LOSSES, *YES_NO_LOSSES):
        return _of_another_loss(value, setting)
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


_COMPARE_WITH = {
    "mse_loss": "Compare it with the variance of your targets, which one answer for all costs; type it above.",
    "l1_loss": "Compare it with the mean distance of your targets from their median, which one answer for all costs.",
    FOCAL: "Compare it with (1 − 1/C)^γ · ln C, which equal probabilities cost; type your number of classes.",
    **dict.fromkeys(
        ("triplet_margin_loss", "triplet_margin_with_distance_loss", "margin_ranking_loss", "cosine_embedding_loss"),
        "Compare it with your margin, which the loss shows once everything is one point; type it above.",
    ),
}


def _of_another_loss(value: float, setting: Setting) -> Finding:
    compare = _COMPARE_WITH.get(setting.loss, "Compare it with what the first batch costs an untrained network.")
    slug = "cross_entropy_loss" if setting.loss in _NO_LESSON else setting.loss
    return Finding(f"{value:g} is none of the usual numbers. {compare}", slug)


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
