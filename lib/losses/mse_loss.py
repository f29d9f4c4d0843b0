"""MSE loss: the mean squared error."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import formula
from lib.lesson.pieces import checks, difference, reduction
from lib.lesson.pieces.difference import error_of, through_difference
from lib.lesson.pieces.reduction import REDUCTION, reduce, share, takes_mean
from lib.lesson.spec import Curves, Example, Extremes, Lesson, Mistake, Pitfall, Reference, Step, Steps, Try, question


def check(*, input, target, reduction):
    checks.need_broadcastable(input=input, target=target)
    checks.need_one_float(input=input, target=target)


def by_hand(input, target, *, reduction) -> Steps:
    """The square of each error, in the target's units squared."""
    error = yield from error_of(input, target)
    each = yield Step(
        "loss_per_element",
        r"\ell_i = e_i^2",
        error**2,
        axes="i",
        worked=lambda *i: formula("<error>^2", error=error[i]),
        words="Multiply the error by itself.",
    )
    yield from reduce(each, reduction, letter="i", of="loss_per_element")


def grad_by_hand(s, input, target, *, reduction) -> Steps:
    """Every element pulls in proportion to its error."""
    error = s["error"]
    each = yield from share(s, reduction, letter="i")
    yield from through_difference(
        each,
        2 * error,
        input,
        target,
        r"2\,\frac{\partial L}{\partial \ell_i}\, e_i",
        lambda *i: formula(r"2 \cdot <share> \cdot <error>", share=each, error=error[i]),
    )


def naive(*, input, target, **_):
    """The square multiplied out."""
    return (input * input - 2 * input * target + target * target).mean()


def through_square(given, gradient):
    """The share of each square in the loss, from its slope 2e."""
    return gradient * (given["input"] - given["target"]) / 2


MISTAKES = {
    "relative_error": Mistake(
        {"loss_per_element": lambda given, done: (done["error"] / given["target"]) ** 2},
        "You divided each error by its target. MSE takes the error as it is.",
    ),
    "difference_of_squares": Mistake(
        {"loss_per_element": lambda given, done: given["input"] ** 2 - given["target"] ** 2},
        "You took the difference of the squares. Take the difference first, then square it.",
    ),
    "cubes": Mistake(
        {"loss_per_element": lambda given, done: np.abs(done["error"]) ** 3},
        "You took the third power. MSE squares the error.",
    ),
    **reduction.OTHER_MEANS,
    "l1": Mistake(
        {"loss_per_element": lambda given, done: np.abs(done["error"])},
        "You took the absolute value. That is L1Loss; MSELoss squares the error.",
    ),
    "doubles_the_error": Mistake(
        {"loss_per_element": lambda given, done: 2 * done["error"]},
        "You doubled the error. Its square is the error times itself.",
    ),
    "halves_the_square": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] / 2},
        "You halved the square, as textbooks often do. PyTorch's MSELoss has no ½ (SmoothL1Loss and HuberLoss do).",
    ),
    "negative_square": Mistake(
        {"loss_per_element": lambda given, done: -done["loss_per_element"]},
        "A square is never negative: the minus belongs inside, so (−2)² = 4.",
    ),
    "root_mean_square": Mistake(
        {"loss": lambda given, done: np.sqrt(done["loss"])},
        "You took the root. That is the RMSE; MSELoss stops before it.",
        when=lambda given: given["reduction"] != "none",
    ),
    "averages_first": Mistake(
        {"loss": lambda given, done: reduction.put_together(given, done["error"]) ** 2},
        "You averaged first and squared afterwards, so errors of opposite sign cancelled. Square each one first.",
        when=reduction.is_one_number,
    ),
    "length_of_the_error": Mistake(
        {"loss": lambda given, done: np.sqrt(done["loss_per_element"].sum())},
        "You took the length of the error: the root of the sum of squares. MSE divides the sum and takes no root.",
        when=takes_mean,
    ),
}

GRAD_MISTAKES = {
    "leaves_out_the_two": Mistake(
        {"d_input": lambda given, done: done["d_input"] / 2},
        "You left out the 2 that comes down from the square.",
    ),
    "the_loss_itself": Mistake(
        {"d_input": lambda given, done: through_square(given, done["d_input"])},
        "This is each square's share of the loss. The slope of e² is 2e.",
        when=difference.of_one_shape,
    ),
    **difference.DROPS_THE_SIGN,
    **difference.OTHER_SIGN,
}

LESSON = Lesson(
    title="MSE loss",
    torch=nn.MSELoss,
    group="regression and counts",
    order=2,
    names=(
        "均方误差",
        "均方误差损失",
        "L2 loss",
        "mean squared error",
        "squared error",
        "quadratic loss",
        "least squares",
    ),
    purpose="Measures how far predictions are from numbers, with large errors counting far more than small ones.",
    use_when="You predict numbers whose noise is even and bell-shaped; the best constant guess is then the mean.",
    not_when="A few targets are wild: one error of 100 weighs as much as ten thousand errors of 1 "
    "(use L1, Smooth L1 or Huber loss). Nor for classes (use cross-entropy) or counts (use Poisson NLL loss).",
    formula=r"\ell_i = (x_i - y_i)^2",
    symbols=(
        *difference.SYMBOLS,
        (r"\ell_i", "the loss of element i, in the target's units squared"),
        *difference.MEAN,
    ),
    tensors=difference.TENSORS,
    parameters=(REDUCTION,),
    shapes=difference.SHAPES,
    examples=(
        Example(
            "Four errors",
            difference.TWO_ROWS,
            "Of an error of 3 squaring makes 9, of one of ½ it makes ¼: the largest error has half of the total.",
        ),
        Example(
            "Ones for threes",
            difference.ONES_AND_THREES,
            "Every prediction is off by 2, so every loss is 4, and so is the mean.",
        ),
        Example(
            "Every loss kept",
            {**difference.ONES_AND_THREES, "reduction": "none"},
            "With reduction='none' the losses come back in the shape of the input: [[4, 4], [4, 4]].",
        ),
        Example(
            "Small errors, large errors",
            {"input": [2.5, 0, 2, 8], "target": [3, -0.5, 2, 5]},
            "An error of ½ costs ¼, one of 3 costs 9: squaring shrinks what is below 1 and swells what is above.",
        ),
        Example(
            "One outlier",
            {"input": [2, 2, 2, 2, 2], "target": [1, 2, 2, 3, 50]},
            "The outlier makes 2304 of the total of 2306. The other four hardly count.",
        ),
        Example(
            "Errors that cancel",
            {"input": [[3, -3], [1, -1]], "target": [[0, 0], [0, 0]]},
            "The plain errors average to 0. Their squares do not: the loss is 5.",
        ),
        Example(
            "A column against a row",
            difference.COLUMN_AND_ROW,
            "The shapes (3, 1) and (3,) stretch to 3 × 3: nine losses, not three. "
            "PyTorch only warns, and predictions that are off by 1 each seem to cost 1.889.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does one large error cost more than many small ones of the same sum?",
            (
                "Squares grow faster than errors: one of 4 costs 16, four of 1 cost 4.",
                "So the best constant prediction is the mean, and outliers move it.",
            ),
            ("Because small errors are left out of the mean.", "Every element counts, those without an error too."),
            (
                "Because of the ½ in front of the square.",
                "There is none in PyTorch's MSELoss, and it would halve all of them alike.",
            ),
        ),
        "without_numbers": question(
            "All errors double. The loss …",
            ("grows fourfold", "Each square does, and so does their mean."),
            ("doubles", "That is L1. Here each error is squared."),
            (
                "stays the same, since it is a mean",
                "The mean divides by how many errors there are, not by how large they are.",
            ),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes={**MISTAKES, **difference.PAIRING, **difference.MISTAKES},
    grad_mistakes={**GRAD_MISTAKES, **difference.GRAD_MISTAKES},
    pitfalls=(
        Pitfall(
            "A column of predictions and a flat list of targets",
            "Shapes (N, 1) and (N,) are stretched to (N, N), with a warning only. "
            "The network then learns to predict the mean of all targets everywhere. "
            "Use input.squeeze(1), or target.unsqueeze(1).",
        ),
        difference.SIZES_DO_NOT_FIT,
        difference.WEIGHT_IN_THE_FUNCTION,
        Pitfall(
            "Whole numbers on both sides",
            "One side at least must hold floats. Write torch.tensor([1., 2.]) instead of torch.tensor([1, 2]).",
            error="\"mse_cpu\" not implemented for 'Long'",
            values={"input": np.array([1, 2]), "target": np.array([3, 3])},
        ),
        Pitfall(
            "Complex numbers",
            "L1Loss takes them, MSELoss does not. Compare real and imaginary parts: torch.view_as_real(input).",
            error="\"mse_cpu\" not implemented for 'ComplexDouble'",
            values={"input": np.array([1 + 1j]), "target": np.array([1.0])},
        ),
        Pitfall(
            "Squares that overflow",
            "In half precision (float16) an error of 256 already has an infinite square. "
            "Scale targets to about −3 … 3.",
        ),
        Pitfall(
            "The scale of the targets",
            "Squares are in squared units: "
            "measuring in millimetres instead of metres makes the loss a million times larger and its gradient, "
            "for predictions in those units, a thousand times larger.",
        ),
        difference.NOTHING_TO_AVERAGE,
        reduction.OLD_ARGUMENTS,
    ),
    references=(Reference("Wikipedia: Mean squared error", "https://en.wikipedia.org/wiki/Mean_squared_error"),),
    tries=(
        Try("What if one target is far away?", {"target": [[3, 1], [2, 30]]}),
        Try("What if the errors are below 1?", {"target": [[1, 3.5], [2.25, -1.5]]}),
        Try("What if the losses are only added up?", {"reduction": "sum"}),
        Try("What if every loss is kept?", {"reduction": "none"}),
    ),
    extremes=Extremes(
        values=lambda x: {"input": [x], "target": [x - 1]},
        naive=naive,
        says="Multiplied out, x² − 2xy + y² takes huge numbers away from one another, "
        "and the small square drowns in their rounding. PyTorch subtracts first and squares afterwards.",
    ),
    pictures=(
        Curves(
            "The best single guess is the mean",
            "The same guess for the five targets 0, 1, 2, 3 and 14. The loss is lowest at 4, their mean: "
            "the outlier at 14 has dragged the guess beyond all the others.",
            values=difference.one_guess,
            x=difference.GUESS,
            low=-2,
            high=16,
        ),
        Curves(
            "MSE against L1",
            "The parabola is flat at the target, so the pull fades on the way in, "
            "and steep far out, so the worst errors pull hardest.",
            values=difference.away,
            x=difference.AWAY,
            low=-3,
            high=3,
            compare=("l1_loss",),
        ),
    ),
    check=check,
    cost=of_stretched("input", "target"),
)
