"""KL divergence and Gaussian NLL: numbers worked by hand, edges against torch, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from lib.catalog import LOSSES
from lib.lesson import run
from lib.lesson.working import judge

KL, GAUSS, CTC = LOSSES["kl_div_loss"], LOSSES["gaussian_nll_loss"], LOSSES["ctc_loss"]
LN = np.log


def result(lesson, values):
    return list(run.by_hand(lesson, values).values())[-1].value


def assert_same(got, expected):
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12, equal_nan=True)


def assert_agrees_with_torch(lesson, values):
    expected, gradients = run.by_torch(lesson, values)
    assert_same(result(lesson, values), expected)
    by_hand = run.grad_by_hand(lesson, values)
    assert by_hand.keys() == gradients.keys()
    for name, gradient in gradients.items():
        assert_same(by_hand[name], gradient)


PREDICTED = np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
TRUE = np.array([[0.9, 0.05, 0.05], [0.1, 0.7, 0.2]])
KL_NUMBERS = {
    "article, as printed: none": (
        PREDICTED,
        TRUE,
        "none",
        [[-0.544824, -0.164787, -0.159787], [-0.250258, -0.459672, -0.421888]],
    ),
    "article, as printed: mean": (PREDICTED, TRUE, "mean", -0.333536),
    "article, as printed: batchmean": (PREDICTED, TRUE, "batchmean", -1.000608),
    "logarithms: none": (
        LN(PREDICTED),
        TRUE,
        "none",
        [[0.529008, -0.089588, -0.069315], [-0.069315, 0.593108, -0.183258]],
    ),
    "logarithms: mean": (LN(PREDICTED), TRUE, "mean", 0.118440),
    "logarithms: batchmean": (LN(PREDICTED), TRUE, "batchmean", 0.355320),
    "equal": (LN(TRUE), TRUE, "sum", 0.0),
    "sure target, fair guess": (LN([[0.5, 0.5]]), np.array([[1.0, 0.0]]), "batchmean", 0.693147),
    "one number has no batch": (np.array(-1.0), np.array(1.0), "batchmean", 1.0),
}


@pytest.mark.parametrize(("input", "target", "reduction", "expected"), KL_NUMBERS.values(), ids=KL_NUMBERS)
def test_kl_numbers(input, target, reduction, expected):
    values = {"input": input, "target": target, "reduction": reduction}
    np.testing.assert_allclose(result(KL, values), expected, atol=2e-6)


def test_kl_mean_comes_with_torchs_warning_and_batchmean_without():
    first = KL.examples[0].values
    assert "batchmean" in run.torch_result(KL, first).warnings[0]
    assert run.torch_result(KL, {**first, "reduction": "batchmean"}).warnings == ()


KL_EDGES = {
    "target 0, input -inf": ([-np.inf, -0.5], [0.0, 1.0]),
    "target 0, input 0": ([0.0, -0.5], [0.0, 1.0]),
    "target negative": ([-1.0, -0.5], [-0.5, 1.5]),
    "target infinite": ([-1.0, 2.0], [np.inf, 1.0]),
    "target 1e-300": ([-700.0, 0.0], [1e-300, 1.0]),
    "nan": ([np.nan, 0.0], [0.5, np.nan]),
    "huge logits": ([-1e9, 1e9], [0.25, 0.75]),
    "broadcast": ([[-1.0], [-2.0]], [[0.25, 0.75, 0.0]]),
    "one number stretched over a row": (-1.0, [0.25, 0.75, 0.5]),
    "input stretched over an empty target": (np.zeros((1, 3)), np.zeros((0, 3))),
    "target stretched over an empty input": (np.zeros((0, 3)), [800.0, 0.0, 1.0]),
}


@pytest.mark.parametrize("log_target", [False, True])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean", "batchmean"])
@pytest.mark.parametrize(("input", "target"), KL_EDGES.values(), ids=KL_EDGES)
def test_kl_edges(input, target, reduction, log_target):
    values = {"input": input, "target": target, "reduction": reduction, "log_target": log_target}
    assert_agrees_with_torch(KL, values)


def test_kl_gradient_of_a_target_of_zero_is_nan():
    grads = run.grad_by_hand(KL, {"input": [-1.0, -1.0], "target": [0.0, 1.0], "reduction": "sum"})
    assert np.isnan(grads["target"][0])
    np.testing.assert_allclose(grads["target"][1], 0 + 1 + 1)
    np.testing.assert_allclose(grads["input"], [0, -1])


HALF_LN_2PI = 0.9189385332046727
GAUSS_NUMBERS = {
    "right, variance 1": ([1], [1], [1], {}, 0.0),
    "one off, variance 1": ([0], [1], [1], {}, 0.5),
    "two off, variance 4": ([3], [1], [4], {}, 1.193147),
    "right, variance a quarter": ([1], [1], [0.25], {}, -0.693147),
    "three elements": ([0, 1, 3], [1, 1, 1], [1, 0.25, 4], {}, 1 / 3),
    "with the constant": ([0, 1, 3], [1, 1, 1], [1, 0.25, 4], {"full": True}, 1 / 3 + HALF_LN_2PI),
    "variance 0 counts as a millionth": ([1], [1], [0], {}, -6.907755),
    "eps as a floor": ([0], [1], [0.1], {"eps": 0.5}, 0.653426),
    "eps not added": ([0], [1], [1], {"eps": 0.5}, 0.5),
    "sum": ([0, 0], [1, 1], [1, 1], {"reduction": "sum"}, 1.0),
}


@pytest.mark.parametrize(("input", "target", "var", "extra", "expected"), GAUSS_NUMBERS.values(), ids=GAUSS_NUMBERS)
def test_gaussian_numbers(input, target, var, extra, expected):
    values = {"input": input, "target": target, "var": var, **extra}
    np.testing.assert_allclose(result(GAUSS, values), expected, atol=1e-6)


GAUSS_EDGES = {
    "variance 0 and no floor": ([0.0, 1.0], [0.0, 0.0], [0.0, 0.0], 0.0),
    "floor below zero": ([0.0, 1.0], [0.0, 0.0], [0.0, 1.0], -1.0),
    "infinite floor": ([0.0, 1.0], [0.0, 0.0], [0.0, 1.0], np.inf),
    "infinite variance and error": ([np.inf, 1.0], [0.0, 0.0], [np.inf, np.inf], 1e-6),
    "nan variance": ([0.0, 1.0], [0.0, 0.0], [np.nan, 1.0], 1e-6),
    "minus zero": ([0.0, 1.0], [0.0, 0.0], [-0.0, 1.0], 1e-6),
    "huge error": ([1e200, -1e9], [0.0, 0.0], [1.0, 1e-9], 1e-6),
    "whole numbers as prediction and target": (np.array([200, 3], np.uint8), np.array([100, 5]), [1.0, 2.0], 1e-6),
    "bytes wrap around": (np.array([0, 3], np.uint8), np.array([1, 3], np.uint8), [1.0, 2.0], 1e-6),
    "every prediction meets every target": (np.zeros((3, 1)), np.arange(3.0), np.ones((3, 1)), 1e-6),
    "an empty variance stretched": (np.zeros((1, 2)), np.zeros((1, 2)), np.ones((0, 1)), 1e-6),
    "a variance over nothing": (np.zeros((3, 0)), np.zeros((3, 0)), np.zeros((3, 1)), 0.0),
}


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize(("input", "target", "var", "eps"), GAUSS_EDGES.values(), ids=GAUSS_EDGES)
def test_gaussian_edges(input, target, var, eps, reduction):
    assert_agrees_with_torch(GAUSS, {"input": input, "target": target, "var": var, "eps": eps, "reduction": reduction})


def test_gaussian_slope_for_the_variance_above_eps_and_the_slope_at_eps_below():
    """½ (1/v − e²/v²), worked out on paper."""
    values = {"input": [2.0, 2.0], "target": [0.0, 0.0], "var": [4.0, 0.1], "eps": 0.5, "reduction": "sum"}
    np.testing.assert_allclose(run.grad_by_hand(GAUSS, values)["var"], [0.0, 0.5 * (2 - 16)])


GAUSS_REFUSED = {
    "negative variance": ((2,), (2,), [1.0, -1.0], "var holds -1"),
    "one variance per column": ((2, 3), (2, 3), np.ones(3), "var has shape (3,)"),
    "one variance for all": ((2, 3), (2, 3), np.array(1.0), "var has shape ()"),
    "two axes stretched": ((2, 3), (2, 3), np.ones((1, 1)), "var has shape (1, 1)"),
    "whole variances": ((2,), (2,), np.array([1, 2]), "int64"),
    "target of another size": ((2,), (3,), np.ones(2), "do not fit together"),
}


@pytest.mark.parametrize(("input", "target", "var", "says"), GAUSS_REFUSED.values(), ids=GAUSS_REFUSED)
def test_gaussian_refusals(input, target, var, says):
    values = {"input": np.zeros(input), "target": np.zeros(target), "var": var}
    with pytest.raises((RuntimeError, ValueError)):
        run.by_torch(GAUSS, values)
    with pytest.raises(ValueError) as caught:
        run.by_hand(GAUSS, values)
    assert says in str(caught.value)


def verdicts(values, entries):
    return {j.row.key: j for j in judge(CTC, values, entries, ())}


def test_kl_forgotten_logarithm_is_named():
    """What the divergence of the article's numbers should be, typed where torch has been handed probabilities."""
    values = {"input": PREDICTED, "target": TRUE}
    judged = judge(KL, values, {"loss_per_element": "0.529"}, (0, 0))
    says = [m.says for j in judged if j.row.key == "loss_per_element" for m in j.mistakes]
    assert any("logarithm of the input" in text for text in says)
