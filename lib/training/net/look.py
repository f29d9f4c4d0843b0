"""What a network with given weights answers over the whole plane, or along the curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lib.training.net.run import Run, Weights

MARGIN = 0.3


@dataclass(frozen=True, eq=False)
class Map:
    """`shade[j, i]` belongs to (x[i], y[j]): the class that wins, plus how sure the network is of it, from 0 to just
    below 1 (0: no surer than a guess). `probability` is the winner's."""

    x: np.ndarray
    y: np.ndarray
    shade: np.ndarray
    probability: np.ndarray


def answers(run: Run, weights: Weights, inputs: Tensor) -> Tensor:
    """The network's output for inputs of shape (points, features), with other weights than its present ones."""
    named = dict(zip((name for name, _ in run.network.named_parameters()), weights, strict=True))
    with torch.no_grad():
        return torch.func.functional_call(run.network, named, (inputs,))


def class_map(run: Run, weights: Weights, side: int) -> Map:
    """A grid of side × side points around the data."""
    every = torch.cat([run.points.train_inputs, run.points.test_inputs])
    low, high = every.min(dim=0).values - MARGIN, every.max(dim=0).values + MARGIN
    x, y = (torch.linspace(float(low[d]), float(high[d]), side) for d in (0, 1))
    grid = torch.cartesian_prod(y, x).flip(1)
    output = answers(run, weights, grid)
    chances = (
        output.softmax(dim=1) if output.shape[1] > 1 else torch.cat([(-output).sigmoid(), output.sigmoid()], dim=1)
    )
    probability, winner = chances.max(dim=1)
    guess = 1 / chances.shape[1]
    sure = ((probability - guess) / (1 - guess)).clamp(0, 0.999)
    return Map(x.numpy(), y.numpy(), (winner + sure).view(side, side).numpy(), probability.view(side, side).numpy())


def plane_points(run: Run) -> list[tuple[float, float, int, bool]]:
    """Every point: two coordinates (of a curve: input and target), its class (of a curve 0), whether it is a test."""
    drawn = run.points
    every: list[tuple[float, float, int, bool]] = []
    for inputs, target, test in (
        (drawn.train_inputs, drawn.train_target, False),
        (drawn.test_inputs, drawn.test_target, True),
    ):
        classes = bool(run.settings.data_set.classes)
        labels = target.flatten().long().tolist() if classes else [0] * len(target)
        places = (inputs if classes else torch.cat([inputs, target], dim=1)).tolist()
        every += [(round(x, 3), round(y, 3), label, test) for (x, y), label in zip(places, labels, strict=True)]
    return every


def fitted_curve(run: Run, weights: Weights, count: int) -> tuple[np.ndarray, np.ndarray]:
    """x and the network's answer, along the range of the data."""
    every = torch.cat([run.points.train_inputs, run.points.test_inputs])
    x = torch.linspace(float(every.min()) - MARGIN, float(every.max()) + MARGIN, count)
    return x.numpy(), answers(run, weights, x[:, None])[:, 0].numpy()
