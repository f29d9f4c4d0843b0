"""Ranking and embedding losses: numbers worked on paper, kinks and ties as torch has them, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lib.lesson import run
from lib.lesson.working import diagnose
from lib.losses import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from tests.lesson import slips

RANKING = margin_ranking_loss.LESSON
HINGE = hinge_embedding_loss.LESSON
COSINE = cosine_embedding_loss.LESSON
TRIPLET = triplet_margin_loss.LESSON
DISTANCE = triplet_margin_with_distance_loss.LESSON

INF, NAN = np.inf, np.nan


def result(lesson, values):
    return next(reversed(run.by_hand(lesson, values).values())).value


def three(anchor, positive, negative, **more):
    return {"anchor": anchor, "positive": positive, "negative": negative, **more}


def pair(input1, input2, target, **more):
    return {"input1": input1, "input2": input2, "target": target, **more}


ARTICLE_SCORES = ([1, 2, 3], [2, 2, 2], [1, 1, -1])
ARTICLE_VECTORS = ([[0.3, 0.5, 0.7], [0.3, 0.5, 0.7]], [[0.1, 0.3, 0.5], [0.1, 0.3, 0.5]])
PLANE = ([[0, 0], [0, 0]], [[3, 4], [1, 0]], [[0, 3], [3, 4]])

NUMBERS = {
    "ranking: the article's, mended": (RANKING, pair(*ARTICLE_SCORES, reduction="none"), [1, 0, 1]),
    "ranking: mean": (RANKING, pair(*ARTICLE_SCORES), 2 / 3),
    "ranking: a column of targets": (
        RANKING,
        pair([[1], [2], [3]], [[2], [2], [2]], [[1], [1], [-1]], reduction="none"),
        [[1], [0], [1]],
    ),
    "ranking: the article's 3 × 3, on purpose": (
        RANKING,
        pair([[1], [2], [3]], [[2], [2], [2]], [[1, 1, -1]], reduction="none"),
        [[1, 1, 0], [0, 0, 0], [0, 0, 1]],
    ),
    "ranking: level scores cost the margin": (RANKING, pair([2], [2], [1], margin=0.5), 0.5),
    "ranking: target 0 costs the margin": (RANKING, pair([5], [-3], [0], margin=0.25), 0.25),
    "ranking: negative margin": (RANKING, pair([0], [1], [1], margin=-0.75), 0.25),
    "ranking: nothing": (RANKING, pair([], [], [], reduction="sum"), 0),
    "ranking: mean of nothing": (RANKING, pair([], [], []), NAN),
    "hinge: the article's": (
        HINGE,
        {"input": [[1, 0.8, 0.5]], "target": [[1, 1, -1]], "reduction": "none"},
        [[1, 0.8, 0.5]],
    ),
    "hinge: mean": (HINGE, {"input": [[1, 0.8, 0.5]], "target": [[1, 1, -1]]}, 2.3 / 3),
    "hinge: negative input": (HINGE, {"input": [-2, 2], "target": [1, -1], "reduction": "none"}, [-2, 0]),
    "hinge: target 0 adds both": (HINGE, {"input": [0.4, 3], "target": [0, 0], "reduction": "none"}, [1, 3]),
    "hinge: target NaN adds both": (HINGE, {"input": [0.4], "target": [NAN]}, 1),
    "hinge: one target for all": (HINGE, {"input": [0.25, 0.5], "target": -1.0, "reduction": "none"}, [0.75, 0.5]),
    "hinge: infinite": (HINGE, {"input": [INF, INF], "target": [1, -1], "reduction": "none"}, [INF, 0]),
    "cosine: the article's, mended": (
        COSINE,
        pair(*ARTICLE_VECTORS, [1, -1], reduction="none"),
        [0.01666206, 0.98333794],
    ),
    "cosine: mean with a margin": (
        COSINE,
        pair(*ARTICLE_VECTORS, [1, -1], margin=0.5),
        (0.01666206 + 0.48333794) / 2,
    ),
    "cosine: 24/25": (COSINE, pair([[3, 4], [3, 4]], [[4, 3], [4, 3]], [1, -1], reduction="none"), [0.04, 0.96]),
    "cosine: no batch": (COSINE, pair([1, 2, 2], [2, 1, 2], -1), 8 / 9),
    "cosine: opposite": (COSINE, pair([[1, 2]], [[-1, -2]], [1]), 2),
    "cosine: a zero vector": (COSINE, pair([[0, 0]], [[4, 3]], [1]), 1),
    "cosine: target 0 costs nothing": (COSINE, pair([[1, 0]] * 2, [[0, 1]] * 2, [0, 1]), 0.5),
    "triplet: the article's": (TRIPLET, three([[1]], [[2]], [[0.5]], p=1), 1.499998),
    "triplet: the plane": (TRIPLET, three(*PLANE, reduction="none"), [3, 0]),
    "triplet: along the axes": (TRIPLET, three(*PLANE, p=1, reduction="none"), [5, 0]),
    "triplet: largest coordinate": (TRIPLET, three(*PLANE, p=INF, reduction="none"), [2, 0]),
    "triplet: cubes": (TRIPLET, three(*PLANE, p=3, reduction="none"), [91 ** (1 / 3) - 2, 0]),
    "triplet: half powers": (TRIPLET, three([0, 0], [1, 4], [9, 16], p=0.5, margin=50), 9 - 49 + 50),
    "triplet: counting": (TRIPLET, three([0, 0], [1, 4], [0, 3], p=0, eps=0.0), 2 - 1 + 1),
    "triplet: everything in one point": (TRIPLET, three(*[[[0.3, 0.7]]] * 3, margin=0.4), 0.4),
    "triplet: swap": (TRIPLET, three([[0, 0]], [[3, 0]], [[3, 2]], swap=True), 2),
    "triplet: no swap": (TRIPLET, three([[0, 0]], [[3, 0]], [[3, 2]]), 4 - np.sqrt(13)),
    "triplet: a large eps": (TRIPLET, three([0], [1], [-1], p=1, eps=0.5), 0.5 - 1.5 + 1),
    "triplet: single numbers": (TRIPLET, three(0.0, 2.0, 0.5), 2.5),
    "triplet: no coordinates": (TRIPLET, three(*[np.zeros((2, 0))] * 3, margin=2), 2),
    "distance: straight": (DISTANCE, three(*PLANE, reduction="none"), [3, 0]),
    "distance: euclidean": (DISTANCE, three(*PLANE, distance_function="euclidean", reduction="none"), [3, 0]),
    "distance: squared": (DISTANCE, three(*PLANE, distance_function="squared euclidean", reduction="none"), [17, 0]),
    "distance: manhattan": (DISTANCE, three(*PLANE, distance_function="manhattan", reduction="none"), [5, 0]),
    "distance: cosine": (
        DISTANCE,
        three([[1, 0]], [[3, 4]], [[4, 3]], distance_function="cosine"),
        (1 - 0.6) - (1 - 0.8) + 1,
    ),
    "distance: a zero vector has no angle": (
        DISTANCE,
        three([[0, 0]], [[3, 4]], [[4, 3]], distance_function="cosine", margin=0.3),
        0.3,
    ),
    "distance: swap": (
        DISTANCE,
        three([[0, 0]], [[3, 0]], [[3, 2]], distance_function="manhattan", swap=True),
        2,
    ),
}


@pytest.mark.parametrize(("lesson", "values", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_numbers(lesson, values, expected):
    np.testing.assert_allclose(result(lesson, values), expected, rtol=0, atol=5e-6)


def test_eps_is_added_to_the_difference():
    """1 + (|1 − 2 + 10⁻⁶|) − (|1 − ½ + 10⁻⁶|): a millionth less, and a millionth more taken away."""
    value = result(TRIPLET, three([[1]], [[2]], [[0.5]], p=1))
    np.testing.assert_allclose(value, 1.499998, rtol=0, atol=1e-12)


WORKED = {
    "p = 2": ({"p": 2.0}, r"\sqrt{(0 - 3)^2 + (0 - (-4))^2}"),
    "p = 1": ({"p": 1.0}, "|0 - 3| + |0 - (-4)|"),
    "p = 3": ({"p": 3.0}, r"\big(|0 - 3|^{3} + |0 - (-4)|^{3}\big)^{1/3}"),
    "p = inf": ({"p": INF}, r"\max(|0 - 3|, |0 - (-4)|)"),
    "p = -inf, where eps may decide": ({"p": -INF, "eps": 0.0}, r"\min(|0 - 3|, |0 - (-4)|)"),
    "p = 0, where eps may decide": ({"p": 0.0, "eps": 0.5}, r"\#\{0 - 3 + 0.5 \ne 0,\; 0 - (-4) + 0.5 \ne 0\}"),
    "an eps to be seen": ({"p": 1.0, "eps": 0.1}, "|0 - 3 + 0.1| + |0 - (-4) + 0.1|"),
}


@pytest.mark.parametrize(("setting", "latex"), WORKED.values(), ids=WORKED)
def test_distances_with_their_numbers(setting, latex):
    steps = run.by_hand(TRIPLET, three([0.0, 0.0], [3.0, -4.0], [1.0, 1.0], **setting))
    assert steps["positive_distance"].in_numbers() == latex


def test_what_is_too_small_to_matter_is_shown_where_it_matters():
    """Points that meet are √2 millionths apart, and a vector of zeros has no direction."""
    one_point = run.by_hand(TRIPLET, three(*[[0.3, 0.7]] * 3))["positive_distance"]
    assert one_point.in_numbers() == r"\sqrt{(0.3 - 0.3 + 1 \cdot 10^{-6})^2 + (0.7 - 0.7 + 1 \cdot 10^{-6})^2}"
    zero = run.by_hand(COSINE, pair([0.0, 0.0], [4.0, 3.0], 1.0))
    assert zero["squared_length1"].in_numbers() == r"0^2 + 0^2 + 1 \cdot 10^{-12}"
    assert zero["squared_length2"].in_numbers() == "4^2 + 3^2"
    angle = run.by_hand(DISTANCE, three([0.0, 0.0], [4.0, 3.0], [1.0, 0.0], distance_function="cosine"))
    length = r"\max(\sqrt{0^2 + 0^2}, 1 \cdot 10^{-8})"
    assert (
        angle["positive_distance"].in_numbers()
        == rf"1 - \frac{{0 \cdot 4 + 0 \cdot 3}}{{{length} \cdot \sqrt{{4^2 + 3^2}}}}"
    )


GRADIENTS = {
    "ranking: a tie is pushed apart": (RANKING, pair([2], [2], [1]), {"input1": [-1], "input2": [1], "target": [0]}),
    "ranking: past the margin": (
        RANKING,
        pair([3], [1], [1], margin=1),
        {"input1": [0], "input2": [0], "target": [0]},
    ),
    "ranking: the target moves too": (
        RANKING,
        pair([1, 5], [3, 1], [1, -1]),
        {"input1": [-0.5, 0.5], "input2": [0.5, -0.5], "target": [1, -2]},
    ),
    "hinge: slope −1 exactly on the margin": (
        HINGE,
        {"input": [1, 0.5, 2, 7], "target": [-1, -1, -1, 1], "reduction": "sum"},
        {"input": [-1, -1, 0, 1], "target": [0, 0, 0, 0]},
    ),
    "hinge: both branches cancel": (
        HINGE,
        {"input": [0.5, 2], "target": [0, 0], "reduction": "sum"},
        {"input": [0, 1], "target": [0, 0]},
    ),
    "cosine: right angles turn": (
        COSINE,
        pair([[2, 0]], [[0, 4]], [-1]),
        {"input1": [[0, 0.5]], "input2": [[0.25, 0]], "target": [0]},
    ),
    "cosine: like vectors turn together": (
        COSINE,
        pair([[3, 4]], [[4, 3]], [1]),
        {"input1": [[-0.0448, 0.0336]], "input2": [[0.0336, -0.0448]], "target": [0]},
    ),
    "triplet: arrows of length 1": (
        TRIPLET,
        three([[0, 0]], [[3, 4]], [[0, 3]], eps=0.0),
        {"anchor": [[-0.6, 0.2]], "positive": [[0.6, 0.8]], "negative": [[0, -1]]},
    ),
    "triplet: equal points have slope 0": (
        TRIPLET,
        three([[1, 1]], [[1, 1]], [[1, 2]], eps=0.0, margin=2),
        {"anchor": [[0, 1]], "positive": [[0, 0]], "negative": [[0, -1]]},
    ),
    "triplet: on the margin the gradient flows": (
        TRIPLET,
        three([0.0], [1.0], [2.0], eps=0.0),
        {"anchor": [0], "positive": [1], "negative": [-1]},
    ),
    "triplet: a tie in the swap is shared": (
        TRIPLET,
        three([0.0], [0.0], [0.5], eps=0.0, swap=True),
        {"anchor": [0.5], "positive": [0.5], "negative": [-1]},
    ),
    "triplet: a tie of coordinates is shared": (
        TRIPLET,
        three([0.0, 0.0], [2.0, 2.0], [1.0, 0.0], eps=0.0, p=INF),
        {"anchor": [0.5, -0.5], "positive": [0.5, 0.5], "negative": [-1, 0]},
    ),
    "triplet: counting has no slope": (
        TRIPLET,
        three([0.0, 0.0], [2.0, 2.0], [1.0, 0.0], p=0),
        {"anchor": [0, 0], "positive": [0, 0], "negative": [0, 0]},
    ),
    "distance: squares pull harder": (
        DISTANCE,
        three([[0, 0]], [[3, 4]], [[0, 3]], distance_function="squared euclidean"),
        {"anchor": [[-6, -2]], "positive": [[6, 8]], "negative": [[0, -6]]},
    ),
    "distance: signs": (
        DISTANCE,
        three([[0, 0]], [[3, 4]], [[0, 3]], distance_function="manhattan"),
        {"anchor": [[-1, 0]], "positive": [[1, 1]], "negative": [[0, -1]]},
    ),
    "distance: across only": (
        DISTANCE,
        three([[2, 0]], [[0, 1]], [[0, 1]], distance_function="cosine"),
        {"anchor": [[0, 0]], "positive": [[-1, 0]], "negative": [[1, 0]]},
    ),
}


@pytest.mark.parametrize(("lesson", "values", "expected"), GRADIENTS.values(), ids=GRADIENTS)
def test_gradients(lesson, values, expected):
    grads = run.grad_by_hand(lesson, values)
    assert grads.keys() == expected.keys()
    for name, gradient in expected.items():
        np.testing.assert_allclose(grads[name], gradient, rtol=0, atol=1e-9, err_msg=name)


def test_eps_under_the_root_is_in_single_precision():
    """10⁻¹² is stored as 9.99999996·10⁻¹³, and the gradient of a zero vector shows it in the ninth digit."""
    grads = run.grad_by_hand(COSINE, pair([[0, 0]], [[3, 4]], [1]))
    np.testing.assert_allclose(grads["input1"], [[-600000.0011999, -800000.0015999]], rtol=1e-12, atol=1e-6)


HARD = (0.0, -1.0, 1e-6, 1e-9, 1e9, -1e9, 1e200, INF, -INF, NAN)
DISTANCE_NAMES = (None, "euclidean", "squared euclidean", "manhattan", "cosine")


def triangles(**setting):
    """Two triplets with the number x in several places."""
    return lambda x: three([[x, 1.0], [x, x]], [[1.0, 0.0], [x, 0.0]], [[0.5, 0.5], [0.0, x]], **setting)


EDGES: dict[str, Any] = {
    "ranking": (RANKING, lambda x: pair([x, 1.0, x], [0.5, x, x], [1.0, -1.0, 1.0])),
    "ranking, target": (RANKING, lambda x: pair([2.0, 0.0], [0.5, 0.5], [x, x])),
    "hinge": (HINGE, lambda x: {"input": [x, x, x, x], "target": [1.0, -1.0, 0.0, NAN]}),
    "hinge, target": (HINGE, lambda x: {"input": [0.5, 3.0], "target": [x, x]}),
    "cosine": (COSINE, lambda x: pair([[x, 1.0], [x, x]], [[1.0, 2.0], [-1.0, x]], [1.0, -1.0])),
    "cosine, target": (COSINE, lambda x: pair([[1.0, 1.0]] * 2, [[1.0, 2.0]] * 2, [x, 1.0])),
    **{f"triplet, p = {p:g}": (TRIPLET, triangles(p=p)) for p in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, -1.0, INF, -INF)},
    **{f"distance, {name}": (DISTANCE, triangles(distance_function=name)) for name in DISTANCE_NAMES},
}


@pytest.mark.parametrize(("lesson", "values"), EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("number", HARD)
def test_hard_numbers_as_in_torch(lesson, values, number):
    """Distances near 10⁹ are rounded to 10⁻⁷, by torch not always the same way, and their difference keeps that."""
    last_digit = 2e-16 * min(abs(number), 1e9) if lesson in (TRIPLET, DISTANCE) and np.isfinite(number) else 0.0
    settings: list[dict[str, Any]] = [{}, {"reduction": "none"}, {"margin": INF}]
    if any(p.name == "swap" for p in lesson.parameters):
        settings.append({"swap": True})
    for setting in settings:
        assert_as_in_torch(lesson, {**values(number), **setting}, atol=1e-12 + last_digit)


def assert_as_in_torch(lesson, values, atol=1e-12):
    expected, gradients = run.by_torch(lesson, values)
    np.testing.assert_allclose(result(lesson, values), expected, rtol=1e-9, atol=atol)
    ours = run.grad_by_hand(lesson, values)
    assert ours.keys() == gradients.keys()
    for name, gradient in gradients.items():
        assert ours[name].shape == gradient.shape
        np.testing.assert_allclose(ours[name], gradient, rtol=1e-9, atol=1e-12, err_msg=name)


WHOLE = np.array([1, -1, 2])
KINDS = {
    "hinge: whole numbers cut the margin": (HINGE, {"input": WHOLE, "target": [1, -1, -1], "margin": 0.5}, [1, 1, 0]),
    "hinge: bytes start again at 0": (
        HINGE,
        {"input": np.array([3], np.uint8), "target": [-1], "margin": 1.0},
        [254],
    ),
    "ranking: whole numbers": (RANKING, pair(WHOLE, WHOLE[::-1].copy(), [1, 1, -1]), [1, 0, 1]),
    "ranking: minus a byte": (RANKING, pair([0.0], [1.0], np.array([1], np.uint8)), [0]),
    "cosine: yes or no": (
        COSINE,
        pair(np.array([[True, False]]), np.array([[True, True]]), [1]),
        [1 - np.sqrt(0.5)],
    ),
    "triplet: whole numbers": (TRIPLET, three(WHOLE[None], WHOLE[None] + 1, WHOLE[None]), [1 + np.sqrt(3)]),
    "triplet: complex numbers": (
        TRIPLET,
        three(np.array([[0j]]), np.array([[3 + 4j]]), np.array([[1.0]]), eps=0.0),
        [5],
    ),
}


@pytest.mark.parametrize(("lesson", "values", "expected"), KINDS.values(), ids=KINDS)
def test_other_kinds_of_numbers(lesson, values, expected):
    """Whole numbers alone are computed in single precision, as in torch."""
    values = {**values, "reduction": "none"}
    np.testing.assert_allclose(result(lesson, values), expected, atol=5e-6)
    np.testing.assert_allclose(result(lesson, values), run.by_torch(lesson, values)[0], rtol=2e-7)


VECTOR, ROWS = np.ones(3), np.ones((2, 3))
REFUSED = {
    "ranking: the article's shapes": (RANKING, pair(np.ones((3, 1)), np.ones((3, 1)), VECTOR), "same number in all"),
    "ranking: sizes": (RANKING, pair(np.ones(2), VECTOR, VECTOR), "do not fit together"),
    "ranking: yes or no": (RANKING, pair(VECTOR, VECTOR, VECTOR > 0), "target holds bool"),
    "ranking: complex": (RANKING, pair(VECTOR * 1j, VECTOR, VECTOR), "input1 holds complex"),
    "ranking: reduction": (RANKING, pair(VECTOR, VECTOR, VECTOR, reduction="batchmean"), "mean, sum or none"),
    "hinge: sizes": (HINGE, {"input": VECTOR, "target": np.ones(2)}, "do not fit together"),
    "hinge: no mean of whole numbers": (HINGE, {"input": WHOLE, "target": VECTOR}, "takes no mean"),
    "hinge: margin beyond bytes": (
        HINGE,
        {"input": WHOLE.astype(np.uint8), "target": VECTOR, "margin": 300.0, "reduction": "sum"},
        "fits into uint8",
    ),
    "hinge: yes or no": (HINGE, {"input": VECTOR > 0, "target": VECTOR}, "input holds bool"),
    "cosine: the article's target": (COSINE, pair(ROWS, ROWS, np.ones((1, 2))), r"shape \(1, 2\); expected \(batch,\)"),
    "cosine: vectors with a list": (COSINE, pair(VECTOR, VECTOR, np.ones(1)), "input1 has shape"),
    "cosine: rows with one number": (COSINE, pair(ROWS, ROWS, np.float64(1)), "input1 has shape"),
    "cosine: too many targets": (COSINE, pair(ROWS, ROWS, VECTOR), "one per pair"),
    "cosine: coordinates": (COSINE, pair(ROWS, np.ones((2, 2)), np.ones(2)), "do not fit together"),
    "cosine: complex": (COSINE, pair(ROWS * 1j, ROWS, np.ones(2)), "input1 holds complex"),
    "triplet: margin 0": (TRIPLET, three(ROWS, ROWS, ROWS, margin=0), "expected more than 0"),
    "triplet: negative margin": (TRIPLET, three(ROWS, ROWS, ROWS, margin=-1), "expected more than 0"),
    "triplet: dimensions": (TRIPLET, three(VECTOR, ROWS, ROWS), "anchor has 1, positive has 2"),
    "triplet: sizes": (TRIPLET, three(ROWS, ROWS, np.ones((3, 3))), "do not fit together"),
    "triplet: only the swap does not fit": (
        TRIPLET,
        three(np.ones((1, 1)), np.ones((1, 2)), np.ones((1, 3)), swap=True),
        "do not fit together",
    ),
    "triplet: distances do not fit": (
        TRIPLET,
        three(np.ones((1, 3)), ROWS, np.ones((5, 3))),
        "one distance of each kind",
    ),
    "triplet: largest of nothing": (TRIPLET, three(*[np.ones((2, 0))] * 3, p=INF), "no coordinates"),
    "triplet: negative power of nothing": (TRIPLET, three(*[np.ones((2, 0))] * 3, p=-1), "no coordinates"),
    "triplet: yes or no": (TRIPLET, three(ROWS > 0, ROWS, ROWS), "anchor holds bool"),
    "distance: margin": (DISTANCE, three(ROWS, ROWS, ROWS, margin=0), "expected more than 0"),
    "distance: dimensions": (DISTANCE, three(VECTOR, ROWS, ROWS), "anchor has 1, positive has 2"),
    "distance: distances do not fit": (
        DISTANCE,
        three(np.ones((1, 3)), ROWS, np.ones((5, 3))),
        "one distance of each kind per triplet",
    ),
    "distance: angles of whole numbers": (
        DISTANCE,
        three(WHOLE, WHOLE, VECTOR, distance_function="cosine"),
        "needs floating-point",
    ),
    "distance: squares of complex numbers": (
        DISTANCE,
        three(VECTOR * 1j, VECTOR, VECTOR, distance_function="squared euclidean"),
        "anchor holds complex",
    ),
    "distance: unknown": (DISTANCE, three(ROWS, ROWS, ROWS, distance_function="hamming"), "expected None, euclidean"),
}


@pytest.mark.parametrize(("lesson", "values", "says"), REFUSED.values(), ids=REFUSED)
def test_refused_as_in_torch_in_plain_words(lesson, values, says):
    with pytest.raises(ValueError, match=says):
        run.by_hand(lesson, values)
    with pytest.raises((RuntimeError, ValueError, TypeError)):
        run.by_torch(lesson, values)


def test_only_the_swap_needs_positive_and_negative_to_fit():
    assert_as_in_torch(TRIPLET, three(np.ones((1, 1)), np.zeros((1, 2)), np.zeros((1, 3))))


def test_cosine_distance_takes_yes_or_no_beside_floats():
    assert_as_in_torch(DISTANCE, three(ROWS > 0, ROWS * [1.0, 2, 3], ROWS * [1.0, 0, 2], distance_function="cosine"))


SLIPS = {
    "ranking: plus the target": (RANKING, pair(*ARTICLE_SCORES, margin=0.5), "shortfall", [-0.5, 0.5, -0.5], "minus"),
    "hinge: a classifier's": (HINGE, {"input": [0.5], "target": [-1]}, "shortfall", [1.5], "classifier"),
    "hinge: both swapped": (HINGE, {"input": [0.2], "target": [1]}, "loss_per_element", [0.8], "branches"),
    "cosine: dot product": (COSINE, pair([[3, 4]], [[4, 3]], [1]), "cosine", [24], "dot product"),
    "cosine: squared lengths": (COSINE, pair([[3, 4]], [[4, 3]], [1]), "cosine", [24 / 625], "forgot the root"),
    "triplet: swapped": (TRIPLET, three(*PLANE, eps=0.0), "shortfall", [-1, 5], "swapped positive and negative"),
    "triplet: below 0": (TRIPLET, three(*PLANE, eps=0.0), "loss_per_triplet", [3, -3], "stop at 0"),
    "triplet: squares": (TRIPLET, three(*PLANE, eps=0.0), "positive_distance", [25, 1], "left out the root"),
    "triplet: mean over coordinates": (
        TRIPLET,
        three(*PLANE, eps=0.0),
        "positive_distance",
        [np.sqrt(12.5), np.sqrt(0.5)],
        "mean over the coordinates",
    ),
    "distance: the cosine itself": (
        DISTANCE,
        three([[1, 0]], [[3, 4]], [[4, 3]], distance_function="cosine"),
        "positive_distance",
        [0.6],
        "cosine itself",
    ),
}


@pytest.mark.parametrize(("lesson", "values", "step", "value", "says"), SLIPS.values(), ids=SLIPS)
def test_slips_are_recognised(lesson, values, step, value, says):
    found = slips.fitting(lesson, values, step, np.asarray(value, dtype=float))
    assert any(says in mistake.says for mistake in found), [mistake.says for mistake in found]


def common(wrong, truth):
    """The steps that both workings have: whoever swaps unasked has one more."""
    return [(name, value) for name, value in wrong.sent.items() if name in truth.steps] if wrong else []


def test_mistakes_keep_the_shape_of_their_step():
    """Also where numbers are stretched or have no batch: a misshapen slip would break the page."""
    for lesson in (RANKING, HINGE, COSINE, TRIPLET, DISTANCE):
        for shapes in lesson.shapes:
            values = {name: np.full(shape, 0.5 + i) for i, (name, shape) in enumerate(shapes.items())}
            for part in ("forward", "gradient"):
                case = run.Case.of(lesson, values)
                truth = diagnose.truth_of(case, part)
                for mistake in diagnose.mistakes_of(lesson, part):
                    wrong = diagnose.mistaken(case, mistake, part)
                    for name, value in common(wrong, truth):
                        assert value.shape == np.shape(truth.steps[name].value), (lesson.slug, mistake.says, name)
