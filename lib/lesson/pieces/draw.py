"""Random tensors for the page's dice and for the tests, to two decimals so that they can be worked by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lib.lesson.spec import Lesson, Tensor

Random = np.random.Generator
Shape = tuple[int, ...]
Drawn = Mapping[str, np.ndarray]


def draw_values(lesson: Lesson, shapes: Mapping[str, Shape], seed: int) -> dict[str, np.ndarray]:
    """Random values of these shapes for the lesson's tensors, the same for the same seed."""
    random = np.random.default_rng(seed)
    values: dict[str, np.ndarray] = {}
    for spec in lesson.fields:
        if isinstance(spec, Tensor) and spec.name in shapes:
            values[spec.name] = spec.draw(random, shapes[spec.name], values)
    return values


def positive(random: Random, shape: Shape, drawn: Drawn) -> np.ndarray:
    """Numbers from 0.1 to 3."""
    return np.round(random.uniform(0.1, 3, shape), 2)


def probability(random: Random, shape: Shape, drawn: Drawn) -> np.ndarray:
    """Each number by itself a probability, 0.01 to 0.99."""
    return np.round(random.uniform(0.01, 0.99, shape), 2)


def sign(random: Random, shape: Shape, drawn: Drawn) -> np.ndarray:
    """1 or −1."""
    return np.where(random.random(shape) < 0.5, -1.0, 1.0)


def yes_or_no(random: Random, shape: Shape, drawn: Drawn) -> np.ndarray:
    """1 or 0."""
    return np.where(random.random(shape) < 0.5, 0.0, 1.0)


def count(random: Random, shape: Shape, drawn: Drawn) -> np.ndarray:
    """Whole numbers as they come from counting: 0, 1, 2, …"""
    return random.poisson(2.0, shape).astype(np.float64)


def class_index(random: Random, shape: Shape, drawn: Drawn) -> np.ndarray:
    """Right classes of the scores drawn as `input`, whose classes are on axis 1, or on the only axis."""
    scores = drawn["input"]
    return random.integers(0, max(1, scores.shape[min(1, scores.ndim - 1)]), shape)


def distribution(random: Random, shape: Shape, drawn: Drawn | None = None, axis: int = -1) -> np.ndarray:
    """Probabilities that sum to 1 along `axis` (in hundredths wherever the axis has at most ten entries)."""
    if 0 in shape or not shape:
        return np.ones(shape)
    parts = random.dirichlet(np.ones(shape[axis]), shape[:axis] + shape[axis:][1:])
    rounded = np.maximum(np.round(parts, 2), 0.01)
    rounded[..., 0] += 1 - rounded.sum(-1)
    fine = parts / parts.sum(-1, keepdims=True)
    return np.moveaxis(np.where((rounded > 0).all(-1, keepdims=True), np.round(rounded, 2), fine), -1, axis)


def log_distribution(random: Random, shape: Shape, drawn: Drawn) -> np.ndarray:
    """Logarithms of probabilities that sum to 1 along the last axis."""
    return np.log(distribution(random, shape, drawn))
