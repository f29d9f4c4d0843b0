"""L1 loss: the mean absolute error."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.cost import of_stretched
from lib.lesson.formula import alone, formula
from lib.lesson.pieces import checks, difference, reduction
from lib.lesson.pieces.difference import direction, error_of, through_difference
from lib.lesson.pieces.reduction import REDUCTION, reduce, share, takes_mean
from lib.lesson.spec import Curves, Example, Lesson, Mistake, Pitfall, Reference, Step, Steps, Try, question


def check(*, input, target, reduction):
    checks.need_broadcastable(input=input, target=target)
    checks.need_distances(reduction, input=input, target=target)


def by_hand(input, target, *, reduction) -> Steps:
    """How far each prediction is off, in the target's units."""
    error = yield from error_of(input, target)
    each = yield Step(
        "loss_per_element",
        r"\ell_i = |e_i|",
        np.abs(error),
        axes="i",
        worked=lambda *i: formula("|<error>|", error=alone(error[i])),
        words="Drop the sign: only how far off counts, not on which side.",
    )
    yield from reduce(each, reduction, letter="i", of="loss_per_element")


def grad_by_hand(s, input, target, *, reduction) -> Steps:
    """Every element pulls equally hard, however far off it is."""
    error = s["error"]
    each = yield from share(s, reduction, letter="i")
    slope = yield Step(
        "slope",
        r"g_i = \operatorname{sign}(e_i)",
        direction(error),
        axes="i",
        worked=lambda *i: formula(r"\operatorname{sign}(<error>)", error=alone(error[i])),
        words="1 where the prediction is too high, −1 where it is too low, 0 where it is exactly right.",
    )
    yield from through_difference(each, slope, input, target)


def is_real(given):
    return not any(np.iscomplexobj(given[name]) for name in ("input", "target"))


MISTAKES = {
    **reduction.OTHER_MEANS,
    "keeps_the_sign": Mistake(
        {"loss_per_element": lambda given, done: done["error"]},
        "You kept the sign. Take the absolute value, or errors of opposite sign cancel.",
        when=is_real,
    ),
    "mse": Mistake(
        {"loss_per_element": lambda given, done: done["error"] ** 2},
        "You squared the error. That is MSELoss; L1Loss takes the absolute value.",
        when=is_real,
    ),
    "averages_first": Mistake(
        {"loss": lambda given, done: abs(reduction.put_together(given, done["error"]))},
        "You averaged first and dropped the sign afterwards, so errors cancelled. Drop each sign first.",
        when=reduction.is_one_number,
    ),
    "relative_error": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] / np.abs(given["target"])},
        "You divided by the target. L1 loss is in the target's own units, so nothing is divided.",
    ),
    "halves_the_error": Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] / 2},
        "You halved the error. The ½ belongs to squares, as in Smooth L1 and Huber; L1 has none.",
    ),
    "root_mean_square": Mistake(
        {"loss": lambda given, done: np.sqrt(np.square(done["loss_per_element"]).mean())},
        "You squared, averaged and took the root: the RMSE. Large errors then count for more; L1 averages the sizes.",
        when=takes_mean,
    ),
    "length_of_the_error": Mistake(
        {"loss": lambda given, done: np.sqrt(np.square(done["loss_per_element"]).sum())},
        "You took the length of the error: the root of the sum of squares. L1 adds the sizes up.",
        when=lambda given: given["reduction"] != "none",
    ),
}

GRAD_MISTAKES = {
    "unbounded_pull": Mistake(
        {"slope": lambda given, done: given["input"] - given["target"]},
        "You used the size of the error. The slope of |e| is only its sign, so far-off elements pull no harder.",
    ),
    "one_on_the_target": Mistake(
        {"slope": lambda given, done: np.where(done["slope"] == 0, 1.0, done["slope"])},
        "At exactly zero error there is a corner, and PyTorch takes 0 as its slope.",
    ),
    "minus_one_on_the_target": Mistake(
        {"slope": lambda given, done: np.where(done["slope"] == 0, -1.0, done["slope"])},
        "You chose between two cases, so a prediction that is exactly right gets −1. There are three: on the target "
        "PyTorch takes 0.",
    ),
    "divides_by_its_size": Mistake(
        {"slope": lambda given, done: np.where(done["slope"] == 0, np.nan, done["slope"])},
        "You divided the error by its size. Where a prediction is exactly right that is 0/0, NaN. The sign is 0 there.",
        not_finite=True,
    ),
    **difference.DROPS_THE_SIGN,
    **difference.OTHER_SIGN,
}

LESSON = Lesson(
    title="L1 loss",
    torch=nn.L1Loss,
    group="regression and counts",
    order=1,
    names=("平均绝对误差", "L1损失", "MAE", "mean absolute error", "least absolute deviations", "absolute loss"),
    purpose="Measures how far predictions are from numbers, every unit of distance costing the same.",
    use_when="You predict numbers and the data hold outliers: one wild value counts no more than its distance, "
    "and the best constant guess is the median.",
    not_when="Large errors must hurt much more than small ones (use MSE loss), "
    "or training should settle gently near the target "
    "(use Smooth L1 or Huber loss: here the pull stays full until the error is zero).",
    formula=r"\ell_i = |x_i - y_i|",
    symbols=(
        *difference.SYMBOLS,
        (r"\ell_i", "the loss of element i, in the target's units"),
        *difference.MEAN,
        difference.SLOPE,
    ),
    tensors=difference.TENSORS,
    parameters=(REDUCTION,),
    shapes=difference.SHAPES,
    examples=(
        Example(
            "Four errors",
            difference.TWO_ROWS,
            "The sizes are 1.5, 3, 0.5 and 2.5, whichever side they are on. Their mean is 1.875.",
        ),
        Example(
            "Ones for threes",
            difference.ONES_AND_THREES,
            "Every prediction is 2 too low, so every loss is 2, and so is the mean.",
        ),
        Example(
            "Every loss kept",
            {**difference.ONES_AND_THREES, "reduction": "none"},
            "With reduction='none' the losses come back in the shape of the input: [[2, 2], [2, 2]].",
        ),
        Example(
            "Too high, too low, right",
            {"input": [2.5, 0, 2, 8], "target": [3, -0.5, 2, 7]},
            "Which side does not matter. The third is exactly right: its loss is 0, and so is its gradient.",
        ),
        Example(
            "One outlier",
            {"input": [2, 2, 2, 2, 2], "target": [1, 2, 2, 3, 50]},
            "The outlier costs its distance of 48, no more. MSE loss would charge 2304 for it.",
        ),
        Example(
            "Errors that cancel",
            {"input": [[3, -3], [1, -1]], "target": [[0, 0], [0, 0]]},
            "The plain errors average to 0. Their sizes do not: the loss is 2.",
        ),
        Example(
            "A column against a row",
            difference.COLUMN_AND_ROW,
            "The shapes (3, 1) and (3,) stretch to 3 × 3: nine losses, not three. "
            "PyTorch only warns, and predictions that are off by 1 each seem to cost 1.222.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does an outlier pull no harder than any other sample?",
            (
                "The slope of the absolute value is 1 or −1, however large the error.",
                "So the best constant prediction is the median, which outliers do not move.",
            ),
            (
                "Because the mean divides it away.",
                "The mean divides all errors alike. MSE takes the mean too, and outliers rule it.",
            ),
            ("Because large errors are cut off.", "Nothing is cut off: an error of 100 costs 100."),
        ),
        "without_numbers": question(
            "The error of one sample doubles. Its part of the loss …",
            ("doubles", "The error itself is what is paid."),
            ("grows fourfold", "That is the squared error."),
            (
                "stays the same, since its slope does",
                "The slope stays the same, and so the cost grows evenly with the error.",
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
            "The network then learns to predict the same number everywhere. "
            "Use input.squeeze(1), or target.unsqueeze(1).",
        ),
        difference.SIZES_DO_NOT_FIT,
        difference.WEIGHT_IN_THE_FUNCTION,
        Pitfall(
            "Whole numbers on both sides",
            "The differences are whole numbers then, and torch takes no mean of those. Make one side floats.",
            error="mean(): could not infer output dtype",
            values={"input": np.array([1, 2]), "target": np.array([3, 3])},
        ),
        Pitfall(
            "Masks as targets",
            "Torch does not subtract booleans. Convert them: target.float().",
            error="Subtraction, the `-` operator, with a bool tensor is not supported",
            values={"input": np.array([0.5, 0.5], np.float32), "target": np.array([True, False])},
        ),
        Pitfall(
            "Images as bytes",
            "Bytes (uint8) wrap around: 1 − 3 is 254, and so is the loss with reduction='none'. "
            "Convert images to floats before comparing them.",
        ),
        Pitfall(
            "The gradient at zero, and at NaN",
            "At zero error the corner has no slope; torch takes 0. It also takes 0 where the error is NaN: "
            "the loss shows NaN while the gradient quietly says that nothing is wrong.",
        ),
        difference.NOTHING_TO_AVERAGE,
        reduction.OLD_ARGUMENTS,
    ),
    references=(
        Reference(
            "Willmott and Matsuura, Advantages of the mean absolute error over the root mean square error (2005)",
            "https://doi.org/10.3354/cr030079",
        ),
    ),
    tries=(
        Try("What if one target is far away?", {"target": [[3, 1], [2, 30]]}),
        Try("What if one prediction is exactly right?", {"input": [[3, 4], [2.5, -1]]}),
        Try("What if the losses are only added up?", {"reduction": "sum"}),
        Try("What if every loss is kept?", {"reduction": "none"}),
    ),
    pictures=(
        Curves(
            "The best single guess is the median",
            "The same guess for the five targets 0, 1, 2, 3 and 14. The loss is lowest at 2, the middle one: "
            "the outlier at 14 pulls no harder than the 0 on the other side.",
            values=difference.one_guess,
            x=difference.GUESS,
            low=-2,
            high=16,
        ),
        Curves(
            "L1 against MSE",
            "Below a distance of 1 the square is the smaller of the two, beyond 1 it runs away. "
            "L1 has a corner at 0: its pull never weakens on the way in.",
            values=difference.away,
            x=difference.AWAY,
            low=-3,
            high=3,
            compare=("mse_loss",),
        ),
    ),
    check=check,
    cost=of_stretched("input", "target"),
)
