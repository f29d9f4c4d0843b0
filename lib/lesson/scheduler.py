"""What a lesson on a learning-rate scheduler is made of: a hand calculation of one epoch, and a set-up to run it on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lib.budget import Cost
from lib.lesson.cost import of_epoch
from lib.lesson.spec import AsIs, Number, Parameter, Tensor, Topic

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
    `cost(given)` is that of one epoch that is kept.
    """

    tensors: tuple[Tensor, ...] = ()
    group: str = "schedulers"
    cost: Callable[[Mapping[str, Any]], Cost] = of_epoch
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

    @property
    def _torch_path(self) -> str:
        return f"optim.{self.torch_name}"
