"""What the small networks learn from: points in the plane with a class, or a noisy curve, drawn from a seed.

Each function takes `points` (how many), `noise` (the standard deviation of what is added) and a generator of its own,
and returns inputs of shape (points, features) and a target per point. Points come in random places with their classes
in turn, so that any piece of them is a fair sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

TRAIN_SHARE = 0.8  # the rest is kept for the test


def moons(points: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Two half circles that reach into each other."""
    label = torch.arange(points) % 2
    angle = math.pi * torch.rand(points, generator=generator)
    arc = torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)
    inputs = torch.where(label[:, None] == 0, arc, torch.tensor([1.0, 0.5]) - arc)
    return inputs + noise * torch.randn(points, 2, generator=generator), label


def circles(points: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A ring and a smaller ring inside it."""
    label = torch.arange(points) % 2
    angle = 2 * math.pi * torch.rand(points, generator=generator)
    radius = torch.where(label == 0, 1.5, 0.7)
    inputs = radius[:, None] * torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)
    return inputs + noise * torch.randn(points, 2, generator=generator), label


def spirals(points: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Two arms that wind around each other."""
    label = torch.arange(points) % 2
    along = torch.rand(points, generator=generator).sqrt()  # as many points outside as inside
    angle = 3 * math.pi * along + math.pi * label
    inputs = 2 * along[:, None] * torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)
    return inputs + noise * torch.randn(points, 2, generator=generator), label


def blobs(points: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Three clouds around the corners of a triangle."""
    label = torch.arange(points) % 3
    angle = 2 * math.pi * label / 3 + math.pi / 2
    corner = 1.2 * torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)
    return corner + (0.3 + noise) * torch.randn(points, 2, generator=generator), label


def xor(points: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A square in four quarters, opposite ones alike: no straight line can tell the classes apart."""
    inputs = 3 * torch.rand(points, 2, generator=generator) - 1.5
    label = (inputs[:, 0] * inputs[:, 1] < 0).long()
    return inputs + noise * torch.randn(points, 2, generator=generator), label


def sine(points: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A sine wave with noise in its height."""
    inputs = 6 * torch.rand(points, 1, generator=generator) - 3
    return inputs, torch.sin(2 * inputs) + noise * torch.randn(points, 1, generator=generator)


@dataclass(frozen=True)
class DataSet:
    """`classes` is 0 for a curve, whose targets are numbers."""

    title: str
    draw: Callable[[int, float, torch.Generator], tuple[Tensor, Tensor]]
    classes: int

    @property
    def features(self) -> int:
        return 2 if self.classes else 1


DATA_SETS: Mapping[str, DataSet] = {
    "moons": DataSet("Moons", moons, 2),
    "spirals": DataSet("Spirals", spirals, 2),
    "circles": DataSet("Circles", circles, 2),
    "blobs": DataSet("Blobs", blobs, 3),
    "xor": DataSet("XOR", xor, 2),
    "sine": DataSet("Noisy sine", sine, 0),
}


def for_training(points: int) -> int:
    """How many of the points are trained on; the others are the test."""
    return round(TRAIN_SHARE * points)
