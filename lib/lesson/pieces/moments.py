"""What an update remembers: its number, running averages of the gradient and of its square, and their correction.

Each beside its mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.formula import formula, of
from lib.lesson.pieces.gradient import Given, decays, fed, turned_or_not
from lib.lesson.spec import Example, Mistake, Numbers, Pitfall, Reference, Step, Steps, Switch

State = Mapping[str, Any]  # what torch holds of a parameter, by name; empty before the first update

AVERAGE = (r"m_i", "the average of the gradients (exp_avg)")
AVERAGES = (
    AVERAGE,
    (r"v_i", "the average of the squared gradients (exp_avg_sq)"),
    (r"\beta_1, \beta_2", "betas: how much of each old average is kept"),
)
COUNT = (r"t", "the number of the update, from 1")
SYMBOLS = (*AVERAGES, COUNT)
LARGEST = (r"v^{\max}_i", "with AMSGrad: the largest mean square so far")

BETAS = Numbers("betas", (0.9, 0.999), "How much of each old average is kept.", ((0.5, 0.9), (0.0, 0.0)))
AMSGRAD = Switch("amsgrad", False, "Divide by the largest mean square so far.", rare=True)


def lerp(old: np.ndarray, new: np.ndarray, weight: Any) -> np.ndarray:
    """From old towards new by `weight`: (1 − weight) · old + weight · new, rounded as torch rounds it."""
    if isinstance(weight, float):  # the usual case, and much faster
        return old + weight * (new - old) if abs(weight) < 0.5 else new - (new - old) * (1 - weight)
    return np.where(np.abs(weight) < 0.5, old + weight * (new - old), new - (new - old) * (1 - weight))


def count(state: State) -> Steps:
    """The number of this update, from 1. Torch keeps it in float32."""
    t = yield Step("step", r"t = t^{\text{old}} + 1", np.asarray(np.float32(state.get("step", 0) + 1)), given=True)
    return t


def average(
    name: str, letter: str, state: State, grad: np.ndarray, keep: Any, beta: str, source: str = "grad"
) -> Steps:
    """The running average of the gradient, from 0 on: `keep` (written `beta`) of the old one, the rest is new.

    `name` is the buffer's name in the state, `letter` its symbol; `source` names the step that the gradient comes from.
    """
    old = state.get(name, np.zeros_like(grad))
    now = yield Step(
        name,
        rf"{letter}_i = {beta}\, {letter}_i^{{\text{{old}}}} + (1 - {beta})\, g_i",
        lerp(old, grad, 1 - keep),
        axes="i",
        worked=lambda *i: formula(
            r"<keep> \cdot <old> + <rest> \cdot <grad>", keep=keep, old=old[i], rest=1 - keep, grad=of(source, grad[i])
        ),
        words="Keep a share of the old average (0 at first), and add the other share of the gradient.",
    )
    return now


def square_average(
    name: str, letter: str, state: State, grad: np.ndarray, keep: Any, beta: str, source: str = "grad"
) -> Steps:
    """The running average of the squared gradient, from 0 on; the arguments are those of `average`."""
    old = state.get(name, np.zeros_like(grad))
    now = yield Step(
        name,
        rf"{letter}_i = {beta}\, {letter}_i^{{\text{{old}}}} + (1 - {beta})\, g_i^2",
        keep * old + (1 - keep) * grad * grad,
        axes="i",
        worked=lambda *i: formula(
            r"<keep> \cdot <old> + <rest> \cdot <grad>^2",
            keep=keep,
            old=old[i],
            rest=1 - keep,
            grad=of(source, grad[i]),
        ),
        words="Keep a share of the old average (0 at first), and add the other share of the square.",
    )
    return now


def bias_correction(number: int, keep: Any, t: np.ndarray) -> Steps:
    """How much of its full weight an average has after t updates, 1 − βᵗ; dividing by it makes up for the start at 0.

    `number` is 1 or 2, as in β₁ and β₂.
    """
    weight = yield Step(
        f"bias_correction_{number}",
        rf"c_{number} = 1 - \beta_{number}^{{\,t}}",
        1 - keep ** float(t),
        worked=lambda: formula("1 - <keep>^{<step>}", keep=keep, step=t),
        words="1 minus beta to the power of the update's number: all weights so far, added up.",
    )
    return weight


def corrected(name: str, letter: str, biased: np.ndarray, source: str, number: int, keep: Any, t: np.ndarray) -> Steps:
    """An average without its start at 0: divided by its bias correction, which is the step before.

    `source` names the step that the average comes from; `number` and `keep` are those of `bias_correction`.
    """
    weight = yield from bias_correction(number, keep, t)
    fair = yield Step(
        name,
        rf"\hat {letter}_i = {letter}_i / c_{number}",
        biased / weight,
        axes="i",
        worked=lambda *i: formula(
            r"\frac{<average>}{<weight>}", average=of(source, biased[i]), weight=of(f"bias_correction_{number}", weight)
        ),
        words="Divide the average by the weights that went into it.",
    )
    return fair


def largest(square: np.ndarray, state: State) -> Steps:
    """AMSGrad: the largest mean square so far, so that steps do not grow again while gradients are small."""
    old = state.get("max_exp_avg_sq", np.zeros_like(square))
    most = yield Step(
        "max_exp_avg_sq",
        r"v^{\max}_i = \max(v^{\max,\text{old}}_i, v_i)",
        np.maximum(old, square),
        axes="i",
        worked=lambda *i: formula(r"\max(<old>, <exp_avg_sq>)", old=old[i], exp_avg_sq=square[i]),
        words="AMSGrad: keep the largest average so far. The first one is compared with 0.",
    )
    return most


def before(given: Given, name: str) -> np.ndarray:
    """A buffer as the last update left it, 0 before the first update."""
    return given["state"].get(name, np.zeros_like(given["param"]))


def update_number(given: Given) -> float:
    """The number of this update, from 1."""
    return float(given["state"].get("step", 0)) + 1


def not_first(given: Given) -> bool:
    """Whether there was an update before this one."""
    return update_number(given) > 1


def has_buffer(given: Given) -> bool:
    """Whether an earlier update has left a momentum buffer."""
    return "momentum_buffer" in given["state"]


def beta1(given: Given) -> float:
    return given["betas"][0]


def beta2(given: Given) -> float:
    return given["betas"][1]


def average_mistakes(name: str, keep: Callable[[Given], float], beta: str) -> dict[str, Mistake]:
    """In the running average `name` of the gradient: `keep` gives its beta, which the sentences write `beta`."""
    return {
        "average_weights_swapped": Mistake(
            {name: lambda given, done: (1 - keep(given)) * before(given, name) + keep(given) * fed(given, done)},
            f"You swapped the weights. The old average gets {beta}, the gradient gets 1 − {beta}.",
        ),
        "average_adds_all": Mistake(
            {name: lambda given, done: keep(given) * before(given, name) + fed(given, done)},
            f"You added the gradient whole. In an average it gets 1 − {beta}.",
        ),
        "average_without_the_old": Mistake(
            {name: lambda given, done: done[name] - keep(given) * before(given, name)},
            f"You left the old average out: {beta} times it is kept.",
            when=not_first,
        ),
    }


def square_mistakes(name: str, keep: Callable[[Given], float], beta: str) -> dict[str, Mistake]:
    """In the running average `name` of the squared gradient."""
    return {
        "square_average_weights_swapped": Mistake(
            {name: lambda given, done: (1 - keep(given)) * before(given, name) + keep(given) * fed(given, done) ** 2},
            f"You swapped the weights. The old average gets {beta}, the squared gradient gets 1 − {beta}.",
        ),
        "square_average_adds_all": Mistake(
            {name: lambda given, done: keep(given) * before(given, name) + fed(given, done) ** 2},
            f"You added the squared gradient whole. In an average it gets 1 − {beta}.",
        ),
        "square_average_without_the_old": Mistake(
            {name: lambda given, done: done[name] - keep(given) * before(given, name)},
            f"You left the old average out: {beta} times it is kept.",
            when=not_first,
        ),
        "square_average_without_the_square": Mistake(
            {name: lambda given, done: keep(given) * before(given, name) + (1 - keep(given)) * fed(given, done)},
            "You forgot the square: this average is one of squared gradients.",
        ),
        "square_average_squares_the_weight": Mistake(
            {name: lambda given, done: keep(given) * before(given, name) + ((1 - keep(given)) * fed(given, done)) ** 2},
            f"You squared 1 − {beta} too. Square the gradient, then weigh it.",
        ),
    }


def bare_squares(name: str, keep: Callable[[Given], float]) -> dict[str, Mistake]:
    """In the running average `name` of the squared gradient, where weight decay goes into the gradient."""
    return {
        "squares_the_bare_gradient": Mistake(
            {
                name: lambda given, done: (
                    keep(given) * before(given, name) + (1 - keep(given)) * turned_or_not(given, done) ** 2
                )
            },
            "You averaged the square of the bare gradient. The decay is part of the gradient before it is squared.",
            when=decays,
            aliases=("decays_the_direction_only",),
        ),
    }


def correction_mistakes(number: int, average: str, fair: str) -> dict[str, Mistake]:
    """In bias correction `number`, 1 or 2, and in its use: `average` and `fair` name the steps before and after it."""
    name = f"bias_correction_{number}"

    def beta(given: Given) -> float:
        return given["betas"][number - 1]

    return {
        f"{name}_counts_from_0": Mistake(
            {name: lambda given, done: 1 - beta(given) ** (update_number(given) - 1)},
            "You counted updates from 0. The first update has t = 1.",
            not_finite=True,
        ),
        f"{name}_without_the_power": Mistake(
            {name: lambda given, done: 1 - beta(given)},
            "You left the power out: it is beta to the power of t, the number of the update.",
        ),
        f"{name}_one_update_ahead": Mistake(
            {name: lambda given, done: 1 - beta(given) ** (update_number(given) + 1)},
            "You counted one update too many. The first update has t = 1.",
        ),
        f"{name}_not_taken_from_1": Mistake(
            {name: lambda given, done: 1 - done[name]},
            "You took beta to the power of t itself. The correction is 1 minus it.",
        ),
        f"{fair}_not_corrected": Mistake(
            {fair: lambda given, done: done[average]},
            "You forgot the bias correction. The average started at 0 and is too small at first.",
        ),
        f"{fair}_multiplied": Mistake(
            {fair: lambda given, done: done[average] * done[name]},
            "You multiplied by the correction. Dividing by it makes the average larger, which makes up for the start.",
        ),
    }


COUNTED = {
    "does_not_count": Mistake(
        {"step": lambda given, done: 1.0},
        "Your t stays at 1. Count on from what the last update left.",
        when=not_first,
    ),
}


def carried_on(*averages: str) -> dict[str, Mistake]:
    """In what the last update left: `averages` are corrected in every update, the first with β₁, the second with β₂."""

    def corrected_before(given: Given) -> dict[str, Any]:
        gone = update_number(given) - 1
        weights = [1 - beta**gone for beta in given["betas"]]
        changed = {name: before(given, name) / weight for name, weight in zip(averages, weights, strict=False)}
        return {"state": {**given["state"], **changed}}

    return {
        "corrected_averages_carried_on": Mistake(
            {},
            "You went on from the corrected averages, so that they are corrected again and again. "
            "The corrected ones serve one step only.",
            when=not_first,
            given=corrected_before,
        ),
    }


def power(given: Given, number: int, t: float) -> float:
    """Beta 1 or 2 to the power of t."""
    return given["betas"][number - 1] ** t


COUNTS_FROM_0 = Mistake(
    {
        "bias_correction_1": lambda given, done: 1 - power(given, 1, update_number(given) - 1),
        "bias_correction_2": lambda given, done: 1 - power(given, 2, update_number(given) - 1),
    },
    "You counted updates from 0: at first both corrections are 1 − 1 = 0, and 0 cannot be divided by. "
    "The first update has t = 1.",
    not_finite=True,
)

BOTH_CORRECTIONS = {
    **COUNTED,
    "times_for_the_power": Mistake(
        {
            "bias_correction_1": lambda given, done: 1 - beta1(given) * update_number(given),
            "bias_correction_2": lambda given, done: 1 - beta2(given) * update_number(given),
        },
        "You multiplied beta by t. It is beta to the power of t.",
        when=not_first,
        not_finite=True,
    ),
    "one_update_ahead": Mistake(
        {
            "bias_correction_1": lambda given, done: 1 - power(given, 1, update_number(given) + 1),
            "bias_correction_2": lambda given, done: 1 - power(given, 2, update_number(given) + 1),
        },
        "You counted one update too many. The first update has t = 1.",
    ),
    "corrections_swapped": Mistake(
        {
            "bias_correction_1": lambda given, done: 1 - power(given, 2, update_number(given)),
            "bias_correction_2": lambda given, done: 1 - power(given, 1, update_number(given)),
        },
        "You swapped the betas in the corrections. β₁ corrects the average of the gradient, β₂ that of its square.",
    ),
}

ADAM_CORRECTIONS = {
    **BOTH_CORRECTIONS,
    **carried_on("exp_avg", "exp_avg_sq"),
    "no_correction": Mistake(
        {
            "m_hat": lambda given, done: done["exp_avg"],
            "v_hat": lambda given, done: done.get("max_exp_avg_sq", done["exp_avg_sq"]),
        },
        "You left both bias corrections out. The averages started at 0 and are too small at first.",
    ),
    "epsilon_before_the_correction": Mistake(
        {"denominator": lambda given, done: np.sqrt(done["v_hat"]) + given["eps"] / np.sqrt(done["bias_correction_2"])},
        "You added epsilon to the root of the uncorrected average, as Keras does. "
        "PyTorch corrects first, then adds epsilon.",
    ),
    "corrects_after_the_root": Mistake(
        {"denominator": lambda given, done: np.sqrt(done["v_hat"] / done["bias_correction_2"]) + given["eps"]},
        "You divided the root by the whole correction. The mean square is corrected first, and then its root taken.",
    ),
    "divides_by_the_old_average": Mistake(
        {
            "v_hat": lambda given, done: (
                before(given, "max_exp_avg_sq" if given.get("amsgrad") else "exp_avg_sq") / done["bias_correction_2"]
            )
        },
        "You divided by the average as it was before this update. Update it first.",
    ),
}

FIRST_AVERAGE = average_mistakes("exp_avg", beta1, "β₁")
BOTH_AVERAGES = {
    "betas_swapped": Mistake(
        {},
        "You swapped the betas: the first belongs to the average of the gradient, the second to that of its square.",
        when=lambda given: beta1(given) != beta2(given),
        given=lambda given: {"betas": given["betas"][::-1]},
    ),
    "squares_the_difference": Mistake(
        {
            "exp_avg_sq": lambda given, done: (
                beta2(given) * before(given, "exp_avg_sq")
                + (1 - beta2(given)) * (fed(given, done) - done["exp_avg"]) ** 2
            )
        },
        "You averaged the square of gradient minus average, as AdaBelief does. Here it is the gradient's own square.",
    ),
    "squares_the_average": Mistake(
        {
            "exp_avg_sq": lambda given, done: (
                beta2(given) * before(given, "exp_avg_sq") + (1 - beta2(given)) * done["exp_avg"] ** 2
            )
        },
        "You averaged the square of the running average. The second average is one of squared gradients.",
    ),
    "betas_swapped_in_the_averages": Mistake(
        {
            "exp_avg": lambda given, done: (
                beta2(given) * before(given, "exp_avg") + (1 - beta2(given)) * fed(given, done)
            ),
            "exp_avg_sq": lambda given, done: (
                beta1(given) * before(given, "exp_avg_sq") + (1 - beta1(given)) * fed(given, done) ** 2
            ),
        },
        "You swapped the betas in the averages: the first belongs to that of the gradient.",
    ),
    **FIRST_AVERAGE,
    **square_mistakes("exp_avg_sq", beta2, "β₂"),
}


def gradient_squared(given: Given, done: Mapping[str, np.ndarray]) -> np.ndarray:
    """The square of the gradient as the update takes it."""
    return fed(given, done) ** 2


AMSGRAD_MISTAKES = {
    "mean_square_for_the_largest": Mistake(
        {"max_exp_avg_sq": lambda given, done: done["exp_avg_sq"]},
        "You took the new mean square. AMSGrad keeps the largest there has been.",
        when=lambda given: given["amsgrad"] and not_first(given),
    ),
    "corrects_before_the_maximum": Mistake(
        {
            "max_exp_avg_sq": lambda given, done: np.maximum(
                before(given, "max_exp_avg_sq"), done["exp_avg_sq"] / (1 - power(given, 2, update_number(given)))
            ),
            "v_hat": lambda given, done: done["max_exp_avg_sq"],
        },
        "You corrected the average before you took the maximum, as Optax does. PyTorch takes the maximum first.",
        when=lambda given: given["amsgrad"],
    ),
    "largest_gradient": Mistake(
        {
            "max_exp_avg_sq": lambda given, done: np.maximum(
                before(given, "max_exp_avg_sq"), gradient_squared(given, done)
            )
        },
        "You kept the largest squared gradient. It is the largest running average that counts.",
        when=lambda given: given["amsgrad"],
    ),
    "maximum_left_out": Mistake(
        {"v_hat": lambda given, done: done["exp_avg_sq"] / done["bias_correction_2"]},
        "You divided by the running average. AMSGrad divides by the largest there has been.",
        when=lambda given: given["amsgrad"] and not_first(given),
    ),
}

AFTER_A_LARGE_GRADIENT = Example(
    "AMSGrad after a large gradient",
    {
        "objective": "typed gradients",
        "start": [1.0, 1.0],
        "grads": [[5, 1], [0.1, 1], [0.1, 1], [0.1, 1]],
        "updates": 4,
        "lr": 0.1,
        "betas": (0.9, 0.9),
        "amsgrad": True,
    },
    "The first number remembers its large gradient and goes on in small steps.",
)

BETA_OF_1 = Pitfall(
    "A beta of 1",
    "Such an average would never see a gradient.",
    error="Invalid beta parameter at index 0: 1.0",
    values={"betas": (1.0, 0.999)},
)

ADAM_PAPER = Reference(
    "Kingma, Ba, Adam: A Method for Stochastic Optimization (2015)", "https://arxiv.org/abs/1412.6980"
)
