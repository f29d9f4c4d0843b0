"""Mistakes that learners make in the steps of `update_pieces`, for every optimizer that has those steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.spec import Mistake

Given = Mapping[str, Any]
Done = Mapping[str, np.ndarray]


def fed(given: Given, done: Done) -> np.ndarray:
    """The gradient as it enters the averages."""
    return done.get("decayed", done.get("uphill", given["grad"]))


def fed_squared(given: Given, done: Done) -> np.ndarray:
    return fed(given, done) ** 2


def place(given: Given, done: Done) -> np.ndarray:
    """Where the parameter stands when the step is taken."""
    return done.get("shrunk", given["param"])


def before(given: Given, name: str) -> np.ndarray:
    """A buffer as the last update left it."""
    return given["state"].get(name, np.zeros_like(given["param"]))


def update_number(given: Given) -> float:
    return float(given["state"].get("step", 0)) + 1


def not_first(given: Given) -> bool:
    return update_number(given) > 1


def decays(given: Given) -> bool:
    return given["weight_decay"] != 0 and not given.get("decoupled_weight_decay", False)


UPHILL = Mistake(
    {"uphill": lambda given, done: given["grad"]},
    "You kept the sign. With maximize=True the gradient is turned round before anything else.",
    when=lambda given: given["maximize"],
)

GRADIENT = (
    UPHILL,
    Mistake(
        {"decayed": lambda given, done: done.get("uphill", given["grad"])},
        "You left the weight decay out: λθ belongs to the gradient here.",
        when=decays,
    ),
    Mistake(
        {"decayed": lambda given, done: done.get("uphill", given["grad"]) - given["weight_decay"] * given["param"]},
        "You took the weight decay away. It is added: it pulls the parameter towards 0.",
        when=decays,
    ),
    Mistake(
        {"decayed": lambda given, done: done.get("uphill", given["grad"]) + given["weight_decay"]},
        "You added λ alone. It is λ times the parameter.",
        when=decays,
    ),
)


def decouples(given: Given) -> bool:
    return given["weight_decay"] != 0 and given.get("decoupled_weight_decay", True)


SHRUNK = (
    Mistake(
        {"shrunk": lambda given, done: given["param"]},
        "You left the parameter as it is. Decoupled weight decay shrinks it before the step.",
        when=decouples,
    ),
    Mistake(
        {"shrunk": lambda given, done: (1 - given["weight_decay"]) * given["param"]},
        "You shrank by λ alone. PyTorch shrinks by the learning rate times λ.",
        when=decouples,
    ),
    Mistake(
        {"shrunk": lambda given, done: 2 * given["param"] - done["shrunk"]},
        "You made the parameter larger. Weight decay makes it smaller.",
        when=decouples,
    ),
)


def average_mistakes(
    name: str, keep: Callable[[Given], float], new: Callable[[Given, Done], np.ndarray], symbol: str, what: str
) -> tuple[Mistake, ...]:
    """Of a running average: `keep` is its beta, written `symbol`, `new` what enters it, called `what`."""
    return (
        Mistake(
            {name: lambda given, done: (1 - keep(given)) * before(given, name) + keep(given) * new(given, done)},
            f"You swapped the weights. The old average gets {symbol}, {what} gets 1 − {symbol}.",
        ),
        Mistake(
            {name: lambda given, done: keep(given) * before(given, name) + new(given, done)},
            f"You added {what} whole. In an average it gets 1 − {symbol}.",
        ),
        Mistake(
            {name: lambda given, done: done[name] - keep(given) * before(given, name)},
            f"You left the old average out: {symbol} times it is kept.",
            when=not_first,
        ),
    )


def square_mistakes(name: str, keep: Callable[[Given], float], symbol: str) -> tuple[Mistake, ...]:
    """Of a running average of the squared gradient."""
    return (
        *average_mistakes(name, keep, fed_squared, symbol, "the squared gradient"),
        Mistake(
            {name: lambda given, done: keep(given) * before(given, name) + (1 - keep(given)) * fed(given, done)},
            "You forgot the square: this average is one of squared gradients.",
        ),
        Mistake(
            {name: lambda given, done: keep(given) * before(given, name) + ((1 - keep(given)) * fed(given, done)) ** 2},
            f"You squared 1 − {symbol} too. Square the gradient, then weigh it.",
        ),
    )


def correction_mistakes(number: int, averaged: str, fair: str) -> tuple[Mistake, ...]:
    """Of a bias correction and of its use: `averaged` is the average's step, `fair` the corrected one's."""
    name = f"bias_correction_{number}"

    def beta(given: Given) -> float:
        return given["betas"][number - 1]

    return (
        Mistake(
            {name: lambda given, done: 1 - beta(given) ** (update_number(given) - 1)},
            "You counted updates from 0. The first update has t = 1.",
        ),
        Mistake(
            {name: lambda given, done: 1 - beta(given)},
            "You left the power out: it is beta to the power of t, the number of the update.",
            when=lambda given: update_number(given) > 2,  # at 2 it is the number of whoever counts from 0
        ),
        Mistake(
            {name: lambda given, done: 1 - done[name]},
            "You took beta to the power of t itself. The correction is 1 minus it.",
        ),
        Mistake(
            {fair: lambda given, done: done[averaged]},
            "You forgot the bias correction. The average started at 0 and is too small at first.",
        ),
        Mistake(
            {fair: lambda given, done: done[averaged] * done[name]},
            "You multiplied by the correction. Dividing by it makes the average larger, which makes up for the start.",
        ),
    )


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


def beta1(given: Given) -> float:
    return given["betas"][0]


def beta2(given: Given) -> float:
    return given["betas"][1]


SWAPPED_BETAS = Mistake(
    {
        "exp_avg": lambda given, done: beta2(given) * before(given, "exp_avg") + (1 - beta2(given)) * fed(given, done),
        "exp_avg_sq": lambda given, done: (
            beta1(given) * before(given, "exp_avg_sq") + (1 - beta1(given)) * fed_squared(given, done)
        ),
    },
    "You swapped the betas: the first belongs to the average of the gradient, the second to that of its square.",
)

FIRST_MOMENT = average_mistakes("exp_avg", beta1, fed, "β₁", "the gradient")
SECOND_MOMENT = square_mistakes("exp_avg_sq", beta2, "β₂")
