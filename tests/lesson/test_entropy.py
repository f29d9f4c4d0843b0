"""The entropy lessons and the words page: numbers worked on paper, and what the catalog's tests do not reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lib.entropy import cross_entropy, entropy, kl_divergence, self_information
from lib.lesson import run
from lib.lesson.pieces import checks
from pages import loss_cost_objective as words

INFORMATION = self_information.LESSON
ENTROPY = entropy.LESSON
KL = kl_divergence.LESSON
CE = cross_entropy.LESSON
ONE = [pytest.param(ENTROPY, id="entropy")]
TWO = [pytest.param(x, id=x.slug) for x in (KL, CE)]

inf, nan = np.inf, np.nan
FAIR, SURE = [0.5, 0.5], [0.9, 0.1]
TENTHS = [0.1] * 10


def result(lesson, **values):
    return list(run.by_hand(lesson, values).values())[-1].value


def assert_agrees(lesson, **values):
    """Result and gradients within 1e-9 of torch, NaN and infinities in place."""
    expected, expected_grads = run.by_torch(lesson, values)
    grads = run.grad_by_hand(lesson, values)
    np.testing.assert_allclose(result(lesson, **values), expected, rtol=1e-9, atol=1e-12)
    assert grads.keys() == expected_grads.keys()
    for name, grad in expected_grads.items():
        np.testing.assert_allclose(grads[name], grad, rtol=1e-9, atol=1e-12, err_msg=name)


ON_PAPER: list[Any] = [
    pytest.param(INFORMATION, {"p": [0.5, 0.1, 1]}, [0.6931472, 2.3025851, 0], id="surprise in nats"),
    pytest.param(INFORMATION, {"p": [0.5, 0.25, 0.125], "unit": "bits"}, [1, 2, 3], id="surprise in bits"),
    pytest.param(INFORMATION, {"p": [0.1, 0.01], "unit": "bans"}, [1, 2], id="surprise in bans"),
    pytest.param(INFORMATION, {"p": [0.0]}, [inf], id="surprise of the impossible"),
    pytest.param(INFORMATION, {"p": 0.01}, 4.6051702, id="surprise without a list"),
    pytest.param(ENTROPY, {"p": FAIR}, 0.6931472, id="fair coin"),
    pytest.param(ENTROPY, {"p": FAIR, "unit": "bits"}, 1, id="fair coin in bits"),
    pytest.param(ENTROPY, {"p": FAIR, "unit": "bans"}, 0.3010300, id="fair coin in bans"),
    pytest.param(ENTROPY, {"p": SURE}, 0.3250830, id="loaded coin"),
    pytest.param(ENTROPY, {"p": [0.75, 0.25]}, 0.5623351, id="three to one"),
    pytest.param(ENTROPY, {"p": [0.99, 0.01]}, 0.0560015, id="99 to 1"),
    pytest.param(ENTROPY, {"p": [1.0, 0]}, 0, id="certain"),
    pytest.param(ENTROPY, {"p": TENTHS}, 2.3025851, id="ten classes"),
    pytest.param(ENTROPY, {"p": [FAIR, [1, 0]]}, [0.6931472, 0], id="a batch"),
    pytest.param(KL, {"p": FAIR, "q": SURE}, 0.5108256, id="fair, believed loaded"),
    pytest.param(KL, {"p": SURE, "q": FAIR}, 0.3680642, id="loaded, believed fair"),
    pytest.param(KL, {"p": SURE, "q": SURE}, 0, id="the truth believed"),
    pytest.param(KL, {"p": [1.0, 0], "q": FAIR}, 0.6931472, id="p of 0 counts 0"),
    pytest.param(KL, {"p": FAIR, "q": [1.0, 0]}, inf, id="q of 0 is infinite"),
    pytest.param(KL, {"p": [0.75, 0.25, 0], "q": [0.5, 0.5, 0]}, 0.1308120, id="both 0 count 0"),
    pytest.param(KL, {"p": [0.5, 0.25, 0.25], "q": [0.25, 0.25, 0.5], "unit": "bits"}, 0.25, id="a quarter of a bit"),
    pytest.param(KL, {"p": FAIR, "q": [0.75, 0.25]}, 0.1438410, id="normalised counts"),
    pytest.param(CE, {"p": [0.7, 0.2, 0.1], "q": [0.5, 0.3, 0.2]}, 0.8869414, id="truth and belief"),
    pytest.param(CE, {"p": [0.0, 1, 0], "q": [0.2, 0.7, 0.1]}, 0.3566749, id="one right class"),
    pytest.param(CE, {"p": [1.0, 0], "q": FAIR}, 0.6931472, id="two classes, no idea"),
    pytest.param(CE, {"p": np.eye(10)[3], "q": TENTHS}, 2.3025851, id="ten classes, no idea"),
    pytest.param(CE, {"p": [1.0, 0], "q": [0.01, 0.99]}, 4.6051702, id="confident and wrong"),
    pytest.param(CE, {"p": [0.7, 0.3], "q": [0.7, 0.3]}, 0.6108643, id="stops at the entropy"),
    pytest.param(CE, {"p": [0.9, 0.1, 0], "q": [1.0, 0, 0]}, inf, id="called impossible"),
    pytest.param(CE, {"p": [0.5, 0.25, 0.25], "q": [0.25, 0.25, 0.5], "unit": "bits"}, 1.75, id="in bits"),
]


@pytest.mark.parametrize(("lesson", "values", "expected"), ON_PAPER)
def test_numbers_worked_on_paper(lesson, values, expected):
    np.testing.assert_allclose(result(lesson, **values), expected, atol=5e-8, rtol=0)
    assert_agrees(lesson, **{n: v if isinstance(v, str) else np.asarray(v, np.float64) for n, v in values.items()})


def pairs():
    """Random pairs of distributions, a few with zeros."""
    random = np.random.default_rng(5)
    for shape in ((2,), (5,), (3, 4), (2, 3, 3)):
        p, q = random.dirichlet(np.ones(shape[-1]), (2, *shape[:-1]))
        yield pytest.param(p, q, id=f"shape {shape}")
    yield pytest.param(np.array([1.0, 0, 0]), np.array([0.5, 0.25, 0.25]), id="certain truth")
    yield pytest.param(np.array([0.5, 0.5, 0]), np.array([0.25, 0.75, 0]), id="a zero in both")


@pytest.mark.parametrize("unit", ["nats", "bits", "bans"])
@pytest.mark.parametrize(("p", "q"), list(pairs()))
def test_cross_entropy_is_entropy_plus_kl(p, q, unit):
    both = result(ENTROPY, p=p, unit=unit) + result(KL, p=p, q=q, unit=unit)
    np.testing.assert_allclose(result(CE, p=p, q=q, unit=unit), both, rtol=1e-12)
    assert (result(KL, p=p, q=q, unit=unit) >= 0).all()


@pytest.mark.parametrize("unit", ["nats", "bits", "bans"])
@pytest.mark.parametrize(("p", "q"), list(pairs()))
def test_minimising_cross_entropy_is_minimising_kl(p, q, unit):
    of_ce, of_kl = (run.grad_by_hand(lesson, {"p": p, "q": q, "unit": unit})["q"] for lesson in (CE, KL))
    np.testing.assert_array_equal(of_ce, of_kl)
    of_ce, of_kl = (run.by_torch(lesson, {"p": p, "q": q, "unit": unit})[1]["q"] for lesson in (CE, KL))
    np.testing.assert_array_equal(of_ce, of_kl)


def test_kl_shows_the_other_way_beside():
    steps = run.by_hand(KL, {"p": FAIR, "q": SURE})
    np.testing.assert_allclose(steps["the_other_way"].value, result(KL, p=SURE, q=FAIR), rtol=1e-12)
    assert steps["the_other_way"].given


def test_the_coin_is_most_uncertain_at_a_half():
    heads = np.linspace(0, 1, 101)
    curve = result(ENTROPY, p=np.stack([heads, 1 - heads], -1))
    assert np.argmax(curve) == 50
    np.testing.assert_allclose(curve[[0, 50, 100]], [0, np.log(2), 0], atol=1e-15)


@pytest.mark.parametrize("classes", [2, 3, 10, 100, 1000])
def test_no_idea_costs_ln_c(classes):
    even = np.full(classes, 1 / classes)
    np.testing.assert_allclose(result(ENTROPY, p=even), np.log(classes), rtol=1e-12)
    np.testing.assert_allclose(result(CE, p=np.eye(classes)[0], q=even), np.log(classes), rtol=1e-12)


ZEROS: list[Any] = [
    pytest.param(ENTROPY, {"p": [1.0, 0]}, {"p": [-1, inf]}, id="entropy"),
    pytest.param(KL, {"p": [1.0, 0], "q": FAIR}, {"p": [np.log(2) + 1, -inf], "q": [-2, 0]}, id="KL, p of 0"),
    pytest.param(KL, {"p": FAIR, "q": [1.0, 0]}, {"p": [1 - np.log(2), inf], "q": [-0.5, -inf]}, id="KL, q of 0"),
    pytest.param(KL, {"p": [1.0, 0], "q": [1.0, 0]}, {"p": [1, -inf], "q": [-1, 0]}, id="KL, both 0"),
    pytest.param(CE, {"p": [1.0, 0], "q": FAIR}, {"p": [np.log(2)] * 2, "q": [-2, 0]}, id="CE, p of 0"),
    pytest.param(CE, {"p": FAIR, "q": [1.0, 0]}, {"p": [0, inf], "q": [-0.5, -inf]}, id="CE, q of 0"),
    pytest.param(CE, {"p": [1.0, 0], "q": [1.0, 0]}, {"p": [0, 0], "q": [-1, 0]}, id="CE, both 0"),
]


@pytest.mark.parametrize(("lesson", "values", "expected"), ZEROS)
def test_gradients_at_zero(lesson, values, expected):
    grads = run.grad_by_hand(lesson, values)
    for name, grad in expected.items():
        np.testing.assert_allclose(grads[name], grad, atol=1e-12, err_msg=name)
    assert_agrees(lesson, **{name: np.array(value) for name, value in values.items()})


TINY = [5e-324, 1e-310, 1e-300, 1e-16]


@pytest.mark.parametrize("tiny", TINY)
def test_tiny_probabilities(tiny):
    assert_agrees(INFORMATION, p=np.array([tiny]))
    assert_agrees(ENTROPY, p=np.array([tiny, 1.0]))
    for lesson in (KL, CE):
        assert_agrees(lesson, p=np.array([tiny, 1.0]), q=np.array([0.5, 0.5]))
        assert np.isfinite(result(lesson, p=FAIR, q=[tiny, 1.0]))
        assert_agrees(lesson, p=np.array([0.5, 0.5]), q=np.array([tiny, 1.0]))


def test_float32_thirds_pass():
    thirds = np.full(3, 1 / 3, np.float32)
    np.testing.assert_allclose(result(ENTROPY, p=thirds), np.log(3), rtol=1e-6)
    np.testing.assert_allclose(run.by_torch(ENTROPY, {"p": thirds})[0], np.log(3), rtol=1e-6)


NOT_DISTRIBUTIONS: list[Any] = [
    pytest.param([0.5, 0.4], "sums to 0.9; expected 1. Normalise?", id="too little"),
    pytest.param([0.333, 0.333, 0.333], "sums to 0.999", id="thirds cut short"),
    pytest.param([1.5, -0.5], r"holds -0.5 at \[1\]", id="negative"),
    pytest.param([nan, 0.5], r"holds nan at \[0\]", id="NaN"),
    pytest.param([inf, 0.5], "sums to inf; expected 1.$", id="infinite"),
    pytest.param([1e308, 1e308], "sums to inf; expected 1.$", id="too large to add up"),
    pytest.param([0.0, 0.0], "sums to 0; expected 1.$", id="nothing to normalise"),
    pytest.param([[0.5, 0.5], [3.0, 1.0]], r"\[1\] sums to 4", id="one row of a batch"),
    pytest.param(np.zeros(0), "sums to 0", id="no outcomes"),
]


@pytest.mark.parametrize(("numbers", "says"), NOT_DISTRIBUTIONS)
@pytest.mark.parametrize("lesson", [*ONE, *TWO])
def test_what_is_no_distribution_is_refused_by_name_on_both_sides(lesson, numbers, says):
    wrong = np.asarray(numbers, np.float64)
    fine = np.full(wrong.shape, 1 / max(1, wrong.shape[-1]))
    last = lesson.tensors[-1].name
    values = {t.name: wrong if t.name == last else fine for t in lesson.tensors}
    if not wrong.size:
        values = dict.fromkeys(values, wrong)
    for route in (run.by_hand, run.by_torch):
        with pytest.raises(checks.NotADistribution, match=says) as caught:
            route(lesson, values)
        assert caught.value.tensor == (last if wrong.size else "p")


REFUSED: list[Any] = [
    pytest.param(INFORMATION, {"p": np.array([0.5, 1.2])}, r"p holds 1.2 at \[1\]", id="above 1"),
    pytest.param(INFORMATION, {"p": np.array(-0.1)}, "p is -0.1", id="negative, no list"),
    pytest.param(INFORMATION, {"p": np.array([nan])}, "p holds nan", id="NaN"),
    pytest.param(INFORMATION, {"p": np.array([1, 0])}, "int64", id="integers"),
    pytest.param(ENTROPY, {"p": np.array(1.0)}, "single number", id="no list"),
    pytest.param(KL, {"p": np.array(FAIR), "q": np.array([0.5, 0.25, 0.25])}, r"q has shape \(3,\)", id="KL shapes"),
    pytest.param(CE, {"p": np.array(FAIR), "q": np.array([FAIR])}, r"q has shape \(1, 2\)", id="CE shapes"),
    pytest.param(CE, {"p": np.array([1, 0]), "q": np.array(FAIR)}, "p holds int64", id="CE integers"),
]


@pytest.mark.parametrize(("lesson", "values", "says"), REFUSED)
def test_what_cannot_be_computed_is_refused_on_both_sides(lesson, values, says):
    for route in (run.by_hand, run.by_torch):
        with pytest.raises(ValueError, match=says):
            route(lesson, values)


@pytest.mark.parametrize("lesson", [INFORMATION, ENTROPY, KL, CE], ids=lambda x: x.slug)
def test_an_unknown_unit_is_refused(lesson):
    with pytest.raises(ValueError, match="expected nats, bits or bans"):
        run.by_hand(lesson, {**lesson.examples[0].values, "unit": "trits"})


def test_words_page_shows_every_number():
    shown = "\n".join(words.lines(words.losses_in("[0.25, 1, 4]"), 0.1))
    assert r"\frac{0.25 + 1 + 4}{3} = \mathbf{1.75}" in shown
    assert r"1.75 + 0.1 \cdot 5 = \mathbf{2.25}" in shown


@pytest.mark.parametrize("text", ["", "[1, x]", "[[1, 2], [3, 4]]", "[-1, 2]", "[nan]", "[inf, 1]", "zeros(0)"])
def test_words_page_refuses_in_words_what_is_no_list_of_losses(text):
    with pytest.raises(ValueError):
        words.losses_in(text)
