"""Entropy: the average surprise of a distribution."""

from __future__ import annotations

import numpy as np
import torch

from lib.lesson.pieces import distributions, draw, units
from lib.lesson.pieces.distributions import added_up, check, listed, weighted, weighted_in_numbers
from lib.lesson.pieces.scores import sigmoid
from lib.lesson.pieces.units import NATS, UNIT, logarithm
from lib.lesson.spec import (
    Bars,
    Curves,
    Example,
    Extremes,
    Lesson,
    Mistake,
    Pitfall,
    Reference,
    Step,
    Steps,
    Tensor,
    Try,
    question,
)


def entropy_of(p: torch.Tensor, *, unit: str = "nats") -> torch.Tensor:
    """The sum of torch.special.entr, which is −p ln p with 0 at 0, in the unit asked for."""
    check(p=p.detach().numpy(), unit=unit)
    return torch.special.entr(p).sum(-1) / NATS[unit]


def by_hand(p, *, unit) -> Steps:
    """Surprise of each outcome, weighted by how often it comes, added up."""
    log, log_latex = logarithm(unit)
    surprise = yield Step(
        "self_information",
        rf"I_c = -{log_latex} p_c",
        0.0 - log(p),
        axes="nc",
        worked=lambda *n: listed(rf"-{log_latex} <p>", p=p[n]),
        words="Minus the logarithm of each probability.",
    )
    terms = yield Step(
        "weighted",
        r"h_c = p_c I_c \quad (0 \text{ where } p_c = 0)",
        weighted(p, surprise),
        axes="nc",
        worked=lambda *n: weighted_in_numbers(p[n], "self_information", surprise[n]),
        words="Each surprise times its probability: what never happens adds nothing.",
    )
    yield from added_up("entropy", r"H = \sum_c h_c", terms, of="weighted", words="Add them up: the average surprise.")


def grad_by_hand(s, p, *, unit) -> Steps:
    """Each probability moved by itself, without keeping the sum at 1."""
    log_latex = logarithm(unit)[1]
    yield Step(
        "d_p",
        r"\frac{\partial H}{\partial p_c} = -\log_b p_c - \frac{1}{\ln b}",
        -(np.log(p) + 1) / NATS[unit],
        axes="nc",
        worked=lambda *n: listed(rf"-{log_latex} <p> - <log_e>", p=p[n], log_e=1 / NATS[unit]),
        words="The product rule: minus the logarithm, minus the logarithm of e (1 in nats).",
    )


MISTAKES = {
    "unweighted_mean": Mistake(
        {"entropy": lambda given, done: done["self_information"].mean(-1)},
        "You took the plain mean of the information. Each outcome is weighted by its probability.",
    ),
    **units.WRONG_LOGARITHM,
    "leaves_out_the_minus": Mistake(
        {"self_information": lambda given, done: -done["self_information"]},
        "The minus sign is missing: the entropy is never negative.",
    ),
    "unweighted": Mistake(
        {"weighted": lambda given, done: done["self_information"]},
        "You added the surprises up without weighting them. Multiply each by its probability first.",
    ),
    **distributions.zero_times_infinity("weighted", when=distributions.never_happens),
    **distributions.averaged("entropy", of="weighted"),
    "one_minus_p": Mistake(
        {"self_information": lambda given, done: 1 - given["p"]},
        "You took 1 − p for the surprise, which leads to the Gini impurity. The surprise is minus the logarithm of p.",
    ),
    "weighs_twice": Mistake(
        {"weighted": lambda given, done: done["weighted"] * given["p"]},
        "You weighted by p twice. Each surprise counts as often as its outcome happens: once times p.",
    ),
    "perplexity": Mistake(
        {"entropy": lambda given, done: np.exp(done["entropy"] * NATS[given["unit"]])},
        "You raised e to the entropy: that is the perplexity. The entropy is its logarithm.",
    ),
}

GRAD_MISTAKES = {
    "logarithm_held_fixed": Mistake(
        {"d_p": lambda given, done: done["d_p"] + 1 / NATS[given["unit"]]},
        "The product rule gives one term more: minus 1 (over ln b).",
    ),
    "other_sign": Mistake({"d_p": lambda given, done: -done["d_p"]}, "The sign is the other way round."),
}

LESSON = Lesson(
    title="Entropy",
    torch=entropy_of,
    group="entropy",
    order=2,
    names=("熵", "信息熵", "Shannon entropy", "average surprise", "uncertainty", "0.693", "ln 2"),
    purpose="Measures how uncertain a distribution is: its average surprise.",
    use_when="You want to know how unpredictable something is, "
    "or what loss a model that knows only the odds can reach.",
    not_when="You compare two distributions: that takes cross-entropy or KL divergence.",
    formula=r"H(P) = -\textstyle\sum_c p_c \log_b p_c",
    symbols=(
        (r"p_c", "the probability of outcome c; all of them sum to 1"),
        (r"H(P)", "the entropy of the distribution P"),
        units.BASE,
    ),
    tensors=(Tensor("p", "probabilities along the last axis, summing to 1", "(outcomes,)", draw=draw.distribution),),
    parameters=(UNIT,),
    shapes=(
        {"p": (3,)},
        {"p": (1,)},
        {"p": (2,)},
        {"p": (2, 3)},
        {"p": (2, 1)},
        {"p": (2, 2, 4)},
        {"p": (1, 2, 1, 3)},
        {"p": (0, 3)},
    ),
    examples=(
        Example("A loaded coin", {"p": [0.75, 0.25]}, "0.562 nats: less uncertain than a fair coin's 0.693."),
        Example("A fair coin", {"p": [0.5, 0.5]}, "ln 2 = 0.693 nats, one bit, 0.301 bans: the most for two outcomes."),
        Example("A fair coin in bits", {"p": [0.5, 0.5], "unit": "bits"}, "One yes-or-no question settles it."),
        Example("Ten classes alike", {"p": [0.1] * 10}, "ln 10 = 2.303: what an untrained ten-class network shows."),
        Example("Certain", {"p": [1, 0, 0]}, "Nothing is left to learn: 0. The zeros count 0 · log 0 = 0."),
        Example("Counts instead of shares", {"p": [3, 1]}, "Counts must be divided by their sum first.", rejected=True),
        Example("Rare class", {"p": [0.99, 0.01]}, "0.056: a model that always says 99 % already reaches this loss."),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is each outcome's surprise multiplied by its probability?",
            (
                "Because entropy is an average: each outcome counts as often as it comes.",
                "Entropy is the surprise that is to be expected.",
            ),
            (
                "So that rare outcomes count most, since they surprise most.",
                "They do surprise most, but they come so seldom that their part goes to 0.",
            ),
            (
                "So that the result stays below 1.",
                "It does not: eight equally likely outcomes have an entropy of 3 bits.",
            ),
        ),
        "without_numbers": question(
            "One more outcome is listed, with probability 0. The entropy …",
            ("stays the same", "What never happens surprises nobody: 0 times the logarithm of 0 counts as 0."),
            ("becomes infinite", "The surprise of that outcome is infinite, but it is weighed by 0, and the 0 wins."),
            ("grows", "More outcomes mean more entropy only if they can happen."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    tries=(
        Try("What if the coin were fair?", {"p": [0.5, 0.5]}),
        Try("What if we count in bits?", {"unit": "bits"}),
        Try("What if it were certain?", {"p": [1, 0]}),
    ),
    extremes=Extremes(
        values=lambda x: {"p": [float(sigmoid(np.array(x))), float(sigmoid(np.array(-x)))]},
        naive=lambda *, p, unit: -(p * np.log(p)).sum(-1),
        says="The coin gets the probability 1/(1 + e^−x). "
        "As soon as one side reaches exactly 0, 0 · log 0 is NaN in the plain formula; "
        "torch.special.entr counts it as 0.",
    ),
    pictures=(
        Curves(
            "A coin of every bias",
            "Highest at ½, where it is ln 2 = 0.693 nats (one bit); nothing at both ends, where the coin is certain.",
            values=lambda x: {"p": [x, 1 - x]},
            low=0,
            high=1,
            x="probability of heads",
            settings={"nats": {"unit": "nats"}, "bits": {"unit": "bits"}},
        ),
        Bars("What each outcome adds", "Probability times surprise, per outcome.", "weighted", beside="p"),
    ),
    pitfalls=(
        Pitfall(
            "A loss stuck at 0.693",
            "With two classes, giving both the probability ½ costs ln 2 = 0.693 per sample. "
            "A training run that stays there has learnt nothing: "
            "dead inputs, a learning rate of 0, or labels that have nothing to do with the inputs.",
        ),
        Pitfall(
            "A loss stuck at ln C",
            "With C classes the same happens at ln C: 1.099 for 3, 2.303 for 10, 4.605 for 100, 6.908 for 1000. "
            "It is also where a healthy run starts.",
        ),
        Pitfall(
            "A loss stuck at the entropy of the classes",
            "A model that looks at no input but knows how frequent the classes are "
            "reaches the entropy of their shares: 0.056 for 99 to 1. A low loss on rare classes may mean just that.",
        ),
        Pitfall(
            "Not a distribution",
            "Probabilities must sum to 1; normalise them first.",
            error="p sums to 0.9; expected 1.",
            values={"p": np.array([0.5, 0.4])},
        ),
    ),
    references=(
        units.SHANNON,
        Reference(
            "PyTorch documentation: torch.special.entr",
            "https://docs.pytorch.org/docs/2.13/special.html#torch.special.entr",
        ),
    ),
    check=check,
)
