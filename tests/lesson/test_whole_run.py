"""Somebody who makes a slip in every update, or epoch: named at the one that is worked, by what only their run gives.

The wrong numbers come from loops of their own (`test_slips_of_updates`), never from the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lib.budget import Budget, Stopped
from lib.catalog import OPTIMIZERS, SCHEDULERS
from lib.lesson import run
from lib.lesson.run import Case
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.run.set_up import set_up
from lib.lesson.working import Judged
from lib.lesson.working.entries import judge_case
from lib.lesson.working.whole_run import MOST_EPOCHS, MOST_UPDATES, WholeRun, of_epochs, of_updates
from tests.lesson.test_slips_of_updates import GRADS, PARAM, adam

FORM = {"objective": "typed gradients", "start": PARAM, "grads": GRADS, "updates": 3}
Slipped = Callable[[np.ndarray, np.ndarray, dict[str, Any]], tuple[np.ndarray, dict[str, Any]]]


def momentum(p, g, s, *, mu=0.9, rate=1.0, lr=0.1, decay=0.0):
    """SGD with momentum, turned another way."""
    g = g + decay * p
    b = mu * s["b"] + rate * g if s else rate * g
    return p - lr * b, {"b": b}


def adagrad(p, g, s, *, after):
    total = s.get("sum", 0 * p) + g**2
    return p - 0.1 * after(g, total), {"sum": total}


RUNS: dict[str, tuple[str, dict[str, Any], Slipped, str]] = {
    "adam without correction": ("adam", {"eps": 0.01}, lambda p, g, s: adam(p, g, s, bare=True), "no_correction"),
    "adam carried on": (
        "adam",
        {"eps": 0.01},
        lambda p, g, s: adam(p, g, s, carried=True),
        "corrected_averages_carried_on",
    ),
    "adam, epsilon inside": (
        "adam",
        {"eps": 0.01},
        lambda p, g, s: adam(p, g, s, size="inside"),
        "epsilon_under_the_root",
    ),
    "adam, the square of the average": (
        "adam",
        {"eps": 0.01},
        lambda p, g, s: adam(p, g, s, square_of_m=True),
        "squares_the_average",
    ),
    "sgd averages": (
        "sgd",
        {"momentum": 0.9},
        lambda p, g, s: momentum(p, g, s, rate=0.1) if s else momentum(p, g, s),
        "an_average",
    ),
    "sgd, decay left out": (
        "sgd",
        {"momentum": 0.9, "weight_decay": 0.5},
        momentum,
        "leaves_the_decay_out",
    ),
    "adagrad without the root": (
        "adagrad",
        {"eps": 0.01},
        lambda p, g, s: adagrad(p, g, s, after=lambda g, total: g / (total + 0.01)),
        "forgets_the_root",
    ),
}


def updates_of(slug: str, values: dict[str, Any], update: int) -> tuple[Case, WholeRun | None]:
    """The case of one update on the right run, and the run up to it."""
    lesson = OPTIMIZERS[slug]
    ready = set_up(lesson, {**FORM, "lr": 0.1, **values})
    right = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, update)
    before = {"param": ready.param, "state": {}} if update == 1 else vars(right[update - 2])
    given = {**ready.values, "param": before["param"], "state": before["state"], "grad": right[update - 1].grad}
    return Case.of(lesson, given), of_updates(lesson, ready, update)


def of_slip(slip: Slipped) -> np.ndarray:
    """The parameter after all updates of somebody who always makes the slip."""
    param, state = np.array(PARAM), dict[str, Any]()
    for number, grad in enumerate(GRADS, 1):
        param, state = slip(param, np.array(grad), state)
        state["step"] = number
    return param


def typed(case: Case, whole_run: WholeRun | None, row: str, number: float) -> Judged:
    sample = (0,) * (np.ndim(case.given["param"]) if "param" in case.given else 0)
    judged = judge_case(case, {row: f"{number:.5g}"}, sample, run=whole_run)
    return next(one for one in judged if one.row.key == row)


def names(judged: Judged) -> list[str]:
    return [mistake.name for mistake in judged.mistakes]


@pytest.mark.parametrize(("slug", "values", "slip", "name"), RUNS.values(), ids=RUNS)
def test_a_slip_in_every_update_is_named(slug, values, slip, name):
    case, whole_run = updates_of(slug, values, 3)
    judged = typed(case, whole_run, "param", of_slip(slip)[0])
    assert name in names(judged)
    assert "in every update" in judged.says
    assert not names(typed(case, None, "param", of_slip(slip)[0])), "it shows in this update alone"


def compounding(t: int) -> float:
    """StepLR by somebody who multiplies the last rate by gamma to the number of drops."""
    return float(np.prod([0.5 ** (e // 2) for e in range(2, t + 1)]))


def one_ahead(t: int) -> float:
    return float(np.prod([1 - 1 / (e + 3) for e in range(1, t + 1)]))


@pytest.mark.parametrize(
    ("slug", "values", "rate", "name"),
    [
        pytest.param("step_lr", {"step_size": 2, "gamma": 0.5}, compounding, "from_the_last_rate", id="compounding"),
        pytest.param(
            "multiplicative_lr", {"lr_lambda": "less and less"}, one_ahead, "one_epoch_ahead", id="one epoch ahead"
        ),
    ],
)
def test_a_slip_in_every_epoch_is_named(slug, values, rate, name):
    values, lesson = {**values, "lr": 0.2}, SCHEDULERS[slug]
    case = Case.of(lesson, schedule_by_hand(lesson, values, 6)[5].given)
    judged = typed(case, of_epochs(lesson, values, 5), "lr", 0.2 * rate(5))
    assert name in names(judged)
    assert "in every epoch" in judged.says


def test_a_slip_in_this_update_alone_is_named_as_such():
    case, whole_run = updates_of("adam", {"eps": 0.01}, 2)
    before = {name: case.given["state"][name] for name in ("exp_avg", "exp_avg_sq", "step")}
    alone, _ = adam(case.given["param"], case.given["grad"], before, bare=True)
    judged = typed(case, whole_run, "param", alone[0])
    assert names(judged) == ["no_correction"]
    assert not judged.says


@pytest.mark.parametrize("slug", OPTIMIZERS)
def test_a_right_answer_stays_right(slug):
    lesson = OPTIMIZERS[slug]
    ready = set_up(lesson, lesson.examples[0].values)
    first, second = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, 2)
    rate = {"lr": ready.values["lr"][1]} if isinstance(ready.values.get("lr"), list) else {}
    values = {**ready.values, **rate, "param": first.param, "state": first.state, "grad": second.grad}
    case, whole_run = Case.of(lesson, values), of_updates(lesson, ready, 2)
    sample = (0,) * first.param.ndim
    rows = judge_case(case, {}, sample, run=whole_run)
    entries = {one.row.key: str(np.asarray(one.truth, dtype=np.float64).tolist()) for one in rows}
    assert {one.verdict for one in judge_case(case, entries, sample, run=whole_run)} == {"right"}


def test_what_follows_from_such_a_slip_is_right_from_the_earlier_value():
    case, whole_run = updates_of("adam", {"eps": 0.01}, 3)
    param, state = np.array(PARAM), dict[str, Any]()
    for number, grad in enumerate(GRADS, 1):
        param, state = adam(param, np.array(grad), state, square_of_m=True)
        state["step"] = number
    entries = {"exp_avg_sq": f"{state['exp_avg_sq'][0]:.6g}", "param": f"{param[0]:.6g}"}
    judged = {one.row.key: one for one in judge_case(case, entries, (0,), run=whole_run)}
    assert judged["exp_avg_sq"].verdict == "mistake" and judged["exp_avg_sq"].whole_run
    assert judged["param"].verdict == "earlier"


def test_nothing_is_worked_again_too_far_out():
    ready = set_up(OPTIMIZERS["adam"], FORM)
    assert [of_updates(OPTIMIZERS["adam"], ready, update) is None for update in (1, MOST_UPDATES + 1)] == [True, True]
    lesson = SCHEDULERS["step_lr"]
    values = {"step_size": 2}
    assert [of_epochs(lesson, values, epoch) is None for epoch in (0, MOST_EPOCHS + 1)] == [True, True]


def test_the_budget_is_asked_on_the_way():
    lesson = OPTIMIZERS["adam"]
    case, _ = updates_of("adam", {}, 3)
    spent = of_updates(lesson, set_up(lesson, FORM), 3, budget=Budget(seconds=0.0))
    with pytest.raises(Stopped):
        typed(case, spent, "param", 7.123)
