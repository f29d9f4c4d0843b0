"""A schedule followed over many epochs: by hand and by torch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lib.budget import UNBOUNDED, Budget, Cost
from lib.lesson.cost import count
from lib.lesson.run.drive import RIGHT, Slip, drive
from lib.lesson.run.given import cost_of, given_values
from lib.lesson.run.parts import required
from lib.lesson.run.to_torch import torch_parameters
from lib.lesson.scheduler import LR, Scheduler
from lib.lesson.spec import Step
from lib.refusal import Refusal

MOST_STEPS = 1000
MOMENTUM = 0.9  # of torch's optimizer, until a schedule sets it


@dataclass(frozen=True, eq=False)
class Rate:
    """The learning rate of one epoch, its steps, and what the scheduler then remembers."""

    steps: dict[str, Step]
    lr: float
    state: dict[str, Any]
    given: Mapping[str, Any]


def schedule_by_hand(
    lesson: Scheduler,
    values: Mapping[str, Any],
    steps: int,
    metrics: Sequence[float] | None = None,
    slip: Callable[[Mapping[str, Any]], Slip] | None = None,
    *,
    budget: Budget = UNBOUNDED,
) -> list[Rate]:
    """Every epoch from 0 on. `values` holds torch's arguments, and `lr`. Raises a Refusal for what torch rejects.

    `metrics[t]` is what is watched after epoch t. `slip(given)` says what whoever makes a mistake takes and answers
    otherwise.
    """
    budget.need(schedule_cost(lesson, values, steps))
    base = base_of(values)
    own = {name: value for name, value in values.items() if name != "lr"}
    lr, state, rates = base, dict[str, Any](), list[Rate]()
    for epoch in range(steps):
        budget.ask()
        metric = metrics[min(epoch, len(metrics)) - 1] if metrics is not None and epoch else None
        handed = {"lr": lr, "epoch": epoch, "initial_lr": base, "metric": metric, "state": state}
        given = given_values(lesson, {**own, **handed})
        if epoch == 0:
            lesson.check(**given)
        changed, answer = slip(given) if slip else RIGHT
        worked = drive(lesson.by_hand(**{**given, **changed}), answer, budget)
        lr, state = float(worked.returned[0]), worked.returned[1]
        rates.append(Rate(worked.steps, lr, state, given))
    return rates


def schedule_cost(lesson: Scheduler, values: Mapping[str, Any], steps: int) -> Cost:
    """What so many epochs take, each of them kept."""
    return cost_of(lesson, values).kept(count(steps))


def lr_by_hand(
    lesson: Scheduler,
    values: Mapping[str, Any],
    steps: int,
    metrics: Sequence[float] | None = None,
    *,
    budget: Budget = UNBOUNDED,
) -> np.ndarray:
    """The learning rates by hand: rates[t] is in force during update t, rates[0] once the scheduler is built."""
    return np.array([rate.lr for rate in schedule_by_hand(lesson, values, steps, metrics, budget=budget)])


def lr_by_torch(
    lesson: Scheduler,
    values: Mapping[str, Any],
    steps: int,
    metrics: Sequence[float] | None = None,
    *,
    budget: Budget = UNBOUNDED,
) -> np.ndarray:
    """The learning rates from torch's own scheduler around an SGD optimizer. Raises what torch raises."""
    return groups_by_torch(lesson, values, steps, metrics, budget=budget)[0]


def groups_by_torch(
    lesson: Scheduler,
    values: Mapping[str, Any],
    steps: int,
    metrics: Sequence[float] | None = None,
    *,
    budget: Budget = UNBOUNDED,
) -> tuple[np.ndarray, np.ndarray]:
    """Learning rate and momentum of the optimizer during each update."""
    budget.need(schedule_cost(lesson, values, steps))
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base_of(values), momentum=MOMENTUM)
    rates, momenta = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of its own use of deprecated arguments
        scheduler = lesson.build(lesson, optimizer, torch_parameters(lesson, {**required(lesson), **values}))
        for step in range(steps):
            budget.ask()
            rates.append(float(optimizer.param_groups[0]["lr"]))
            momenta.append(float(optimizer.param_groups[0]["momentum"]))
            optimizer.step()
            if step + 1 < steps:
                watched = () if not lesson.watches_metric else (_watched(metrics, step),)
                scheduler.step(*watched)
    return np.array(rates), np.array(momenta)


def _watched(metrics: Sequence[float] | None, step: int) -> float:
    if metrics is None or not len(metrics):
        raise Refusal("metrics are missing; expected one number per epoch, such as the loss.")
    return float(metrics[min(step, len(metrics) - 1)])


def base_of(values: Mapping[str, Any]) -> float:
    lr = float(values.get("lr", LR.default))
    if lr < 0:
        raise Refusal("lr is {lr:g}; expected 0 or more.", lr=lr)
    return lr
