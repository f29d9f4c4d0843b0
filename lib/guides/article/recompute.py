"""Small runs that several claims need: signatures, refusals, gradient descent, momentum."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from lib.lesson.run import REFUSALS
from lib.training.descent.averages import momentum_path_by_torch, stays_below
from lib.training.descent.descent import path_by_torch

START = 2.0


def signature(kind: type) -> str:
    """The arguments with their defaults, without types: margin=1.0, reduction='mean'."""
    parameters = [p for p in inspect.signature(kind).parameters.values() if p.name != "params"]
    return ", ".join(p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters)


def refused(run: Callable[[], object]) -> bool:
    """Whether torch raises."""
    try:
        run()
    except REFUSALS:
        return True
    return False


def seeded(seed: int = 1) -> torch.Generator:
    """The random numbers that follow torch.manual_seed(seed), without touching anybody else's."""
    return torch.Generator().manual_seed(seed)


def descent(lr: float, iterations: int) -> list[float]:
    """The losses of y = (2x)² from x = 2, before each update."""
    return path_by_torch(lr, START, iterations).y.tolist()


def momentum_run(lr: float, momentum: float, iterations: int = 100) -> np.ndarray:
    """The losses of the same parabola with torch's SGD."""
    return momentum_path_by_torch(lr, momentum, START, iterations).y


def settles(losses: np.ndarray, level: float) -> int:
    """The iteration from which on every loss is below the level; their number if there is none."""
    first = stays_below(losses, level)
    return len(losses) if first is None else first


def path(
    kind: type[torch.optim.Optimizer], gradients: Sequence[float], start: float = 1.0, **settings: Any
) -> tuple[list[float], dict[str, Any]]:
    """Where a single weight is after each of these gradients, and the optimizer's state for it."""
    weight = torch.tensor([start], dtype=torch.float64, requires_grad=True)
    optimizer = kind([weight], **settings)
    places = []
    for gradient in gradients:
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        places.append(weight.item())
    return places, dict(optimizer.state[weight])
