"""The plain functions beside the lessons that no exercise asks to write give what the lessons give."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from lib.catalog import OPTIMIZERS, SCHEDULERS
from lib.lesson import run
from lib.lesson.code.plain import plain_source
from lib.lesson.run.set_up import set_up
from lib.schedulers import lambda_lr, multiplicative_lr


def plain(slug):
    return import_module(f"lib.lesson.code.plain.{slug}")


def by_hand(slug, values, steps=12, lr=0.5):
    return run.lr_by_hand(SCHEDULERS[slug], {**values, "lr": lr}, steps)


RATES: dict[str, list[dict[str, Any]]] = {
    "constant_lr": [{}, {"factor": 0.25, "total_iters": 3}, {"factor": 0.5, "total_iters": 0}],
    "lambda_lr": [{"lr_lambda": name} for name in lambda_lr.FUNCTIONS],
    "multiplicative_lr": [{"lr_lambda": name} for name in multiplicative_lr.FUNCTIONS],
}
CASES = [pytest.param(slug, values, id=f"{slug}-{values}") for slug, each in RATES.items() for values in each]


@pytest.mark.parametrize(("slug", "values"), CASES)
def test_plain_rates_are_the_lessons(slug, values):
    functions = vars(import_module(f"lib.schedulers.{slug}")).get("FUNCTIONS", {})
    own = {name: functions.get(value, value) for name, value in values.items()}
    np.testing.assert_allclose(getattr(plain(slug), slug)(12, 0.5, **own), by_hand(slug, values))


def test_a_plain_chain_multiplies_what_its_schedules_multiply_by():
    parts = [
        (SCHEDULERS["constant_lr"], {"factor": 0.5, "total_iters": 3}),
        (SCHEDULERS["exponential_lr"], {"gamma": 0.9}),
    ]
    expected = by_hand("chained_scheduler", {"schedulers": parts})
    alone = [
        lambda steps, lr, part=part, own=own: run.lr_by_hand(part, {**own, "lr": lr}, steps) for part, own in parts
    ]
    np.testing.assert_allclose(plain("chained_scheduler").chained_scheduler(12, 0.5, schedules=alone), expected)


def test_plain_sparse_adam_is_the_lessons():
    lesson, param = OPTIMIZERS["sparse_adam"], np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    state: dict[str, Any] = {}
    grads = [(np.array([0, 2]), np.array([[1.0, -2.0], [0.5, 0.1]])), (np.array([2]), np.array([[1.0, 1.0]]))]
    expected = run.trace_by_hand(lesson, param, grads, {"lr": 0.1}, 2)
    for (rows, grad), update in zip(grads, expected, strict=True):
        param, state = plain("sparse_adam").sparse_adam_step(param, rows, grad, state, lr=0.1)
        np.testing.assert_allclose(param, update.param)


@pytest.mark.parametrize("example", [0, 3, 4], ids=["turns", "one turn per step", "two pairs"])
def test_plain_lbfgs_is_the_lessons(example):
    lesson = OPTIMIZERS["lbfgs"]
    ready = set_up(lesson, lesson.examples[example].values)
    own = {name: value for name, value in ready.values.items() if name in ("lr", "max_iter", "history_size")}
    objective, param, state = ready.objective, ready.param, dict[str, Any]()
    assert objective is not None
    for update in run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates):
        param, state = plain("lbfgs").lbfgs_step(param, lambda x: objective.gradient(x, 0), state, **own)
        np.testing.assert_allclose(param, update.param, rtol=1e-7, atol=1e-12)


def test_no_file_is_for_a_lesson_that_there_is_not():
    assert "def lbfgs_step" in plain_source(OPTIMIZERS["lbfgs"]) and plain_source(OPTIMIZERS["adam"]) == ""
