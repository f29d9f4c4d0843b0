"""Schedules that are part of another: each is run, checked and built as if it were alone."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from lib.lesson.run.drive import drive
from lib.lesson.run.given import given_values
from lib.lesson.run.to_torch import torch_parameters
from lib.lesson.scheduler import Scheduler
from lib.refusal import Refusal


def part_rate(
    part: Scheduler, values: Mapping[str, Any], lr: float, epoch: int, initial_lr: float, state: Mapping[str, Any]
) -> tuple[float, dict[str, Any]]:
    """One epoch of a schedule that is part of another: its learning rate, and what it remembers."""
    handed = {"lr": lr, "epoch": epoch, "initial_lr": initial_lr, "metric": None, "state": dict(state)}
    new, after = drive(part.by_hand(**given_values(part, {**values, **handed}))).returned
    return float(new), after


def check_parts(combined: str, parts: Sequence[tuple[Scheduler, Mapping[str, Any]]], initial_lr: float) -> None:
    """ValueError where torch rejects a part, alone or as a part of `combined`, and where a part is not worked here."""
    if not parts:
        raise Refusal("{combined} is given no schedule; expected one at least.", combined=combined)
    for part, values in parts:
        if part.watches_metric:
            raise Refusal(
                "{part} needs a number in every step, which {combined} does not hand on.",
                part=part.title,
                combined=combined,
            )
        if "max_lr" in {p.name for p in part.parameters}:
            raise Refusal(
                "{part} overwrites what the other schedules start from; that is not worked here.", part=part.title
            )
        part.check(**given_values(part, {**values, "lr": initial_lr, "epoch": 0, "initial_lr": initial_lr}))


def required(scheduler: Scheduler) -> dict[str, Any]:
    """Our values for the arguments that torch has no default for."""
    signature = inspect.signature(scheduler.torch).parameters
    return {p.name: p.default for p in scheduler.parameters if signature[p.name].default is inspect.Parameter.empty}


def torch_part(part: Scheduler, optimizer: Any, values: Mapping[str, Any]) -> Any:
    """Torch's scheduler for a part."""
    return part.build(part, optimizer, torch_parameters(part, {**required(part), **values}))
