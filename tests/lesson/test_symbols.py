"""An entry calculates with the page's own letters: earlier rows as the learner filled them in, inputs of the sample."""

from __future__ import annotations

import numpy as np
import pytest

from lib.catalog import TOPICS
from lib.lesson.working import judge
from lib.lesson.working.symbols import _written

LATEX = {
    r"s_n = 1": ["s", "s_n"],
    r"\ell_n = 1": ["l", "ell", "l_n", "ell_n"],
    r"\hat m_i = 1": ["m_hat", "mhat", "m_hat_i", "mhat_i"],
    r"\hat{v}_i = 1": ["v_hat", "vhat", "v_hat_i", "vhat_i"],
    r"b_i \leftarrow 1": ["b", "b_i"],
    r"x_{n,y_n} = 1": ["x_y"],
    r"p_{nc} = 1": ["p", "p_nc"],
    r"s'_i = 1": ["s_prime", "s_prime_i"],
    r"W = 1": ["W"],
    r"\frac{\partial L}{\partial x_i} = 1": [],
    r"H(P, Q) = 1": [],
}


@pytest.mark.parametrize(("latex", "typed"), LATEX.items(), ids=LATEX)
def test_how_a_symbol_is_typed(latex, typed):
    assert _written(latex) == typed


THREE = {"input": [[1, 2], [1, 3], [1, 3]], "target": [0, 1, 1]}
PAIR = {"input": [1.0, 2.5], "target": [3.0, 2.0]}
GAUSS = {"input": [1.0, 2.0], "target": [2.0, 2.0], "var": [4.0, 0.25]}
RUN = {"param": np.array([2.0]), "grad": np.array([4.0]), "state": {}, "lr": 0.1}
WITH_BUFFER = {**RUN, "momentum": 0.9, "state": {"momentum_buffer": np.array([3.0])}}
CE = "cross_entropy_loss"
DELTA = {"error": "-2", "size": "2", "loss_per_element": "delta*(a - delta/2)"}
CASES = {
    # slug, values, entries, the row that is looked at, what it is worth
    "inputs of the sample": (CE, THREE, {"log_sum_exp": "log(exp(x[0])+exp(x[1]))"}, "right"),
    "an entry by its letter": (CE, THREE, {"log_sum_exp": "2.3133", "loss_per_sample": "s-1"}, "fine"),
    "by its name": (CE, THREE, {"log_sum_exp": "2.3133", "loss_per_sample": "log sum exp - 1"}, "fine"),
    "with a shown one": (CE, THREE, {"log_sum_exp": "2.3133", "loss_per_sample": "s - x_y"}, "fine"),
    "a wrong entry is followed": (CE, THREE, {"log_sum_exp": "3", "loss_per_sample": "s-1"}, "earlier"),
    "what all rows hold": ("mse_loss", PAIR, {"loss_per_element_all": "[4, 0.25]", "loss": "mean(l)"}, "right"),
    "of the chosen element": ("mse_loss", PAIR, {"error": "x - y"}, "right"),
    "e is the error": ("mse_loss", PAIR, {"error": "-2", "loss_per_element": "e^2"}, "right"),
    "a parameter's name": ("huber_loss", {**PAIR, "delta": 0.5}, DELTA, "right"),
    "a square of the variance": ("gaussian_nll_loss", GAUSS, {"error": "x-y", "fit": "e^2/var"}, "right"),
    "a minus with a blank": (CE, THREE, {"loss_per_sample": "2.3133 -1"}, "right"),
    "open": (CE, THREE, {"loss_per_sample": "s - 1"}, "unreadable"),
    "a later row": (CE, THREE, {"log_sum_exp": "l + 1", "loss_per_sample": "1.3133"}, "unreadable first"),
    "lr and gradient": ("sgd", RUN, {"param": "theta - lr*g"}, "right"),
    "what was remembered": ("sgd", WITH_BUFFER, {"momentum_buffer": "0.9*b + g"}, "right"),
}


@pytest.mark.parametrize(("slug", "values", "entries", "worth"), CASES.values(), ids=CASES)
def test_an_entry_calculates_with(slug, values, entries, worth):
    lesson = TOPICS[slug]
    sample = (0,)
    judged = {one.row.key: one for one in judge(lesson, values, entries, sample)}
    looked_at = list(entries)[0 if "first" in worth else -1]
    wanted = {"fine": ("right", "earlier"), "unreadable first": ("unreadable",)}.get(worth, (worth,))
    assert judged[looked_at].verdict in wanted, judged[looked_at].says


def test_what_is_open_is_named():
    judged = judge(TOPICS["cross_entropy_loss"], THREE, {"loss_per_sample": "s - 1"}, (0,))
    assert next(one for one in judged if one.entry is None and one.says).says == "log of the sum of eˣ is still open"


def test_a_covered_value_cannot_be_used():
    """Cross-entropy's page shows the KL divergence; where both are the same number, it waits for the answer."""
    lesson, same = TOPICS["cross_entropy"], {"p": [1.0, 0.0], "q": [0.3, 0.7]}
    judged = {one.row.key: one for one in judge(lesson, same, {"cross_entropy": "kl_divergence * 1"}, ())}
    assert judged["cross_entropy"].says == "KL divergence is still open"
    parted = {"p": [0.5, 0.5], "q": [0.3, 0.7]}
    judged = {one.row.key: one for one in judge(lesson, parted, {"cross_entropy": "entropy * 1"}, ())}
    assert judged["cross_entropy"].entry is not None


def test_names_that_are_used_are_the_whole_or_the_sample():
    entries = {"loss_per_element": "4", "loss_per_element_all": "[4, 0.25]", "loss": "sum(l)/2"}
    judged = {one.row.key: one for one in judge(TOPICS["mse_loss"], PAIR, entries, (0,))}
    assert judged["loss"].verdict == "right"


GRADIENTS = {
    # slug, values, sample, entries of the gradient, the last one's verdict
    "the shares from log sum exp": (CE, THREE, (0,), {"softmax": "exp(x - s)"}, "right"),
    "of the chosen sample": (CE, THREE, (1,), {"softmax": "exp(x - s)"}, "right"),
    "the divisor": (CE, THREE, (0,), {"share": "1/W"}, "right"),
    "rows of the gradient, and the divisor": (
        CE,
        THREE,
        (0,),
        {"softmax": "exp(x - s)", "target_pull": "[1, 0]", "d_input": "(p - q)/W"},
        "right",
    ),
    "the error": ("mse_loss", PAIR, (1,), {"d_input": "2*e/W"}, "right"),
    "the shown variance": ("gaussian_nll_loss", GAUSS, (1,), {"pull": "e/(v*W)"}, "right"),
    "a probability that is the answer": (
        "bce_with_logits_loss",
        {"input": [1.0, 2.0], "target": [0.0, 1.0]},
        (0,),
        {"pull": "p - y"},
        "right",
    ),
    "by its name": ("poisson_nll_loss", PAIR, (0,), {"d_input": "(rate - target)/divisor"}, "right"),
    "its own rows before": (CE, THREE, (0,), {"softmax": "[0.5, 0.5]", "d_input": "p - q"}, "unreadable"),
    "wrong all the same": (CE, THREE, (0,), {"softmax": "exp(x)"}, "wrong"),
}


@pytest.mark.parametrize(("slug", "values", "sample", "entries", "verdict"), GRADIENTS.values(), ids=GRADIENTS)
def test_the_gradient_calculates_with_the_forward_letters(slug, values, sample, entries, verdict):
    judged = {one.row.key: one for one in judge(TOPICS[slug], values, entries, sample, "gradient")}
    last = judged[list(entries)[-1]]
    assert last.verdict == verdict, last.says


def test_the_forward_sheet_knows_no_letter_of_the_gradient():
    judged = judge(TOPICS[CE], THREE, {"log_sum_exp": "q"}, (0,))
    assert next(one for one in judged if one.row.key == "log_sum_exp").verdict == "unreadable"
