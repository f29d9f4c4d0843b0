"""Many runs at once: the final loss over a grid of learning rates and momenta, all places in one array."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget, Cost
from lib.lesson.cost import BYTES, HELD
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.drive import finish
from lib.lesson.run.given import cost_of, given_values
from lib.lesson.run.set_up import set_up
from lib.lesson.run.trace import FAR
from lib.refusal import Refusal


def sweep_setting(lesson: Optimizer, form: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """The swept parameter set to a value: momentum=0.9, or one of the two numbers in betas=(0.9, 0.999)."""
    name, _, place = re.sub(r"\]$", "", lesson.sweeps).partition("[")
    if not place:
        return {name: value}
    numbers = list(form.get(name, next(p.default for p in lesson.parameters if p.name == name)))
    numbers[int(place)] = value
    return {name: tuple(numbers)}


def sweep_range(lesson: Optimizer, count: int) -> np.ndarray:
    """Evenly spaced values of the swept parameter, both ends included."""
    return np.linspace(*lesson.sweep_range, count)


def final_losses(
    lesson: Optimizer,
    form: Mapping[str, Any],
    rates: np.ndarray,
    others: np.ndarray,
    *,
    budget: Budget = UNBOUNDED,
) -> np.ndarray:
    """The loss after the last update, shape (others, rates); inf or NaN where the run diverged.

    Works for optimizers that update element by element (`lesson.sweeps`) and for objectives.
    """
    ready = set_up(lesson, {**form, "drop_at": 0})
    if ready.objective is None:
        raise Refusal("Typed gradients have no loss to draw; choose a function.")
    values = {
        name: value for name, value in ready.values.items() if name not in ("lr", *sweep_setting(lesson, form, 0))
    }
    grid = (len(others), len(rates))
    shape = (*grid, *ready.param.shape)
    spread = (1,) * ready.param.ndim
    arrays = {
        "lr": rates.reshape(1, -1, *spread),
        **sweep_setting(lesson, form, others.reshape(-1, 1, *spread)),
    }
    everywhere = np.broadcast_to(ready.param, shape)
    one = cost_of(lesson, {**values, "param": everywhere})
    budget.need(Cost(one.numbers * ready.updates, HELD * BYTES * everywhere.size))
    param, state = everywhere.astype(np.float64), dict[str, Any]()
    fixed = given_values(lesson, {**values, "param": param, "grad": param})
    with np.errstate(all="ignore"):
        for update in range(ready.updates):
            budget.ask()
            grad = ready.objective.gradient(param, update)
            given = {**fixed, **arrays, "param": param, "grad": grad, "state": state}
            param, state = finish(lesson.by_hand(**given), budget)
        losses = ready.objective.value(param)
    return losses.reshape(*grid, -1).sum(-1)


def without_runaways(losses: np.ndarray, start: float) -> np.ndarray:
    """The losses, NaN for runs that left: a million times the loss at the start, or as far below 0."""
    with np.errstate(all="ignore"):
        return np.where(np.abs(losses) > FAR * max(1.0, abs(start)), np.nan, losses)
