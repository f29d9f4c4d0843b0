"""Smooth L1 loss: squared near the target, straight further out."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import alone, formula
from lib.lesson.pieces import checks, difference, reduction
from lib.lesson.pieces.difference import direction, error_of, size_of, through_difference
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import Curves, Example, Lesson, Mistake, Number, Pitfall, Reference, Step, Steps, Try, question
from lib.refusal import Refusal


def check(*, input, target, reduction, beta):
    if not beta >= 0:
        raise Refusal(
            "beta is {beta}; expected 0 or more: it is the distance at which the curve straightens.", beta=beta
        )
    checks.need_broadcastable(input=input, target=target)
    if beta == 0:
        checks.need_distances(reduction, input=input, target=target)
    else:
        checks.need_one_float(input=input, target=target)


def by_hand(input, target, *, reduction, beta) -> Steps:
    """From the errors to the loss; with beta 0 nothing is smoothed and this is the L1 loss."""
    error = yield from error_of(input, target)
    size = yield from size_of(error)
    if beta == 0:
        yield from reduce(size, reduction, letter="i", of="size")
        return
    each = yield Step(
        "loss_per_element",
        r"\ell_i = \begin{cases} \tfrac12\, a_i^2 / \beta & a_i < \beta \\ "
        r"a_i - \tfrac12 \beta & a_i \ge \beta \end{cases}",
        np.where(size < beta, 0.5 * size * size / beta, size - 0.5 * beta),
        axes="i",
        worked=lambda *i: formula(
            r"\tfrac12 \cdot <size>^2 / <beta>" if size[i] < beta else r"<size> - \tfrac12 \cdot <beta>",
            size=size[i],
            beta=beta,
        ),
        words="Below beta: half the square, divided by beta. Beyond: the size less half of beta.",
    )
    yield from reduce(each, reduction, letter="i", of="loss_per_element")


def grad_by_hand(s, input, target, *, reduction, beta) -> Steps:
    """The pull grows with the error up to 1 and stays there; with beta 0 it is 1 everywhere but on the target."""
    error = s["error"]
    inside = np.abs(error) < beta
    each = yield from share(s, reduction, letter="i")
    slope = yield Step(
        "slope",
        r"g_i = \begin{cases} e_i / \beta & |e_i| < \beta \\ \operatorname{sign}(e_i) & |e_i| \ge \beta \end{cases}"
        if beta
        else r"g_i = \operatorname{sign}(e_i)",
        np.where(inside, error / beta, np.sign(error)) if beta else direction(error),
        axes="i",
        worked=lambda *i: (
            formula("<error> / <beta>", error=error[i], beta=beta)
            if inside[i]
            else formula(r"\operatorname{sign}(<error>)", error=alone(error[i]))
        ),
        words="Inside beta, the error divided by beta. Outside, 1 or −1: the sign of the error.",
    )
    yield from through_difference(each, slope, input, target)


def naive(*, input, target, beta=1.0, **_):
    """Both halves computed everywhere, the unwanted one multiplied by 0."""
    size = np.abs(input - target)
    near = size < beta
    half_square = 0.5 * size**2 / beta if beta else 0.0
    return (near * half_square + (1.0 - near) * (size - 0.5 * beta)).mean()


def near(given, done):
    return done["size"] < given["beta"]


def inside(given):
    return np.abs(given["input"] - given["target"]) < given["beta"]


def smooths(given):
    return given["beta"] > 0


def beta_matters(given):
    return smooths(given) and given["beta"] != 1


MISTAKES = {
    "keeps_the_sign": Mistake(
        {"size": lambda given, done: done["error"]},
        "You kept the sign. Drop it, or every negative error looks smaller than beta.",
    ),
    "square_without_half": Mistake(
        {"loss_per_element": lambda given, done: np.where(near(given, done), 2, 1) * done["loss_per_element"]},
        "You left out the ½ in front of the square.",
        when=smooths,
    ),
    "square_everywhere": Mistake(
        {"loss_per_element": lambda given, done: 0.5 * done["size"] ** 2 / given["beta"]},
        "You used the square everywhere. From beta on, PyTorch goes straight: the size less half of beta.",
        when=smooths,
    ),
    "l1": Mistake(
        {"loss_per_element": lambda given, done: done["size"]},
        "You took the absolute error: that is L1Loss. "
        "Near the target it is squared, and further out half of beta is taken off.",
        when=smooths,
    ),
    "arms_not_lowered": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] + ~near(given, done) * given["beta"] / 2},
        "You did not take half of beta off the straight part. Without it the two parts do not meet.",
        when=smooths,
    ),
    "huber": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] * given["beta"]},
        "This is the Huber loss. Smooth L1 is Huber divided by beta: the straight part always has slope 1.",
        when=beta_matters,
    ),
    "square_not_divided": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] * given["beta"] ** near(given, done)},
        "You did not divide the square by beta. PyTorch does, so that the two parts meet.",
        when=beta_matters,
    ),
    "arms_lowered_twice": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] - ~near(given, done) * given["beta"] / 2},
        "You took all of beta off the size in the straight part. Only half of it comes off.",
        when=smooths,
    ),
    "branches_swapped": Mistake(
        {
            "loss_per_element": lambda given, done: np.where(
                near(given, done), done["size"] - 0.5 * given["beta"], 0.5 * done["size"] ** 2 / given["beta"]
            )
        },
        "You swapped the two parts. Near the target, below beta, it is half the square over beta.",
        when=smooths,
    ),
    "ignores_beta": ignoring(
        "You used 1 where beta belongs: it decides where the parabola turns into the line.", beta=1.0
    ),
}

GRAD_MISTAKES = {
    "unbounded_pull": Mistake(
        {"slope": lambda given, done: (given["input"] - given["target"]) / given["beta"]},
        "You let the pull grow without end. From beta on it stays at 1 or −1.",
        when=smooths,
    ),
    "pull_of_l1": Mistake(
        {"slope": lambda given, done: np.sign(done["slope"])},
        "You took the sign everywhere: that is L1Loss. Inside beta the pull is the error divided by beta.",
        when=smooths,
    ),
    "keeps_the_two": Mistake(
        {"slope": lambda given, done: np.where(inside(given), 2 * done["slope"], done["slope"])},
        "You gave the bowl the slope 2e/beta. Half the square stands there, so the 2 cancels.",
        when=smooths,
    ),
    "pull_not_divided_by_beta": Mistake(
        {"slope": lambda given, done: np.where(inside(given), done["slope"] * given["beta"], done["slope"])},
        "You did not divide by beta. Inside beta the pull is the error divided by beta, so that it grows up to 1.",
        when=beta_matters,
    ),
    "ignores_beta": ignoring(
        "You used 1 where beta belongs: inside beta the pull grows with the error, outside it stays at 1.",
        beta=1.0,
        when=smooths,
    ),
    **difference.DROPS_THE_SIGN,
    **difference.OTHER_SIGN,
}

LESSON = Lesson(
    title="Smooth L1 loss",
    torch=nn.SmoothL1Loss,
    group="regression and counts",
    order=3,
    names=("平滑L1损失", "smooth L1", "smooth mean absolute error", "Fast R-CNN box loss", "robust regression"),
    purpose="Measures how far predictions are from numbers: squared near the target, plain distance further out.",
    use_when="You predict numbers with a few wild ones among them, such as the corners of boxes around objects: "
    "far errors pull with strength 1 at most, and near ones fade out smoothly.",
    not_when="The near part must keep the scale of a square whatever the threshold (use Huber loss), "
    "or there are no outliers (use MSE loss).",
    formula=r"\ell_i = \begin{cases} \tfrac12 (x_i - y_i)^2 / \beta & |x_i - y_i| < \beta \\ "
    r"|x_i - y_i| - \tfrac12 \beta & \text{otherwise} \end{cases}",
    symbols=(
        *difference.SYMBOLS,
        difference.SIZE,
        (r"\beta", "beta: the distance at which the curve goes from square to straight"),
        *difference.RESULT,
        difference.SLOPE,
    ),
    tensors=difference.TENSORS,
    parameters=(
        REDUCTION,
        Number("beta", 1.0, "The distance at which square turns into straight; 0 gives the L1 loss.", (0.0, 0.5, 2.0)),
    ),
    shapes=difference.SHAPES,
    examples=(
        Example(
            "Four errors, beta 1.75",
            {**difference.TWO_ROWS, "beta": 1.75},
            "Errors of 1.5 and 0.5 lie on the curve, 3 and 2.5 on the straight part, 0.875 below their size.",
        ),
        Example(
            "Five distances from 0",
            difference.FIVE,
            "At −3 the loss is 2.5, half less than the distance. At 0.5 it is 0.125, a quarter of it.",
        ),
        Example(
            "A wider curve",
            {**difference.FIVE, "beta": 2},
            "With beta 2 the square reaches out to 2, and the straight part lies 1 below the distance.",
        ),
        Example(
            "No smoothing",
            {**difference.FIVE, "beta": 0},
            "With beta 0 nothing is smoothed: this is the L1 loss.",
        ),
        Example(
            "One outlier",
            {"input": [2, 2, 2, 2, 2], "target": [1, 2, 2.2, 3, 50]},
            "The outlier costs 47.5, about its distance. MSE loss would charge 2304 for it.",
        ),
        Example(
            "A box with one corner off",
            {"input": [[0.1, 0.2, 0.9, 0.8], [0, 0, 1, 4]], "target": [[0, 0.2, 1, 1], [0, 0, 1, 1]]},
            "Eight coordinates of two boxes: the mean divides by 8, not by 2.",
        ),
        Example(
            "From −3 to 3 in halves",
            {
                "input": [-3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3],
                "target": [0] * 13,
                "reduction": "none",
            },
            "The whole curve, point by point: from 1 on each step of ½ costs ½ more.",
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
            "Why is the square divided by beta?",
            (
                "So that it meets the straight part without a jump and without a kink.",
                "At an error of beta both give half of beta, with slope 1.",
            ),
            (
                "So that large errors count for less.",
                "Large errors are not squared at all; they are on the straight part.",
            ),
            ("So that beta=0 can be used.", "It would be a division by 0. PyTorch takes plain L1 there."),
        ),
        "without_numbers": question(
            "An error far beyond beta grows by 1. Its loss …",
            ("grows by 1", "On the straight part the slope is 1, whatever beta is."),
            ("grows by beta", "That is Huber loss with its delta. Smooth L1 is Huber divided by beta."),
            ("grows by more the larger it was", "Only errors below beta are squared."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes={**MISTAKES, **difference.PAIRING, **difference.MISTAKES},
    grad_mistakes={**GRAD_MISTAKES, **difference.GRAD_MISTAKES},
    pitfalls=(
        Pitfall(
            "beta is not delta",
            "SmoothL1Loss(beta=b) is HuberLoss(delta=b) divided by b. At 1 they are the same; "
            "a small beta leaves Smooth L1 close to L1, while a small delta makes Huber vanish.",
        ),
        Pitfall(
            "A negative beta",
            "beta is a distance. Torch takes it when the loss is built and refuses it when the loss is called.",
            error="smooth_l1_loss does not support negative values for beta.",
            values={"input": np.zeros(2, np.float32), "target": np.ones(2, np.float32), "beta": -1.0},
        ),
        Pitfall(
            "Whole numbers on both sides",
            "One side at least must hold floats. (With beta 0 torch computes the L1 loss, which has rules of its own.)",
            error="\"smooth_l1_cpu\" not implemented for 'Long'",
            values={"input": np.array([1, 2]), "target": np.array([3, 3])},
        ),
        difference.SIZES_DO_NOT_FIT,
        Pitfall(
            "Targets on another scale",
            "beta is in the units of the target. With targets in the hundreds nearly every error is beyond 1, "
            "and the loss is L1 in all but name.",
        ),
        Pitfall(
            "A NaN with beta 0",
            "With beta above 0, the gradient of a NaN error is NaN. With beta 0, as in L1Loss, torch makes it 0.",
        ),
        reduction.OLD_ARGUMENTS,
    ),
    references=(Reference("Girshick, Fast R-CNN (2015)", "https://arxiv.org/abs/1504.08083"),),
    tries=(
        Try("What if the square reaches out to 2.75?", {"beta": 2.75}),
        Try("What if nothing is smoothed?", {"beta": 0.0}),
        Try("What if one target is far away?", {"target": [[3, 1], [2, 50]]}),
        Try("What if every loss is kept?", {"reduction": "none"}),
    ),
    extremes=difference.far_off(naive),
    pictures=(
        Curves(
            "Smooth L1 and Huber against L1 and MSE",
            "Round like MSE at the target, straight like L1 further out, and half a unit below L1 there. "
            "At beta = delta = 1 Smooth L1 and Huber are one curve; only MSE runs away.",
            values=difference.away,
            x=difference.AWAY,
            low=-3,
            high=3,
            compare=("huber_loss", "l1_loss", "mse_loss"),
        ),
        Curves(
            "What beta does",
            "Every curve ends up with slope 1; a larger beta only makes the bowl wider and lowers the arms by beta/2. "
            "At beta 0 the bowl is a corner.",
            values=difference.away,
            x=difference.AWAY,
            low=-4,
            high=4,
            settings={
                "beta 0 (L1)": {"beta": 0.0},
                "beta 0.5": {"beta": 0.5},
                "beta 1": {"beta": 1.0},
                "beta 2": {"beta": 2.0},
            },
        ),
    ),
    check=check,
    cost=of_stretched("input", "target"),
)
