"""Huber loss: half the square near the target, a straight line of slope delta further out."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import alone, formula
from lib.lesson.pieces import checks, difference
from lib.lesson.pieces.difference import error_of, size_of, through_difference
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import Curves, Example, Lesson, Mistake, Number, Pitfall, Reference, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, input, target, reduction, delta):
    if not delta > 0:
        raise Refusal(
            "delta is {delta}; expected more than 0: it is the distance at which the curve straightens.", delta=delta
        )
    checks.need_floats(input=input, target=target)
    checks.need_broadcastable(input=input, target=target)


def by_hand(input, target, *, reduction, delta) -> Steps:
    """From the errors to the loss."""
    error = yield from error_of(input, target)
    size = yield from size_of(error)
    each = yield Step(
        "loss_per_element",
        r"\ell_i = \begin{cases} \tfrac12\, a_i^2 & a_i < \delta \\ "
        r"\delta \left(a_i - \tfrac12 \delta\right) & a_i \ge \delta \end{cases}",
        np.where(size < delta, 0.5 * size * size, delta * (size - 0.5 * delta)),
        axes="i",
        worked=lambda *i: formula(
            r"\tfrac12 \cdot <size>^2" if size[i] < delta else r"<delta> \left(<size> - \tfrac12 \cdot <delta>\right)",
            size=size[i],
            delta=delta,
        ),
        words="Below delta: half the square. Beyond: the size less half of delta, times delta.",
    )
    yield from reduce(each, reduction, letter="i", of="loss_per_element")


def grad_by_hand(s, input, target, *, reduction, delta) -> Steps:
    """The pull is the error itself, held between −delta and delta."""
    error = s["error"]
    each = yield from share(s, reduction, letter="i")
    slope = yield Step(
        "slope",
        r"g_i = \min(\max(e_i, -\delta), \delta)",
        np.clip(error, -delta, delta),
        axes="i",
        worked=lambda *i: formula(r"\min(\max(<error>, -<delta>), <delta>)", error=alone(error[i]), delta=delta),
        words="The error itself, but never beyond delta on either side.",
    )
    yield from through_difference(each, slope, input, target)


def naive(*, input, target, delta=1.0, **_):
    """Both halves computed everywhere, the unwanted one multiplied by 0."""
    size = np.abs(input - target)
    near = size < delta
    return (near * 0.5 * size**2 + (1.0 - near) * delta * (size - 0.5 * delta)).mean()


def far(given, done):
    return done["size"] >= given["delta"]


def inside(given):
    return np.abs(given["input"] - given["target"]) < given["delta"]


def delta_matters(given):
    return given["delta"] != 1


MISTAKES = {
    "arms_raised": Mistake(
        {
            "loss_per_element": lambda given, done: np.where(
                done["size"] < given["delta"],
                done["loss_per_element"],
                given["delta"] * (done["size"] + 0.5 * given["delta"]),
            )
        },
        "You added half of delta. It is taken from the size, so that the line meets the square.",
    ),
    "halves_the_arms": Mistake(
        {
            "loss_per_element": lambda given, done: np.where(
                done["size"] < given["delta"],
                done["loss_per_element"],
                0.5 * given["delta"] * (done["size"] - given["delta"]),
            )
        },
        "You halved the whole line. Only delta inside the bracket is halved: delta times (size minus half of delta).",
    ),
    "keeps_the_sign": Mistake(
        {"size": lambda given, done: done["error"]},
        "You kept the sign. Drop it, or every negative error looks smaller than delta.",
    ),
    "square_without_half": Mistake(
        {"loss_per_element": lambda given, done: np.where(far(given, done), 1, 2) * done["loss_per_element"]},
        "You left out the ½ in front of the square.",
    ),
    "square_everywhere": Mistake(
        {"loss_per_element": lambda given, done: 0.5 * done["size"] ** 2},
        "You used the square everywhere. From delta on, PyTorch goes straight on with slope delta.",
    ),
    "l1": Mistake(
        {"loss_per_element": lambda given, done: done["size"]},
        "You took the absolute error: that is L1Loss. Huber halves the square near the target.",
    ),
    "arms_not_lowered": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] + far(given, done) * given["delta"] ** 2 / 2},
        "You did not take half of delta off the size in the straight part. Without it the two parts do not meet.",
    ),
    "arms_lowered_twice": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] - far(given, done) * given["delta"] ** 2 / 2},
        "You took all of delta off the size in the straight part. Only half of it comes off.",
    ),
    "smooth_l1": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] / given["delta"]},
        "This is Smooth L1 loss. Huber is delta times that: half the square near the target, whatever delta is.",
        when=delta_matters,
    ),
    "arms_of_slope_one": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] / given["delta"] ** far(given, done)},
        "You did not multiply the straight part by delta. PyTorch does, so that the two parts meet.",
        when=delta_matters,
    ),
    "half_of_delta_outside": Mistake(
        {
            "loss_per_element": lambda given, done: (
                done["loss_per_element"] + far(given, done) * given["delta"] * (given["delta"] - 1) / 2
            )
        },
        "You took off ½ delta after multiplying. It comes off the size first, so ½ delta² comes off in all.",
        when=delta_matters,
    ),
    "branches_swapped": Mistake(
        {
            "loss_per_element": lambda given, done: np.where(
                far(given, done),
                0.5 * done["size"] ** 2,
                given["delta"] * (done["size"] - 0.5 * given["delta"]),
            )
        },
        "You swapped the two parts. Near the target, below delta, it is half the square.",
    ),
    "ignores_delta": ignoring(
        "You used 1 where delta belongs: it decides where the curve straightens, and how steep it goes on.", delta=1.0
    ),
}

GRAD_MISTAKES = {
    "unbounded_pull": Mistake(
        {"slope": lambda given, done: given["input"] - given["target"]},
        "You let the pull grow without end. It is held between −delta and delta.",
    ),
    "pull_of_smooth_l1": Mistake(
        {"slope": lambda given, done: np.clip(done["slope"] / given["delta"], -1, 1)},
        "You held the pull between −1 and 1: that is Smooth L1. Huber's pull goes up to delta.",
        when=delta_matters,
    ),
    "keeps_the_two": Mistake(
        {"slope": lambda given, done: np.where(inside(given), 2 * done["slope"], done["slope"])},
        "You gave the bowl the slope 2e. That is the slope of e²; Huber has half the square, so the 2 cancels.",
    ),
    "slope_one_further_out": Mistake(
        {"slope": lambda given, done: np.where(inside(given), done["slope"], np.sign(done["slope"]))},
        "You gave the straight part the slope ±1, as L1 loss has. It is delta times as steep.",
        when=delta_matters,
    ),
    "clips_after_dividing": Mistake(
        {
            "d_input": lambda given, done: np.clip(
                (given["input"] - given["target"]) * done.get("share", 1.0), -given["delta"], given["delta"]
            )
        },
        "You divided first and clipped then, so delta works on the share of the pull. Hold the bare error between "
        "−delta and delta.",
        when=difference.of_one_shape,
    ),
    "clips_at_one": ignoring(
        "You held the error between −1 and 1 whatever delta is. The strongest pull is delta.", delta=1.0
    ),
    **difference.DROPS_THE_SIGN,
    **difference.OTHER_SIGN,
}

LESSON = Lesson(
    title="Huber loss",
    torch=nn.HuberLoss,
    group="regression and counts",
    order=4,
    names=("胡伯损失", "Huber损失", "Huber", "robust regression", "clipped gradient", "DQN loss"),
    purpose="Measures how far predictions are from numbers: half the square near the target, "
    "a straight line of slope delta further out.",
    use_when="You would use MSE loss but for a few wild targets: near the target the two have the same shape, "
    "and no error pulls harder than delta.",
    not_when="You want to change the threshold without changing the strength of the far part (use Smooth L1 loss), "
    "or there are no outliers (use MSE loss).",
    formula=r"\ell_i = \begin{cases} \tfrac12 (x_i - y_i)^2 & |x_i - y_i| < \delta \\ "
    r"\delta \left(|x_i - y_i| - \tfrac12 \delta\right) & \text{otherwise} \end{cases}",
    symbols=(
        *difference.SYMBOLS,
        difference.SIZE,
        (r"\delta", "delta: the distance at which the curve goes from square to straight"),
        *difference.RESULT,
        difference.SLOPE,
    ),
    tensors=difference.TENSORS,
    parameters=(
        REDUCTION,
        Number("delta", 1.0, "The distance at which square turns into straight, and the strongest pull.", (0.5, 2.0)),
    ),
    shapes=difference.SHAPES,
    examples=(
        Example(
            "Four errors, delta 2",
            {**difference.TWO_ROWS, "delta": 2},
            "Errors of 1.5 and 0.5 lie in the bowl, 3 and 2.5 on its straight arms.",
        ),
        Example(
            "Five distances from 0", difference.FIVE, "With delta 1 this is Smooth L1: 2.5 at −3, and 0.125 at 0.5."
        ),
        Example(
            "A wider bowl",
            {**difference.FIVE, "delta": 2},
            "With delta 2 the loss at −3 grows to 4 and the one at 0.5 stays at 0.125: "
            "delta moves the arms and leaves the middle alone.",
        ),
        Example(
            "On the knee",
            {"input": [0.9, 1, 1.1], "target": [0, 0, 0]},
            "At exactly delta both formulas give the same loss, 0.5, and the same slope, 1.",
        ),
        Example(
            "One outlier",
            {"input": [2, 2, 2, 2, 2], "target": [1, 2, 2.2, 3, 50]},
            "The outlier costs 47.5 and pulls with strength 1. MSE loss would charge 2304 and pull with 96.",
        ),
        Example(
            "A small delta",
            {"input": [2, 2, 2], "target": [1, 0, 50], "delta": 0.1},
            "With delta 0.1 the losses shrink too: the arms have slope 0.1. Smooth L1 would not shrink.",
        ),
        Example(
            "Two rows",
            {"input": [[0, 3], [1, -1]], "target": [[0.5, 0], [1, 1]]},
            "Four elements in two rows: the mean divides by 4, not by 2.",
        ),
        Example(
            "A column against a row",
            difference.COLUMN_AND_ROW,
            "The shapes (3, 1) and (3,) stretch to 3 × 3: nine losses, not three, and PyTorch only warns.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is half of delta taken off on the straight part?",
            (
                "So that it meets the square at delta without a jump.",
                "At an error of delta both give half of delta squared.",
            ),
            ("So that large errors cost nothing.", "They cost delta for each unit more."),
            (
                "So that the loss cannot become negative.",
                "It cannot anyway: errors on the straight part are larger than delta.",
            ),
        ),
        "without_numbers": question(
            "delta doubles, and an error is far beyond both. Its loss …",
            ("nearly doubles", "The slope of the straight part is delta; only a little more is taken off."),
            ("stays nearly the same", "That is Smooth L1, whose slope is 1 whatever beta is."),
            ("grows fourfold", "Only errors below delta are squared, and this one is beyond."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes={**MISTAKES, **difference.PAIRING, **difference.MISTAKES},
    grad_mistakes={**GRAD_MISTAKES, **difference.GRAD_MISTAKES},
    pitfalls=(
        Pitfall(
            "delta is not beta",
            "HuberLoss(delta=d) is d times SmoothL1Loss(beta=d). At 1 they are the same; "
            "a small delta makes all losses and gradients small, so the learning rate no longer fits.",
        ),
        Pitfall(
            "The function takes weight, the class does not",
            "F.huber_loss takes weight, one number per element, and unlike F.l1_loss and F.mse_loss "
            "its mean still divides by the number of elements. The class nn.HuberLoss refuses weight.",
        ),
        Pitfall(
            "delta must be above 0",
            "At 0 nothing would be left of the loss. Torch refuses 0 and below, when the loss is called.",
            error="huber_loss does not support non-positive values for delta.",
            values={"input": np.zeros(2, np.float32), "target": np.ones(2, np.float32), "delta": 0.0},
        ),
        Pitfall(
            "Whole-number targets",
            "Torch computes the loss, then fails in backward(). "
            "Both tensors must be of the same kind of floats: use target.float(). "
            "The other regression losses convert whole numbers themselves.",
            error="Found dtype Long but expected Float",
            values={"input": np.zeros(2, np.float32), "target": np.ones(2, np.int64)},
        ),
        Pitfall(
            "float64 targets from NumPy",
            "The same happens with a float32 prediction and a float64 target, as NumPy makes them: "
            "the loss is computed, backward() stops with 'Found dtype Double but expected Float'.",
        ),
        Pitfall(
            "Whole-number predictions",
            "The result would not fit into the prediction's kind of numbers.",
            error="result type Float can't be cast to the desired output type Long",
            values={"input": np.zeros(2, np.int64), "target": np.ones(2, np.float32)},
        ),
        difference.SIZES_DO_NOT_FIT,
        Pitfall(
            "Half of MSE loss",
            "Near the target Huber is half the square; MSELoss has no ½. "
            "With a large delta the result is half of MSELoss, and so are the gradients.",
        ),
    ),
    references=(
        Reference("Huber, Robust Estimation of a Location Parameter (1964)", "https://doi.org/10.1214/aoms/1177703732"),
    ),
    tries=(
        Try("What if the square reaches out to 2.75?", {"delta": 2.75}),
        Try("What if delta is small?", {"delta": 0.1}),
        Try("What if one target is far away?", {"target": [[3, 1], [2, 50]]}),
        Try("What if every loss is kept?", {"reduction": "none"}),
    ),
    extremes=difference.far_off(naive),
    pictures=(
        Curves(
            "Smooth L1 and Huber against L1 and MSE",
            "Round like MSE at the target, straight like L1 further out, and half a unit below L1 there. "
            "At delta = beta = 1 Huber and Smooth L1 are one curve; only MSE runs away.",
            values=difference.away,
            x=difference.AWAY,
            low=-3,
            high=3,
            compare=("smooth_l1_loss", "l1_loss", "mse_loss"),
        ),
        Curves(
            "What delta does",
            "All curves share the same bowl; delta says where each leaves it, and how steeply it goes on.",
            values=difference.away,
            x=difference.AWAY,
            low=-4,
            high=4,
            settings={"delta 0.5": {"delta": 0.5}, "delta 1": {"delta": 1.0}, "delta 2": {"delta": 2.0}},
        ),
    ),
    check=check,
    cost=of_stretched("input", "target"),
    one_precision=lambda given: ("input", "target"),
)
