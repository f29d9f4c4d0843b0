"""Slopes in two dimensions: f = 4a² + b² at a point, walked off in any direction."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

Point = tuple[float, float]


def bowl(a: Any, b: Any) -> Any:
    """4a² + b²: along a the parabola of gradient descent, along b a flatter one. Takes numbers, arrays and tensors."""
    return (2 * a) ** 2 + b**2


def gradient(point: Point) -> np.ndarray:
    """(8a, 2b)."""
    return np.array([8.0, 2.0]) * point


def unit(degrees: float | np.ndarray) -> np.ndarray:
    """The direction of length 1 at an angle, counted from the a axis towards the b axis; coordinates come last."""
    angle = np.deg2rad(degrees)
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def slope(point: Point, degrees: float | np.ndarray) -> np.ndarray:
    """How fast f rises for each unit walked in that direction: gradient · direction."""
    return unit(degrees) @ gradient(point)


def slope_by_torch(point: Point, degrees: float) -> float:
    """The same by autograd along the ray: the derivative of f(point + s · direction) at s = 0."""
    s = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (a, b), (da, db) = point, unit(degrees).tolist()
    (found,) = torch.autograd.grad(bowl(a + s * da, b + s * db), s)
    return float(found)


def steepest(point: Point) -> float | None:
    """The angle of the gradient, 0 to 360 degrees; None at the minimum, where every direction is level."""
    a, b = gradient(point)
    return float(np.rad2deg(np.arctan2(b, a)) % 360) if a or b else None


def apart(degrees: float, other: float) -> float:
    """The angle between two directions, 0 to 180 degrees."""
    return abs((degrees - other + 180) % 360 - 180)
