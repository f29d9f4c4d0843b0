"""Cross-entropy of two distributions: the surprise of whoever believes Q where P is true."""

from __future__ import annotations

import numpy as np
import torch

from lib.lesson.pieces import checks, draw
from lib.lesson.pieces.latex import joined, num, total
from lib.lesson.pieces.units import UNIT, logarithm, nats_in, weighted
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
)


def check(*, p, q, unit):
    nats_in(unit)
    checks.need_distributions(p=p, q=q)


def cross_entropy_from_xlogy(p: torch.Tensor, q: torch.Tensor, unit: str = "nats") -> torch.Tensor:
    """H(P, Q) along the last axis, from torch.special.xlogy (p ln q); ValueError for no pair of distributions."""
    check(p=p.detach().numpy(), q=q.detach().numpy(), unit=unit)
    q = q.masked_fill(impossible(p, q), 1.0)  # otherwise the slope there is 0/0
    return 0 - torch.special.xlogy(p, q).sum(-1) / nats_in(unit)


def impossible(p, q):
    """Where both say that it never happens."""
    return (p == 0) & (q == 0)


def by_hand(p, q, *, unit) -> Steps:
    """From the true distribution P and the believed one Q, both (outcomes,) or (batch, outcomes), to H(P, Q)."""
    log, log_latex = logarithm(unit)
    surprise = yield Step(
        "surprise",
        rf"s_c = -{log_latex} q_c",
        0.0 - log(q),
        axes="nc",
        worked=lambda *n: joined((rf"-{log_latex} {num(x)}" for x in q[n]), r",\; "),
        words="How surprising each outcome is to whoever believes Q: minus the logarithm of q.",
    )
    term = yield Step(
        "term",
        r"t_c = p_c\, s_c",
        weighted(p, surprise),
        axes="nc",
        worked=lambda *n: joined(
            (rf"{num(x)} \cdot {num(a)}" for x, a in zip(p[n], surprise[n], strict=True)), r",\; "
        ),
        words="Each surprise times how often it really happens: the true probability p. 0 where p is 0.",
    )
    yield from entropy_plus_kl(p, q, unit)
    yield Step(
        "cross_entropy",
        r"H(P, Q) = \sum_c t_c",
        term.sum(-1),
        axes="n",
        worked=lambda *n: total(term[n]),
        words="Add the terms up.",
    )


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
        worked=lambda *n: rf"{num(entropy[n])} + {num(kl[n])}",
        given=True,
    )


def grad_by_hand(s, p, q, *, unit) -> Steps:
    """Each entry moved by itself, without keeping the sum at 1."""
    nats = nats_in(unit)
    base = "" if unit == "nats" else rf" \ln {10 if unit == 'bans' else 2}"
    factor = "" if unit == "nats" else rf" \cdot {num(nats)}"
    yield Step(
        "d_p",
        r"\frac{\partial H}{\partial p_c} = s_c",
        np.where(impossible(p, q), 0.0, s["surprise"]),
        axes="nc",
        worked=lambda *n: joined((num(a) for a in s["surprise"][n]), r",\; "),
        words="The terms are p times surprise, so the slope of p is the surprise (0 where p and q are both 0).",
    )
    yield Step(
        "d_q",
        rf"\frac{{\partial H}}{{\partial q_c}} = -\frac{{p_c}}{{q_c{base}}}",
        np.where(p == 0, 0.0, -p / nats / q),
        axes="nc",
        worked=lambda *n: joined(
            (rf"-\frac{{{num(a)}}}{{{num(b)}{factor}}}" for a, b in zip(p[n], q[n], strict=True)),
            r",\; ",
        ),
        words="Only log q moves: minus the true probability over the believed one. 0 where p is 0.",
    )


def naive(*, p, q, unit):
    """The book's formula, where 0 · log 0 is NaN."""
    return -(p * logarithm(unit)[0](q)).sum(-1)


def in_nats(given):
    return given["unit"] == "nats"


def in_another_unit(given):
    return given["unit"] != "nats"


MISTAKES = (
    Mistake(
        {"surprise": lambda given, done: done["surprise"] / np.log(2)},
        "You took the logarithm to base 2, which gives bits. Nats take the natural logarithm, ln.",
        when=in_nats,
    ),
    Mistake(
        {"surprise": lambda given, done: done["surprise"] * nats_in(given["unit"])},
        "You took the natural logarithm, which gives nats. Bits take base 2, bans base 10.",
        when=in_another_unit,
    ),
    Mistake(
        {"surprise": lambda given, done: -done["surprise"]},
        "You left out the minus. A probability's logarithm is at most 0, so cross-entropy would come out negative.",
    ),
    Mistake(
        {
            "surprise": lambda given, done: -np.log(given["p"]) / nats_in(given["unit"]),
            "term": lambda given, done: given["q"] * done["surprise"],
        },
        "You swapped P and Q. The logarithm is of q, the belief; the weight is p, the truth.",
    ),
    Mistake(
        {"term": lambda given, done: done["surprise"]},
        "You did not weight by p. Each surprise counts as often as its outcome happens.",
    ),
    Mistake(
        {"term": lambda given, done: given["q"] * done["surprise"]},
        "You weighted by q. That gives the entropy of Q; what happens is drawn from P, so weight by p.",
    ),
    Mistake(
        {"term": lambda given, done: np.where(given["p"] == 0, np.nan, done["term"])},
        "You left 0 times infinity as NaN. It counts 0: where P puts nothing, the surprise never comes.",
        when=lambda given: bool(impossible(given["p"], given["q"]).any()),
    ),
    Mistake(
        {"term": lambda given, done: np.where((given["q"] == 0) & (given["p"] > 0), 0.0, done["term"])},
        "You counted the outcome with q = 0 as 0. It does happen (p is above 0), so the cross-entropy is infinite.",
    ),
    Mistake(
        {"cross_entropy": lambda given, done: done["term"].mean(-1)},
        "You averaged over the outcomes. The terms are weighted by p already: add them up.",
    ),
    Mistake(
        {"cross_entropy": lambda given, done: done["kl_divergence"]},
        "You took the entropy of P away. What remains is the KL divergence; cross-entropy keeps both parts.",
    ),
    Mistake(
        {"cross_entropy": lambda given, done: np.max(done["term"], -1, initial=0.0)},
        "You kept the largest term only. Unless P is certain, every outcome adds its part.",
    ),
)

GRAD_MISTAKES = (
    Mistake(
        {"d_q": lambda given, done: -done["d_q"]},
        "The sign is the other way round: more belief in what happens lowers the cross-entropy.",
    ),
    Mistake(
        {"d_q": lambda given, done: given["q"] - given["p"]},
        "Q minus P is the gradient of the scores before a softmax. The gradient of q itself is −p/q.",
    ),
    Mistake(
        {"d_q": lambda given, done: -1 / given["q"] / nats_in(given["unit"])},
        "You left the weight p out: the slope is −p/q.",
    ),
    Mistake(
        {"d_q": lambda given, done: done["d_q"] * nats_in(given["unit"])},
        "This is the gradient in nats. In bits divide by ln 2, in bans by ln 10.",
        when=in_another_unit,
    ),
    Mistake(
        {"d_p": lambda given, done: done["d_p"] - 1 / nats_in(given["unit"])},
        "That is the product rule for entropy. Here the logarithm is of q and does not move with p.",
    ),
)

LOPSIDED = [0.7, 0.3]

LESSON = Lesson(
    title="Cross-entropy of two distributions",
    torch=cross_entropy_from_xlogy,
    group="entropy",
    order=4,
    names=("两个分布的交叉熵", "交叉熵", "H(P, Q)", "cross entropy", "log loss"),
    purpose="The surprise to expect when Q is believed and P is true.",
    use_when="You fit a model Q to a truth P: what a classifier minimises, averaged over samples. Before training, "
    "with 1/C for each of C classes, it is ln C: 0.693 for two, 2.303 for ten.",
    not_when="You want 0 to mean a perfect fit (use KL divergence: cross-entropy stops at the entropy of P), or your "
    "network ends in raw scores (use cross-entropy loss, which takes softmax and logarithm in one safe step).",
    formula=r"H(P, Q) = -\sum_c p_c \log q_c = H(P) + D(P \,\|\, Q)",
    symbols=(
        (r"p_c", "the true probability of outcome c: the target"),
        (r"q_c", "the believed probability of outcome c: the model's"),
        (r"\log", "ln for nats, base 2 for bits, base 10 for bans"),
        (r"s_c", "the surprise of outcome c to whoever believes Q"),
        (r"t_c", "what outcome c adds, 0 where p is 0, infinite where only q is 0"),
        (r"H(P)", "the entropy of P, which Q cannot change"),
        (r"D(P \,\|\, Q)", "the KL divergence: what believing Q adds"),
        (r"H(P, Q)", "the cross-entropy, in the chosen unit"),
    ),
    tensors=(
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
    ),
    parameters=(UNIT,),
    shapes=(
        {"p": (3,), "q": (3,)},
        {"p": (2,), "q": (2,)},
        {"p": (1,), "q": (1,)},
        {"p": (12,), "q": (12,)},
        {"p": (3, 4), "q": (3, 4)},
        {"p": (2, 3, 4), "q": (2, 3, 4)},
        {"p": (2, 1, 2, 3), "q": (2, 1, 2, 3)},
        {"p": (0, 3), "q": (0, 3)},
        {"p": (2, 0, 3), "q": (2, 0, 3)},
    ),
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
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "Minimising it is minimising KL",
            "H(P, Q) = H(P) + KL(P‖Q), and H(P) does not depend on q. So both have the same gradient, −p/q, and the "
            "same best Q. The data fixes P; training can only move Q.",
        ),
        Pitfall(
            "It does not measure similarity",
            "Older articles say so, but it grows as the two distributions differ, and for equal ones it is H(P), not "
            "0.",
        ),
        Pitfall(
            "A loss that stops above 0",
            "With soft or noisy labels H(P) is the floor: 0.325 if one label in ten is flipped at random between two "
            "classes. A training loss below it means that the network learns the noise by heart.",
        ),
        Pitfall(
            "0.693 and ln C",
            "A model that gives each of C classes 1/C costs ln C, whatever the truth: 0.693 for two classes, 2.303 "
            "for ten, 6.908 for a thousand. As a first loss that is healthy; a loss that stays there has learnt "
            "nothing; one well above it is sure of wrong answers.",
        ),
        Pitfall(
            "nn.CrossEntropyLoss takes scores",
            "This lesson takes probabilities on both sides. PyTorch's loss takes raw scores for Q, as its first "
            "argument, and applies softmax itself; fed with probabilities it applies softmax to them.",
        ),
        Pitfall(
            "It does not sum to 1",
            "A sum may be off by 0.00001, so that thirds in float32 pass and one entry can be moved by a millionth to "
            "measure a slope.",
            error="q sums to 0.9; expected 1. Normalise?",
            values={"p": np.array([0.5, 0.5]), "q": np.array([0.5, 0.4])},
        ),
        Pitfall(
            "Different shapes",
            "P and Q list the same outcomes in the same order. Nothing is stretched to fit.",
            error="q has shape (3,), p has shape (2,); expected the same.",
            values={"p": np.array([0.5, 0.5]), "q": np.array([0.5, 0.25, 0.25])},
        ),
        Pitfall(
            "Gradients at 0",
            "Each slope moves one entry by itself, without keeping the sum at 1. Where p is 0 the slope of q is 0. "
            "Where q is 0 and p is not, the slope of q is minus infinity. Where both are 0, torch.special.xlogy sets "
            "the slope of p to 0, and so do we.",
        ),
    ),
    references=(
        Reference(
            "Goodfellow, Bengio, Courville, Deep Learning (2016), section 3.13",
            "https://www.deeplearningbook.org/contents/prob.html",
        ),
        Reference(
            "MacKay, Information Theory, Inference, and Learning Algorithms (2003)",
            "https://www.inference.org.uk/mackay/itila/",
        ),
        Reference("PyTorch documentation: torch.special.xlogy", "https://docs.pytorch.org/docs/2.13/special.html"),
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
        says="Q gives e to the −|x| to what never happens. Once that is rounded to 0, the book's formula takes "
        "0 · log 0 = NaN. PyTorch's xlogy counts 0 there.",
    ),
    pictures=(
        Curves(
            "Cross-entropy and KL divergence as Q moves",
            "P is 0.7 and 0.3. The same slope everywhere, apart by H(P) = 0.611, so the same lowest point: Q = P.",
            values=lambda x: {"p": LOPSIDED, "q": [x, 1 - x]},
            low=0.02,
            high=0.98,
            x="Q's probability of the first outcome",
            compare=("kl_divergence", "entropy"),
        ),
        Curves(
            "Certain, or not quite",
            "With a certain P the curve falls to 0: minus ln q, what one sample costs. With an uncertain one being too "
            "sure costs again.",
            values=lambda x: {"p": [1, 0], "q": [x, 1 - x]},
            low=0.02,
            high=0.98,
            x="Q's probability of the first outcome",
            settings={"P = 1, 0": {}, "P = 0.9, 0.1": {"p": [0.9, 0.1]}, "P = 0.5, 0.5": {"p": [0.5, 0.5]}},
        ),
        Bars("What each outcome adds", "True probability times believed surprise.", "term", beside="p"),
    ),
    check=check,
)
