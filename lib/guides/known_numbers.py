"""Numbers at which losses rest, and what each of them means."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lib.guides.finding import FOCAL, WEIGHTED, Finding, Seen, Setting

MOST_SHOWN = 12  # numbers that a lesson's first screen shows well
FEW = 50  # classes that any count up to here may be meant
VOCABULARIES = (
    *(100, 200, 256, 365, 500, 512, 1000, 1024, 2000, 2048, 4096, 5000, 8192, 10_000, 16_000, 20_000, 21_128, 21_841),
    *(28_996, 30_522, 32_000, 32_128, 49_152, 49_408, 50_257, 50_265, 50_304, 51_865, 64_000, 65_536, 100_000),
    *(100_277, 119_547, 128_000, 128_256, 129_280, 151_936, 200_019, 250_002, 256_000),
)
CLASS_LOSSES = ("cross_entropy_loss", "nll_loss", WEIGHTED)
YES_NO_LOSSES = ("bce_loss", "bce_with_logits_loss", "multi_label_soft_margin_loss", "soft_margin_loss")
TRIPLETS = ("triplet_margin_loss", "triplet_margin_with_distance_loss")
USUAL_MARGINS = (0.1, 0.2, 0.3, 0.5, 1.0)
FOCUSES = (1.0, 2.0, 3.0, 5.0)  # gammas of a focal loss

Found = Iterator[Finding]


def of_number(seen: Seen, setting: Setting) -> Found:
    """Every known number that this one may be."""
    yield from of_shares(seen, setting)
    yield from of_two_classes(seen, setting)
    yield from of_class_count(seen, setting)
    yield from of_softmax_twice(seen, setting)
    yield from of_focal(seen, setting)
    yield from of_clamp(seen, setting)
    yield from of_margin(seen, setting)
    yield from of_variance(seen, setting)
    if seen.value == 0:
        yield ZERO


ZERO = Finding(
    "Every margin is kept, so a hinge has nothing to push; or the targets leak into the inputs.",
    "hinge_embedding_loss",
    "Unlike and far apart",
    "zero",
)


def entropy(shares: tuple[float, ...]) -> float:
    """The loss of a model that answers every sample with the classes' shares, in nats."""
    return -sum(p * math.log(p) for p in shares if p)


def of_shares(seen: Seen, setting: Setting) -> Found:
    if not setting.shares or not setting.may_be(*CLASS_LOSSES, *YES_NO_LOSSES):
        return
    if not seen.is_near(entropy(setting.shares), setting.noise):
        return
    listed = ", ".join(f"{p:g}" for p in setting.shares)
    says = (
        f"{entropy(setting.shares):.4f} is the entropy of your class shares ({listed}): "
        "the model answers every sample with the shares. "
        "It has learnt how frequent the classes are, and nothing from its inputs."
    )
    yield Finding(says, "entropy", sign="shares", values={"p": list(setting.shares)})


def of_two_classes(seen: Seen, setting: Setting) -> Found:
    """ln 2: what ½ costs, of two classes or of yes and no."""
    if setting.classes not in (None, 2) or not seen.is_near(math.log(2), setting.noise):
        return
    off = _off(seen, math.log(2))
    if setting.may_be(*CLASS_LOSSES, *YES_NO_LOSSES):
        says = "ln 2 = 0.693: with two classes, every answer is ½. The model has learnt nothing yet." + off
        yield Finding(_hedged(says, setting), "entropy", "A fair coin", "guess")
    if setting.may_be(*YES_NO_LOSSES):
        says = "ln 2 is the loss of one yes-or-no question that is answered with ½." + off
        yield Finding(says, "bce_with_logits_loss", "No idea", "guess")


def of_class_count(seen: Seen, setting: Setting) -> Found:
    """ln C: what equal probabilities for C classes cost."""
    if not setting.may_be(*CLASS_LOSSES):
        return
    classes = setting.classes or class_count(seen, setting)
    if classes <= 2 or not seen.is_near(math.log(classes), setting.noise):
        return
    says = (
        f"ln {classes} = {math.log(classes):.3f}: all {_thousands(classes)} classes get the same probability. "
        f"The model has learnt nothing yet.{_off(seen, math.log(classes))}"
    )
    if classes > MOST_SHOWN:
        yield Finding(_hedged(says, setting), "cross_entropy_loss", "Ten classes, no idea", "guess")
    else:
        alike = {"input": [[0] * classes], "target": [classes // 3]}
        yield Finding(_hedged(says, setting), "cross_entropy_loss", sign="guess", values=alike)


def class_count(seen: Seen, setting: Setting) -> int:
    """How many classes have this number as ln C: any count up to fifty, above that one that is usual; 0 if none."""
    nearest = round(math.exp(min(seen.value, 50)))
    if nearest <= FEW:
        return nearest if seen.is_near(math.log(max(nearest, 1)), min(setting.noise, 0.4 / max(nearest, 1))) else 0
    usual = min(VOCABULARIES, key=lambda count: abs(seen.value - math.log(count)))
    if seen.is_near(math.log(usual), min(setting.noise, 0.01)):
        return usual
    return nearest if 0 < seen.half < 0.7 / nearest else 0  # no other count rounds to this


def twice_floor(classes: int) -> float:
    """ln(e + C − 1) − 1: the lowest loss when the scores are probabilities already."""
    return math.log(math.e + classes - 1) - 1


def of_softmax_twice(seen: Seen, setting: Setting) -> Found:
    """The floor under a loss whose scores have been through a softmax already: it is met from above."""
    if not setting.may_be("cross_entropy_loss", WEIGHTED):
        return
    classes = setting.classes or round(math.exp(min(seen.value, 50) + 1) - math.e) + 1
    if classes < 2 or (setting.classes is None and classes > 1000):
        return
    apart = 0.4 / (math.e + classes - 1) if setting.classes is None else 1.0  # half of the way to the next count
    above = seen.value - twice_floor(classes)
    allowed = max(min(seen.half, 0.01), 0.0006)
    nears = max(allowed, 0.01) if setting.classes else allowed
    if not -min(allowed, apart) <= above <= min(nears, apart) or (classes > FEW and not setting.classes):
        return
    says = (
        f"{twice_floor(classes):.4f} is the lowest that {_thousands(classes)} classes can reach "
        "when softmax is applied twice. Take the softmax out of the network."
    )
    certain = {"input": [[1] + [0] * (min(classes, MOST_SHOWN) - 1)], "target": [0]}
    yield Finding(says, "cross_entropy_loss", sign="twice", values=certain)


def of_focal(seen: Seen, setting: Setting) -> Found:
    """(1 − 1/C)^γ ln C: what equal probabilities cost in a focal loss, times alpha, if it has one."""
    if setting.loss != FOCAL:
        return
    counts = [setting.classes] if setting.classes else [*range(2, FEW), 100, 1000]
    kinds = [(g, a) for a in (1.0, 0.25) for g in FOCUSES] if setting.classes else [(2.0, 1.0), (2.0, 0.25)]
    for (gamma, alpha), classes in ((kind, count) for kind in kinds for count in counts):
        known = alpha * (1 - 1 / classes) ** gamma * math.log(classes)
        if abs(seen.value - known) <= max(min(seen.half, 0.005), 0.0005 + 0.002 * known):
            share = f"{alpha:g} · " if alpha != 1 else ""
            says = (
                f"{share}(1 − 1/{classes})^{gamma:g} · ln {classes} = {known:.4f}: what a focal loss with "
                f"gamma {gamma:g} costs when all {_thousands(classes)} classes get the same probability. "
                "The model has learnt nothing yet."
            )
            yield Finding(says, "cross_entropy_loss", "Ten classes, no idea", "guess")
            return


def of_clamp(seen: Seen, setting: Setting) -> Found:
    """BCE's 100 for each certain and wrong answer: 100 · k / N."""
    if not setting.may_be("bce_loss") or seen.value <= 0 or (not setting.loss and (setting.classes or 2) > 2):
        return
    wrong, answers = _clamped(seen.value, setting.answers)
    if not wrong:
        return
    says = "BCE loss clamps log 0 at −100: a probability of exactly 0 or 1 was wrong."
    if answers > 1:
        says = (
            "BCE loss clamps log 0 at −100: a probability of exactly 0 or 1 was wrong, "
            f"{wrong} of {answers} answers: 100 · {wrong}/{answers} = {seen.value:g}."
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
        return (wrong, answers) if 1 <= wrong <= answers and abs(value - 100 * wrong / answers) < 0.004 else (0, 0)
    batch = next((2**i for i in range(7) if abs(value - 100 / 2**i) < 0.004), 0)
    return (1, batch) if batch else (0, 0)


def of_margin(seen: Seen, setting: Setting) -> Found:
    """What losses with a margin cost when everything has become one point, or all scores one number."""
    if setting.loss in TRIPLETS:
        yield from _of_triplets(seen, setting)
    elif setting.loss == "margin_ranking_loss" and setting.margin and _is_margin(seen, setting.margin):
        says = f"Exactly the margin, {setting.margin:g}: both scores of every pair are the same. They have collapsed."
        values = {"input1": [1.0], "input2": [1.0], "target": [1.0], "margin": setting.margin}
        yield Finding(says, setting.loss, sign="collapsed", values=values)
    elif setting.loss == "cosine_embedding_loss":
        yield from _of_unlike_pairs(seen, setting, 1 - (setting.margin or 0.0), "1 − margin", "point the same way")
    elif setting.loss == "hinge_embedding_loss":
        margin = 1.0 if setting.margin is None else setting.margin
        yield from _of_unlike_pairs(seen, setting, margin, "the margin", "are the same point")
    elif setting.loss == "multi_margin_loss" and setting.classes:
        margin = 1.0 if setting.margin is None else setting.margin
        known = (setting.classes - 1) / setting.classes * margin
        if _is_margin(seen, known):
            says = (
                f"{known:.4g} is (C − 1)/C times the margin: all {setting.classes} classes get the same score. "
                "The model has learnt nothing yet."
            )
            yield Finding(says, setting.loss, sign="guess")


def _of_triplets(seen: Seen, setting: Setting) -> Found:
    margins = [setting.margin] if setting.margin is not None else list(USUAL_MARGINS)
    margin = next((m for m in margins if m > 0 and _is_margin(seen, m)), None)
    if margin is None:
        return
    told = "Exactly the margin" if setting.margin is not None or margin == 1 else f"{margin:g}: if this is your margin"
    says = f"{told}: anchor, positive and negative are the same point. The embeddings have collapsed."
    if margin == 1:
        yield Finding(says, "triplet_margin_loss", "Everything in one point", "collapsed")
    else:
        same = {"anchor": [[1.0]], "positive": [[1.0]], "negative": [[1.0]], "margin": margin}
        yield Finding(says, "triplet_margin_loss", sign="collapsed", values=same)


def _of_unlike_pairs(seen: Seen, setting: Setting, cost: float, called: str, collapsed: str) -> Found:
    """Pairs that have collapsed: like ones cost nothing, unlike ones all the same, so the loss tells their share."""
    if cost <= 0:
        return
    given = [setting.shares[-1]] if len(setting.shares) == 2 else []
    for part, words in [*((s, f"{s:.0%}") for s in given), *_PARTS]:
        if _is_margin(seen, part * cost):
            says = (
                f"{part * cost:.4g} is what it costs when all vectors {collapsed}: like pairs cost nothing, "
                f"unlike ones {called}, which is {cost:g}; this fits if {words} of your pairs are unlike. "
                "The embeddings have collapsed."
            )
            yield Finding(says, setting.loss, sign="collapsed")
            return


_PARTS = ((1.0, "all"), (0.5, "half"), (0.25, "a quarter"), (0.75, "three quarters"), (1 / 3, "a third"))


def _is_margin(seen: Seen, known: float) -> bool:
    """A collapsed loss is not exactly the margin: eps, or what is left of the distances, moves it a little."""
    return abs(seen.value - known) <= max(min(seen.half, 0.005), 0.005 * known, 1e-4)


def of_variance(seen: Seen, setting: Setting) -> Found:
    """A squared error that is the targets' variance: the best that one answer for all samples can do."""
    if not setting.may_be("mse_loss"):
        return
    standard = setting.loss == "mse_loss" and setting.variance is None
    known = 1.0 if standard else setting.variance
    if known is None or known <= 0:
        return
    chance = 0.0 if setting.error is None and setting.answers is None else setting.noise
    if abs(seen.value - known) > max(min(seen.half, 0.05 * known), 0.02 * known, chance):
        return
    told = f"{known:.4g} is the variance of your targets"
    if standard:
        told = "If your targets are scaled to a standard deviation of 1, their variance is 1"
    says = f"{told}: the model answers every sample with their mean. It has learnt nothing from its inputs."
    away = round(math.sqrt(known), 4)
    yield Finding(says, "mse_loss", sign="mean", values={"input": [0.0, 0.0], "target": [-away, away]})


def _hedged(says: str, setting: Setting) -> str:
    """Without the loss nobody knows what the number is: a focal loss, or one weighted by hand, has other numbers."""
    if setting.loss == WEIGHTED:
        return says + (
            " Weights do not change that number as long as the mean divides by the weights of the targets, "
            "as PyTorch's does; divided by their count it is ln C times the mean weight."
        )
    if setting.loss:
        return says
    return f"If this is plain cross-entropy: {says} (A focal loss, or weights without dividing by them, move it.)"


def _off(seen: Seen, known: float) -> str:
    off = abs(seen.value - known)
    return f" Yours is off by {off:.2g}, which the noise of a batch explains." if off > max(0.004, seen.half) else ""


def _thousands(count: int) -> str:
    return f"{count:,}" if count >= 10_000 else str(count)
