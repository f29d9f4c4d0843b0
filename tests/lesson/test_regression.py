"""The losses for regression and counts: numbers worked on paper, and edges that the catalog's tests do not reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lib.lesson import run
from lib.losses import huber_loss, l1_loss, mse_loss, poisson_nll_loss, smooth_l1_loss
from tests.lesson import slips

L1 = l1_loss.LESSON
MSE = mse_loss.LESSON
SMOOTH = smooth_l1_loss.LESSON
HUBER = huber_loss.LESSON
POISSON = poisson_nll_loss.LESSON
FAMILY = [pytest.param(x, id=x.slug) for x in (L1, MSE, SMOOTH, HUBER, POISSON)]

inf, nan = np.inf, np.nan
stretched = pytest.mark.filterwarnings("ignore:Using a target size")
cast = pytest.mark.filterwarnings("ignore:Casting complex values")


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


ONES, THREES = [[1, 1], [1, 1]], [[3, 3], [3, 3]]
SEED_1 = {
    "input": [[0.6613521575927734, 0.266924113035202], [0.06167725846171379, 0.6213173270225525]],
    "target": [[-0.4519059658050537, -0.16613022983074188], [-1.522768497467041, 0.38168391585350037]],
}

ON_PAPER = [
    pytest.param(L1, {"input": ONES, "target": THREES, "reduction": "none"}, [[2, 2], [2, 2]], id="L1 in the article"),
    pytest.param(
        MSE, {"input": ONES, "target": THREES, "reduction": "none"}, [[4, 4], [4, 4]], id="MSE in the article"
    ),
    pytest.param(L1, {"input": [2.5, 0, 2, 8], "target": [3, -0.5, 2, 7]}, 0.5, id="L1 mean"),
    pytest.param(MSE, {"input": [2.5, 0, 2, 5], "target": [3, -0.5, 2, 2]}, 9.5 / 4, id="MSE mean"),
    pytest.param(MSE, {"input": [2.5, 0, 2, 5], "target": [3, -0.5, 2, 2], "reduction": "sum"}, 9.5, id="MSE sum"),
    pytest.param(SMOOTH, {"input": [-3.0], "target": [0]}, 2.5, id="Smooth L1 at -3"),
    pytest.param(SMOOTH, {"input": [0.5], "target": [0]}, 0.125, id="Smooth L1 at a half"),
    pytest.param(SMOOTH, {"input": [1.0], "target": [0]}, 0.5, id="Smooth L1 on the knee"),
    pytest.param(SMOOTH, {"input": [-3.0], "target": [0], "beta": 2}, 2.0, id="Smooth L1 beyond beta 2"),
    pytest.param(SMOOTH, {"input": [0.5], "target": [0], "beta": 2}, 0.0625, id="Smooth L1 within beta 2"),
    pytest.param(SMOOTH, {"input": [0.5], "target": [0], "beta": 0}, 0.5, id="Smooth L1 with beta 0"),
    pytest.param(HUBER, {"input": [-3.0], "target": [0], "delta": 2}, 4.0, id="Huber beyond delta 2"),
    pytest.param(HUBER, {"input": [0.5], "target": [0], "delta": 2}, 0.125, id="Huber within delta 2"),
    pytest.param(HUBER, {"input": [2.0], "target": [0], "delta": 0.1}, 0.195, id="Huber with delta 0.1"),
    pytest.param(POISSON, {"input": [0.0], "target": [5]}, 1.0, id="Poisson at log-rate 0"),
    pytest.param(POISSON, {"input": [1.0], "target": [3]}, 2.718281828459045 - 3, id="Poisson may be negative"),
    pytest.param(POISSON, {"input": [0.0], "target": [1], "log_input": False}, 18.420680743952367, id="eps at rate 0"),
    pytest.param(POISSON, {"input": [0.0], "target": [0], "log_input": False}, 0.0, id="nothing expected nor seen"),
    pytest.param(
        POISSON,
        {"input": [0.0] * 4, "target": [0, 1, 2, 5], "full": True, "reduction": "none"},
        [1.0, 1.0, 1.6518064837319946, 5.770847320556641],
        id="Stirling's term above 1 only",
    ),
]


@pytest.mark.parametrize(("lesson", "values", "expected"), ON_PAPER)
def test_number_worked_on_paper(lesson, values, expected):
    np.testing.assert_allclose(result(lesson, **values), expected, rtol=1e-7)


def test_older_article_on_smooth_l1_five_hundred_points():
    x = np.linspace(-3, 3, 500)
    losses = result(SMOOTH, input=x, target=np.zeros(500), reduction="none")
    assert losses[0] == pytest.approx(2.5)
    assert losses.sum() == pytest.approx(529.22424, rel=1e-6)
    assert (np.abs(x) - losses)[np.abs(x) >= 1] == pytest.approx(0.5)


def test_older_article_on_poisson_first_number():
    assert result(POISSON, **SEED_1, reduction="none")[0, 0] == pytest.approx(2.236279249191284, rel=1e-6)


@pytest.mark.parametrize("knee", [0.1, 0.5, 1.0, 3.0])
def test_huber_is_delta_times_smooth_l1(knee):
    values = {"input": [-4, -1, -0.3, 0, 0.05, 0.5, 3], "target": [0] * 7, "reduction": "none"}
    np.testing.assert_allclose(result(HUBER, **values, delta=knee), knee * result(SMOOTH, **values, beta=knee))


SLOPES = [
    pytest.param(L1, {}, [-1, -1, -1, 0, 1, 1, 1], id="L1"),
    pytest.param(MSE, {}, [-4, -2, -1, 0, 1, 2, 4], id="MSE"),
    pytest.param(SMOOTH, {}, [-1, -1, -0.5, 0, 0.5, 1, 1], id="Smooth L1"),
    pytest.param(SMOOTH, {"beta": 2.0}, [-1, -0.5, -0.25, 0, 0.25, 0.5, 1], id="Smooth L1, beta 2"),
    pytest.param(SMOOTH, {"beta": 0.0}, [-1, -1, -1, 0, 1, 1, 1], id="Smooth L1, beta 0"),
    pytest.param(HUBER, {}, [-1, -1, -0.5, 0, 0.5, 1, 1], id="Huber"),
    pytest.param(HUBER, {"delta": 2.0}, [-2, -1, -0.5, 0, 0.5, 1, 2], id="Huber, delta 2"),
    pytest.param(HUBER, {"delta": 0.5}, [-0.5, -0.5, -0.5, 0, 0.5, 0.5, 0.5], id="Huber, delta 0.5"),
]


@pytest.mark.parametrize(("lesson", "setting", "slopes"), SLOPES)
def test_slope_at_the_kinks(lesson, setting, slopes):
    values = {"input": np.array([-2, -1, -0.5, 0, 0.5, 1, 2]), "target": np.zeros(7), "reduction": "sum", **setting}
    grads = run.grad_by_hand(lesson, values)
    np.testing.assert_array_equal(grads["input"], slopes)
    np.testing.assert_array_equal(grads["target"], -np.array(slopes))
    assert_agrees(lesson, **values)


ENDS = np.array([0.0, -0.0, inf, -inf, nan, 1e9, -1e9, 1e200, -1e200, 1e-320, 1.0, -1.0])
PAIRS = {"input": np.repeat(ENDS, len(ENDS)), "target": np.tile(ENDS, len(ENDS))}
SETTINGS = [
    *[pytest.param(lesson, {}, id=lesson.slug) for lesson in (L1, MSE)],
    *[pytest.param(SMOOTH, {"beta": b}, id=f"beta {b}") for b in (0.0, 1e-8, 1.0, 1e9, inf)],
    *[pytest.param(HUBER, {"delta": d}, id=f"delta {d}") for d in (1e-8, 1.0, 1e9, inf)],
    *[
        pytest.param(POISSON, {"log_input": log, "full": full, "eps": eps}, id=f"log {log}, full {full}, eps {eps}")
        for log in (True, False)
        for full in (True, False)
        for eps in (1e-8, 0.0, 1.0, -1.0)
    ],
]


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize(("lesson", "setting"), SETTINGS)
def test_infinities_and_nan_as_torch_has_them(lesson, setting, reduction):
    assert_agrees(lesson, **PAIRS, **setting, reduction=reduction)


def test_l1_gradient_of_nan_is_zero_but_the_others_say_nan():
    values = {"input": np.array([nan]), "target": np.array([0.0])}
    assert run.grad_by_hand(L1, values)["input"] == 0
    assert run.grad_by_hand(SMOOTH, {**values, "beta": 0.0})["input"] == 0
    for lesson in (MSE, SMOOTH, HUBER, POISSON):
        assert np.isnan(run.grad_by_hand(lesson, values)["input"]).all()


@pytest.mark.parametrize("lesson", FAMILY)
def test_mean_of_nothing_is_nan_and_sum_is_zero(lesson):
    empty = {"input": np.zeros((2, 0)), "target": np.zeros((2, 0))}
    assert np.isnan(result(lesson, **empty))
    assert result(lesson, **empty, reduction="sum") == 0
    assert result(lesson, **empty, reduction="none").shape == (2, 0)


@stretched
@pytest.mark.parametrize("lesson", FAMILY)
@pytest.mark.parametrize("shapes", [((3, 1), (3,)), ((1, 3), (2, 1)), ((), (2, 2)), ((4, 1, 2), (3, 1)), ((1,), (0,))])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_gradients_of_stretched_tensors_add_up(lesson, shapes, reduction):
    random = np.random.default_rng(0)
    input, target = random.normal(size=shapes[0]), random.poisson(2, shapes[1]).astype(float)
    assert_agrees(lesson, input=input, target=target, reduction=reduction)


@stretched
def test_column_against_row_makes_nine_losses():
    values = {"input": np.array([[1.0], [2], [3]]), "target": np.array([1.0, 2, 3])}
    assert result(L1, **values) == pytest.approx(8 / 9)
    assert result(MSE, **values) == pytest.approx(12 / 9)
    np.testing.assert_allclose(run.grad_by_hand(MSE, values)["input"].ravel(), [-2 / 3, 0, 2 / 3], atol=1e-15)


def test_stretched_infinite_rate_times_nothing_is_nan_in_the_gradient():
    assert_agrees(POISSON, input=np.array([1000.0]), target=np.zeros(0))


COMPLEX = np.array([3 + 4j, 1j, 0, -2, 1e160 + 1e160j])


@cast
@pytest.mark.parametrize(("lesson", "setting"), [(L1, {}), (SMOOTH, {"beta": 0.0})], ids=["L1", "Smooth L1, beta 0"])
@pytest.mark.parametrize("other", [np.zeros(5), np.full(5, 1 - 1j), np.arange(5)], ids=["real", "complex", "whole"])
@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_complex_distances(lesson, setting, other, reduction):
    assert_agrees(lesson, input=COMPLEX, target=other, reduction=reduction, **setting)
    assert_agrees(lesson, input=other, target=COMPLEX, reduction=reduction, **setting)


def test_complex_distance_on_paper():
    values = {"input": np.array([3 + 4j]), "target": np.array([0j])}
    assert result(L1, **values) == 5
    assert run.grad_by_hand(L1, values)["input"] == pytest.approx(0.6 + 0.8j)
    assert r"(3 + 4\,i)" in run.by_hand(L1, values)["error"].in_numbers(0)


def test_bytes_wrap_around_as_in_torch():
    values = {"input": np.array([1, 250], np.uint8), "target": np.array([3, 1], np.uint8)}
    np.testing.assert_array_equal(result(L1, **values, reduction="none"), [254, 249])
    assert result(L1, **values, reduction="sum") == 503
    assert_agrees(L1, **values, reduction="sum")


@pytest.mark.parametrize("kind", ["int64", "int32", "uint8", "int8"])
@pytest.mark.parametrize("lesson", [pytest.param(x, id=x.slug) for x in (L1, MSE, SMOOTH, POISSON)])
def test_whole_numbers_beside_floats(lesson, kind):
    whole, floats = np.array([0, 1, 2, 3, 4], kind), np.array([0.5, -1, 2, 3.5, 0])
    assert_agrees(lesson, input=floats, target=whole)
    assert_agrees(lesson, input=whole, target=floats)


def test_exponential_of_whole_numbers_is_taken_in_single_precision():
    rate = run.by_hand(POISSON, {"input": np.array([1]), "target": np.array([0.0])})["rate"].value.item()
    assert rate == float(np.float32(np.e)) != np.e


def test_target_gradient_of_full_poisson_is_nan_at_zero_and_below():
    values = {"input": np.ones(5), "target": np.array([-1.0, 0, 0.5, 1, 2]), "full": True, "reduction": "sum"}
    grad = run.grad_by_hand(POISSON, values)["target"]
    np.testing.assert_allclose(grad, [nan, nan, -1, -1, np.log(2) + 0.25 - 1])
    assert_agrees(POISSON, **values)


@pytest.mark.parametrize("name", ["input", "target"])
def test_no_gradient_for_whole_numbers(name):
    values = {"input": np.ones(2), "target": np.ones(2), name: np.ones(2, np.int64)}
    for lesson in (L1, MSE, SMOOTH, POISSON):
        assert name not in run.grad_by_hand(lesson, values)


TWO = np.ones(2)
REFUSED = [
    pytest.param(SMOOTH, {"beta": -1.0}, "beta is -1.0", id="negative beta"),
    pytest.param(SMOOTH, {"beta": nan}, "beta is nan", id="beta NaN"),
    pytest.param(HUBER, {"delta": 0.0}, "delta is 0.0", id="delta 0"),
    pytest.param(HUBER, {"delta": -1.0}, "delta is -1.0", id="negative delta"),
    pytest.param(HUBER, {"delta": nan}, "delta is nan", id="delta NaN"),
    pytest.param(HUBER, {"target": np.ones(2, np.int64)}, "target holds int64", id="Huber, whole target"),
    pytest.param(HUBER, {"input": np.ones(2, np.int64)}, "input holds int64", id="Huber, whole input"),
    pytest.param(HUBER, {"target": TWO > 0}, "target holds bool", id="Huber, yes-or-no target"),
    pytest.param(HUBER, {"input": TWO * 1j}, "input holds complex128", id="Huber, complex"),
    pytest.param(MSE, {"input": TWO * 1j}, "input holds complex128", id="MSE, complex"),
    pytest.param(SMOOTH, {"target": TWO * 1j}, "target holds complex128", id="Smooth L1, complex"),
    pytest.param(POISSON, {"target": TWO * 1j}, "target holds complex128", id="Poisson, complex"),
    pytest.param(L1, {"target": TWO > 0}, "target holds bool", id="L1, yes-or-no target"),
    pytest.param(SMOOTH, {"target": TWO > 0, "beta": 0.0}, "target holds bool", id="Smooth L1, beta 0, yes-or-no"),
    pytest.param(POISSON, {"input": TWO > 0, "log_input": False}, "input holds bool", id="Poisson, yes-or-no rate"),
    pytest.param(POISSON, {"target": TWO > 0, "full": True}, "target holds bool", id="Poisson, full, yes-or-no"),
    *[
        pytest.param(
            x, {"input": np.ones(2, np.int64), "target": np.ones(2, np.int64)}, "holds|hold", id=f"{x.slug}, whole"
        )
        for x in (MSE, SMOOTH, HUBER)
    ],
    pytest.param(L1, {"input": np.ones(2, int), "target": np.ones(2, int)}, "no mean in torch", id="L1, mean of whole"),
    *[
        pytest.param(x.values[0], {"target": np.ones(3)}, r"input \(2,\) and target \(3,\)", id=f"{x.id}, sizes")
        for x in FAMILY
    ],
    *[
        pytest.param(x.values[0], {"reduction": "average"}, "reduction is 'average'", id=f"{x.id}, reduction")
        for x in FAMILY
    ],
]


@stretched
@cast
@pytest.mark.parametrize(("lesson", "values", "says"), REFUSED)
def test_refused_as_torch_refuses(lesson, values, says):
    values = {"input": TWO, "target": TWO, **values}
    with pytest.raises((RuntimeError, ValueError)):
        run.by_torch(lesson, values)
    with pytest.raises(ValueError, match=says):
        run.by_hand(lesson, values)


ACCEPTED = [
    pytest.param(MSE, {"target": TWO > 0}, id="MSE, yes-or-no target"),
    pytest.param(SMOOTH, {"target": TWO > 0}, id="Smooth L1, yes-or-no target"),
    pytest.param(SMOOTH, {"beta": -0.0}, id="beta minus zero"),
    pytest.param(L1, {"input": np.ones(2, int), "target": np.ones(2, int), "reduction": "sum"}, id="L1, sum of whole"),
    pytest.param(POISSON, {"input": TWO > 0}, id="Poisson, yes-or-no log-rate"),
    pytest.param(POISSON, {"target": TWO > 0}, id="Poisson, yes-or-no target"),
    pytest.param(POISSON, {"target": -TWO}, id="Poisson, negative counts"),
    pytest.param(POISSON, {"input": -TWO, "log_input": False}, id="Poisson, negative rates"),
]


@pytest.mark.parametrize(("lesson", "values"), ACCEPTED)
def test_accepted_as_torch_accepts(lesson, values):
    assert_agrees(lesson, **{"input": TWO, "target": TWO, **values})


def test_random_values_agree_with_torch():
    random = np.random.default_rng(11)
    for _ in range(60):
        shape = tuple(random.integers(0, 4, random.integers(0, 4)))
        reduction = str(random.choice(["none", "sum", "mean"]))
        input, target = random.normal(0, 2, shape), np.round(random.normal(1, 2, shape), 1)
        values: dict[str, Any] = {"input": input, "target": target, "reduction": reduction}
        assert_agrees(L1, **values)
        assert_agrees(MSE, **values)
        assert_agrees(SMOOTH, **values, beta=float(random.choice([0, 0.3, 1, 2.5])))
        assert_agrees(HUBER, **values, delta=float(random.choice([0.3, 1, 2.5])))
        assert_agrees(POISSON, **values, log_input=bool(random.integers(2)), full=bool(random.integers(2)))


def test_one_slip_costs_one_step():
    """Whoever keeps the sign of the error loses that step only: the loss follows from what they wrote."""
    values = {"input": [3, -3], "target": [0, 0]}
    kept = next(m for m in SMOOTH.mistakes.values() if "size" in m.instead)
    worked = slips.mistaken(SMOOTH, values, kept)
    assert worked is not None
    steps = worked.steps
    np.testing.assert_allclose(steps["loss_per_element"].value, [2.5, 4.5])
    assert steps["loss"].value == 3.5


LIKELY = [
    pytest.param(
        SMOOTH, {"input": [3.0], "target": [0], "beta": 2}, "loss_per_element", [4.0], "Huber", id="Huber's loss"
    ),
    pytest.param(
        HUBER, {"input": [3.0], "target": [0], "delta": 2}, "loss_per_element", [2.0], "Smooth L1", id="Smooth L1's"
    ),
    pytest.param(MSE, {"input": [[1, 1], [1, 1]], "target": THREES}, "divisor", 2, "number of rows", id="rows counted"),
    pytest.param(MSE, {"input": [3.0, 1], "target": [0, 0]}, "loss", 5**0.5, "root", id="root taken"),
    pytest.param(POISSON, {"input": [2.0], "target": [1]}, "rate", [2.0], "rate's logarithm", id="no exponential"),
    pytest.param(
        POISSON, {"input": [0.0], "target": [2], "full": True}, "stirling", [np.log(2)], "exact logarithm", id="log 2!"
    ),
]


@pytest.mark.parametrize(("lesson", "values", "step", "value", "says"), LIKELY)
def test_likely_mistake_is_recognised(lesson, values, step, value, says):
    assert any(says in mistake.says for mistake in slips.fitting(lesson, values, step, value))
