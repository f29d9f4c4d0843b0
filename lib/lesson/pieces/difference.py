"""Losses of a difference, input minus target: the error, its size, and the way back through broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.formula import Formula, alone, formula
from lib.lesson.pieces import reduction
from lib.lesson.spec import Extremes, Mistake, Pitfall, Step, Steps, Tensor

SYMBOLS = (
    (r"x_i", "the prediction: element i of input"),
    (r"y_i", "the target of element i"),
    (r"e_i", "the error of element i, with its sign"),
)
MEAN = (
    (r"W", "what the mean divides by: N"),
    (r"N", "how many elements there are"),
    (r"L", "the result"),
)
RESULT = ((r"\ell_i", "the loss of element i"), *MEAN)
SIZE = (r"a_i", "the size of the error")
SLOPE = (r"g_i", "how fast the loss of element i moves with its error")

TENSORS = (
    Tensor("input", "the predictions, any shape", "(any shape)"),
    Tensor("target", "what they should be, in the same shape", "(as input)"),
)

SHAPES = (
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
)


def error_of(input: np.ndarray, target: np.ndarray) -> Steps:
    """Prediction minus target, with its sign; returns it."""
    x, y = np.broadcast_arrays(input, target)
    error = yield Step(
        "error",
        r"e_i = x_i - y_i",
        x - y,
        axes="i",
        worked=lambda *i: formula("<input> - <target>", input=x[i], target=y[i]),
        words="Take the target away from the prediction.",
    )
    return error


def size_of(error: np.ndarray) -> Steps:
    """The error without its sign; returns it."""
    size = yield Step(
        "size",
        r"a_i = |e_i|",
        np.abs(error),
        axes="i",
        worked=lambda *i: formula("|<error>|", error=alone(error[i])),
        words="Drop the sign of the error.",
    )
    return size


def direction(error: np.ndarray) -> np.ndarray:
    """The slope of |e| as torch has it: −1, 0 or 1, and 0 at NaN; for complex numbers e/|e|, and 0 at 0."""
    if not np.iscomplexobj(error):
        return np.nan_to_num(np.sign(error))
    size = np.abs(error)
    return error / np.where(size == 0, 1.0, size)


def gathered(gradient: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Adds a gradient up over the axes that broadcasting added or stretched, back to `shape`."""
    summed = gradient.sum(axis=tuple(range(np.ndim(gradient) - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size != np.shape(summed)[axis])
    return summed.sum(axis=stretched, keepdims=True)


PER_LOSS = r"\frac{\partial L}{\partial \ell_i}\, "  # the share of one loss in the result


def through_difference(
    each: Any,
    slope: np.ndarray,
    input: np.ndarray,
    target: np.ndarray,
    latex: str = PER_LOSS + "g_i",
    worked: Callable[..., Formula] | None = None,
) -> Steps:
    """The gradient of losses of e = input − target: input gets share times slope, target the same turned round.

    `latex` is that product in symbols, `worked` the same with numbers: by default `each` times the step `slope`.
    """
    product = worked or (lambda *i: formula(r"<share> \cdot <slope>", share=each, slope=slope[i]))
    for name, symbol, tensor, sign in (("input", "x", input, ""), ("target", "y", target, "-")):
        if tensor.dtype.kind in "fc":
            pull = (-each if sign else each) * slope
            yield gradient_of(
                name,
                symbol,
                gathered(pull if np.iscomplexobj(tensor) else np.real(pull), tensor.shape),
                np.shape(slope),
                latex,
                lambda *i, sign=sign: formula(f"{sign}<product>", product=product(*i)),
                "The error falls when the target rises, so the target gets the same with the other sign."
                if sign
                else "The share of the loss in the result, times how fast the loss moves with the error.",
                sign,
            )


def gradient_of(
    name: str,
    symbol: str,
    value: np.ndarray,
    elements: tuple[int, ...],
    latex: str,
    worked: Callable[..., Formula] | None,
    words: str,
    sign: str = "",
) -> Step:
    """The gradient of the tensor `name`: a `value` in its shape, from losses in the shape `elements`.

    `latex` and `worked` are one element's part in it. Where broadcasting used a number several times, its parts add up:
    the formula gets a ∑, and no single element is worked.
    """
    whole = np.shape(value) == elements
    total = "" if whole else r"\sum "
    return Step(
        f"d_{name}",
        rf"\frac{{\partial L}}{{\partial {symbol}_i}} = {sign}{total}{latex}",
        value,
        axes="i" if whole else "",
        worked=worked if whole else None,
        words=words,
    )


def of_one_shape(given: Mapping[str, Any]) -> bool:
    return bool(np.shape(given["input"]) == np.shape(given["target"]))


def of_one_row(given: Mapping[str, Any]) -> bool:
    """Whether there are as many predictions as targets, several of them, all along one axis."""
    x, y = np.shape(given["input"]), np.shape(given["target"])
    return len(x) == 1 and x == y and x[0] > 1 and given["reduction"] != "none" and "var" not in given


def of_column_and_row(given: Mapping[str, Any]) -> bool:
    """Whether as many predictions as targets meet as a column and a row, which torch stretches over one another."""
    x, y = np.shape(given["input"]), np.shape(given["target"])
    column = {len(x), len(y)} == {1, 2} and 1 in (*x[1:], *y[1:])
    return column and given["input"].size == given["target"].size > 1 and "var" not in given


MISTAKES = {
    "compares_all_with_all": Mistake(
        {},
        "You compared every prediction with every target, as NumPy does once one of them is a column. "
        "Each prediction has its own target.",
        when=of_one_row,
        given=lambda given: {"input": given["input"][:, None]},
    ),
    "pairs_column_and_row": Mistake(
        {},
        "You gave each prediction its own target. The shapes are those of a column and a row, and PyTorch stretches "
        "them: every prediction meets every target.",
        when=of_column_and_row,
        given=lambda given: {"input": given["input"].ravel(), "target": given["target"].ravel()},
    ),
    "adds_the_target": Mistake(
        {"error": lambda given, done: given["input"] + given["target"]},
        "You added the target. The error is the prediction minus the target.",
    ),
    "target_minus_prediction": Mistake(
        {"error": lambda given, done: -done["error"]},
        "You took the prediction away from the target. The loss comes out the same, "
        "but PyTorch's error is prediction minus target, and the gradient needs that sign.",
    ),
    **reduction.DIVIDES_BY_ROWS,
    **reduction.MISTAKES,
}

GRAD_MISTAKES = {
    "target_not_turned": Mistake(
        {"d_target": lambda given, done: -done["d_target"]},
        "The target enters with a minus, so its gradient has the other sign.",
    ),
    **reduction.GRAD_MISTAKES,
    **reduction.GRAD_DIVIDES_BY_ROWS,
}

DROPS_THE_SIGN = {
    "drops_the_sign": Mistake(
        {"d_input": lambda given, done: np.abs(done["d_input"])},
        "You used the size of the error. Its sign says which way the prediction has to move: keep it.",
    ),
}

OTHER_SIGN = {
    "other_sign": Mistake(
        {"d_input": lambda given, done: -done["d_input"]},
        "The sign is the other way round: a prediction that is too high has a positive gradient.",
    ),
}

WEIGHT_IN_THE_FUNCTION = Pitfall(
    "The function takes weight, the class does not",
    "F.l1_loss and F.mse_loss take weight, one number per element, and their mean then divides by the sum of the "
    "weights. The classes nn.L1Loss and nn.MSELoss refuse weight: use reduction='none' and weigh yourself.",
)

SIZES_DO_NOT_FIT = Pitfall(
    "Sizes that do not fit",
    "Sizes must be equal, or 1. Sizes of 1 are stretched, with a warning only: (N, 1) against (N,) makes (N, N).",
    error="The size of tensor a (2) must match the size of tensor b (3)",
    values={"input": np.zeros(2, np.float32), "target": np.zeros(3, np.float32)},
)

NOTHING_TO_AVERAGE = Pitfall("Nothing to average", "The mean over an empty batch is 0/0 = NaN. Skip empty batches.")

ONES_AND_THREES = {"input": [[1, 1], [1, 1]], "target": [[3, 3], [3, 3]]}
FIVE = {"input": [-3, -1, 0, 0.5, 2], "target": [0, 0, 0, 0, 0]}
COLUMN_AND_ROW = {"input": [[1], [3], [4]], "target": [2, 2, 3]}

AWAY = "prediction (the target is 0)"
GUESS = "the guess"


def away(x: float) -> dict[str, list[float]]:
    """One prediction at x, its target at 0: what curves of such a loss are drawn over."""
    return {"input": [x], "target": [0.0]}


def one_guess(x: float) -> dict[str, list[float]]:
    """The same guess x for five targets, one of them an outlier: the curve's lowest point is the best guess."""
    return {"input": [x] * 5, "target": [0.0, 1.0, 2.0, 3.0, 14.0]}


def far_off(naive: Callable[..., Any]) -> Extremes:
    """An error so large that its square overflows; `naive` computes both parts of a loss for every element."""
    return Extremes(
        values=lambda x: {"input": [x, 0.5], "target": [0.0, 0.0]},
        naive=naive,
        says="Computing both parts and multiplying the unwanted one by 0 fails once its square overflows: "
        "0 · ∞ is NaN. PyTorch computes only the part that counts.",
    )
