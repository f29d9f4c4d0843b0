"""A line of PyTorch run now: the shapes and dtypes that went in, and what came out or was raised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget, OverBudget, Stopped
from lib.lesson import run
from lib.lesson.spec import Lesson, Tensor


@dataclass(frozen=True, eq=False)
class Live:
    """What came out: `result`, or `error` with PyTorch's text. `tensors` are name, shape and dtype of what went in."""

    line: str
    tensors: tuple[tuple[str, tuple[int, ...], str], ...]
    result: np.ndarray | None = None
    error: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def one_number(self) -> float:
        """The result as one number. ValueError where PyTorch refused the values."""
        if self.result is None:
            raise ValueError(f"{self.line} gave no number: {self.error}")
        return float(self.result)


def in_torchs_precision(lesson: Lesson, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are typed into PyTorch: plain numbers become float32 or int64; arrays keep their dtype."""
    specs = {spec.name: spec for spec in lesson.fields if isinstance(spec, Tensor)}
    return {name: _typed(specs[name], v) if name in specs and v is not None else v for name, v in values.items()}


def _typed(spec: Tensor, value: Any) -> np.ndarray:
    if isinstance(value, np.ndarray):
        return value
    array = run.as_array(spec, value)
    return array.astype(np.float32) if array.dtype == np.float64 else array


def live(lesson: Lesson, values: Mapping[str, Any], *, budget: Budget = UNBOUNDED) -> Live:
    """Runs the lesson's torch class on the values. What torch refuses is part of the answer."""
    typed = in_torchs_precision(lesson, values)
    arrays = {name: value for name, value in typed.items() if isinstance(value, np.ndarray)}
    tensors = tuple((name, array.shape, array.dtype.name) for name, array in arrays.items())
    line = call_text(lesson, typed)
    try:
        result = run.torch_result(lesson, typed, budget=budget)
    except (OverBudget, Stopped):
        raise
    except run.REFUSALS as refusal:
        return Live(line, tensors, error=f"{type(refusal).__name__}: {refusal}")
    return Live(line, tensors, result.value, warnings=result.warnings)


def call_text(lesson: Lesson, values: Mapping[str, Any]) -> str:
    """nn.CrossEntropyLoss(weight=weight)(input, target)"""
    settings = ", ".join(f"{p.name}={_setting(p.name, values)}" for p in lesson.parameters if p.name in values)
    called = ", ".join(t.name for t in lesson.tensors if values.get(t.name) is not None)
    return f"{lesson.torch_name}({settings})({called})" if isinstance(lesson.torch, type) else _function(lesson, called)


def _setting(name: str, values: Mapping[str, Any]) -> str:
    return name if isinstance(values[name], np.ndarray) else repr(values[name])


def _function(lesson: Lesson, called: str) -> str:
    return f"{lesson.torch_name}({called})"
