"""Yes-or-no questions: the probability of “yes”, and what an answer costs by it; beside the mistakes made there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.formula import formula
from lib.lesson.pieces import draw, reduction
from lib.lesson.pieces.reduction import takes_mean
from lib.lesson.pieces.scores import by_class, score_behind, sigmoid
from lib.lesson.pieces.taken import ignoring
from lib.lesson.pieces.weights import has_weight, stretched, times
from lib.lesson.spec import Mistake, Reference, Step, Steps, Tensor

Given = Mapping[str, Any]

ANSWER = (r"y_i", "the answer for element i: 1 for yes, 0 for no, or a probability in between")
SIGMOID = (r"\sigma", "the sigmoid, 1 / (1 + e^−x)")
RESULT = (
    (r"\ell_i", "the loss of element i, in nats"),
    (r"W", "what the mean divides by: N"),
    (r"N", "how many elements there are"),
    (r"L", "the result"),
)

WEIGHT = Tensor(
    "weight", "a weight for each element, stretched to input", "(as input)", optional=True, draw=draw.positive
)

SHAPES = (
    {"input": (2, 3), "target": (2, 3)},
    {"input": (4,), "target": (4,)},
    {"input": (), "target": ()},
    {"input": (2, 3, 2), "target": (2, 3, 2)},
    {"input": (1, 1), "target": (1, 1)},
    {"input": (0,), "target": (0,)},
    {"input": (2, 0), "target": (2, 0)},
)

ROUNDED_TO_1 = 0.99995  # from here on a probability is shown as 1, and the logarithm of 1 minus it cannot be read off


def probability_of(x: np.ndarray, axes: str = "i") -> Steps:
    """The sigmoid of each score: by itself, or listed for every class of a sample where `axes` is "nc".

    Returns the learner's probabilities and the scores behind them, which have the digits that logarithms need.
    """
    index = axes if axes == "i" else f"{{{axes}}}"
    shown = sigmoid(x)

    def one(*i):
        return formula(r"\frac{1}{1 + e^{-<input>}}", input=x[i])

    p = yield Step(
        "probability",
        rf"p_{index} = \sigma(x_{index}) = \frac{{1}}{{1 + e^{{-x_{index}}}}}",
        shown,
        axes=axes,
        worked=one if axes == "i" else by_class(one, x.shape[-1]),
        words="Turn each score into a probability: 1 over 1 plus e to minus the score.",
    )
    return p, score_behind(p, shown, x)


def log_of_yes(p: float) -> str:
    """log p as it is written with its numbers: log(1 − p) plus the score where p itself is too small for a float."""
    return r"\log <probability>" if p > 0 else r"(\log (1 - <probability>) + <input>)"


def log_of_no(p: float) -> str:
    """log(1 − p) as it is written with its numbers: log p less the score where p itself is shown as 1."""
    return r"\log (1 - <probability>)" if p < ROUNDED_TO_1 else r"(\log <probability> - <input>)"


def cost(p: float, weight: np.ndarray | None, pos_weight: np.ndarray | None = None) -> str:
    """What an answer costs whose “yes” has the probability `p`, with holes for its numbers."""
    yes = rf"{times(pos_weight, 'pos_weight')}<target> \cdot {log_of_yes(p)}"
    return rf"-{times(weight)}\big({yes} + (1 - <target>) \cdot {log_of_no(p)}\big)"


def yes_at(x: float) -> dict[str, list[float]]:
    """One score, or probability, at x for an answer of “yes”: what curves of such a loss are drawn over."""
    return {"input": [x], "target": [1.0]}


def cost_mistakes(
    step: str,
    log_yes: Callable[[Mapping[str, np.ndarray]], np.ndarray] = lambda done: np.log(done["probability"]),
    log_no: Callable[[Mapping[str, np.ndarray]], np.ndarray] = lambda done: np.log1p(-done["probability"]),
) -> dict[str, Mistake]:
    """The slips in −(y log p + (1 − y) log(1 − p)), the cost of an answer, where `step` is that cost."""
    return {
        "leaves_out_the_minus": Mistake(
            {step: lambda given, done: -done[step]},
            "You left out the minus. Logarithms of probabilities are negative, so the loss turns them round.",
        ),
        "leaves_out_the_no": Mistake(
            {step: lambda given, done: -weight_of(given) * pos_weight_of(given) * given["target"] * log_yes(done)},
            "You left out the “no” part: an answer of 0 costs minus the logarithm of 1 minus the probability.",
        ),
        "leaves_out_the_yes": Mistake(
            {step: lambda given, done: -weight_of(given) * (1 - given["target"]) * log_no(done)},
            "You left out the “yes” part: an answer of 1 costs minus the logarithm of the probability.",
        ),
        "one_minus_the_probability": Mistake(
            {step: lambda given, done: weight_of(given) * np.abs(given["target"] - np.exp(log_yes(done)))},
            "You took how far the probability is from the answer. The cost is minus the logarithm of the probability "
            "that the answer was given.",
        ),
        "squared_error": Mistake(
            {step: lambda given, done: weight_of(given) * (given["target"] - np.exp(log_yes(done))) ** 2},
            "You squared how far the probability is from the answer (the Brier score). "
            "The cost is minus the logarithm of the probability that the answer was given.",
        ),
        "only_yes_or_no": Mistake(
            {},
            "You chose one of the two costs. A target between 0 and 1 mixes them: y · log x + (1 − y) · log(1 − x).",
            when=between_yes_and_no,
            given=lambda given: {"target": (given["target"] > 0.5) * 1.0},
        ),
        "weights_labels_only": Mistake(
            {
                step: lambda given, done: (
                    -weight_of(given) * pos_weight_of(given) * given["target"] * log_yes(done)
                    - (1 - given["target"]) * log_no(done)
                )
            },
            "You weighted the cost of “yes” only. The weight multiplies what “no” costs as well.",
            when=has_weight,
        ),
        "ignores_weight": ignoring("You left out the weight. Each loss is multiplied by its weight.", weight=None),
    }


def weight_of(given: Given) -> np.ndarray:
    return np.asarray(1.0 if given["weight"] is None else given["weight"])


def pos_weight_of(given: Given) -> np.ndarray:
    return np.asarray(1.0 if given.get("pos_weight") is None else given["pos_weight"])


def between_yes_and_no(given: Given) -> bool:
    """Whether some answer is neither a plain yes nor a plain no."""
    return bool(((given["target"] != 0) & (given["target"] != 1)).any())


PROBABILITY_MISTAKES = {
    "leaves_out_the_sigmoid": Mistake(
        {"probability": lambda given, done: given["input"]},
        "You took the score as it is. Put it through the sigmoid first: 1 / (1 + e^−x).",
    ),
    "sigmoid_twice": Mistake(
        {"probability": lambda given, done: sigmoid(done["probability"])},
        "You applied the sigmoid twice. The network must not end in one: this loss has its own.",
    ),
    "decides_first": Mistake(
        {"probability": lambda given, done: (given["input"] > 0) * 1.0},
        "You rounded the probability to yes or no. The loss asks how sure the score is: keep the probability.",
    ),
    "softmax_for_sigmoid": Mistake(
        {"probability": lambda given, done: np.exp(given["input"]) / np.exp(given["input"]).sum(-1, keepdims=True)},
        "You took a softmax over the row. Here every score is a question of its own, so take the sigmoid of each.",
        when=lambda given: given["input"].ndim > 0,
    ),
}

MEAN_MISTAKES = {
    **reduction.DIVIDES_BY_ROWS,
    "divides_by_the_weights": Mistake(
        {"divisor": lambda given, done: stretched(given["weight"], given["input"]).sum()},
        "You divided by the weights. The mean divides by the number of elements, weighted or not.",
        when=lambda given: takes_mean(given) and has_weight(given),
    ),
    **reduction.MISTAKES,
}


GRAD_MISTAKES = {
    "ignores_the_weight": ignoring(
        "You left the weights out. Each slope is multiplied by the weight of its element.", weight=None
    ),
    "divides_by_the_weights": Mistake(
        {"share": lambda given, done: 1 / stretched(given["weight"], given["input"]).sum()},
        "You divided by the sum of the weights. With BCE the mean divides by the number of elements, weighted or not.",
        when=lambda given: takes_mean(given) and has_weight(given),
    ),
}


def other_sign(step: str = "d_input") -> dict[str, Mistake]:
    """The gradient turned round, at `step`."""
    return {
        "other_sign": Mistake(
            {step: lambda given, done: -done[step]},
            "The sign is the other way round: for a “yes” the loss falls as the input rises, "
            "so the gradient is negative.",
        ),
    }


COX = Reference(
    "Cox, The Regression Analysis of Binary Sequences (1958): logistic regression",
    "https://doi.org/10.1111/j.2517-6161.1958.tb00292.x",
)
