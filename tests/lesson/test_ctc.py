"""CTC loss beyond what every loss is tested for: numbers worked on paper, edges, refusals, rows."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from lib.lesson import run
from tests.lesson.test_distributions import CTC, LN, assert_agrees_with_torch, result, verdicts


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
