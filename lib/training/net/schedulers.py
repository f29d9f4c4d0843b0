"""Torch's learning-rate schedulers, with arguments to start from, ready to be built or written as code."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from lib.lesson.spec import Choice, Number, Numbers, Parameter
from lib.training.net.arguments import SAYS, code, parameters, told
from lib.training.net.settings import Settings

NONE = "none"
EVERY_UPDATE = ("OneCycleLR", "CyclicLR")  # the others step once an epoch

# The functions of the epoch that LambdaLR and MultiplicativeLR offer, under their own text.
FACTORS: Mapping[str, Callable[[int], float]] = {
    "1 / (1 + epoch / 20)": lambda epoch: 1 / (1 + epoch / 20),
    "0.98**epoch": lambda epoch: 0.98**epoch,
    "1 if epoch < 100 else 0.1": lambda epoch: 1 if epoch < 100 else 0.1,
}
MULTIPLIERS: Mapping[str, Callable[[int], float]] = {
    "0.98": lambda epoch: 0.98,
    "0.5 if epoch % 50 == 0 else 1": lambda epoch: 0.5 if epoch % 50 == 0 else 1,
}
LAMBDAS = {**FACTORS, **MULTIPLIERS}

# What SequentialLR and ChainedScheduler are put together from.
PIECES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    code(name, **arguments): (name, arguments)
    for name, arguments in (
        ("LinearLR", {"start_factor": 0.1, "total_iters": 10}),
        ("ConstantLR", {"factor": 0.5, "total_iters": 20}),
        ("ExponentialLR", {"gamma": 0.98}),
        ("StepLR", {"step_size": 50, "gamma": 0.3}),
        ("CosineAnnealingLR", {"T_max": 190}),
    )
}
LINEAR, CONSTANT, EXPONENTIAL, STEP, COSINE = PIECES

STARTS: Mapping[str, Mapping[str, Any]] = {
    "StepLR": {"step_size": 50, "gamma": 0.3},
    "MultiStepLR": {"milestones": Numbers("milestones", (100.0, 150.0), SAYS["milestones"]), "gamma": 0.3},
    "ConstantLR": {"factor": 0.3, "total_iters": 20},
    "LinearLR": {"start_factor": 0.1, "end_factor": 1.0, "total_iters": 20},
    "ExponentialLR": {"gamma": 0.98},
    "PolynomialLR": {"total_iters": 200, "power": 1.0},
    "CosineAnnealingLR": {"T_max": 200, "eta_min": 0.0},
    "CosineAnnealingWarmRestarts": {"T_0": 50, "T_mult": 1},
    "CyclicLR": {"base_lr": 0.001, "max_lr": 0.05, "step_size_up": 200, "mode": "triangular", "cycle_momentum": True},
    "OneCycleLR": {"max_lr": 0.05, "pct_start": 0.3, "cycle_momentum": True},
    "ReduceLROnPlateau": {"factor": 0.3, "patience": 10},
    "LambdaLR": {"lr_lambda": Choice("lr_lambda", next(iter(FACTORS)), tuple(FACTORS), SAYS["lr_lambda"])},
    "MultiplicativeLR": {
        "lr_lambda": Choice("lr_lambda", next(iter(MULTIPLIERS)), tuple(MULTIPLIERS), SAYS["lr_lambda"])
    },
    "SequentialLR": {"milestones": Number("milestones", 10, SAYS["milestones"], integer=True)},
}
PAIRS = {"SequentialLR": (LINEAR, COSINE), "ChainedScheduler": (LINEAR, EXPONENTIAL)}


def _named() -> dict[str, type[LRScheduler]]:
    every = {name: getattr(lr_scheduler, name) for name in lr_scheduler.__all__}
    return {n: c for n, c in every.items() if inspect.isclass(c) and issubclass(c, LRScheduler) and n != "LRScheduler"}


SCHEDULERS = _named()


def _fields(name: str) -> tuple[Parameter, ...]:
    fields = parameters(SCHEDULERS[name], STARTS.get(name, {}))
    pair = PAIRS.get(name, ())
    says = ("The first scheduler.", "The second one.")
    return (
        *(Choice(n, p, tuple(PIECES), s) for n, p, s in zip(("first", "second"), pair, says, strict=False)),
        *fields,
    )


FIELDS: Mapping[str, tuple[Parameter, ...]] = {NONE: (), **{name: _fields(name) for name in SCHEDULERS}}


@dataclass(frozen=True)
class Call:
    """A scheduler and its arguments; among them other calls for those that combine."""

    name: str
    arguments: Mapping[str, Any]
    pieces: tuple[Call, ...] = ()

    def build(self, optimizer: torch.optim.Optimizer) -> Any:
        given = {k: LAMBDAS[v] if k == "lr_lambda" else v for k, v in self.arguments.items()}
        if self.pieces:
            given["schedulers"] = [piece.build(optimizer) for piece in self.pieces]
        return SCHEDULERS[self.name](optimizer=optimizer, **given)

    def code(self, optimizer: str) -> str:
        first = [f"optimizer={optimizer}" if self.name == "ChainedScheduler" else optimizer]
        if self.pieces:
            first.append(f"schedulers=[{', '.join(piece.code(optimizer) for piece in self.pieces)}]")
        given = dict(self.arguments)
        if "lr_lambda" in given:
            first.append(f"lr_lambda=lambda epoch: {given.pop('lr_lambda')}")
        return code(f"lr_scheduler.{self.name}", *first, **given)


def call(settings: Settings) -> Call | None:
    """The scheduler of these settings; None where the rate stays as it is."""
    if settings.scheduler == NONE:
        return None
    given = dict(settings.plan)
    pieces = tuple(Call(*PIECES[given.pop(name)]) for name in ("first", "second") if name in given)
    if settings.scheduler == "SequentialLR":
        return Call("SequentialLR", {"milestones": [given["milestones"]]}, pieces)
    if "milestones" in given:
        given["milestones"] = [int(epoch) for epoch in given["milestones"]]
    if settings.scheduler == "OneCycleLR":
        given |= {"epochs": settings.epochs, "steps_per_epoch": settings.updates_per_epoch}
    return Call(settings.scheduler, told(SCHEDULERS[settings.scheduler], given), pieces)
