"""The classification lessons beyond what every lesson is tested for: numbers worked by hand, edges, refusals."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lib.catalog import LOSSES
from lib.lesson import run
from lib.lesson.working.entries import judge
from lib.tensors.compare import compare

INF, NAN = np.inf, np.nan
SCORES = [[1, 2], [2, 2], [3, 4], [4, 5]]
ANSWERS = [[1, 0], [1, 0], [0, 1], [0, 1]]
FOUR = [[0.1, 0.2, 0.4, 0.8]]


def sigmoid(scores):
    return 1 / (1 + np.exp(-np.asarray(scores, float)))


def result(slug, values):
    return list(run.by_hand(LOSSES[slug], values).values())[-1].value


# lesson, values, the number on paper (to four decimals)
NUMBERS = {
    "nll-article-none": (
        "nll_loss",
        {"input": [[1, 2], [1, 3], [1, 3]], "target": [0, 1, 1], "reduction": "none"},
        [-1, -3, -3],
    ),
    "nll-article-mean": (
        "nll_loss",
        {"input": [[1, 2], [1, 3], [1, 3]], "target": [0, 1, 1], "weight": [1, 1]},
        -2.3333,
    ),
    "nll-weights-of-targets": ("nll_loss", {"input": [[-1, -2], [-3, -4]], "target": [0, 1], "weight": [1, 3]}, 3.25),
    "nll-weight-of-ignored": (
        "nll_loss",
        {"input": [[-1, -2], [-3, -4]], "target": [0, 1], "weight": [1, 3], "ignore_index": 1},
        1,
    ),
    "nll-everything-ignored": ("nll_loss", {"input": [[-1, -2]], "target": [-100]}, NAN),
    "nll-everything-ignored-sum": ("nll_loss", {"input": [[-1, -2]], "target": [-100], "reduction": "sum"}, 0),
    "nll-ignored-nan": ("nll_loss", {"input": [[NAN, NAN], [-3, -4]], "target": [-100, 0]}, 3),
    "nll-impossible": ("nll_loss", {"input": [[-INF, 0]], "target": [0]}, INF),
    "bce-article-none": (
        "bce_loss",
        {"input": sigmoid(SCORES), "target": ANSWERS, "weight": [1, 1], "reduction": "none"},
        [[0.3133, 2.1269], [0.1269, 2.1269], [3.0486, 0.0181], [4.0181, 0.0067]],
    ),
    "bce-article-sum": ("bce_loss", {"input": sigmoid(SCORES), "target": ANSWERS, "reduction": "sum"}, 11.7856),
    "bce-article-mean": ("bce_loss", {"input": sigmoid(SCORES), "target": ANSWERS}, 1.4732),
    "bce-held-at-100": ("bce_loss", {"input": [0, 1], "target": [1, 0], "reduction": "none"}, [100, 100]),
    "bce-half-held": ("bce_loss", {"input": [1.0], "target": [0.5]}, 50),
    "bce-weighted-mean": ("bce_loss", {"input": [0.5, 0.5], "target": [1, 1], "weight": [1, 3]}, 1.3863),
    "bce-logits-article-sum": (
        "bce_with_logits_loss",
        {"input": SCORES, "target": ANSWERS, "reduction": "sum"},
        11.7856,
    ),
    "bce-logits-article-mean": ("bce_with_logits_loss", {"input": SCORES, "target": ANSWERS, "weight": [1]}, 1.4732),
    "bce-logits-pos-3-none": (
        "bce_with_logits_loss",
        {"input": SCORES, "target": ANSWERS, "pos_weight": [3], "reduction": "none"},
        [[0.9398, 2.1269], [0.3808, 2.1269], [3.0486, 0.0544], [4.0181, 0.0201]],
    ),
    "bce-logits-pos-3-sum": (
        "bce_with_logits_loss",
        {"input": SCORES, "target": ANSWERS, "pos_weight": [3], "reduction": "sum"},
        12.7158,
    ),
    "bce-logits-pos-3-mean": ("bce_with_logits_loss", {"input": SCORES, "target": ANSWERS, "pos_weight": [3]}, 1.5895),
    "bce-logits-pos-whole-4": (
        "bce_with_logits_loss",
        {"input": SCORES, "target": ANSWERS, "pos_weight": np.array([4])},
        1.6476,
    ),
    "bce-logits-huge": (
        "bce_with_logits_loss",
        {"input": [1e9, -1e9, 1e9, -1e9], "target": [1, 0, 0, 1], "reduction": "none"},
        [0, 0, 1e9, 1e9],
    ),
    "bce-logits-infinite": (
        "bce_with_logits_loss",
        {"input": [INF, INF, -INF, -INF], "target": [1, 0, 1, 0], "reduction": "none"},
        [NAN, INF, NAN, NAN],
    ),
    "multi-margin-article": (
        "multi_margin_loss",
        {"input": [[0.1, 0.2, 0.7], [0.2, 0.5, 0.3]], "target": [1, 2], "reduction": "none"},
        [0.8, 0.7],
    ),
    "multi-margin-squared": (
        "multi_margin_loss",
        {"input": [[0.1, 0.2, 0.7], [0.2, 0.5, 0.3]], "target": [1, 2], "p": 2, "reduction": "none"},
        [1.02, 0.75],
    ),
    "multi-margin-weighted-mean": (
        "multi_margin_loss",
        {"input": [[0.1, 0.2, 0.7], [0.2, 0.5, 0.3]], "target": [1, 2], "weight": [1, 2, 3]},
        1.85,
    ),
    "multi-margin-won": ("multi_margin_loss", {"input": [5, 1, 0], "target": 0}, 0),
    "multi-margin-negative-margin": ("multi_margin_loss", {"input": [[1, 1, 4]], "target": [0], "margin": -1}, 0.6667),
    "multi-margin-nan-unnoticed": ("multi_margin_loss", {"input": [1, NAN, 0.5], "target": 0}, 0.1667),
    "multi-label-article": ("multi_label_margin_loss", {"input": FOUR, "target": [[0, 3, -1, -1]]}, 0.85),
    "multi-label-clipped": (
        "multi_label_margin_loss",
        {"input": [[0.1, 0.2, 0.4, 2.0]], "target": [[0, 3, -1, -1]]},
        0.6,
    ),
    "multi-label-behind-the-end": ("multi_label_margin_loss", {"input": FOUR, "target": [[0, 3, -1, 2]]}, 0.85),
    "multi-label-twice": ("multi_label_margin_loss", {"input": FOUR, "target": [[0, 0, 3, -1]]}, 1.45),
    "multi-label-all": ("multi_label_margin_loss", {"input": FOUR, "target": [[0, 3, 1, 2]]}, 0),
    "multi-label-none": ("multi_label_margin_loss", {"input": FOUR, "target": [[-1, 3, 1, 2]]}, 0),
    "multi-label-two-samples": (
        "multi_label_margin_loss",
        {"input": [[0.1, 0.2, 0.4, 0.8], [1, 2, 3, 4]], "target": [[0, 3, -1, -1], [1, 2, 3, 0]]},
        0.425,
    ),
    "multi-label-soft-article": (
        "multi_label_soft_margin_loss",
        {"input": [[0.3, 0.7, 0.8]], "target": [[0, 1, 1]], "reduction": "none"},
        [0.5429],
    ),
    "multi-label-soft-sum-of-averages": (
        "multi_label_soft_margin_loss",
        {"input": [[0, 0, 0], [0, 0, 0]], "target": [[0, 1, 1], [1, 0, 0]], "reduction": "sum"},
        1.3863,
    ),
    "multi-label-soft-huge": (
        "multi_label_soft_margin_loss",
        {"input": [[-1000, 1000]], "target": [[1, 1]]},
        500,
    ),
    "soft-margin-article": (
        "soft_margin_loss",
        {"input": [[0.3, 0.7], [0.5, 0.5]], "target": [[-1, 1], [1, -1]], "reduction": "none"},
        [[0.8544, 0.4032], [0.4741, 0.9741]],
    ),
    "soft-margin-mean-of-elements": (
        "soft_margin_loss",
        {"input": [[0.3, 0.7], [0.5, 0.5]], "target": [[-1, 1], [1, -1]]},
        0.6764,
    ),
    "soft-margin-overflow": (
        "soft_margin_loss",
        {"input": [709, 710, 710], "target": [-1, -1, 1], "reduction": "none"},
        [709, INF, 0],
    ),
}


@pytest.mark.parametrize(("slug", "values", "on_paper"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_on_paper(slug, values, on_paper):
    np.testing.assert_allclose(result(slug, values), on_paper, atol=5.1e-5, rtol=0, equal_nan=True)


# lesson, values, tensor, its gradient on paper
GRADIENTS = {
    "nll-only-the-right-class": (
        "nll_loss",
        {"input": [[-1, -2], [-3, -4]], "target": [0, 1], "weight": [1, 3]},
        "input",
        [[-0.25, 0], [0, -0.75]],
    ),
    "nll-everything-ignored-is-0-not-nan": ("nll_loss", {"input": [[-1, -2]], "target": [-100]}, "input", [[0, 0]]),
    "bce-divides-by-the-variance": ("bce_loss", {"input": [0.2, 0.5], "target": [1, 0]}, "input", [-2.5, 1]),
    "bce-of-target": ("bce_loss", {"input": [0.2, 0.5], "target": [1, 0]}, "target", [np.log(4) / 2, 0]),
    "bce-of-target-is-not-held": ("bce_loss", {"input": [0.0, 1.0], "target": [1, 0]}, "target", [INF, -INF]),
    "bce-logits-probability-minus-answer": (
        "bce_with_logits_loss",
        {"input": [0, 0], "target": [1, 0], "pos_weight": [3], "reduction": "sum"},
        "input",
        [-1.5, 0.5],
    ),
    "bce-logits-of-target": ("bce_with_logits_loss", {"input": [4, -2], "target": [1, 0]}, "target", [-2, 1]),
    "bce-logits-of-target-with-pos-weight": (
        "bce_with_logits_loss",
        {"input": [0.0], "target": [0.5], "pos_weight": [3]},
        "target",
        [2 * np.log(2)],
    ),
    "multi-margin-tie-is-left-alone": (
        "multi_margin_loss",
        {"input": [[1, 1, 2]], "target": [0], "margin": 0},
        "input",
        [[-1 / 3, 0, 1 / 3]],
    ),
    "multi-margin-squared": (
        "multi_margin_loss",
        {"input": [[0.1, 0.2, 0.7]], "target": [1], "p": 2},
        "input",
        [[0.6, -1.6, 1]],
    ),
    "multi-label-counts-pairs": (
        "multi_label_margin_loss",
        {"input": FOUR, "target": [[0, 3, -1, -1]]},
        "input",
        [[-0.5, 0.5, 0.5, -0.5]],
    ),
    "multi-label-tie-is-left-alone": (
        "multi_label_margin_loss",
        {"input": [1, 0, 0.5], "target": [0, -1, -1]},
        "input",
        [-1 / 3, 0, 1 / 3],
    ),
    "multi-label-soft-averages-classes": (
        "multi_label_soft_margin_loss",
        {"input": [[0, 0], [0, 0]], "target": [[1, 0], [0, 0]], "weight": [1, 2]},
        "input",
        [[-0.125, 0.25], [0.125, 0.25]],
    ),
    "multi-label-soft-stretched-target": (
        "multi_label_soft_margin_loss",
        {"input": [[1, 2], [3, 5]], "target": [1, 0], "reduction": "sum"},
        "target",
        [-2, -3.5],
    ),
    "soft-margin-overflow": (
        "soft_margin_loss",
        {"input": [709, 710, 0], "target": [-1, -1, 1], "reduction": "sum"},
        "input",
        [1, NAN, -0.5],
    ),
}


@pytest.mark.parametrize(("slug", "values", "tensor", "on_paper"), GRADIENTS.values(), ids=GRADIENTS)
def test_gradients_on_paper(slug, values, tensor, on_paper):
    gradient = run.grad_by_hand(LOSSES[slug], values)[tensor]
    np.testing.assert_allclose(gradient, on_paper, atol=1e-9, rtol=1e-9, equal_nan=True)


def test_bce_gradient_divides_by_no_less_than_a_float32_millionth_of_a_millionth():
    gradient = run.grad_by_hand(LOSSES["bce_loss"], {"input": [0.0], "target": [1.0]})["input"]
    assert gradient == pytest.approx([-1000000003995.8029], rel=1e-12)


def test_soft_margin_has_no_gradient_for_the_target():
    assert run.grad_by_hand(LOSSES["soft_margin_loss"], {"input": [1.0], "target": [1.0]}).keys() == {"input"}


UNSIGNED = np.array([0, 1, 2], np.uint8)
EDGES = {
    "cross-entropy-ignored-nan-and-inf": (
        "cross_entropy_loss",
        {"input": [[NAN, 1.0], [INF, 0], [2, 3]], "target": [-100, -100, 1], "label_smoothing": 0.1},
    ),
    "cross-entropy-weight-0-for-all": (
        "cross_entropy_loss",
        {"input": [[1.0, 2], [3, 4]], "target": [1, -100], "weight": [1, 0]},
    ),
    "cross-entropy-no-classes-all-ignored": (
        "cross_entropy_loss",
        {"input": np.zeros((2, 0)), "target": np.array([-100, -100])},
    ),
    "nll-byte-targets": ("nll_loss", {"input": np.zeros((3, 4)), "target": UNSIGNED}),
    "nll-weight-0-for-all": ("nll_loss", {"input": [[-1.0, -2], [-3, -4]], "target": [1, 1], "weight": [1, 0]}),
    "nll-weight-0-for-the-impossible": ("nll_loss", {"input": [[-INF, 0.0]], "target": [0], "weight": [0, 1]}),
    "nll-one-class-with-an-axis": ("nll_loss", {"input": [-0.5], "target": [0]}),
    "nll-no-classes-all-ignored": ("nll_loss", {"input": np.zeros((2, 0)), "target": np.array([-100, -100])}),
    "nll-six-axes": ("nll_loss", {"input": np.ones((2, 3, 1, 2, 1, 2)), "target": np.ones((2, 1, 2, 1, 2), np.int64)}),
    "bce-soft-targets": ("bce_loss", {"input": [0.0, 1, 1e-30, 0.5], "target": [0.3, 0.3, 0.3, 0.3]}),
    "bce-weights-of-any-kind": ("bce_loss", {"input": [0.2, 0.7, 0.5], "target": [1.0, 0, 0], "weight": UNSIGNED}),
    "bce-weights-nan-and-inf": ("bce_loss", {"input": [0.0, 1, 0.5], "target": [1.0, 1, 0], "weight": [0, INF, NAN]}),
    "bce-logits-no-limits-on-targets": ("bce_with_logits_loss", {"input": [1.0, 2], "target": [-1.0, 3]}),
    "bce-logits-weight-and-pos-weight-stretched": (
        "bce_with_logits_loss",
        {
            "input": np.linspace(-3, 3, 12).reshape(2, 3, 2),
            "target": np.linspace(0, 1, 12).reshape(2, 3, 2),
            "weight": [[2.0], [1], [0.5]],
            "pos_weight": [3.0, 0],
        },
    ),
    "bce-logits-pos-weight-0-in-bytes": (
        "bce_with_logits_loss",  # 0 − 1 is 255 there
        {"input": [1.0, 2, 3], "target": [1.0, 0, 1], "pos_weight": UNSIGNED},
    ),
    "multi-margin-infinite-scores": ("multi_margin_loss", {"input": [INF, 0.2, -INF], "target": 1, "p": 2}),
    "multi-margin-infinite-weight": (
        "multi_margin_loss",
        {"input": [9, 0.2, -INF], "target": 1, "p": 2, "weight": [1, INF, 2]},
    ),
    "multi-margin-nan-margin": ("multi_margin_loss", {"input": [[1.0, 2]], "target": [0], "margin": NAN}),
    "multi-label-infinite-scores": ("multi_label_margin_loss", {"input": [INF, 0.2, INF], "target": [0, -1, -1]}),
    "multi-label-nan": ("multi_label_margin_loss", {"input": [NAN, 0.2, 0.1], "target": [1, -1, -1]}),
    "multi-label-soft-target-larger": (
        "multi_label_soft_margin_loss",
        {"input": [[1.0, 2]], "target": np.arange(12.0).reshape(2, 3, 2) / 11, "weight": [1, 2]},
    ),
    "multi-label-soft-whole-number-targets": (
        "multi_label_soft_margin_loss",
        {"input": [[1.0, 2, 3]], "target": np.array([[0, 1, 1]])},
    ),
    "multi-label-soft-infinite": ("multi_label_soft_margin_loss", {"input": [[INF, -INF, 1]], "target": [[1, 1, 0.5]]}),
    "soft-margin-bytes-turn-round": ("soft_margin_loss", {"input": [0.2, 0.7, -0.3], "target": UNSIGNED}),
    "soft-margin-target-0-and-inf": ("soft_margin_loss", {"input": [INF, 1e9, 0], "target": [0, 0, INF]}),
}


@pytest.mark.parametrize(("slug", "values"), EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_edges_agree_with_torch(slug, values, reduction):
    lesson = LOSSES[slug]
    given = run.given_values(lesson, {**values, "reduction": reduction})
    values = {name: given[name] for name in (*values, "reduction")}
    expected, expected_grads = run.by_torch(lesson, values)
    np.testing.assert_allclose(result(slug, values), expected, rtol=1e-9, atol=1e-12, equal_nan=True)
    grads = run.grad_by_hand(lesson, values)
    assert grads.keys() == expected_grads.keys()
    for name, grad in expected_grads.items():
        assert grads[name].shape == grad.shape
        np.testing.assert_allclose(grads[name], grad, rtol=1e-9, atol=1e-12, equal_nan=True, err_msg=name)


@pytest.mark.parametrize(
    ("slug", "values"),
    [
        ("multi_margin_loss", {"input": np.zeros((0, 3)), "target": np.zeros(0, np.int64)}),
        ("multi_label_margin_loss", {"input": np.zeros((0, 3)), "target": np.zeros((0, 3), np.int64)}),
    ],
    ids=["multi_margin_loss", "multi_label_margin_loss"],
)
def test_empty_batch_where_torch_returns_whatever_was_in_memory(slug, values):
    """Without a reduction torch returns no loss; with one its result is not set, so ours is what the others give."""
    lesson = LOSSES[slug]
    expected, expected_grads = run.by_torch(lesson, {**values, "reduction": "none"})
    assert result(slug, {**values, "reduction": "none"}).shape == expected.shape == (0,)
    assert result(slug, {**values, "reduction": "sum"}) == 0
    assert np.isnan(result(slug, {**values, "reduction": "mean"}))
    assert run.grad_by_hand(lesson, values)["input"].shape == expected_grads["input"].shape == (0, 3)


ONE = np.ones(1, np.int64)
REFUSED = {
    "cross-entropy-no-classes-one-more-axis": (
        "cross_entropy_loss",
        {"input": np.zeros((2, 0, 3)), "target": np.full((2, 3), -100)},
        "at least one class",
    ),
    "nll-one-hot": ("nll_loss", {"input": [[-1.0, -2]], "target": [[1, 0]]}, "target has shape"),
    "nll-float-targets": ("nll_loss", {"input": [[-1.0, -2]], "target": [1.0]}, "int64"),
    "nll-bytes-with-pixels": (
        "nll_loss",
        {"input": np.zeros((1, 2, 1)), "target": np.zeros((1, 1), np.uint8)},
        "int64",
    ),
    "nll-class-too-large": ("nll_loss", {"input": [[-1.0, -2]], "target": [2]}, "from 0 to 1"),
    "nll-whole-weights": ("nll_loss", {"input": [[-1.0, -2]], "target": [1], "weight": np.array([1, 2])}, "weight"),
    "nll-no-axes": ("nll_loss", {"input": np.array(1.0), "target": np.array(0)}, "single number"),
    "nll-batch-of-one-without-batch": ("nll_loss", {"input": [-1.0, -2], "target": ONE}, "target has shape"),
    "bce-score": ("bce_loss", {"input": [1.2], "target": [1.0]}, "input is|input holds 1.2"),
    "bce-nan": ("bce_loss", {"input": [NAN], "target": [1.0]}, "input"),
    "bce-minus-1": ("bce_loss", {"input": [0.5], "target": [-1.0]}, "target"),
    "bce-whole-targets": ("bce_loss", {"input": [0.5], "target": ONE}, "int64"),
    "bce-shape": ("bce_loss", {"input": [[0.5]], "target": [1.0]}, "expected the same"),
    "bce-weight-too-long": ("bce_loss", {"input": [0.5], "target": [1.0], "weight": [1, 2]}, "stretches"),
    "bce-weight-with-more-axes": ("bce_loss", {"input": [0.5], "target": [1.0], "weight": [[1]]}, "stretches"),
    "bce-weight-empty": ("bce_loss", {"input": [0.5], "target": [1.0], "weight": np.zeros(0)}, "stretches"),
    "bce-logits-shape": ("bce_with_logits_loss", {"input": [[0.5]], "target": [1.0]}, "expected the same"),
    "bce-logits-whole-targets": ("bce_with_logits_loss", {"input": [0.5], "target": ONE}, "int64"),
    "bce-logits-pos-weight": (
        "bce_with_logits_loss",
        {"input": [0.5], "target": [1.0], "pos_weight": [1, 2]},
        "stretch",
    ),
    "bce-logits-pos-weight-bool": (
        "bce_with_logits_loss",
        {"input": [0.5], "target": [1.0], "pos_weight": np.array([True])},
        "bool",
    ),
    "multi-margin-p": ("multi_margin_loss", {"input": [[1.0, 2]], "target": [0], "p": 3}, "1 or 2"),
    "multi-margin-ignored": ("multi_margin_loss", {"input": [[1.0, 2]], "target": [-100]}, "from 0 to 1"),
    "multi-margin-int32": ("multi_margin_loss", {"input": [[1.0, 2]], "target": np.zeros(1, np.int32)}, "int64"),
    "multi-margin-column": ("multi_margin_loss", {"input": [[1.0, 2]], "target": [[0]]}, "target has shape"),
    "multi-margin-pixels": (
        "multi_margin_loss",
        {"input": np.zeros((1, 2, 3)), "target": [[0, 0, 0]]},
        "input has shape",
    ),
    "multi-margin-no-classes": ("multi_margin_loss", {"input": np.zeros((2, 0)), "target": [0, 0]}, "input has shape"),
    "multi-margin-weight": ("multi_margin_loss", {"input": [[1.0, 2]], "target": [0], "weight": [1]}, "weight"),
    "multi-label-minus-2": ("multi_label_margin_loss", {"input": [[1.0, 2]], "target": [[0, -2]]}, "−1 to fill up"),
    "multi-label-behind-the-end": (
        "multi_label_margin_loss",
        {"input": [[1.0, 2]], "target": [[-1, 2]]},
        "at \\[0, 1\\]",
    ),
    "multi-label-narrow": ("multi_label_margin_loss", {"input": [[1.0, 2]], "target": [[0]]}, "target has shape"),
    "multi-label-floats": ("multi_label_margin_loss", {"input": [[1.0, 2]], "target": [[0.0, -1]]}, "int64"),
    "multi-label-no-classes": (
        "multi_label_margin_loss",
        {"input": np.zeros((2, 0)), "target": np.zeros((2, 0), np.int64)},
        "input has shape",
    ),
    "multi-label-soft-one-number": (
        "multi_label_soft_margin_loss",
        {"input": np.array(1.0), "target": [1.0]},
        "single",
    ),
    "multi-label-soft-bool": ("multi_label_soft_margin_loss", {"input": [1.0], "target": np.array([True])}, "bool"),
    "multi-label-soft-shapes": (
        "multi_label_soft_margin_loss",
        {"input": [1.0, 2], "target": [1.0, 0, 1]},
        "fit together",
    ),
    "soft-margin-target-larger": ("soft_margin_loss", {"input": [1.0], "target": [[1.0]]}, "stretches"),
    "soft-margin-bool": ("soft_margin_loss", {"input": [1.0], "target": np.array([True])}, "bool"),
    "soft-margin-whole-scores": ("soft_margin_loss", {"input": ONE, "target": [1.0]}, "floating-point"),
}


@pytest.mark.parametrize(("slug", "values", "says"), REFUSED.values(), ids=REFUSED)
def test_what_torch_refuses_is_refused_in_words(slug, values, says):
    given = {
        name: np.asarray(v, float) if isinstance(v, list) and name == "weight" else v for name, v in values.items()
    }
    with pytest.raises((RuntimeError, ValueError, IndexError)):
        run.by_torch(LOSSES[slug], given)
    with pytest.raises(ValueError, match=says):
        run.by_hand(LOSSES[slug], given)


def verdicts(slug, values, entries, sample, part="forward"):
    return {j.row.key: j for j in judge(LOSSES[slug], values, entries, sample, part)}


def test_saturated_sigmoid_keeps_the_digits_of_the_score():
    values = {"input": [40.0, 1.0], "target": [0.0, 1.0]}
    found = verdicts("bce_with_logits_loss", values, {"probability": "1.0", "loss_per_element": "40.0"}, (0,))
    assert [found[key].verdict for key in ("probability", "loss_per_element")] == ["right", "right"]


def test_loss_follows_from_the_learners_own_probability():
    values = {"input": [1.0, 2.0], "target": [1.0, 0.0]}
    found = verdicts("bce_with_logits_loss", values, {"probability": "0.6", "loss_per_element": "0.5108"}, (0,))
    assert [found[key].verdict for key in ("probability", "loss_per_element")] == ["wrong", "earlier"]


def test_a_score_taken_for_a_probability_is_recognised():
    values = {"input": [1.0, 2.0], "target": [1.0, 0.0]}
    found = verdicts("bce_with_logits_loss", values, {"probability": "0.675"}, (0,))["probability"]
    assert found.verdict == "mistake" and "sigmoid twice" in found.mistakes[0].says


def test_costs_that_were_not_held_at_0_are_recognised():
    values = {"input": [[0.1, 0.2, 0.4, 2.0]], "target": [[0, 3, -1, -1]]}
    found = verdicts("multi_label_margin_loss", values, {"cost_of_label": "[2.4, -1.4, 0, 0]"}, (0,))["cost_of_label"]
    assert found.verdict == "mistake" and "below 0" in found.mistakes[0].says


WITHOUT_WEIGHT = [
    pytest.param({"input": [[1, 2]], "target": [0], "weight": [0, 1], "label_smoothing": 0.1}, id="smoothed"),
    pytest.param({"input": [[1, 2]], "target": [-100], "label_smoothing": 0.1}, id="all ignored"),
    pytest.param(
        {"input": [[1, 2], [3, 1]], "target": [0, -100], "weight": [0, 1], "label_smoothing": 0.1}, id="ignored and 0"
    ),
    pytest.param({"input": [[1, 2]], "target": [0], "weight": [0, 1], "label_smoothing": 1.0}, id="nothing but smooth"),
    pytest.param({"input": [[1, 2]], "target": [0], "weight": [0, 1]}, id="not smoothed"),
    pytest.param({"input": [[1, 2], [3, 1]], "target": [0, 1], "weight": [1, -1]}, id="one against the other"),
    pytest.param(
        {"input": [[1, 2], [3, 1]], "target": [0, 1], "weight": [1, -1], "label_smoothing": 0.1}, id="and smoothed"
    ),
    pytest.param({"input": [[1, 2], [-INF, -INF]], "target": [0, -100]}, id="padding of -inf"),
    pytest.param({"input": [[1, 2], [-INF, 1]], "target": [0, -100]}, id="one -inf ignored"),
    pytest.param({"input": [[1, 2], [-INF, -INF]], "target": [[0.5, 0.5], [0, 0]]}, id="no probability"),
]


@pytest.mark.parametrize("values", WITHOUT_WEIGHT)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_rows_that_do_not_count_and_weights_that_add_up_to_nothing(values, reduction):
    lesson, values = LOSSES["cross_entropy_loss"], {**values, "reduction": reduction}
    result, grads = run.by_torch(lesson, values)
    assert compare(list(run.by_hand(lesson, values).values())[-1].value, result).same
    for name, grad in run.grad_by_hand(lesson, values).items():
        assert compare(grad, grads[name]).same, name


def test_padding_of_minus_infinity_poisons_the_gradient_although_it_is_ignored():
    pitfall = next(p for p in LOSSES["cross_entropy_loss"].pitfalls if "poison" in p.title)
    assert pitfall.values
    score = torch.tensor(pitfall.values["input"], requires_grad=True)
    loss = F.cross_entropy(score, torch.tensor(pitfall.values["target"]), ignore_index=-100)
    loss.backward()
    assert f"{loss.item():.4f}" == "1.3133"
    assert score.grad[0].isfinite().all() and score.grad[1].isnan().all()


WEIGHTED_FUNCTIONS = [("l1_loss", 7 / 4), ("mse_loss", 13 / 4), ("huber_loss", 5 / 2)]


@pytest.mark.parametrize(("slug", "mean"), WEIGHTED_FUNCTIONS, ids=[slug for slug, _ in WEIGHTED_FUNCTIONS])
def test_the_function_takes_weight_and_the_class_does_not(slug, mean):
    """Errors of 1 and 2 with weights 1 and 3: the mean divides by 4, the sum of the weights; Huber's by 2."""
    lesson = LOSSES[slug]
    assert any("function takes weight" in pitfall.title for pitfall in lesson.pitfalls)
    errors, weight = (torch.zeros(2), torch.tensor([1.0, 2.0])), torch.tensor([1.0, 3.0])
    assert getattr(F, slug)(*errors, weight=weight).item() == mean
    with pytest.raises(TypeError, match="unexpected keyword argument 'weight'"):
        lesson.torch(weight=weight)
