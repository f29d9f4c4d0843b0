"""Runs a lesson: by hand (driving its coroutine) and by torch, on the same values."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lib.budget import UNBOUNDED, Budget
from lib.lesson.run.case import Case
from lib.lesson.run.given import cost_of, given_values, is_inexact
from lib.lesson.run.to_torch import to_torch, torch_parameters
from lib.lesson.spec import Lesson, Step

_recording_warnings = threading.Lock()

# What torch raises for values that it does not take.
REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, ArithmeticError)


@dataclass(frozen=True, eq=False)
class TorchResult:
    """What torch returned: result, gradients of its sum, and the warnings that it gave."""

    value: np.ndarray
    grads: dict[str, np.ndarray]
    warnings: tuple[str, ...]


def by_hand(lesson: Lesson, values: Mapping[str, Any], *, budget: Budget = UNBOUNDED) -> dict[str, Step]:
    """The hand calculation in float64; the last step is the result. Raises a Refusal for what torch rejects."""
    return Case.of(lesson, values, budget=budget).forward.steps


def grad_by_hand(lesson: Lesson, values: Mapping[str, Any], *, budget: Budget = UNBOUNDED) -> dict[str, np.ndarray]:
    """The gradient of the summed result for each tensor that torch differentiates; zeros where it does not matter."""
    case = Case.of(lesson, values, budget=budget)
    steps = case.gradient.steps
    return {
        name: np.asarray(steps[f"d_{name}"].value) if f"d_{name}" in steps else np.zeros_like(case.given[name])
        for name in differentiable(lesson, case.given)
    }


def differentiable(lesson: Lesson, given: Mapping[str, Any]) -> list[str]:
    """The call tensors that hold floats and that torch can differentiate."""
    return [t.name for t in lesson.tensors if t.differentiable and is_inexact(given.get(t.name))]


def by_torch(
    lesson: Lesson, values: Mapping[str, Any], *, budget: Budget = UNBOUNDED
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Result and gradients from torch, in the dtype given. Raises what torch raises."""
    result = torch_result(lesson, values, budget=budget)
    return result.value, result.grads


def torch_result(lesson: Lesson, values: Mapping[str, Any], *, budget: Budget = UNBOUNDED) -> TorchResult:
    """Result, gradients and warnings from torch itself. A call of torch cannot be stopped, only refused."""
    budget.need(cost_of(lesson, values))
    budget.ask()
    lesson.guard(**given_values(lesson, values))
    tensors = {t.name: to_torch(t, values) for t in lesson.tensors}
    leaves = {name: tensors[name].requires_grad_() for name in _leaves(lesson, tensors)}
    with _recording_warnings, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        output = call_torch(lesson, list(tensors.values()), torch_parameters(lesson, values))
        grads = _gradients(output, leaves)
    said = tuple(dict.fromkeys(str(warning.message) for warning in caught))
    return TorchResult(output.detach().numpy(), grads, said)


def call_torch(lesson: Lesson, tensors: list[torch.Tensor], parameters: Mapping[str, Any]) -> torch.Tensor:
    """Calls torch: a class is built with the parameters and called with the tensors; a function takes both."""
    if isinstance(lesson.torch, type):
        return lesson.torch(**parameters)(*tensors)
    return lesson.torch(*tensors, **parameters)


def _leaves(lesson: Lesson, tensors: Mapping[str, Any]) -> list[str]:
    return [
        t.name for t in lesson.tensors if t.differentiable and tensors[t.name] is not None and _floats(tensors[t.name])
    ]


def _floats(tensor: torch.Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


def _gradients(output: torch.Tensor, leaves: Mapping[str, torch.Tensor]) -> dict[str, np.ndarray]:
    if not leaves or not output.requires_grad:
        return {name: np.zeros(leaf.shape) for name, leaf in leaves.items()}
    found = torch.autograd.grad(output.sum(), list(leaves.values()), allow_unused=True)
    return {
        name: np.zeros(leaf.shape) if grad is None else grad.numpy()
        for (name, leaf), grad in zip(leaves.items(), found, strict=True)
    }
