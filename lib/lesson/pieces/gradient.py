"""The gradient made ready for an update: turned round, with weight decay in it, beside the mistakes in these steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lib.lesson.pieces.latex import num
from lib.lesson.spec import Mistake, Step, Steps


def ready(grad, param, *, weight_decay, maximize) -> Steps:
    """The gradient as the update takes it: turned round to go up, and with weight decay in it."""
    if maximize:
        grad = yield from turned(grad)
    if weight_decay != 0:
        grad = yield from decayed(grad, param, weight_decay)
    return grad


def turned(grad) -> Steps:
    uphill = yield Step(
        "uphill",
        r"g_i \leftarrow -g_i",
        -grad,
        axes="i",
        worked=lambda *i: rf"-{num(grad[i])}",
        words="Going up means going against the negative gradient: turn the sign round.",
    )
    return uphill


def decayed(grad, param, weight_decay) -> Steps:
    """Weight decay as an L2 penalty: it becomes a part of the gradient, and of all that follows."""
    pulled = yield Step(
        "decayed",
        r"g_i \leftarrow g_i + \lambda\, \theta_i",
        grad + weight_decay * param,
        axes="i",
        worked=lambda *i: rf"{num(grad[i])} + {num(weight_decay)} \cdot {num(param[i])}",
        words="Weight decay adds a pull towards 0 to the gradient.",
    )
    return pulled


def shrunk(param, lr, weight_decay) -> Steps:
    """Weight decay by itself: the parameter shrinks, the gradient knows nothing of it."""
    smaller = yield Step(
        "shrunk",
        r"\theta_i \leftarrow (1 - \gamma \lambda)\, \theta_i",
        param * (1 - lr * weight_decay),
        axes="i",
        worked=lambda *i: rf"(1 - {num(lr)} \cdot {num(weight_decay)}) \cdot {num(param[i])}",
        words="Weight decay comes first and by itself: make the parameter a little smaller.",
    )
    return smaller


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
