"""The last steps of an update, how far to go and where that leads, beside their mistakes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lib.lesson.pieces.gradient import Done, Given, place
from lib.lesson.pieces.latex import num
from lib.lesson.spec import Mistake, Step, Steps


def denominator(square, eps, latex, what) -> Steps:
    """The root of the mean square, with epsilon added outside the root. `latex` is the symbol under the root."""
    size = yield Step(
        "denominator",
        rf"s_i = \sqrt{{{latex}}} + \epsilon",
        np.sqrt(square) + eps,
        axes="i",
        worked=lambda *i: rf"\sqrt{{{num(square[i])}}} + {num(eps)}",
        words=f"Take the root of {what}, then add epsilon.",
    )
    return size


def step_along(param, lr, direction, size, latex) -> Steps:
    """The new parameter: the learning rate times direction over size is taken away. `latex`: the direction's symbol."""
    new = yield Step(
        "param",
        rf"\theta_i^{{\text{{new}}}} = \theta_i - \gamma\, {latex} / s_i",
        param - lr * direction / size,
        axes="i",
        worked=lambda *i: rf"{num(param[i])} - {num(lr)} \cdot \frac{{{num(direction[i])}}}{{{num(size[i])}}}",
        words="Divide the direction by its usual size, and take the learning rate times that away from the parameter.",
    )
    return new


def root_mistakes(square: Callable[[Given, Done], np.ndarray]) -> tuple[Mistake, ...]:
    """Of the denominator √(square) + ε."""
    return (
        Mistake(
            {"denominator": lambda given, done: np.sqrt(square(given, done) + given["eps"])},
            "You put epsilon inside the root. PyTorch adds it after the root.",
        ),
        Mistake(
            {"denominator": lambda given, done: square(given, done) + given["eps"]},
            "You forgot the root.",
        ),
        Mistake(
            {"denominator": lambda given, done: np.sqrt(square(given, done))},
            "You left epsilon out. It is added to the root.",
        ),
    )


MOVE = (
    Mistake(
        {"param": lambda given, done: 2 * place(given, done) - done["param"]},
        "You stepped the wrong way. The step is taken away from the parameter.",
    ),
    Mistake(
        {"param": lambda given, done: place(given, done) + (done["param"] - place(given, done)) / given["lr"]},
        "You left the learning rate out.",
        when=lambda given: given["lr"] not in (0, 1),
    ),
)
