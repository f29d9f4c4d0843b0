"""KL divergence, Gaussian NLL and CTC: numbers worked by hand, edges against torch, refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from lib.catalog import LOSSES
from lib.lesson import run, working

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


def collapsed(path, blank):
    """What a path spells: repeats merged, then blanks dropped."""
    return [c for i, c in enumerate(path) if c != blank and (i == 0 or path[i - 1] != c)]


def likelihood(probabilities, target, blank=0):
    """Every path written out, and those that spell the target added up."""
    frames, classes = probabilities.shape
    paths = itertools.product(range(classes), repeat=frames)
    return sum(np.prod(probabilities[range(frames), p]) for p in paths if collapsed(p, blank) == list(target))


THREE = np.array([[0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.2, 0.3, 0.5]])
FIVE = np.array([[0.2, 0.6, 0.2], [0.5, 0.3, 0.2], [0.2, 0.6, 0.2], [0.3, 0.3, 0.4], [0.1, 0.2, 0.7]])
SPELLED = {
    "one label": (THREE, [1], 0),
    "two labels": (THREE, [1, 2], 0),
    "as many labels as frames": (THREE, [1, 2, 1], 0),
    "empty": (THREE, [], 0),
    "equal labels": (FIVE, [1, 1], 0),
    "equal, then another": (FIVE, [1, 1, 2], 0),
    "three equal fill five frames": (FIVE, [1, 1, 1], 0),
    "too long": (THREE, [1, 1, 2], 0),
    "blank in the middle": (FIVE, [0, 2, 0], 1),
    "blank last": (FIVE, [0, 0, 1], 2),
}


@pytest.mark.parametrize(("probabilities", "target", "blank"), SPELLED.values(), ids=SPELLED)
def test_ctc_is_minus_the_logarithm_of_all_paths_that_spell_the_target(probabilities, target, blank):
    values = {"log_probs": LN(probabilities), "targets": target, "input_lengths": len(probabilities)}
    values |= {"target_lengths": len(target), "blank": blank, "reduction": "sum"}
    with np.errstate(divide="ignore"):
        expected = -LN(likelihood(probabilities, target, blank))
    np.testing.assert_allclose(result(CTC, values), expected, rtol=1e-12)


def test_ctc_first_lattice_worked_on_paper():
    values = {"log_probs": LN(THREE), "targets": [1], "input_lengths": 3, "target_lengths": 1}
    steps = run.by_hand(CTC, values)
    np.testing.assert_allclose(steps["alpha[0]"].value, [0.5, 0.3, 0])
    np.testing.assert_allclose(steps["alpha[1]"].value, [0.2, 0.32, 0.12])
    np.testing.assert_allclose(steps["alpha[2]"].value, [0.04, 0.156, 0.088])
    np.testing.assert_allclose(steps["likelihood"].value, 0.244)
    np.testing.assert_allclose(steps["loss"].value, 1.410587, atol=1e-6)


def test_ctc_mean_divides_by_the_target_lengths_first():
    log_probs = np.zeros((5, 2, 3))
    log_probs[:, 0] = log_probs[:, 1] = LN(FIVE)
    values = {"log_probs": log_probs, "targets": [[1, 2], [2, 0]], "input_lengths": [5, 4], "target_lengths": [2, 1]}
    first, second = -LN(likelihood(FIVE, [1, 2])), -LN(likelihood(FIVE[:4], [2]))
    np.testing.assert_allclose(result(CTC, values), (first / 2 + second) / 2)


def test_ctc_number_of_the_article():
    """T = 50, C = 20, N = 16; the article prints 7.5385, which is the generator's seed 1."""
    generator = torch.Generator().manual_seed(1)
    log_probs = torch.randn(50, 16, 20, generator=generator).log_softmax(2)
    targets = torch.randint(1, 20, (16, 30), generator=generator)
    lengths = torch.randint(10, 30, (16,), generator=generator)
    values = {"log_probs": log_probs.numpy(), "targets": targets.numpy(), "target_lengths": lengths.numpy()}
    assert round(float(result(CTC, {**values, "input_lengths": [50] * 16})), 4) == 7.5385


def test_ctc_thousands_of_frames_do_not_underflow():
    random = np.random.default_rng(0)
    scores = random.normal(size=(1500, 1, 4))
    log_probs = scores - LN(np.exp(scores).sum(-1, keepdims=True))
    values = {"log_probs": log_probs, "targets": random.integers(1, 4, (1, 9))}
    values |= {"input_lengths": [1500], "target_lengths": [9]}
    assert result(CTC, values) > 100 / 9
    assert_agrees_with_torch(CTC, values)


FRAMES = np.random.default_rng(5).dirichlet(np.ones(4), (5, 3))


def with_entry(place, value):
    changed = LN(FRAMES)
    changed[place] = value
    return changed


def ctc(targets=((1, 2, 3), (3, 3, 0), (2, 1, 1)), lengths=(3, 2, 1), frames=(5, 4, 3), log_probs=None, **more):
    values = {"log_probs": LN(FRAMES) if log_probs is None else log_probs, "targets": np.array(targets)}
    return {**values, "input_lengths": np.array(frames), "target_lengths": np.array(lengths), **more}


CTC_EDGES = {
    "plain": ctc(),
    "one row of labels": ctc(targets=[1, 2, 3, 3, 3, 2]),
    "blank inside the targets": ctc(targets=[[1, 0, 3], [0, 0, 0], [0, 1, 1]], lengths=(3, 2, 1)),
    "blank as the last label": ctc(targets=[[1, 2, 0], [3, 0, 0], [0, 0, 0]], lengths=(3, 2, 2)),
    "padding of any kind": ctc(targets=[[1, 2, 3], [3, 3, -7], [2, 1000, -1]]),
    "no labels": ctc(lengths=(0, 0, 0)),
    "no frames, no labels": ctc(lengths=(0, 2, 1), frames=(0, 4, 3)),
    "no frames, but labels": ctc(frames=(0, 4, 3)),
    "no frames at all": ctc(frames=(0, 0, 0)),
    "impossible": ctc(frames=(2, 2, 3)),
    "impossible, counted as 0": ctc(frames=(2, 2, 3), zero_infinity=True),
    "nan behind the last frame": ctc(frames=(3, 3, 3), log_probs=with_entry((4,), np.nan)),
    "nan": ctc(log_probs=with_entry((1, 0, 2), np.nan)),
    "a class ruled out": ctc(log_probs=with_entry((1, 0, 2), -np.inf)),
    "the target ruled out": ctc(log_probs=with_entry((slice(None), 0, 2), -np.inf)),
    "the target ruled out, counted as 0": ctc(log_probs=with_entry((slice(None), 0, 2), -np.inf), zero_infinity=True),
    "infinite": ctc(log_probs=with_entry((0, 1, 0), np.inf)),
    "infinite, no labels": ctc(log_probs=with_entry((4, 0, 0), np.inf), lengths=(0, 0, 0)),
    "scores instead of log-probabilities": ctc(log_probs=30 * LN(FRAMES) + 400),
    "huge scores": ctc(log_probs=1e9 * LN(FRAMES)),
    "last class is the blank": ctc(blank=3, targets=[[1, 2, 0], [0, 0, 3], [2, 1, 1]]),
    "int32": ctc(targets=np.array([[1, 2, 3], [3, 3, 0], [2, 1, 1]], np.int32)),
    "decimals as labels": ctc(targets=[[1.0, 2.9, 3.0], [3.0, 3.0, 0.0], [2.0, 1.0, 1.0]]),
    "lengths in a column": ctc(lengths=[[3], [2], [1]], frames=[[5, 4, 3]]),
}


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("values", CTC_EDGES.values(), ids=CTC_EDGES)
def test_ctc_edges(values, reduction):
    assert_agrees_with_torch(CTC, {**values, "reduction": reduction})


NO_BATCH = {
    "numbers as lengths": {"targets": [1, 2], "input_lengths": 5, "target_lengths": 2},
    "lists as lengths": {"targets": [1, 2], "input_lengths": [4], "target_lengths": [2]},
    "a padded row": {"targets": [[1, 2, 9]], "input_lengths": 5, "target_lengths": 2},
    "nothing": {"targets": [], "input_lengths": 5, "target_lengths": 0},
}


@pytest.mark.parametrize("values", NO_BATCH.values(), ids=NO_BATCH)
def test_ctc_without_a_batch(values):
    values = {"log_probs": LN(FRAMES[:, 0]), **values}
    assert result(CTC, {**values, "reduction": "none"}).shape == ()
    assert_agrees_with_torch(CTC, values)


def test_ctc_gradient_is_the_slope_for_the_scores_before_log_softmax():
    scores = np.random.default_rng(2).normal(size=(4, 2, 3))
    rest = {"targets": [[1, 1], [2, 1]], "input_lengths": [4, 3], "target_lengths": [2, 1]}

    def log_softmax(x):
        return x - LN(np.exp(x).sum(-1, keepdims=True))

    slope = np.zeros_like(scores)
    for index in np.ndindex(scores.shape):
        up, down = scores.copy(), scores.copy()
        up[index] += 1e-6
        down[index] -= 1e-6
        ends = [result(CTC, {"log_probs": log_softmax(x), **rest}) for x in (up, down)]
        slope[index] = (ends[0] - ends[1]) / 2e-6
    gradient = run.grad_by_hand(CTC, {"log_probs": log_softmax(scores), **rest})["log_probs"]
    np.testing.assert_allclose(gradient, slope, atol=1e-8)
    assert not gradient[3, 1].any()


CTC_REFUSED = {
    "label too large": (ctc(targets=[[1, 2, 4], [3, 3, 0], [2, 1, 1]]), "targets holds 4"),
    "label negative": (ctc(targets=[[1, 2, -1], [3, 3, 0], [2, 1, 1]]), "targets holds -1"),
    "label far off, in one row": (ctc(targets=[1, 2, 3, 3, 3, 10**12]), "targets holds 1e+12"),
    "label nan": (ctc(targets=[[1, 2, np.nan], [3, 3, 0], [2, 1, 1]]), "targets holds nan"),
    "too few labels in the row": (ctc(targets=[1, 2, 3, 3, 3]), "targets has shape (5,); expected (6,)"),
    "too few rows": (ctc(targets=[[1, 2, 3], [3, 3, 0]]), "targets has shape (2, 3); expected (3, 3)"),
    "target longer than its row": (ctc(lengths=(4, 2, 1)), "target_lengths holds 4"),
    "negative target length": (ctc(lengths=(-1, 2, 1)), "target_lengths holds -1"),
    "more frames than there are": (ctc(frames=(6, 4, 3)), "input_lengths holds 6"),
    "negative number of frames": (ctc(frames=(-1, 4, 3)), "input_lengths holds -1"),
    "decimals as lengths": (ctc(frames=(5.0, 4.0, 3.0)), "input_lengths holds float64"),
    "yes and no as lengths": (ctc(lengths=(True, False, True)), "target_lengths holds bool"),
    "too few lengths": (ctc(frames=(5, 4)), "input_lengths has shape (2,)"),
    "blank too large": (ctc(blank=4), "blank is 4"),
    "blank negative": (ctc(blank=-1), "blank is -1"),
    "no frames": (ctc(log_probs=np.zeros((0, 3, 4)), frames=(0, 0, 0)), "at least one number"),
    "four axes": (ctc(log_probs=np.zeros((1, 5, 3, 4))), "log_probs has shape (1, 5, 3, 4)"),
}


@pytest.mark.parametrize(("values", "says"), CTC_REFUSED.values(), ids=CTC_REFUSED)
def test_ctc_refusals(values, says):
    with pytest.raises((RuntimeError, ValueError)):
        run.by_torch(CTC, values)
    with pytest.raises(ValueError) as caught:
        run.by_hand(CTC, values)
    assert says in str(caught.value)


TWICE = {"log_probs": LN(FIVE[:4]), "targets": [1, 1], "input_lengths": 4, "target_lengths": 2}
TWO = {**TWICE, "targets": [1, 2]}


def verdicts(values, entries):
    return {j.row.key: j for j in working.judge(CTC, values, entries, ())}


def test_ctc_rows_are_the_lattice():
    assert list(verdicts(TWO, {})) == [
        "probabilities",
        "alpha[0]",
        "alpha[1]",
        "alpha[2]",
        "alpha[3]",
        "likelihood",
        "loss_per_sample",
        "loss_per_label",
        "loss",
    ]


def test_ctc_one_wrong_row_costs_one_row():
    """The second row without the skip (its fourth state 0), then everything that follows from it."""
    entries = {"alpha[1]": "0.1, 0.24, 0.3, 0, 0", "alpha[2]": "0.02, 0.204, 0.108, 0.108, 0"}
    judged = verdicts(TWO, entries)
    assert judged["alpha[1]"].verdict == "mistake"
    assert "forgot the skip" in judged["alpha[1]"].mistakes[0].says
    assert judged["alpha[2]"].verdict == "earlier"


SLIPS = {
    "skip between equal labels": (TWICE, {"alpha[1]": "0.1, 0.24, 0.3, 0.18, 0"}, "two equal labels"),
    "first blank only": (TWO, {"alpha[0]": "0.2, 0, 0, 0, 0"}, "first blank only"),
    "last blank only": (TWICE, {"likelihood": "0.054"}, "last blank only"),
    "last label only": (TWICE, {"likelihood": "0.0864"}, "last label only"),
    "the whole last row": (TWICE, {"likelihood": "0.307"}, "whole last row"),
    "not divided by the target's length": (TWICE, {"loss": "1.963"}, "length of the target"),
    "divided by the frames": (TWICE, {"loss_per_label": "0.491"}, "number of frames"),
}


@pytest.mark.parametrize(("values", "entries", "says"), SLIPS.values(), ids=SLIPS)
def test_ctc_likely_mistakes_as_a_learner_types_them(values, entries, says):
    judged = verdicts(values, entries)[next(iter(entries))]
    assert any(says in mistake.says for mistake in judged.mistakes), judged


def test_kl_forgotten_logarithm_is_named():
    """What the divergence of the article's numbers should be, typed where torch has been handed probabilities."""
    values = {"input": PREDICTED, "target": TRUE}
    judged = working.judge(KL, values, {"loss_per_element": "0.529"}, (0, 0))
    says = [m.says for j in judged if j.row.key == "loss_per_element" for m in j.mistakes]
    assert any("logarithm of the input" in text for text in says)
