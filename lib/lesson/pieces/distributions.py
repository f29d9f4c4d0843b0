"""Distributions over outcomes: P, which is true, and Q, which is believed; beside the mistakes made with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.lesson.formula import Formula, formula, joined, total
from lib.lesson.pieces import checks, draw
from lib.lesson.pieces.units import LOG, NATS, gradient_in_nats, need_unit
from lib.lesson.spec import Mistake, Pitfall, Reference, Step, Steps, Tensor

SYMBOLS = (
    (r"p_c", "the true probability of outcome c"),
    (r"q_c", "the believed probability of outcome c, such as the model's"),
    LOG,
)
TERM = (r"t_c", "what outcome c adds, 0 where p is 0, infinite where only q is 0")
ENTROPY = (r"H(P)", "the entropy of P, which Q cannot change")

TENSORS = (
    Tensor(
        "p",
        "the true distribution; sums to 1 along the last axis",
        "(outcomes,) or (batch, outcomes)",
        draw=draw.distribution,
    ),
    Tensor(
        "q",
        "the believed distribution, of the same shape",
        "(outcomes,) or (batch, outcomes)",
        draw=draw.distribution,
    ),
)

SHAPES = (
    {"p": (3,), "q": (3,)},
    {"p": (2,), "q": (2,)},
    {"p": (1,), "q": (1,)},
    {"p": (12,), "q": (12,)},
    {"p": (3, 4), "q": (3, 4)},
    {"p": (2, 3, 4), "q": (2, 3, 4)},
    {"p": (2, 1, 2, 3), "q": (2, 1, 2, 3)},
    {"p": (0, 3), "q": (0, 3)},
    {"p": (2, 0, 3), "q": (2, 0, 3)},
)


def check(*, unit: str, **distributions: np.ndarray) -> None:
    """Refuses an unknown unit, and tensors that do not all hold probabilities with sum 1, in the same shape."""
    need_unit(unit)
    checks.need_distributions(**distributions)


def logs(rows: Any, decimals: int = 4) -> Any:
    """Logarithms of friendly probabilities, rounded as torch prints them, so that they can be typed."""
    return np.round(np.log(rows), decimals).tolist()


def weighted(p: np.ndarray, logarithms: np.ndarray) -> np.ndarray:
    """Each logarithm times its probability, where 0 times infinity counts 0: what never happens adds nothing."""
    return np.where(p == 0, 0.0, p * logarithms)


def impossible(p: Any, q: Any) -> Any:
    """Where both say that it never happens; for NumPy's arrays and torch's tensors."""
    return (p == 0) & (q == 0)


def listed(template: str, *, unless: Any = False, instead: str = "0", **rows: Any) -> Formula:
    """The template once for each place of the rows, filled with the numbers there, and with commas between.

    listed("<p> · <surprise>", p=p, surprise=surprise) writes 0.5 · 0.693, 0.25 · 1.386, …
    Places where the mask `unless` is true are written as `instead`.
    """
    templates = np.where(unless, instead, template)
    places = zip(*(np.ravel(row) for row in np.broadcast_arrays(templates, *rows.values())), strict=True)
    return joined((formula(str(text), **dict(zip(rows, numbers, strict=True))) for text, *numbers in places), r",\; ")


def weighted_in_numbers(p: np.ndarray, name: str, surprise: np.ndarray) -> Formula:
    """Each probability times its surprise, a number of the step `name`; 0 where that would be 0 times infinity."""
    numbers: dict[str, Any] = {"p": p, name: surprise}
    return listed(rf"<p> \cdot <{name}>", unless=(p == 0) & np.isinf(surprise), **numbers)


def added_up(name: str, latex: str, terms: np.ndarray, *, of: str, words: str) -> Steps:
    """The step `name`: the sum over the outcomes of what each adds, which the step `of` found."""
    yield Step(name, latex, terms.sum(-1), axes="n", worked=lambda *n: total(of, terms[n]), words=words)


def averaged(name: str, of: str = "term") -> dict[str, Mistake]:
    """The mistake made at `added_up`."""
    return {
        "averages_the_outcomes": Mistake(
            {name: lambda given, done: done[of].mean(-1)},
            "You averaged over the outcomes. The terms are weighted by p already: add them up.",
        )
    }


def never_happens(given: Mapping[str, Any]) -> bool:
    return bool((given["p"] == 0).any())


def both_impossible(given: Mapping[str, Any]) -> bool:
    return bool(impossible(given["p"], given["q"]).any())


def zero_times_infinity(step: str, when: Callable[[Mapping[str, Any]], bool]) -> dict[str, Mistake]:
    """The mistake made at `weighted`."""
    return {
        "zero_times_infinity": Mistake(
            {step: lambda given, done: np.where(given["p"] == 0, np.nan, done[step])},
            "You left 0 times infinity as NaN. It counts 0: what never happens adds nothing.",
            when=when,
            not_finite=True,
        )
    }


INFINITY_AS_0 = {
    "infinity_as_0": Mistake(
        {"term": lambda given, done: np.where((given["q"] == 0) & (given["p"] > 0), 0.0, done["term"])},
        "You counted the outcome with q = 0 as 0. It does happen (p is above 0), so the result is infinite.",
    ),
}


def pull_on_belief(p: np.ndarray, q: np.ndarray, unit: str, symbol: str) -> Steps:
    """The gradient of q, which cross-entropy and KL divergence share; `symbol` is the letter of either."""
    base = "" if unit == "nats" else rf" \ln {10 if unit == 'bans' else 2}"
    factor = "" if unit == "nats" else r" \cdot <nats>"
    yield Step(
        "d_q",
        rf"\frac{{\partial {symbol}}}{{\partial q_c}} = -\frac{{p_c}}{{q_c{base}}}",
        np.where(p == 0, 0.0, -p / NATS[unit] / q),
        axes="nc",
        worked=lambda *n: listed(
            rf"-\frac{{<p>}}{{<q>{factor}}}", unless=impossible(p, q)[n], p=p[n], q=q[n], nats=NATS[unit]
        ),
        words="Minus the true probability over the believed one. 0 where the true one is 0.",
    )


GRAD_MISTAKES = {
    "other_sign": Mistake(
        {"d_q": lambda given, done: -done["d_q"]},
        "The sign is the other way round: more belief in what happens lowers the result.",
    ),
    "gradient_of_the_score": Mistake(
        {"d_q": lambda given, done: given["q"] - given["p"]},
        "Q minus P is the gradient of the scores before a softmax. The gradient of q itself is −p/q.",
    ),
    **gradient_in_nats("d_q"),
}

DOES_NOT_SUM_TO_1 = Pitfall(
    "It does not sum to 1",
    "Without sums of 1 a divergence may come out negative, and a cross-entropy below the entropy. "
    "A sum may be off by 0.00001, so that thirds in float32 pass, "
    "and one entry can be moved by a millionth to measure a slope.",
    error="q sums to 0.9; expected 1. Normalise?",
    values={"p": np.array([0.5, 0.5]), "q": np.array([0.5, 0.4])},
)
SHAPES_DIFFER = Pitfall(
    "Different shapes",
    "P and Q list the same outcomes in the same order. Nothing is stretched to fit.",
    error="q has shape (3,), p has shape (2,); expected the same.",
    values={"p": np.array([0.5, 0.5]), "q": np.array([0.5, 0.25, 0.25])},
)

GOODFELLOW = Reference(
    "Goodfellow, Bengio, Courville, Deep Learning (2016), section 3.13",
    "https://www.deeplearningbook.org/contents/prob.html",
)
KULLBACK_LEIBLER = Reference(
    "Kullback and Leibler, On Information and Sufficiency (1951)", "https://doi.org/10.1214/aoms/1177729694"
)
XLOGY = Reference("PyTorch documentation: torch.special.xlogy", "https://docs.pytorch.org/docs/2.13/special.html")

LOPSIDED = [0.7, 0.3]
BELIEF = "Q's probability of the first outcome"


def believed(x: float) -> dict[str, list[float]]:
    """P is 0.7 and 0.3, Q gives x to the first outcome: what curves over a belief are drawn over."""
    return {"p": LOPSIDED, "q": [x, 1 - x]}
