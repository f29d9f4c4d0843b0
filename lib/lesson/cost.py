"""What it costs to work a lesson: how many numbers, and how many bytes, told from shapes and settings alone.

A cost allocates nothing and never raises, whatever stands in the fields: what is no number costs nothing (it is refused
elsewhere), what is no finite one costs too much. They are estimates from above, of the hand calculation with its
gradient and of torch alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lib.budget import Cost

Given = Mapping[str, Any]

STEPS = 12  # of a hand calculation with its gradient
STEP = 500  # what a step costs in Python alone, in numbers worked out meanwhile
BYTES = 8  # of a number
HELD = 16  # arrays that are held at once, of the size of the largest
OBJECTS = 5_000  # bytes of the Python objects around the numbers of a calculation


def elementwise(given: Given) -> Cost:
    """Each number of each tensor is worked by itself."""
    return of_numbers(sum(size(value) for value in given.values()))


def of_stretched(*names: str) -> Callable[[Given], Cost]:
    """These tensors are stretched over one another: 10,000 × 1 and 1 × 10,000 make 100,000,000 numbers."""

    def cost(given: Given) -> Cost:
        others = sum(size(value) for name, value in given.items() if name not in names)
        shapes = (shape_of(given[name]) for name in names if given.get(name) is not None)
        return of_numbers(stretched_size(*shapes) + others)

    return cost


def of_numbers(count: float) -> Cost:
    """The usual steps, each over so many numbers."""
    return Cost(STEPS * (count + STEP), HELD * BYTES * count + OBJECTS)


def of_update(given: Given) -> Cost:
    """One update of an optimizer that takes each number by itself; the bytes are those of an update that is kept:
    the parameter, its gradient, and up to four buffers."""
    count = size(given.get("param"))
    return Cost(STEPS * (count + STEP), 6 * BYTES * count + OBJECTS)


def of_epoch(given: Given) -> Cost:
    """One epoch of a scheduler, which may look through a list of milestones or factors; its steps are kept."""
    listed = sum(size(value) for name, value in given.items() if name != "metric")
    return Cost(STEPS * STEP + listed, 3 * OBJECTS)


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape of an array, or of a list as its first items have it; () for everything else."""
    if isinstance(value, np.ndarray):
        return value.shape
    shape: list[int] = []
    while isinstance(value, list | tuple) and len(shape) < 32:
        shape.append(len(value))
        value = value[0] if value else None
    return tuple(shape)


def size(value: Any) -> float:
    """How many numbers a tensor holds; 0 for what is no tensor and no list."""
    shape = shape_of(value)
    return float(math.prod(shape)) if shape or isinstance(value, np.ndarray) else 0.0


def stretched_size(*shapes: tuple[int, ...]) -> float:
    """How many numbers come of tensors that are stretched over one another; the most there could be if they do not
    fit."""
    deepest = max((len(shape) for shape in shapes), default=0)
    padded = [(1,) * (deepest - len(shape)) + shape for shape in shapes]
    every = float(math.prod(max(sizes) for sizes in zip(*padded, strict=True)))
    return every if all(0 not in shape for shape in shapes) else 0.0


def count(value: Any, otherwise: float = 0.0) -> float:
    """A count as a setting holds it: never negative; `otherwise` where there is none, infinite where it is NaN."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return otherwise
    except OverflowError:
        return math.inf if value > 0 else 0.0
    return math.inf if math.isnan(number) else max(0.0, number)


def largest(value: Any) -> float:
    """The largest number of a tensor, as a count; 0 where there is none."""
    if isinstance(value, np.ndarray):
        return count(value.max()) if value.size and value.dtype.kind in "biuf" else 0.0
    return max((largest(item) for item in value), default=0.0) if isinstance(value, list | tuple) else count(value)
