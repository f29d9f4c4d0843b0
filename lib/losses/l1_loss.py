"""L1 loss: the mean absolute error."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.pieces import checks
from lib.lesson.pieces.difference import direction, through_difference
from lib.lesson.pieces.latex import bare, numeral
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
from lib.lesson.spec import Curves, Example, Lesson, Mistake, Pitfall, Reference, Step, Steps, Tensor, Try


def check(*, input, target, reduction):
    checks.need_broadcastable(input=input, target=target)
    checks.need_distances(reduction, input=input, target=target)


def by_hand(input, target, *, reduction) -> Steps:
    """How far each prediction is off, in the target's units."""
    x, y = np.broadcast_arrays(input, target)
    error = yield Step(
        "error",
        r"e_i = x_i - y_i",
        x - y,
        axes="i",
        worked=lambda *i: rf"{numeral(x[i])} - {numeral(y[i])}",
        words="Take the target away from the prediction.",
    )
    each = yield Step(
        "loss_per_element",
        r"\ell_i = |e_i|",
        np.abs(error),
        axes="i",
        worked=lambda *i: rf"|{bare(error[i])}|",
        words="Drop the sign: only how far off counts, not on which side.",
    )
    yield from reduce(each, reduction, letter="i")


def grad_by_hand(s, input, target, *, reduction) -> Steps:
    """Every element pulls equally hard, however far off it is."""
    error = s["error"]
    each = yield from share(s, reduction, letter="i")
    slope = yield Step(
        "slope",
        r"g_i = \operatorname{sign}(e_i)",
        direction(error),
        axes="i",
        worked=lambda *i: rf"\operatorname{{sign}}({bare(error[i])})",
        words="1 where the prediction is too high, −1 where it is too low, 0 where it is exactly right.",
    )
    yield from through_difference(each, slope, input, target)


def is_real(given):
    return not any(np.iscomplexobj(given[name]) for name in ("input", "target"))


def has_rows(given):
    return max(given["input"].ndim, given["target"].ndim) > 1


MISTAKES = (
    Mistake(
        {"error": lambda given, done: given["input"] + given["target"]},
        "You added the target. The error is the prediction minus the target.",
    ),
    Mistake(
        {"error": lambda given, done: -done["error"]},
        "You took the prediction away from the target. The loss comes out the same, but PyTorch's error is "
        "prediction minus target, and the gradient needs that sign.",
    ),
    Mistake(
        {"loss_per_element": lambda given, done: done["error"]},
        "You kept the sign. Take the absolute value, or errors of opposite sign cancel.",
        when=is_real,
    ),
    Mistake(
        {"loss_per_element": lambda given, done: done["error"] ** 2},
        "You squared the error. That is MSELoss; L1Loss takes the absolute value.",
        when=is_real,
    ),
    Mistake(
        {"divisor": lambda given, done: len(done["error"])},
        "You divided by the number of rows. PyTorch divides by the number of elements.",
        when=has_rows,
    ),
    Mistake(
        {"loss": lambda given, done: abs(done["error"].mean())},
        "You averaged first and dropped the sign afterwards, so errors cancelled. Drop each sign first.",
        when=lambda given: given["reduction"] == "mean",
    ),
    Mistake(
        {"loss": lambda given, done: done["loss"] * done["divisor"]},
        "This is the sum. With reduction='mean', divide it by the number of elements.",
        when=lambda given: given["reduction"] == "mean",
    ),
)

GRAD_MISTAKES = (
    Mistake(
        {"share": lambda given, done: 1.0},
        "This is the gradient of the sum. The mean gives each element one part in N.",
        when=lambda given: given["reduction"] == "mean",
    ),
    Mistake(
        {"slope": lambda given, done: given["input"] - given["target"]},
        "You used the size of the error. The slope of |e| is only its sign, so far-off elements pull no harder.",
    ),
    Mistake(
        {"slope": lambda given, done: np.where(done["slope"] == 0, 1.0, done["slope"])},
        "At exactly zero error there is a corner, and PyTorch takes 0 as its slope.",
    ),
    Mistake(
        {"d_target": lambda given, done: -done["d_target"]},
        "The target enters with a minus, so its gradient has the other sign.",
    ),
)

ONES_AND_THREES = {"input": [[1, 1], [1, 1]], "target": [[3, 3], [3, 3]]}

LESSON = Lesson(
    title="L1 loss",
    torch=nn.L1Loss,
    group="regression and counts",
    order=1,
    names=("平均绝对误差", "L1损失", "MAE", "mean absolute error", "least absolute deviations", "absolute loss"),
    purpose="Measures how far predictions are from numbers, every unit of distance costing the same.",
    use_when="You predict numbers and the data hold outliers: one wild value counts no more than its distance, and "
    "the best constant guess is the median.",
    not_when="Large errors must hurt much more than small ones (use MSE loss), or training should settle gently near "
    "the target (use Smooth L1 or Huber loss: here the pull stays full until the error is zero).",
    formula=r"\ell_i = |x_i - y_i|",
    symbols=(
        (r"x_i", "the prediction: element i of input"),
        (r"y_i", "the target of element i"),
        (r"e_i", "the error of element i, with its sign"),
        (r"\ell_i", "the loss of element i, in the target's units"),
        (r"W", "what the mean divides by: N"),
        (r"N", "how many elements there are"),
        (r"g_i", "how fast the loss of element i moves with its error"),
        (r"L", "the result"),
    ),
    tensors=(
        Tensor("input", "the predictions, any shape", "(any shape)"),
        Tensor("target", "what they should be, in the same shape", "(as input)"),
    ),
    parameters=(REDUCTION,),
    shapes=(
        {"input": (2, 3), "target": (2, 3)},
        {"input": (5,), "target": (5,)},
        {"input": (), "target": ()},
        {"input": (2, 3, 2), "target": (2, 3, 2)},
        {"input": (3, 1), "target": (3,)},
        {"input": (2, 1, 3), "target": (4, 1)},
        {"input": (), "target": (3,)},
        {"input": (3,), "target": (2, 3)},
        {"input": (1, 1), "target": (1, 1)},
        {"input": (0,), "target": (0,)},
        {"input": (2, 0), "target": (2, 0)},
        {"input": (1,), "target": (0,)},
    ),
    examples=(
        Example(
            "Ones for threes", ONES_AND_THREES, "Every prediction is 2 too low, so every loss is 2, and so is the mean."
        ),
        Example(
            "Every loss kept",
            {**ONES_AND_THREES, "reduction": "none"},
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
            {"input": [[1], [2], [3]], "target": [1, 2, 3]},
            "The shapes (3, 1) and (3,) stretch to 3 × 3: nine losses, not three. PyTorch only warns, and a perfect "
            "prediction seems to cost 0.889.",
        ),
    ),
    by_hand=by_hand,
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "A column of predictions and a flat list of targets",
            "Shapes (N, 1) and (N,) are stretched to (N, N), with a warning only. The network then learns to predict "
            "the same number everywhere. Use input.squeeze(1), or target.unsqueeze(1).",
        ),
        Pitfall(
            "Sizes that do not fit",
            "Sizes must be equal, or 1.",
            error="The size of tensor a (2) must match the size of tensor b (3)",
            values={"input": np.zeros(2, np.float32), "target": np.zeros(3, np.float32)},
        ),
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
            "Bytes (uint8) wrap around: 1 − 3 is 254, and so is the loss with reduction='none'. Convert images to "
            "floats before comparing them.",
        ),
        Pitfall(
            "The gradient at zero, and at NaN",
            "At zero error the corner has no slope; torch takes 0. It also takes 0 where the error is NaN: the loss "
            "shows NaN while the gradient quietly says that nothing is wrong.",
        ),
        Pitfall(
            "Nothing to average",
            "The mean over an empty batch is 0/0 = NaN. Skip empty batches.",
        ),
        Pitfall(
            "size_average and reduce",
            "Old code passes size_average=False or reduce=False. Both still work with a warning and are not offered "
            "here; say reduction='sum' or reduction='none'.",
        ),
    ),
    references=(
        Reference("PyTorch documentation: L1Loss", "https://docs.pytorch.org/docs/2.13/generated/torch.nn.L1Loss.html"),
        Reference(
            "Willmott and Matsuura, Advantages of the mean absolute error over the root mean square error (2005)",
            "https://doi.org/10.3354/cr030079",
        ),
    ),
    tries=(
        Try("What if one target is far away?", {"target": [[3, 3], [3, 30]]}),
        Try("What if one prediction is exactly right?", {"input": [[3, 1], [1, 1]]}),
        Try("What if the losses are only added up?", {"reduction": "sum"}),
        Try("What if every loss is kept?", {"reduction": "none"}),
    ),
    pictures=(
        Curves(
            "The best single guess is the median",
            "The same guess for the five targets 0, 1, 2, 3 and 14. The loss is lowest at 2, the middle one: "
            "the outlier at 14 pulls no harder than the 0 on the other side.",
            values=lambda x: {"input": [x] * 5, "target": [0, 1, 2, 3, 14]},
            low=-2,
            high=16,
            x="the guess",
        ),
        Curves(
            "L1 against MSE",
            "Below a distance of 1 the square is the smaller of the two, beyond 1 it runs away. "
            "L1 has a corner at 0: its pull never weakens on the way in.",
            values=lambda x: {"input": [x], "target": [0]},
            low=-3,
            high=3,
            x="prediction (the target is 0)",
            compare=("mse_loss",),
        ),
    ),
    check=check,
)
