"""Self-information: how surprising one outcome is."""

from __future__ import annotations

import numpy as np
import torch

from lib.lesson.formula import formula
from lib.lesson.pieces import checks, draw, units
from lib.lesson.pieces.scores import sigmoid
from lib.lesson.pieces.units import NATS, UNIT, logarithm
from lib.lesson.spec import (
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


def check(*, p, unit):
    units.need_unit(unit)
    checks.need_probabilities(p=p)


def self_information_of(p: torch.Tensor, *, unit: str = "nats") -> torch.Tensor:
    """−log p of every probability, by torch's own logarithms."""
    check(p=p.detach().numpy(), unit=unit)
    return -{"nats": torch.log, "bits": torch.log2, "bans": torch.log10}[unit](p)


def by_hand(p, *, unit) -> Steps:
    """Minus the logarithm of each probability."""
    log, log_latex = logarithm(unit)
    log_p = yield Step(
        "logarithm",
        rf"l_i = {log_latex} p_i",
        log(p),
        axes="i",
        worked=lambda *i: formula(rf"{log_latex} <p>", p=p[i]),
        words="Take the logarithm of the probability, to the base that gives the chosen unit.",
    )
    yield Step(
        "information",
        r"I_i = -l_i",
        0.0 - log_p,
        axes="i",
        worked=lambda *i: formula("-<logarithm>", logarithm=log_p[i]),
        words="Turn the sign round: the logarithm is negative, and surprise is positive.",
    )


def grad_by_hand(s, p, *, unit) -> Steps:
    """The rarer an outcome, the faster its surprise grows as it gets rarer still."""
    slope, over_ln_base = (r"-\frac{1}{<p>}", r"\cdot \frac{1}{<nats>}")
    yield Step(
        "d_p",
        r"\frac{\partial I_i}{\partial p_i} = -\frac{1}{p_i}" + (r"\cdot \frac{1}{\ln b}" if unit != "nats" else ""),
        -1 / (p * NATS[unit]),
        axes="i",
        worked=lambda *i: formula(slope if unit == "nats" else slope + over_ln_base, p=p[i], nats=NATS[unit]),
        words="Minus 1 over the probability; another base than e divides that by its logarithm.",
    )


MISTAKES = {
    **units.WRONG_LOGARITHM,
    "multiplies_by_the_base": Mistake(
        {"logarithm": lambda given, done: done["logarithm"] * units.NATS[given["unit"]] ** 2},
        "You multiplied by the logarithm of the base. Divide by it: one bit is worth 0.693 nats, "
        "so there are more bits than nats.",
        when=units.in_another_unit,
    ),
    "opposite_outcome": Mistake(
        {"logarithm": lambda given, done: np.log(1 - given["p"]) / units.NATS[given["unit"]]},
        "You took the probability that it does not happen. Use p itself.",
    ),
    "leaves_out_the_minus": Mistake(
        {"information": lambda given, done: done["logarithm"]},
        "The minus sign is missing: the logarithm of a probability is negative, its self-information is not.",
    ),
    "one_over_p": Mistake(
        {"information": lambda given, done: 1 / given["p"]},
        "You took 1/p. Its logarithm is the self-information.",
    ),
    "one_minus_p": Mistake(
        {"information": lambda given, done: 1 - given["p"]},
        "You took 1 − p. The self-information is minus the logarithm of p.",
    ),
    "weighs_by_p": Mistake(
        {"information": lambda given, done: given["p"] * done["information"]},
        "You weighted by p. That is this outcome's share of the entropy; the self-information stands alone.",
    ),
}

GRAD_MISTAKES = {
    "other_sign": Mistake(
        {"d_p": lambda given, done: -done["d_p"]},
        "The sign is the other way round: more probable means less surprising.",
    ),
    **units.gradient_in_nats("d_p"),
}

LESSON = Lesson(
    title="Self-information",
    torch=self_information_of,
    group="entropy",
    order=1,
    names=("自信息", "信息量", "surprise", "surprisal", "information content", "Shannon information"),
    purpose="Says how surprising one outcome is: the rarer, the more.",
    use_when="You ask what one single event tells you, for instance what one right answer of probability p costs.",
    not_when="You want the average over all outcomes of a distribution: that is the entropy.",
    formula=r"I_i = -\log_b p_i",
    symbols=(
        (r"p_i", "the probability of outcome i, 0 to 1"),
        (r"I_i", "its self-information"),
        units.BASE,
    ),
    tensors=(Tensor("p", "probabilities, each by itself between 0 and 1", "any shape", draw=draw.probability),),
    parameters=(UNIT,),
    shapes=(
        {"p": (3,)},
        {"p": ()},
        {"p": (1,)},
        {"p": (2, 3)},
        {"p": (0,)},
        {"p": (2, 0)},
        {"p": (2, 1, 2)},
        {"p": (2, 2, 2, 2)},
    ),
    examples=(
        Example("A coin and a die", {"p": [0.5, 0.25, 0.125]}, "Each halving adds the same 0.693 nats: one bit."),
        Example("The same in bits", {"p": [0.5, 0.25, 0.125], "unit": "bits"}, "1, 2 and 3 bits: yes-or-no questions."),
        Example("Certain, and nearly impossible", {"p": [1, 1e-9]}, "What is certain tells nothing, the rare a lot."),
        Example("Impossible", {"p": [0]}, "An outcome of probability 0 would be infinitely surprising."),
        Example("One of ten", {"p": [0.1], "unit": "bans"}, "One decimal digit carries one ban."),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why a logarithm, and not simply one over the probability?",
            (
                "So that the surprises of independent events add up.",
                "Probabilities multiply, and the logarithm turns the product into a sum: two tosses of a coin hold "
                "twice what one holds.",
            ),
            (
                "So that the result stays between 0 and 1.",
                "It does not: the rarer the event, the larger its surprise, without end.",
            ),
            ("So that likely events count for more.", "They count for less: what is certain holds nothing at all."),
        ),
        "without_numbers": question(
            "An event becomes half as likely. Its self-information …",
            ("grows by one bit, however likely it was before", "Each halving asks one more yes-or-no question."),
            ("doubles", "It does only on the way from one bit to two. In general one bit is added."),
            (
                "grows more, the rarer the event was",
                "It grows by the same amount everywhere: that is what a logarithm does.",
            ),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    tries=(
        Try("What if we count in bits?", {"unit": "bits"}),
        Try("What if the first is certain?", {"p": [1, 0.25, 0.125]}),
    ),
    extremes=Extremes(
        values=lambda x: {"p": [float(sigmoid(np.array(x)))]},
        naive=lambda *, p, unit: np.log(1 / p),
        says="The probability is 1/(1 + e^−x). "
        "Dividing before taking the logarithm overflows for a small probability that −log p still measures; "
        "at exactly 0 both are infinite.",
    ),
    pictures=(
        Curves(
            "Surprise falls as probability grows",
            "Straight up at 0, nothing at 1. The unit only stretches the curve.",
            values=lambda x: {"p": [x]},
            low=0.005,
            high=1,
            x="probability",
            settings={"nats": {"unit": "nats"}, "bits": {"unit": "bits"}, "bans": {"unit": "bans"}},
        ),
    ),
    pitfalls=(
        Pitfall(
            "−ln p is a training loss",
            "Cross-entropy of one sample is exactly this: −ln of the probability given to the right class. "
            "0.693 means the model gave it ½, 2.303 means a tenth.",
        ),
        Pitfall(
            "log 0",
            "A probability of exactly 0 costs infinity. "
            "PyTorch's BCELoss clamps at 100 for that reason; losses that take raw scores never get there.",
        ),
        Pitfall(
            "Not a probability",
            "Numbers outside 0 to 1 have no self-information.",
            error="p holds 1.5 at [0]; expected probabilities from 0 to 1.",
            values={"p": np.array([1.5])},
        ),
    ),
    references=(
        units.SHANNON,
        Reference("PyTorch documentation: torch.log", "https://docs.pytorch.org/docs/2.13/generated/torch.log.html"),
    ),
    check=check,
)
