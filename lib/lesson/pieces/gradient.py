"""The gradient made ready for an update: turned round, and with weight decay in it; beside its mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lib.lesson.formula import formula, of
from lib.lesson.spec import Example, Mistake, Number, Step, Steps, Switch

Given = Mapping[str, Any]
Done = Mapping[str, np.ndarray]

SYMBOLS = (
    (r"\theta_i", "element i of the parameter"),
    (r"g_i", "its gradient, with weight decay"),
)

MAXIMIZE = Switch("maximize", False, "Go up instead of down: the gradient's sign is turned round first.", rare=True)
WEIGHT_DECAY = Number("weight_decay", 0, "Adds this times the parameter to the gradient.", (0.1,))


def ready(grad: np.ndarray, param: np.ndarray, *, weight_decay: float, maximize: bool, letter: str = "g") -> Steps:
    """The gradient as the update takes it: turned round to go up, and with weight decay in it.

    Returns it, and the name of the step (or of the input) that it comes from. `letter` is its symbol with the decay.
    """
    source = "grad"
    if maximize:
        grad, source = (yield from turned(grad)), "uphill"
    if weight_decay != 0:
        grad, source = (yield from decayed(grad, source, param, weight_decay, letter)), "decayed"
    return grad, source


def turned(grad: np.ndarray) -> Steps:
    """The gradient with the other sign."""
    uphill = yield Step(
        "uphill",
        r"g_i \leftarrow -g_i",
        -grad,
        axes="i",
        worked=lambda *i: formula("-<grad>", grad=grad[i]),
        words="Going up means going against the negative gradient: turn the sign round.",
    )
    return uphill


def decayed(grad: np.ndarray, source: str, param: np.ndarray, weight_decay: float, letter: str) -> Steps:
    """Weight decay as an L2 penalty: it becomes a part of the gradient, and of all that follows."""
    becomes = r"\leftarrow" if letter == "g" else "="
    pulled = yield Step(
        "decayed",
        rf"{letter}_i {becomes} g_i + \lambda\, \theta_i",
        grad + weight_decay * param,
        axes="i",
        worked=lambda *i: formula(
            r"<grad> + <weight_decay> \cdot <place>",
            grad=of(source, grad[i]),
            weight_decay=weight_decay,
            place=param[i],
        ),
        words="Weight decay adds a pull towards 0 to the gradient.",
    )
    return pulled


def fed(given: Given, done: Done) -> np.ndarray:
    """The gradient as the update takes it."""
    return done.get("decayed", turned_or_not(given, done))


def turned_or_not(given: Given, done: Done) -> np.ndarray:
    """The gradient before weight decay."""
    return done.get("uphill", given["grad"])


def decays(given: Given) -> bool:
    """Whether weight decay goes into the gradient."""
    return given["weight_decay"] != 0 and not given.get("decoupled_weight_decay", False)


TURNED = {
    "always_downhill": Mistake(
        {"uphill": lambda given, done: given["grad"]},
        "You kept the sign. With maximize=True the gradient is turned round before anything else.",
        when=lambda given: given["maximize"],
    ),
}

IN_ANY_CASE = {
    **TURNED,
    "leaves_the_decay_out": Mistake(
        {"decayed": turned_or_not},
        "You left the weight decay out: λθ belongs to the gradient here.",
        when=decays,
    ),
    "takes_the_decay_away": Mistake(
        {"decayed": lambda given, done: turned_or_not(given, done) - given["weight_decay"] * given["param"]},
        "You took the weight decay away. It is added: it pulls the parameter towards 0.",
        when=decays,
    ),
    "decay_without_the_parameter": Mistake(
        {"decayed": lambda given, done: turned_or_not(given, done) + given["weight_decay"]},
        "You added λ alone. It is λ times the parameter.",
        when=decays,
    ),
    "decay_by_the_sign": Mistake(
        {"decayed": lambda given, done: turned_or_not(given, done) + given["weight_decay"] * np.sign(given["param"])},
        "You added λ with the sign of the parameter, which is L1 decay. Here it is λ times the parameter.",
        when=decays,
    ),
    "doubles_the_decay": Mistake(
        {},
        "You added 2λθ, the slope of λθ². The penalty is ½λθ², and its slope is λθ.",
        when=decays,
        given=lambda given: {"weight_decay": 2 * given["weight_decay"]},
    ),
}

MISTAKES = {
    **IN_ANY_CASE,
    "rate_in_the_decay": Mistake(
        {
            "decayed": lambda given, done: (
                turned_or_not(given, done) + given["lr"] * given["weight_decay"] * given["param"]
            )
        },
        "You multiplied the decay by the learning rate. The decay is a part of the gradient; the step multiplies both.",
        when=lambda given: decays(given) and given["lr"] != 1,
    ),
}

UPHILL = Example(
    "Uphill",
    {"objective": "saddle", "start": [1.0, 0.5], "updates": 20, "lr": 0.1, "maximize": True},
    "With maximize the gradient is turned round first.",
)
