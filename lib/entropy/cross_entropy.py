"""Cross-entropy of two distributions: the surprise of whoever believes Q where P is true."""

from __future__ import annotations

import numpy as np
import torch

from lib.lesson.cost import of_stretched
from lib.lesson.formula import formula
from lib.lesson.pieces import distributions, units
from lib.lesson.pieces.distributions import (
    BELIEF,
    LOPSIDED,
    added_up,
    believed,
    check,
    impossible,
    listed,
    pull_on_belief,
    weighted,
    weighted_in_numbers,
)
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
    Try,
    question,
)


def cross_entropy_from_xlogy(p: torch.Tensor, q: torch.Tensor, unit: str = "nats") -> torch.Tensor:
    """H(P, Q) along the last axis, from torch.special.xlogy (p ln q); ValueError for no pair of distributions."""
    check(p=p.detach().numpy(), q=q.detach().numpy(), unit=unit)
    q = q.masked_fill(impossible(p, q), 1.0)  # otherwise the slope there is 0/0
    return 0 - torch.special.xlogy(p, q).sum(-1) / NATS[unit]


def by_hand(p, q, *, unit) -> Steps:
    """From the true distribution P and the believed one Q, both (outcomes,) or (batch, outcomes), to H(P, Q)."""
    log, log_latex = logarithm(unit)
    surprise = yield Step(
        "surprise",
        rf"s_c = -{log_latex} q_c",
        0.0 - log(q),
        axes="nc",
        worked=lambda *n: listed(rf"-{log_latex} <q>", q=q[n]),
        words="Minus the logarithm of the believed probability: how surprising each outcome is.",
    )
    terms = yield Step(
        "term",
        r"t_c = p_c\, s_c",
        weighted(p, surprise),
        axes="nc",
        worked=lambda *n: weighted_in_numbers(p[n], "surprise", surprise[n]),
        words="Each surprise times how often it really happens. 0 where it never does.",
    )
    yield from entropy_plus_kl(p, q, unit)
    yield from added_up("cross_entropy", r"H(P, Q) = \sum_c t_c", terms, of="term", words="Add the terms up.")


def entropy_plus_kl(p, q, unit) -> Steps:
    """The same number by another road: what P costs anyway, and what believing Q adds."""
    log, log_latex = logarithm(unit)
    entropy = yield Step(
        "entropy",
        rf"H(P) = -\sum_c p_c {log_latex} p_c",
        weighted(p, 0.0 - log(p)).sum(-1),
        axes="n",
        given=True,
    )
    kl = yield Step(
        "kl_divergence",
        rf"D(P \,\|\, Q) = \sum_c p_c {log_latex} \frac{{p_c}}{{q_c}}",
        weighted(p, log(p) - log(q)).sum(-1),
        axes="n",
        given=True,
    )
    yield Step(
        "entropy_plus_kl",
        r"H(P) + D(P \,\|\, Q) = H(P, Q)",
        entropy + kl,
        axes="n",
        worked=lambda *n: formula("<entropy> + <kl_divergence>", entropy=entropy[n], kl_divergence=kl[n]),
        given=True,
    )


def grad_by_hand(s, p, q, *, unit) -> Steps:
    """Each entry moved by itself, without keeping the sum at 1."""
    surprise, never = s["surprise"], impossible(p, q)
    yield Step(
        "d_p",
        r"\frac{\partial H}{\partial p_c} = s_c",
        np.where(never, 0.0, surprise),
        axes="nc",
        worked=lambda *n: listed("<surprise>", unless=never[n], surprise=surprise[n]),
        words="A term is probability times surprise: its slope is the surprise. 0 where both are 0.",
    )
    yield from pull_on_belief(p, q, unit, "H")


def naive(*, p, q, unit):
    """The book's formula, where 0 · log 0 is NaN."""
    return -(p * logarithm(unit)[0](q)).sum(-1)


def likeliest(given):
    """The place of the truth's likeliest outcome."""
    return given["p"].argmax(-1)[..., None]


MISTAKES = {
    **units.WRONG_LOGARITHM,
    "leaves_out_the_minus": Mistake(
        {"surprise": lambda given, done: -done["surprise"]},
        "You left out the minus. A probability's logarithm is at most 0, so cross-entropy would come out negative.",
    ),
    "distributions_swapped": Mistake(
        {
            "surprise": lambda given, done: -np.log(given["p"]) / NATS[given["unit"]],
            "term": lambda given, done: given["q"] * done["surprise"],
        },
        "You swapped P and Q. The logarithm is of q, the belief; the weight is p, the truth.",
    ),
    "unweighted": Mistake(
        {"term": lambda given, done: done["surprise"]},
        "You did not weight by p. Each surprise counts as often as its outcome happens.",
    ),
    "weighs_by_q": Mistake(
        {"term": lambda given, done: given["q"] * done["surprise"]},
        "You weighted by q. That gives the entropy of Q; what happens is drawn from P, so weight by p.",
    ),
    **distributions.zero_times_infinity("term", when=distributions.both_impossible),
    **distributions.INFINITY_AS_0,
    **distributions.averaged("cross_entropy"),
    "kl_divergence": Mistake(
        {"cross_entropy": lambda given, done: done["kl_divergence"]},
        "You took the entropy of P away. What remains is the KL divergence; cross-entropy keeps both parts.",
    ),
    "entropy_of_p": Mistake(
        {"cross_entropy": lambda given, done: done["entropy"]},
        "This is the entropy of P alone. Cross-entropy takes the logarithm of q.",
    ),
    "leaves_out_the_logarithm": Mistake(
        {"surprise": lambda given, done: 1 - given["q"]},
        "You took 1 − q for the surprise. It is minus the logarithm of q.",
    ),
    "of_the_likeliest_only": Mistake(
        {"cross_entropy": lambda given, done: np.take_along_axis(done["surprise"], likeliest(given), -1)[..., 0]},
        "You took the surprise of the truth's likeliest outcome only. Every outcome counts, by its probability.",
    ),
    "perplexity": Mistake(
        {"cross_entropy": lambda given, done: np.exp(done["cross_entropy"] * NATS[given["unit"]])},
        "You raised e to it: that is the perplexity. Cross-entropy is its logarithm.",
    ),
    "largest_term_only": Mistake(
        {"cross_entropy": lambda given, done: np.max(done["term"], -1, initial=0.0)},
        "You kept the largest term only. Unless P is certain, every outcome adds its part.",
    ),
}

GRAD_MISTAKES = {
    **distributions.GRAD_MISTAKES,
    "gradient_unweighted": Mistake(
        {"d_q": lambda given, done: -1 / given["q"] / NATS[given["unit"]]},
        "You left the weight p out: the slope is −p/q.",
    ),
    "logarithm_moves_too": Mistake(
        {"d_p": lambda given, done: done["d_p"] - 1 / NATS[given["unit"]]},
        "That is the product rule for entropy. Here the logarithm is of q and does not move with p.",
    ),
}

LESSON = Lesson(
    title="Cross-entropy of two distributions",
    torch=cross_entropy_from_xlogy,
    group="entropy",
    order=4,
    names=("两个分布的交叉熵", "交叉熵", "H(P, Q)", "cross entropy", "log loss"),
    purpose="The surprise to expect when Q is believed and P is true.",
    use_when="You fit a model Q to a truth P: what a classifier minimises, averaged over samples. Before training, "
    "with 1/C for each of C classes, it is ln C: 0.693 for two, 2.303 for ten.",
    not_when="You want 0 to mean a perfect fit (use KL divergence: cross-entropy stops at the entropy of P), "
    "or your network ends in raw scores "
    "(use cross-entropy loss, which takes softmax and logarithm in one safe step).",
    formula=r"H(P, Q) = -\sum_c p_c \log q_c = H(P) + D(P \,\|\, Q)",
    symbols=(
        *distributions.SYMBOLS,
        (r"s_c", "the surprise of outcome c to whoever believes Q"),
        distributions.TERM,
        distributions.ENTROPY,
        (r"D(P \,\|\, Q)", "the KL divergence: what believing Q adds"),
        (r"H(P, Q)", "the cross-entropy, in the chosen unit"),
    ),
    tensors=distributions.TENSORS,
    parameters=(UNIT,),
    shapes=distributions.SHAPES,
    examples=(
        Example(
            "A truth and a belief",
            {"p": [0.7, 0.2, 0.1], "q": [0.5, 0.3, 0.2]},
            "0.887 = 0.802 + 0.085: the entropy of P, which cannot be avoided, and the KL divergence.",
        ),
        Example(
            "One right class",
            {"p": [0, 1, 0], "q": [0.2, 0.7, 0.1]},
            "P is certain, so H(P) = 0 and only minus ln 0.7 = 0.357 is left: the loss of a classifier.",
        ),
        Example(
            "Two classes, no idea",
            {"p": [1, 0], "q": [0.5, 0.5]},
            "ln 2 = 0.693: what a two-class network costs before it has learnt anything.",
        ),
        Example(
            "Ten classes, no idea",
            {"p": [0, 0, 0, 1, 0, 0, 0, 0, 0, 0], "q": [0.1] * 10},
            "ln 10 = 2.303, whichever class is right.",
        ),
        Example(
            "Confident and wrong",
            {"p": [1, 0], "q": [0.01, 0.99]},
            "4.605, almost seven times as much as having no idea.",
        ),
        Example(
            "Believing the truth",
            {"p": LOPSIDED, "q": LOPSIDED},
            "0.611, not 0: the entropy of P stays. A loss on uncertain labels cannot fall below it.",
        ),
        Example(
            "Sure, and wrong now and then",
            {"p": [0.9, 0.1, 0], "q": [1, 0, 0]},
            "Infinite: one outcome in ten was called impossible. The third, impossible for both, counts 0.",
        ),
        Example(
            "In bits",
            {"p": [0.5, 0.25, 0.25], "q": [0.25, 0.25, 0.5], "unit": "bits"},
            "1.75 bits: 1.5 that P costs anyway and 0.25 for the wrong belief.",
        ),
        Example(
            "Counts, not yet probabilities",
            {"p": [3, 1], "q": [0.5, 0.5]},
            "Three against one is no distribution. Divide by the sum (one click) and the cross-entropy is 0.693.",
            rejected=True,
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why can it not fall below the entropy of p?",
            (
                "Even whoever expects p itself pays for p's own surprise.",
                "Cross-entropy is entropy plus KL divergence, and that is never negative.",
            ),
            (
                "Because logarithms are never negative.",
                "Those of probabilities are never positive. The bound comes from the KL divergence, which is never "
                "negative.",
            ),
            (
                "It can, if q is very sure.",
                "Being sure helps only where q is sure of what happens. On average nothing beats p itself.",
            ),
        ),
        "without_numbers": question(
            "q gives probability 0 to something that does happen. The cross-entropy is …",
            ("infinite", "The surprise there is infinite, and p weighs it with more than 0."),
            ("unchanged: the term drops out", "It drops out only where p is 0 too."),
            ("large, but finite", "No number is large enough for what was called impossible."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "Minimising it is minimising KL",
            "H(P, Q) = H(P) + KL(P‖Q), and H(P) does not depend on q. "
            "So both have the same gradient, −p/q, and the same best Q. The data fixes P; training can only move Q.",
        ),
        Pitfall(
            "It does not measure similarity",
            "Older articles say so, but it grows as the two distributions differ, "
            "and for equal ones it is H(P), not 0.",
        ),
        Pitfall(
            "A loss that stops above 0",
            "With soft or noisy labels H(P) is the floor: "
            "0.325 if one label in ten is flipped at random between two classes. "
            "A training loss below it means that the network learns the noise by heart.",
        ),
        Pitfall(
            "0.693 and ln C",
            "A model that gives each of C classes 1/C costs ln C, whatever the truth: "
            "0.693 for two classes, 2.303 for ten, 6.908 for a thousand. "
            "As a first loss that is healthy; a loss that stays there has learnt nothing; "
            "one well above it is sure of wrong answers.",
        ),
        Pitfall(
            "nn.CrossEntropyLoss takes scores",
            "This lesson takes probabilities on both sides. "
            "PyTorch's loss takes raw scores for Q, as its first argument, and applies softmax itself; "
            "fed with probabilities it applies softmax to them.",
        ),
        distributions.DOES_NOT_SUM_TO_1,
        distributions.SHAPES_DIFFER,
        Pitfall(
            "Gradients at 0",
            "Each slope moves one entry by itself, without keeping the sum at 1. Where p is 0 the slope of q is 0. "
            "Where q is 0 and p is not, the slope of q is minus infinity. "
            "Where both are 0, torch.special.xlogy sets the slope of p to 0, and so do we.",
        ),
    ),
    references=(
        distributions.GOODFELLOW,
        Reference(
            "MacKay, Information Theory, Inference, and Learning Algorithms (2003)",
            "https://www.inference.org.uk/mackay/itila/",
        ),
        distributions.XLOGY,
    ),
    tries=(
        Try("What if Q is the truth?", {"q": [0.7, 0.2, 0.1]}),
        Try("What if P and Q swap places?", {"p": [0.5, 0.3, 0.2], "q": [0.7, 0.2, 0.1]}),
        Try("What if P is certain?", {"p": [1, 0, 0]}),
        Try("What if we count in bits?", {"unit": "bits"}),
    ),
    extremes=Extremes(
        values=lambda x: {"p": [0.0, 1.0], "q": [np.exp(-abs(x)), 1 - np.exp(-abs(x))]},
        naive=naive,
        says="Q gives e to the −|x| to what never happens. "
        "Once that is rounded to 0, the book's formula takes 0 · log 0 = NaN. PyTorch's xlogy counts 0 there.",
    ),
    pictures=(
        Curves(
            "Cross-entropy and KL divergence as Q moves",
            "P is 0.7 and 0.3. The same slope everywhere, apart by H(P) = 0.611, so the same lowest point: Q = P.",
            values=believed,
            low=0.02,
            high=0.98,
            x=BELIEF,
            compare=("kl_divergence", "entropy"),
        ),
        Curves(
            "Certain, or not quite",
            "With a certain P the curve falls to 0: minus ln q, what one sample costs. "
            "With an uncertain one being too sure costs again.",
            values=lambda x: {"p": [1, 0], "q": [x, 1 - x]},
            low=0.02,
            high=0.98,
            x=BELIEF,
            settings={"P = 1, 0": {}, "P = 0.9, 0.1": {"p": [0.9, 0.1]}, "P = 0.5, 0.5": {"p": [0.5, 0.5]}},
        ),
        Bars("What each outcome adds", "True probability times believed surprise.", "term", beside="p"),
    ),
    check=check,
    cost=of_stretched("p", "q"),
)
