"""The learning rate of an epoch: steps that schedules share, beside their mistakes and symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.formula import formula
from lib.lesson.pieces.taken import ignoring
from lib.lesson.spec import Mistake, Reference, Step, Steps

EPOCH = (r"t", "the epoch, from 0")
STEP_CALL = (r"t", "the number of the step() call, from 0")
FIRST_AND_NOW = (r"\gamma_0, \gamma_t", "the optimizer's learning rate, and that of epoch t")
LAST_AND_NOW = (r"\gamma_{t-1}, \gamma_t", "the learning rate of the last epoch, and of this one")
ETA_MIN = (r"\eta", "eta_min: the lowest learning rate")
WAVE = (r"w_t", "where the wave stands: from 1 to 0")

AT_FIRST = r"\gamma_0^{\text{now}} = \gamma_0"

SGDR = Reference(
    "Loshchilov, Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts (2017)",
    "https://arxiv.org/abs/1608.03983",
)
WARM_UP = Reference(
    "Goyal et al., Accurate, Large Minibatch SGD (2017): the warm-up", "https://arxiv.org/abs/1706.02677"
)


def later(given: Mapping[str, Any]) -> bool:
    """After epoch 0, in which the scheduler is built."""
    return given["epoch"] > 0


def from_epoch_2(given: Mapping[str, Any]) -> bool:
    """In epoch 1 the last learning rate is still the first one, so the two cannot be mixed up."""
    return given["epoch"] > 1


def unchanged(lr: float, words: str, latex: str = r"\gamma_t = \gamma_{t-1}") -> Steps:
    """An epoch that leaves the learning rate as it is; returns it."""
    new = yield Step("lr", latex, np.asarray(lr), words=words)
    return new


def after_drops(initial_lr: float, gamma: float, drops: np.ndarray) -> Steps:
    """The learning rate after that many drops, each of which multiplies by gamma; returns it."""
    new = yield Step(
        "lr",
        r"\gamma_t = \gamma_0\, g^{\,k}",
        initial_lr * gamma**drops,
        worked=lambda: formula(
            r"<initial_lr> \cdot <gamma>^{<drops>}", initial_lr=initial_lr, gamma=gamma, drops=drops
        ),
        words="Multiply the first learning rate by gamma, once for every drop.",
    )
    return new


DROP_MISTAKES = {
    "multiplies_by_the_drops": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * given["gamma"] * done["drops"]},
        "You multiplied by the number of drops. Gamma is taken to that power.",
    ),
    "drops_once": Mistake(
        {"drops": lambda given, done: np.minimum(done["drops"], 1.0)},
        "You dropped once and stayed there. Every drop multiplies by gamma once more.",
    ),
    "ignores_gamma": ignoring("You always divided by 10. That is only gamma's default: multiply by gamma.", gamma=0.1),
    "divides_by_gamma": Mistake(
        {"lr": lambda given, done: given["initial_lr"] / given["gamma"] ** done["drops"]},
        "You divided by gamma. A drop multiplies by it.",
    ),
    "takes_gamma_away": Mistake(
        {"lr": lambda given, done: given["initial_lr"] - given["gamma"] * done["drops"]},
        "You took gamma away at each drop. A drop multiplies by it.",
    ),
    "takes_a_share_of_gamma_off": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * (1 - given["gamma"]) ** done["drops"]},
        "You took the share gamma off. Gamma is what is left after a drop.",
    ),
    "from_the_last_rate": Mistake(
        {"lr": lambda given, done: given["lr"] * given["gamma"] ** done["drops"]},
        "You started from the last learning rate, so that earlier drops count twice. Start from the first one.",
        when=from_epoch_2,
    ),
    "forgets_lr": Mistake(
        {"lr": lambda given, done: given["gamma"] ** done["drops"]},
        "You left the first learning rate out: multiply it by gamma's power.",
    ),
}


def factor_at(epoch: int, function: Callable[[int], float]) -> Steps:
    """The value of the learner's function at this epoch; returns it."""
    factor = yield Step(
        "factor",
        r"f(t) = \text{the function at } t",
        np.asarray(float(function(epoch))),
        words="Put the epoch into the function. Its code stands in the view Code.",
    )
    return factor


def factor_mistakes(functions: Mapping[str, Callable[[int], float]]) -> dict[str, Mistake]:
    """Of the factor, where `lr_lambda` is one of these functions by its name, or a function itself."""
    return {
        "one_epoch_ahead": Mistake(
            {
                "factor": lambda given, done: float(
                    functions.get(given["lr_lambda"], given["lr_lambda"])(given["epoch"] + 1)
                )
            },
            "You are one epoch ahead. Epochs count from 0.",
        ),
        "one_epoch_behind": Mistake(
            {
                "factor": lambda given, done: float(
                    functions.get(given["lr_lambda"], given["lr_lambda"])(given["epoch"] - 1)
                )
            },
            "You are one epoch behind. The first step() is epoch 1.",
            when=later,
        ),
    }


def above_eta_min(initial_lr: float, eta_min: float, wave: np.ndarray, rate: Any) -> Steps:
    """The learning rate where the wave stands; returns it. `rate` is its value, as torch computes it."""
    new = yield Step(
        "lr",
        r"\gamma_t = \eta + (\gamma_0 - \eta)\, w_t",
        np.asarray(rate),
        worked=lambda: formula(
            r"<eta_min> + (<initial_lr> - <eta_min>) \cdot <wave>", eta_min=eta_min, initial_lr=initial_lr, wave=wave
        ),
        words="Start from eta_min, and add that part of the distance to the first learning rate.",
    )
    return new


WAVE_MISTAKES = {
    "cosine_itself": Mistake(
        {"wave": lambda given, done: 2 * done["wave"] - 1},
        "You took the cosine itself. It is lifted by 1 and halved, so that it runs from 1 to 0.",
    ),
    "counts_eta_min_twice": Mistake(
        {
            "lr": lambda given, done: (
                given["eta_min"] + given["initial_lr"] * done["wave"] if "wave" in done else done["lr"]
            )
        },
        "You added too much: eta_min is counted twice. "
        "The distance from eta_min to the first learning rate is what waves.",
        when=lambda given: given["eta_min"] != 0,
    ),
    "leaves_eta_min_out": Mistake(
        {"lr": lambda given, done: given["initial_lr"] * done["wave"] if "wave" in done else done["lr"]},
        "You left eta_min out. The wave runs between it and the first learning rate.",
        when=lambda given: given["eta_min"] != 0,
    ),
    "eta_min_not_added": Mistake(
        {
            "lr": lambda given, done: (
                (given["initial_lr"] - given["eta_min"]) * done["wave"] if "wave" in done else done["lr"]
            )
        },
        "You did not add eta_min again after taking it off.",
        when=lambda given: given["eta_min"] != 0,
    ),
    "eta_min_as_a_floor": Mistake(
        {
            "lr": lambda given, done: (
                np.maximum(given["initial_lr"] * done["wave"], given["eta_min"]) if "wave" in done else done["lr"]
            )
        },
        "You cut the wave off at eta_min. It is squeezed instead, to run between the first learning rate and eta_min.",
        when=lambda given: given["eta_min"] != 0,
    ),
    "upside_down": Mistake(
        {"wave": lambda given, done: 1 - done["wave"]},
        "You took 1 − cos, which climbs from eta_min. With 1 + cos it starts at lr.",
    ),
    "not_halved": Mistake(
        {"wave": lambda given, done: 2 * done["wave"]},
        "You did not halve: 1 + cos runs from 2 to 0.",
    ),
    "not_lifted": Mistake(
        {"wave": lambda given, done: done["wave"] - 0.5},
        "You left the 1 out: the cosine is lifted by 1, and then halved.",
    ),
}

MOMENTUM_MISTAKES = {
    "momentum_rises_too": Mistake(
        {"momentum": lambda given, done: given["base_momentum"] + given["max_momentum"] - done["momentum"]},
        "You let momentum rise with the learning rate. It goes the other way.",
        when=lambda given: given["cycle_momentum"],
    ),
}
