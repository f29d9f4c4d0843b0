"""Where a formula as printed in books breaks: the same numbers three ways, in three precisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from lib.budget import UNBOUNDED, Budget, OverBudget, Stopped
from lib.lesson.run.case import Case
from lib.lesson.run.given import given_values
from lib.lesson.run.loss import REFUSALS, torch_result
from lib.lesson.spec import Lesson

Way = Literal["naive", "stable", "torch"]
Agreement = Literal["agrees", "off", "overflow", "not defined", "not supported", "refused"]

NUMBERS = (0.0, 100.0, -100.0, 1e9, -1e9, np.inf, -np.inf)
WAYS: tuple[Way, ...] = ("naive", "stable", "torch")
PRECISIONS = ("float16", "float32", "float64")
_ALLOWED = 8  # units of the last place, of the result or of 1, whichever is larger


@dataclass(frozen=True, eq=False)
class Cell:
    """One way in one precision. `value` is None where there is none; `off` is how far it lies from torch in float64."""

    way: Way
    precision: str
    value: float | None
    kind: Agreement
    off: float = 0.0

    @property
    def verdict(self) -> str:
        """In words: agrees, off by 0.003, overflow, NaN, not defined, not supported, refused."""
        if self.kind == "overflow" and self.value is not None and np.isnan(self.value):
            return "NaN"
        return f"off by {self.off:.3g}" if self.kind == "off" else self.kind


@dataclass(frozen=True, eq=False)
class Row:
    """An extreme number, torch's result for it in float64 (None where torch refuses it), and nine cells."""

    x: float
    truth: float | None
    cells: tuple[Cell, ...]

    @property
    def ways(self) -> tuple[Way, ...]:
        return tuple(dict.fromkeys(cell.way for cell in self.cells))

    def cell(self, way: Way, precision: str) -> Cell:
        return next(c for c in self.cells if c.way == way and c.precision == precision)


def table(lesson: Lesson, numbers: tuple[float, ...] = NUMBERS, *, budget: Budget = UNBOUNDED) -> list[Row]:
    """The book's formula (where it differs from the stable one), the hand calculation and torch on each number."""
    forward = _forward_only(lesson)
    with np.errstate(all="ignore"):
        return [_row(forward, x, budget) for x in numbers]


def _forward_only(lesson: Lesson) -> Lesson:
    """The lesson without gradients: torch's backward pass may lack a kernel that its forward pass has."""
    return replace(lesson, tensors=tuple(replace(t, differentiable=False) for t in lesson.tensors))


def _row(lesson: Lesson, x: float, budget: Budget) -> Row:
    ways = WAYS if lesson.extremes else WAYS[1:]
    results = {(way, p): _result(lesson, way, x, p, budget) for way in ways for p in PRECISIONS}
    truth = results["torch", "float64"]
    cells = tuple(_cell(way, p, result, truth) for (way, p), result in results.items())
    return Row(x, None if isinstance(truth, str) else _one(truth), cells)


def _result(lesson: Lesson, way: Way, x: float, precision: str, budget: Budget) -> np.ndarray | Agreement:
    """The result as an array, or why there is none."""
    dtype = np.dtype(precision)
    values = lesson.extremes.values(x) if lesson.extremes else _first_number_replaced(lesson, x)
    given = given_values(lesson, values, dtype)
    try:
        match way:
            case "naive":
                assert lesson.extremes is not None
                return np.asarray(lesson.extremes.naive(**given)).astype(dtype)
            case "stable":
                steps = Case.of(lesson, given, dtype, budget).forward.steps
                return np.asarray(next(reversed(steps.values())).value).astype(dtype)
            case "torch":
                return torch_result(lesson, {name: given[name] for name in values}, budget=budget).value
    except (OverBudget, Stopped):
        raise
    except REFUSALS as error:
        if way == "naive":
            raise  # the book's formula has no checks: this is a fault in the lesson
        return "not supported" if isinstance(error, NotImplementedError) else "refused"


def _first_number_replaced(lesson: Lesson, x: float) -> Mapping[str, Any]:
    """The first example with x as the first number of its first tensor."""
    values = lesson.examples[0].values
    name = lesson.tensors[0].name
    tensor = np.array(values[name], dtype=np.float64)
    tensor.flat[0] = x
    return {**values, name: tensor}


def _cell(way: Way, precision: str, result: np.ndarray | Agreement, truth: np.ndarray | Agreement) -> Cell:
    if isinstance(result, str):
        return Cell(way, precision, None, result)
    if isinstance(truth, str):
        return Cell(way, precision, _one(result), "not defined")
    kind, off = _judged(np.ravel(result).astype(np.float64), np.ravel(truth), float(np.finfo(precision).eps))
    return Cell(way, precision, _one(result), kind, off)


def _judged(result: np.ndarray, truth: np.ndarray, eps: float) -> tuple[Agreement, float]:
    """What a result is worth, by its worst element."""
    if np.isnan(truth).any():
        return "not defined", 0.0
    if result.shape != truth.shape:
        raise ValueError(f"The naive formula gives {result.size} numbers, torch {truth.size}.")
    if not np.isfinite(result[np.isfinite(truth)]).all() or np.isnan(result).any():
        return "overflow", 0.0
    same = (result == truth) | (np.abs(result - truth) <= _ALLOWED * eps * np.maximum(1.0, np.abs(truth)))
    return ("agrees", 0.0) if same.all() else ("off", float(np.abs(result - truth)[~same].max()))


def _one(result: np.ndarray) -> float:
    """One number to show: a result with several numbers is summed."""
    return float(np.sum(result.astype(np.float64)))


def counts(rows: list[Row], way: Way) -> Mapping[str, int]:
    """How often a way agrees, is off, overflows and so on, over all numbers and precisions."""
    found: dict[str, int] = {}
    for row in rows:
        for cell in row.cells:
            if cell.way == way:
                found[cell.kind] = found.get(cell.kind, 0) + 1
    return found
