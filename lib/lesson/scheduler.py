"""What a lesson on a learning-rate scheduler is made of: a hand calculation of one epoch, and a set-up to run it on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.lesson.drive import drive
from lib.lesson.given import given_values
from lib.lesson.spec import AsIs, Number, Parameter, Tensor, Topic
from lib.lesson.to_torch import torch_parameters

LR = Number("lr", 0.1, "The optimizer's learning rate, from which the schedule starts.")
STEPS = Number("steps", 30, "For how many epochs the schedule is followed.", integer=True)
METRICS = Tensor(
    "metrics",
    "the loss after each epoch; the last one stays if there are fewer than epochs",
    "(epochs)",
    default=[1.0, 0.8, 0.7, 0.7, 0.7, 0.7, 0.7],
)

HANDED: tuple[Parameter, ...] = (
    AsIs("lr", None, "the learning rate of the epoch before"),
    AsIs("epoch", 0, "the number of the epoch, from 0"),
    AsIs("initial_lr", None, "the learning rate that the optimizer was built with"),
    AsIs("metric", None, "what is watched, after the epoch before"),
    AsIs("state", {}, "what the scheduler remembers"),
)


def built(scheduler: Scheduler, optimizer: Any, parameters: Mapping[str, Any]) -> Any:
    """Torch's scheduler around an optimizer."""
    return scheduler.torch(optimizer, **parameters)


def as_whole(name: str) -> Callable[[Scheduler, Any, Mapping[str, Any]], Any]:
    """Builds with one argument as a list of plain whole numbers: torch looks epochs up in it."""

    def build(scheduler: Scheduler, optimizer: Any, parameters: Mapping[str, Any]) -> Any:
        return built(scheduler, optimizer, {**parameters, name: [int(n) for n in parameters[name]]})

    return build


@dataclass(frozen=True, eq=False, kw_only=True)
class Scheduler(Topic):
    """One scheduler of torch.optim.lr_scheduler.

    `by_hand(lr, epoch, initial_lr, metric, state, *, …)` yields the steps of one epoch, the last one named `lr`, and
    returns `(lr, state)`. Epoch 0 is what torch does when the scheduler is built; then `lr` is the optimizer's own.
    `cycles_momentum(given)` says whether the state holds the optimizer's momentum too. `build` makes torch's scheduler;
    one that combines others names its `parts(values)`: (scheduler, values) pairs, and the other arguments.
    `scales`: its rate is the initial one times a factor, so that torch multiplies whatever another schedule has left.
    """

    tensors: tuple[Tensor, ...] = ()
    group: str = "schedulers"
    watches_metric: bool = False
    scales: bool = False
    cycles_momentum: Callable[[Mapping[str, Any]], bool] = lambda given: False
    build: Callable[[Scheduler, Any, Mapping[str, Any]], Any] = built
    parts: Callable[[Mapping[str, Any]], tuple[list[tuple[Scheduler, Mapping[str, Any]]], dict[str, Any]]] | None = None

    @property
    def fields(self) -> tuple[Parameter, ...]:
        return (*HANDED, *self.parameters)

    @property
    def form(self) -> tuple[Parameter, ...]:
        return (LR, STEPS, *((METRICS,) if self.watches_metric else ()), *self.parameters)

    @property
    def torch_name(self) -> str:
        return f"lr_scheduler.{self.torch.__name__}"


def part_rate(
    part: Scheduler, values: Mapping[str, Any], lr: float, epoch: int, initial_lr: float, state: Mapping[str, Any]
) -> tuple[float, dict[str, Any]]:
    """One epoch of a schedule that is part of another: its learning rate, and what it remembers."""
    handed = {"lr": lr, "epoch": epoch, "initial_lr": initial_lr, "metric": None, "state": dict(state)}
    new, after = drive(part.by_hand(**given_values(part, {**values, **handed}))).returned
    return float(new), after


def check_parts(combined: str, parts: Sequence[tuple[Scheduler, Mapping[str, Any]]], initial_lr: float) -> None:
    """ValueError for what torch rejects in the parts of a schedule that combines them, and for what is not worked."""
    if not parts:
        raise ValueError(f"{combined} is given no schedule; expected one at least.")
    for part, values in parts:
        if part.watches_metric:
            raise ValueError(f"{part.title} needs a number in every step, which {combined} does not hand on.")
        if "max_lr" in {p.name for p in part.parameters}:
            raise ValueError(f"{part.title} overwrites what the other schedules start from; that is not worked here.")
        part.check(**given_values(part, {**values, "lr": initial_lr, "epoch": 0, "initial_lr": initial_lr}))


def required(scheduler: Scheduler) -> dict[str, Any]:
    """Our values for the arguments that torch has no default for."""
    signature = inspect.signature(scheduler.torch).parameters
    return {p.name: p.default for p in scheduler.parameters if signature[p.name].default is inspect.Parameter.empty}


def torch_part(part: Scheduler, optimizer: Any, values: Mapping[str, Any]) -> Any:
    """Torch's scheduler for a part."""
    return part.build(part, optimizer, torch_parameters(part, {**required(part), **values}))
