"""Slips in SparseAdam, Adafactor, Muon, L-BFGS and in schedules of several parts, each written as a loop of its own.

They are typed at the result as pages judge it; the lesson has to name each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lib.catalog import OPTIMIZERS, SCHEDULERS
from lib.lesson import run
from lib.lesson.run import Case
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.working.entries import judge_case
from lib.tensors.write import format_tensor

State = dict[str, Any]


def sparse(p, g, s, *, b=(0.9, 0.99), lr=0.1, eps=0.05, t=None, rate=None, dense=False, over=None, added=True, up=1):
    """One update of SparseAdam, turned another way."""
    t = s.get("step", 0) + 1 if t is None else t
    m, v = np.array(s.get("exp_avg", 0 * p)), np.array(s.get("exp_avg_sq", 0 * p))
    rows, values = g
    whole = np.zeros_like(p)
    if added:
        np.add.at(whole, rows, values)
    else:
        whole[rows] = values
    touched = np.arange(len(p)) if dense else np.unique(rows)
    m[touched] = b[0] * m[touched] + (1 - b[0]) * whole[touched]
    v[touched] = b[1] * v[touched] + (1 - b[1]) * whole[touched] ** 2
    rate = lr * np.sqrt(1 - b[1] ** t) / (1 - b[0] ** t) if rate is None else rate(lr, t)
    under = np.sqrt(v) + eps if over is None else over(v, eps, t)
    p = np.array(p)
    p[touched] -= up * rate * m[touched] / under[touched]
    return p


SPARSE = {
    "betas swapped": (lambda p, g, s: sparse(p, g, s, b=(0.99, 0.9)), "betas_swapped"),
    "not corrected": (lambda p, g, s: sparse(p, g, s, rate=lambda lr, t: lr), "no_correction"),
    "first correction only": (
        lambda p, g, s: sparse(p, g, s, rate=lambda lr, t: lr / (1 - 0.9**t)),
        "first_correction_alone",
    ),
    "second correction only": (
        lambda p, g, s: sparse(p, g, s, rate=lambda lr, t: lr * np.sqrt(1 - 0.99**t)),
        "second_correction_alone",
    ),
    "root of neither": (
        lambda p, g, s: sparse(p, g, s, rate=lambda lr, t: lr * (1 - 0.99**t) / (1 - 0.9**t)),
        "no_root_in_the_rate",
    ),
    "no power": (lambda p, g, s: sparse(p, g, s, t=1), "rate_without_the_power"),
    "one update ahead": (lambda p, g, s: sparse(p, g, s, t=s["step"] + 2), "rate_one_update_ahead"),
    "rate upside down": (
        lambda p, g, s: sparse(p, g, s, rate=lambda lr, t: lr * (1 - 0.9**t) / np.sqrt(1 - 0.99**t)),
        "rate_upside_down",
    ),
    "epsilon as in Adam": (
        lambda p, g, s: sparse(p, g, s, over=lambda v, eps, t: np.sqrt(v) + eps * np.sqrt(1 - 0.99**t)),
        "epsilon_after_the_correction",
    ),
    "epsilon under the root": (
        lambda p, g, s: sparse(p, g, s, over=lambda v, eps, t: np.sqrt(v + eps)),
        "epsilon_under_the_root",
    ),
    "absent rows move": (lambda p, g, s: sparse(p, g, s, dense=True), "absent_rows_move_too"),
    "up": (lambda p, g, s: sparse(p, g, s, up=-1), "goes_up"),
    "the last of a listed row": (lambda p, g, s: sparse(p, g, s, added=False), "listed_twice_counts_once"),
}


def right_until(lesson, param, grads, values) -> Case:
    """The last of these updates, as the page works it: after those before it went right."""
    trace = run.trace_by_hand(lesson, param, grads, values)
    before = {"param": np.array(param, dtype=float), "state": {}} if len(grads) == 1 else vars(trace[-2])
    return Case.of(lesson, {**values, "param": before["param"], "state": before["state"], "grad": trace[-1].grad})


def names_at(case: Case, row: str, number: Any, sample: tuple[int, ...] = ()) -> list[str]:
    judged = judge_case(case, {row: format_tensor(np.asarray(number, dtype=float), digits=6)}, sample)
    return [mistake.name for one in judged if one.row.key == row for mistake in one.mistakes]


@pytest.mark.parametrize(("slip", "name"), SPARSE.values(), ids=SPARSE)
def test_a_slip_of_sparse_adam_is_named(slip, name):
    lesson = OPTIMIZERS["sparse_adam"]
    grads = [
        (np.array([0, 1]), np.array([[1.0, -2.0], [0.5, 0.3]])),
        (np.array([0, 2, 0]), np.array([[0.4, 0.6], [-1.0, 2.0], [0.5, -0.2]])),
    ]
    case = right_until(
        lesson, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], grads, {"lr": 0.1, "eps": 0.05, "betas": (0.9, 0.99)}
    )
    wrong = slip(case.given["param"], grads[-1], case.given["state"])
    assert name in names_at(case, "param", wrong, (0, 0))


def factored(
    p, g, s, *, lr=0.3, decay=0.1, kappa=-0.8, mean=np.mean, divisor=np.mean, size=None, clip="all", pace=None
):
    """One update of Adafactor on a matrix, turned another way."""
    t = float(s["step"]) + 1
    share = t**kappa
    rms = (lambda x: np.sqrt(np.mean(x**2))) if size is None else size
    rows = s["row_var"][:, 0] + share * (mean(g**2, axis=1) - s["row_var"][:, 0])
    columns = s["col_var"][0] + share * (np.mean(g**2, axis=0) - s["col_var"][0])
    estimate = np.outer(rows, columns) / divisor(rows)
    u = g / np.sqrt(estimate)
    alpha = max(1e-3, rms(p)) * min(lr, t**-0.5) if pace is None else pace(p, lr, t)
    p = p * (1 - lr * decay)
    if clip == "each":
        return p - alpha * np.clip(u, -1, 1)
    length = {"all": np.sqrt(np.mean(u**2)), "none": 0.0, "sum": np.sqrt(np.sum(u**2))}[clip]
    return p - alpha / max(1.0, length) * u


def of_size(p) -> float:
    return max(1e-3, float(np.sqrt(np.mean(p**2))))


FACTORED = {
    "share without the power": (lambda p, g, s: factored(p, g, s, kappa=-1.0), "new_share_without_the_power"),
    "sum of the rows below": (lambda p, g, s: factored(p, g, s, divisor=np.sum), "divides_by_the_sum_of_rows"),
    "no mean row": (lambda p, g, s: factored(p, g, s, divisor=lambda rows: 1.0), "leaves_out_the_mean_row"),
    "length for RMS": (lambda p, g, s: factored(p, g, s, size=np.linalg.norm), "length_for_rms"),
    "mean square for RMS": (lambda p, g, s: factored(p, g, s, size=lambda x: np.mean(x**2)), "mean_square_for_rms"),
    "each number cut": (lambda p, g, s: factored(p, g, s, clip="each"), "cuts_each_element"),
    "cut by the length": (lambda p, g, s: factored(p, g, s, clip="sum"), "cut_back_by_the_length"),
    "not cut": (lambda p, g, s: factored(p, g, s, clip="none"), "not_cut_back"),
    "without lr": (lambda p, g, s: factored(p, g, s, pace=lambda p, lr, t: of_size(p)), "pace_without_the_rate"),
    "the larger rate": (
        lambda p, g, s: factored(p, g, s, pace=lambda p, lr, t: of_size(p) * max(lr, t**-0.5)),
        "larger_of_the_two_rates",
    ),
    "size after decay": (
        lambda p, g, s: factored(p, g, s, pace=lambda p, lr, t: of_size(p * (1 - lr * 0.1)) * lr),
        "pace_of_the_shrunk_parameter",
    ),
    "decay left out": (lambda p, g, s: factored(p, g, s, decay=0), "not_shrunk"),
}


@pytest.mark.parametrize(("slip", "name"), FACTORED.values(), ids=FACTORED)
def test_a_slip_of_adafactor_is_named(slip, name):
    first, shows = np.array([[2.0, 0.5], [0.1, 1.0]]), 0
    for second in (
        [[1.0, -3.0], [0.6, 0.2]],
        [[0.3, -0.2], [0.1, 0.2]],
    ):  # a step that is cut back, and one that is not
        grads = [first, np.array(second)]
        case = right_until(OPTIMIZERS["adafactor"], [[1.0, 2.0], [0.5, 1.0]], grads, {"lr": 0.3, "weight_decay": 0.1})
        wrong = slip(case.given["param"], grads[-1], case.given["state"])[0, 0]
        if abs(wrong - case.forward.sent["param"][0, 0]) > 1e-6:
            shows += 1
            assert name in names_at(case, "param", wrong, (0, 0))
    assert shows


def muon(case: Case, *, keep=0.95, new=None, look=True, ratio=1.5**0.5, shrink=1.0, even=None, way=-1.0):
    """One update of Muon, turned another way; the evening is PyTorch's own, from the lesson's right working."""
    p, g, b = case.given["param"], case.given["grad"], case.given["state"]["momentum_buffer"]
    b = keep * b + ((1 - keep) if new is None else new) * g
    u = (1 - keep) * g + keep * b if look else b
    o = case.forward.sent["evened"] if even is None else even(u)
    return p * (1 - 0.1 * shrink * 0.1) + way * 0.1 * ratio * o


def polar(u):
    left, _, right = np.linalg.svd(u, full_matrices=False)
    return left @ right


MUON = {
    "ratio without the root": (lambda c: muon(c, ratio=1.5), "ratio_without_the_root"),
    "no ratio": (lambda c: muon(c, ratio=1.0), "leaves_out_the_ratio"),
    "AdamW's ratio": (lambda c: muon(c, ratio=0.2 * np.sqrt(3)), "other_adjustment"),
    "decays by the adjusted rate": (lambda c: muon(c, shrink=np.sqrt(1.5)), "decays_by_the_adjusted_rate"),
    "decay left out": (lambda c: muon(c, shrink=0.0), "not_shrunk"),
    "not evened": (lambda c: muon(c, even=lambda u: u), "steps_along_the_direction"),
    "divided by the length only": (lambda c: muon(c, even=lambda u: u / np.linalg.norm(u)), "not_evened"),
    "exactly even": (lambda c: muon(c, even=polar), "exact_singular_values"),
    "up": (lambda c: muon(c, way=1.0), "goes_up"),
}


@pytest.mark.parametrize(("slip", "name"), MUON.values(), ids=MUON)
def test_a_slip_of_muon_is_named(slip, name):
    lesson = OPTIMIZERS["muon"]
    grads = [np.array(grad, dtype=float) for grad in lesson.examples[0].values["grads"][:2]]
    case = right_until(lesson, lesson.examples[0].values["start"], grads, {"lr": 0.1})
    assert name in names_at(case, "param", slip(case)[0, 0], (0, 0))


def quasi_newton(
    closure, x, *, first=lambda g: min(1, 1 / np.abs(g).sum()), scale=None, later=1.0, second=True, none=False
):
    """L-BFGS in two turns of one step from nothing, turned another way."""
    _, g = closure(x)
    s = -first(g) * g
    x = x + s
    _, h = closure(x)
    y, rho = h - g, 1 / ((h - g) @ s)
    if none:
        return x - h
    a = rho * (s @ -h)
    q = (y @ s) / (y @ y) * (-h - a * y) if scale is None else scale(y, s) * (-h - a * y)
    d = q + (a - rho * (y @ q)) * s if second else q
    return x + later * d


def bowl(x):
    """No parabola: there the second point would not depend on the first step."""
    return x[0] ** 4 / 4 + 2 * x[1] ** 2, np.array([x[0] ** 3, 4 * x[1]])


LBFGS = {
    "whole first step": (lambda x: quasi_newton(bowl, x, first=lambda g: 1.0), "first_step_not_shortened"),
    "first step by the length": (
        lambda x: quasi_newton(bowl, x, first=lambda g: 1 / np.linalg.norm(g)),
        "first_step_by_the_norm",
    ),
    "first step by the largest": (
        lambda x: quasi_newton(bowl, x, first=lambda g: 1 / np.abs(g).max()),
        "first_step_by_the_largest",
    ),
    "scale y·s / s·s": (lambda x: quasi_newton(bowl, x, scale=lambda y, s: (y @ s) / (s @ s)), "scale_by_the_move"),
    "scale s·s / y·s": (
        lambda x: quasi_newton(bowl, x, scale=lambda y, s: (s @ s) / (y @ s)),
        "other_barzilai_borwein_length",
    ),
    "scale upside down": (lambda x: quasi_newton(bowl, x, scale=lambda y, s: (y @ y) / (y @ s)), "scale_upside_down"),
    "no second loop": (lambda x: quasi_newton(bowl, x, second=False), "leaves_out_the_second_loop"),
    "gradient again": (lambda x: quasi_newton(bowl, x, none=True), "always_against_the_gradient"),
}


@pytest.mark.parametrize(("slip", "name"), LBFGS.values(), ids=LBFGS)
def test_a_slip_of_lbfgs_is_named(slip, name):
    start = np.array([2.0, 1.0])
    case = Case.of(OPTIMIZERS["lbfgs"], {"param": start, "grad": bowl, "state": {}, "max_iter": 2, "max_eval": 9})
    assert name in names_at(case, "param", slip(start))


def linear(t, start=0.25, over=4):
    return start + (1 - start) * min(t, over) / over


CHAINED: dict[str, tuple[Callable[[int], float], str]] = {
    "first alone": (lambda t: 0.1 * linear(t - 1) * 0.9 ** (t - 1) * linear(t) / linear(t - 1), "first_schedule_alone"),
    "last alone": (lambda t: 0.1 * linear(t - 1) * 0.9**t, "last_schedule_alone"),
    "rates multiplied": (lambda t: 0.1 * linear(t) * 0.1 * 0.9**t, "multiplies_the_rates"),
    "mean of the rates": (lambda t: 0.1 * (linear(t) + 0.9**t) / 2, "averages_the_rates"),
    "smaller rate": (lambda t: 0.1 * min(linear(t), 0.9**t), "smallest_rate"),
    "whole factors": (lambda t: 0.1 * linear(t - 1) * 0.9 ** (t - 1) * linear(t) * 0.9**t, "whole_factors"),
}


@pytest.mark.parametrize("epoch", [2, 3])
@pytest.mark.parametrize(("rate", "name"), CHAINED.values(), ids=CHAINED)
def test_a_slip_of_a_chain_is_named(rate, name, epoch):
    lesson = SCHEDULERS["chained_scheduler"]
    case = Case.of(lesson, schedule_by_hand(lesson, {"lr": 0.1}, 5)[epoch].given)
    assert name in names_at(case, "lr", rate(epoch))


def less(t):
    return 1 - 1 / (t + 2)


def product(t):
    return float(np.prod([less(e) for e in range(1, t + 1)]))


MULTIPLIED: dict[str, tuple[Callable[[int], float], str]] = {
    "added": (lambda t: 0.1 * product(t - 1) + less(t), "adds_the_factor"),
    "divided": (lambda t: 0.1 * product(t - 1) / less(t), "divides_by_the_factor"),
    "share off": (lambda t: 0.1 * product(t - 1) * (1 - less(t)), "takes_that_share_off"),
    "share added": (lambda t: 0.1 * product(t - 1) * (1 + less(t)), "adds_that_share"),
    "factor alone": (lambda t: less(t), "forgets_lr"),
    "power": (lambda t: 0.1 * product(t - 1) * less(t) ** t, "power_of_the_factor"),
    "same factor": (lambda t: 0.1 * less(t) ** t, "same_factor_throughout"),
    "first rate": (lambda t: 0.1 * less(t), "from_the_first_rate"),
}


@pytest.mark.parametrize("epoch", [3, 6])
@pytest.mark.parametrize(("rate", "name"), MULTIPLIED.values(), ids=MULTIPLIED)
def test_a_slip_of_multiplicative_lr_is_named(rate, name, epoch):
    lesson = SCHEDULERS["multiplicative_lr"]
    case = Case.of(lesson, schedule_by_hand(lesson, {"lr": 0.1, "lr_lambda": "less and less"}, 8)[epoch].given)
    assert name in names_at(case, "lr", rate(epoch))


def wave(part):
    return (1 + np.cos(np.pi * part)) / 2


IN_TURN: dict[str, tuple[str, int, float, str]] = {
    "whole count": ("warm-up, then cosine", 8, 0.1 * wave(8 / 20), "counts_from_the_beginning"),
    "shorter cosine": ("warm-up, then cosine", 8, 0.1 * wave(3 / 15), "length_of_the_whole_run"),
    "one ahead": ("warm-up, then cosine", 8, 0.1 * wave(4 / 20), "one_epoch_ahead"),
    "one behind": ("warm-up, then cosine", 8, 0.1 * wave(2 / 20), "one_epoch_behind"),
    "from the last rate": (
        "warm-up, then cosine",
        8,
        0.1 * (0.1 + 0.9 * 4 / 5) * wave(3 / 20),
        "goes_on_from_the_last_rate",
    ),
    "both at once": ("half, then exponential", 10, 0.05 * 0.8**2, "all_at_once"),
    "never taken over": ("half, then exponential", 10, 0.05, "stays_with_the_first"),
}


@pytest.mark.parametrize(("schedulers", "epoch", "rate", "name"), IN_TURN.values(), ids=IN_TURN)
def test_a_slip_of_schedules_in_turn_is_named(schedulers, epoch, rate, name):
    lesson = SCHEDULERS["sequential_lr"]
    case = Case.of(lesson, schedule_by_hand(lesson, {"lr": 0.1, "schedulers": schedulers}, 12)[epoch].given)
    assert name in names_at(case, "lr", rate)
