"""KL divergence: what it costs to believe Q where P is true."""

from __future__ import annotations

import numpy as np
import torch

from lib.lesson.cost import of_stretched
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
)
from lib.lesson.pieces.units import NATS, UNIT, logarithm
from lib.lesson.spec import Bars, Curves, Example, Extremes, Lesson, Mistake, Pitfall, Step, Steps, Try, question


def kl_divergence_from_entr_and_xlogy(p: torch.Tensor, q: torch.Tensor, unit: str = "nats") -> torch.Tensor:
    """KL(P‖Q) along the last axis, as cross-entropy less entropy; ValueError for what is no pair of distributions."""
    check(p=p.detach().numpy(), q=q.detach().numpy(), unit=unit)
    q = q.masked_fill(impossible(p, q), 1.0)  # otherwise the slope there is 0/0
    return (-torch.special.xlogy(p, q) - torch.special.entr(p)).sum(-1) / NATS[unit]


def log_ratio(p, q, unit):
    """log p − log q; 1 stands in for q where both are 0. Not log(p/q): the ratio may overflow."""
    log, _ = logarithm(unit)
    return log(p) - log(np.where(impossible(p, q), 1.0, q))


def by_hand(p, q, *, unit) -> Steps:
    """From the true distribution P and the believed one Q, both (outcomes,) or (batch, outcomes), to KL(P‖Q)."""
    log_latex = logarithm(unit)[1]
    terms = yield Step(
        "term",
        rf"t_c = p_c\, {log_latex} \frac{{p_c}}{{q_c}}",
        weighted(p, log_ratio(p, q, unit)),
        axes="nc",
        worked=lambda *n: listed(rf"<p> \cdot {log_latex} \frac{{<p>}}{{<q>}}", unless=p[n] == 0, p=p[n], q=q[n]),
        words="The logarithm of true over believed probability, times the true one (0 where that is 0).",
    )
    yield Step(
        "the_other_way",
        rf"D(Q \,\|\, P) = \sum_c q_c\, {log_latex} \frac{{q_c}}{{p_c}}",
        weighted(q, log_ratio(q, p, unit)).sum(-1),
        axes="n",
        given=True,
    )
    yield from added_up(
        "kl_divergence",
        r"D(P \,\|\, Q) = \sum_c t_c",
        terms,
        of="term",
        words="Add the terms up. Single ones may be negative, the sum is not.",
    )


def grad_by_hand(s, p, q, *, unit) -> Steps:
    """Each entry moved by itself. The gradient of q is that of cross-entropy: H(P) does not depend on q."""
    log_latex = logarithm(unit)[1]
    log_e = "1" if unit == "nats" else rf"{log_latex} e"
    yield Step(
        "d_p",
        rf"\frac{{\partial D}}{{\partial p_c}} = {log_latex} \frac{{p_c}}{{q_c}} + {log_e}",
        log_ratio(p, q, unit) + 1 / NATS[unit],
        axes="nc",
        worked=lambda *n: listed(
            rf"{log_latex} \frac{{<p>}}{{<q>}} + <log_e>",
            unless=impossible(p, q)[n],
            instead=rf"{log_latex} <p> + <log_e>",
            p=p[n],
            q=q[n],
            log_e=1 / NATS[unit],
        ),
        words="The product rule: the logarithm of the ratio, and the logarithm of e (1 in nats).",
    )
    yield from pull_on_belief(p, q, unit, "D")


def naive(*, p, q, unit):
    """The book's formula, where 0 · log 0 is NaN and the ratio may overflow."""
    return (p * logarithm(unit)[0](p / q)).sum(-1)


MISTAKES = {
    "half_the_distance": Mistake(
        {"kl_divergence": lambda given, done: np.abs(given["p"] - given["q"]).sum(-1) / 2},
        "That is the total variation: half of the differences' sizes. KL weighs the logarithm of p/q.",
    ),
    "chi_squared": Mistake(
        {"kl_divergence": lambda given, done: ((given["p"] - given["q"]) ** 2 / given["q"]).sum(-1)},
        "That is χ²: squared differences over q. KL weighs the logarithm of p/q.",
    ),
    "logarithms_added": Mistake(
        {"term": lambda given, done: given["p"] * logarithm(given["unit"])[0](given["p"] * given["q"])},
        "You added the logarithms. The logarithm of p/q is their difference.",
        when=lambda given: bool((given["p"] > 0).all() and (given["q"] > 0).all()),
    ),
    **units.WRONG_LOGARITHM,
    "distributions_swapped": Mistake(
        {"term": lambda given, done: -done["term"] * given["q"] / given["p"]},
        "You swapped P and Q. KL(P‖Q) weights by P, the truth, and puts P on top of the fraction.",
    ),
    "difference_turned_round": Mistake(
        {"term": lambda given, done: -done["term"]},
        "The fraction is upside down (or a minus too many): true probability over believed one, p/q.",
    ),
    "weighs_by_q": Mistake(
        {"term": lambda given, done: done["term"] * given["q"] / given["p"]},
        "You weighted by q. What happens is drawn from P, so weight by p.",
    ),
    "cross_entropy": Mistake(
        {"term": lambda given, done: distributions.weighted(given["p"], 0.0 - logarithm(given["unit"])[0](given["q"]))},
        "You left log p out: −Σ p log q is the cross-entropy. The divergence weighs log p − log q.",
    ),
    "leaves_out_the_logarithm": Mistake(
        {"term": lambda given, done: distributions.weighted(given["p"], given["p"] / given["q"])},
        "You left out the logarithm: weight log(p/q), not p/q.",
    ),
    "difference_of_probabilities": Mistake(
        {"term": lambda given, done: given["p"] * (given["p"] - given["q"])},
        "You took the difference of the probabilities. It is the difference of their logarithms.",
    ),
    "unweighted": Mistake(
        {"term": lambda given, done: done["term"] / given["p"]},
        "You did not weight by p. Each logarithm counts as often as its outcome happens.",
    ),
    **distributions.zero_times_infinity("term", when=distributions.never_happens),
    **distributions.INFINITY_AS_0,
    **distributions.averaged("kl_divergence"),
    "drops_the_sign": Mistake(
        {"kl_divergence": lambda given, done: np.abs(done["term"]).sum(-1)},
        "You dropped the minus signs. Terms are negative where q is above p; add them with their sign.",
    ),
    "the_other_way": Mistake(
        {"kl_divergence": lambda given, done: done["the_other_way"]},
        "This is KL(Q‖P), the other way round. KL is not symmetric: the first distribution is the truth.",
    ),
    "mean_of_both_ways": Mistake(
        {"kl_divergence": lambda given, done: (done["kl_divergence"] + done["the_other_way"]) / 2},
        "You took the mean of both directions (half of Jeffreys' divergence). KL(P‖Q) is one direction only.",
    ),
}

GRAD_MISTAKES = {
    "logarithm_held_fixed": Mistake(
        {"d_p": lambda given, done: done["d_p"] - 1 / NATS[given["unit"]]},
        "You treated the logarithm as fixed. It moves with p too, which adds another 1 (the logarithm of e).",
    ),
    **distributions.GRAD_MISTAKES,
}

FAIR, SURE = [0.5, 0.5], [0.9, 0.1]

LESSON = Lesson(
    title="KL divergence",
    torch=kl_divergence_from_entr_and_xlogy,
    group="entropy",
    order=3,
    names=("KL散度", "相对熵", "relative entropy", "Kullback–Leibler divergence", "information gain"),
    purpose="How much surprise it adds to believe Q where P is true.",
    use_when="You compare a believed distribution Q with a true or fixed one P: student with teacher, model with data, "
    "a variational posterior with its prior.",
    not_when="You need a distance (KL differs both ways and can be infinite). "
    "To train on fixed targets, cross-entropy has the same gradient and is simpler. "
    "For PyTorch's loss, which takes log-probabilities, see KL divergence loss.",
    formula=r"D(P \,\|\, Q) = \sum_c p_c \log \frac{p_c}{q_c} = H(P, Q) - H(P)",
    symbols=(
        *distributions.SYMBOLS,
        distributions.TERM,
        (r"H(P, Q)", "the cross-entropy of P and Q"),
        distributions.ENTROPY,
        (r"D(P \,\|\, Q)", "the divergence, 0 only where both are equal, in the chosen unit"),
    ),
    tensors=distributions.TENSORS,
    parameters=(UNIT,),
    shapes=distributions.SHAPES,
    examples=(
        Example(
            "A fair coin, believed loaded",
            {"p": FAIR, "q": SURE},
            "0.511 nats: half of the time the outcome comes that Q called rare.",
        ),
        Example(
            "The other way round",
            {"p": SURE, "q": FAIR},
            "0.368, not 0.511: now the rare outcome really is rare. KL is not symmetric.",
        ),
        Example(
            "Believing the truth", {"p": LOPSIDED, "q": LOPSIDED}, "0: no surprise is added, and nowhere else is it 0."
        ),
        Example(
            "Q rules out what happens",
            {"p": FAIR, "q": [1, 0]},
            "Infinite: half of the time comes what Q called impossible.",
        ),
        Example(
            "P rules it out",
            {"p": [1, 0], "q": FAIR},
            "0.693 = ln 2. Where p is 0 the term counts 0, whatever q is there.",
        ),
        Example(
            "Impossible for both",
            {"p": [0.75, 0.25, 0], "q": [0.5, 0.5, 0]},
            "The third outcome counts 0; the second term is negative, the sum is not.",
        ),
        Example("In bits", {"p": [0.5, 0.25, 0.25], "q": [0.25, 0.25, 0.5], "unit": "bits"}, "A quarter of a bit."),
        Example(
            "Two models, one truth",
            {"p": [[0.7, 0.2, 0.1], [0.7, 0.2, 0.1]], "q": [[0.6, 0.2, 0.2], [0.1, 0.2, 0.7]]},
            "Each row by itself: the second model, which has it backwards, is 19 times as far off.",
        ),
        Example(
            "Counts, not yet probabilities",
            {"p": FAIR, "q": [3, 1]},
            "Three against one is no distribution. Divide by the sum (one click) and the divergence is 0.144.",
            rejected=True,
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does p weigh the terms, and not q?",
            (
                "What happens comes from p; q is only what somebody expected.",
                "The divergence is what it costs on average to expect q while p is true.",
            ),
            (
                "It makes no difference which of them weighs.",
                "It does: with p and q exchanged another number comes out.",
            ),
            (
                "Because q may hold zeros.",
                "Zeros in q are no way out: where p is above 0 and q is 0, the divergence is infinite.",
            ),
        ),
        "without_numbers": question(
            "q becomes equal to p. The divergence …",
            ("becomes 0", "Nothing is lost by expecting the truth: each logarithm is that of 1."),
            ("becomes the entropy of p", "That is what cross-entropy becomes. The divergence is what lies above it."),
            ("becomes negative", "Single terms can be negative, but their sum never is; and here every term is 0."),
        ),
    },
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "It is not a distance",
            "KL(P‖Q) and KL(Q‖P) differ. Minimising the first makes Q cover everything that P does, "
            "since missing an outcome is expensive; "
            "minimising the second lets Q pick one part of P and leave the rest.",
        ),
        Pitfall(
            "Same gradient as cross-entropy",
            "H(P, Q) = H(P) + KL(P‖Q), and H(P) does not depend on q. "
            "So both have the gradient −p/q and minimising one minimises the other. "
            "Only the number differs: KL ends at 0, cross-entropy at H(P).",
        ),
        Pitfall(
            "torch.nn.functional.kl_div turns everything round",
            "PyTorch's kl_div(input, target) is KL(target‖input): "
            "the truth comes second, and input must be log-probabilities. "
            "Its mean divides by the number of elements; "
            "only reduction='batchmean' gives the divergence averaged over the batch.",
        ),
        Pitfall(
            "Infinite after one zero",
            "A single q of 0 where p is above 0 makes the sum infinite. "
            "Softmax never gives exactly 0 on paper but does by rounding: work with log-probabilities.",
        ),
        distributions.DOES_NOT_SUM_TO_1,
        distributions.SHAPES_DIFFER,
        Pitfall(
            "Gradients at 0",
            "Each slope moves one entry by itself, without keeping the sum at 1. "
            "Where p is 0, the slope of q is 0 (also where q is 0 too) and the slope of p is minus infinity. "
            "Where only q is 0, both are infinite.",
        ),
    ),
    references=(
        distributions.KULLBACK_LEIBLER,
        distributions.GOODFELLOW,
        distributions.XLOGY,
    ),
    tries=(
        Try("What if P and Q swap places?", {"p": SURE, "q": FAIR}),
        Try("What if Q is nearly right?", {"q": [0.51, 0.49]}),
        Try("What if Q rules out one side?", {"q": [1, 0]}),
        Try("What if we count in bits?", {"unit": "bits"}),
    ),
    extremes=Extremes(
        values=lambda x: {"p": [np.exp(-abs(x)), 1 - np.exp(-abs(x))], "q": [0.5, 0.5]},
        naive=naive,
        says="The rarer outcome has p = e to the −|x|. "
        "Once that is rounded to 0, the book's formula takes 0 · log 0 = NaN. "
        "PyTorch's entr and xlogy count 0 there.",
    ),
    pictures=(
        Curves(
            "KL(P‖Q) as Q moves",
            "P is 0.7 and 0.3. Lowest, 0, where Q is P; without bound at both ends, where Q rules out what happens.",
            values=believed,
            low=0.01,
            high=0.99,
            x=BELIEF,
        ),
        Curves(
            "The other way: KL(Q‖P) as Q moves",
            "The same P and Q, swapped. Again 0 at 0.7, but finite at both ends: "
            "ln(1/0.3) = 1.204 and ln(1/0.7) = 0.357.",
            values=lambda x: {"p": [x, 1 - x], "q": LOPSIDED},
            low=0.0,
            high=1.0,
            x=BELIEF,
        ),
        Curves(
            "Beside cross-entropy",
            "Same slope everywhere, apart by H(P) = 0.611: minimising one minimises the other.",
            values=believed,
            low=0.02,
            high=0.98,
            x=BELIEF,
            compare=("cross_entropy", "entropy"),
        ),
        Bars(
            "What each outcome adds", "Negative where Q gives more than P does; the sum never is.", "term", beside="p"
        ),
    ),
    check=check,
    cost=of_stretched("p", "q"),
)
