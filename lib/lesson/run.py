"""Runs a lesson: by hand (driving its coroutine) and by torch, on the same values."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lib.lesson.spec import Choice, Lesson, Number, Parameter, Step, Steps, Switch, Tensor

Answer = Callable[[Step, Mapping[str, np.ndarray]], Any]
_recording_warnings = threading.Lock()

REFUSALS = (RuntimeError, ValueError, IndexError, TypeError)  # what torch raises for values that it does not take


@dataclass(frozen=True, eq=False)
class Worked:
    """A finished hand calculation: the steps as they followed, and the values that were sent on from them."""

    steps: dict[str, Step]
    sent: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class TorchResult:
    """What torch returned: result, gradients of its sum, and the warnings that it gave."""

    value: np.ndarray
    grads: dict[str, np.ndarray]
    warnings: tuple[str, ...]


def go_on(step: Step, done: Mapping[str, np.ndarray]) -> Any:
    """Answers each step with its own value."""
    return step.value


def drive(steps: Steps, answer: Answer = go_on) -> Worked:
    """Runs a hand calculation to its end, sending `answer(step, done)` back for each step."""
    finished: dict[str, Step] = {}
    sent: dict[str, np.ndarray] = {}
    done: dict[str, np.ndarray] = {}
    with np.errstate(all="ignore"):
        reply = None
        while True:
            try:
                step = next(steps) if reply is None else steps.send(reply)
            except StopIteration:
                return Worked(finished, sent)
            done[step.name] = done[step.base] = step.value
            reply = np.asarray(answer(step, done))
            finished[step.name] = step
            sent[step.name] = done[step.name] = done[step.base] = reply


def by_hand(lesson: Lesson, values: Mapping[str, Any]) -> dict[str, Step]:
    """The hand calculation in float64; the last step is the result. ValueError for what torch rejects."""
    return work(lesson, values).steps


def grad_by_hand(lesson: Lesson, values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Gradient of the sum of the result for each call tensor that torch differentiates; zeros where nothing depends."""
    given = given_values(lesson, values)
    steps = work_gradient(lesson, given).steps
    return {
        name: np.asarray(steps[f"d_{name}"].value) if f"d_{name}" in steps else np.zeros_like(given[name])
        for name in differentiable(lesson, given)
    }


def work(lesson: Lesson, values: Mapping[str, Any], answer: Answer = go_on, dtype: Any = np.float64) -> Worked:
    """The hand calculation with `answer` deciding what each step goes on with, in the precision `dtype`."""
    check(lesson, values)
    given = given_values(lesson, values, dtype)
    return drive(lesson.by_hand(**given), answer)


def work_gradient(lesson: Lesson, values: Mapping[str, Any], answer: Answer = go_on) -> Worked:
    """The gradient's hand calculation, on the forward steps' own values."""
    given = given_values(lesson, values)
    return drive(lesson.grad_by_hand(work(lesson, given).sent, **given), answer)


def differentiable(lesson: Lesson, given: Mapping[str, Any]) -> list[str]:
    """The call tensors that hold floats and that torch can differentiate."""
    return [t.name for t in lesson.tensors if t.differentiable and _is_inexact(given.get(t.name))]


def _is_inexact(value: Any) -> bool:
    return isinstance(value, np.ndarray) and np.issubdtype(value.dtype, np.inexact)


def given_values(lesson: Lesson, values: Mapping[str, Any], dtype: Any = np.float64) -> dict[str, Any]:
    """Every field's value: what is given, else torch's default; floating tensors in `dtype`."""
    unknown = sorted(set(values) - {f.name for f in lesson.fields})
    if unknown:
        raise ValueError(f"{lesson.torch_name} has no {' or '.join(unknown)}; it takes {_names(lesson)}.")
    return {f.name: _in_precision(_read(f, values), dtype) for f in lesson.fields}


def check(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """ValueError, in plain words, for what torch rejects."""
    given = given_values(lesson, values)
    lesson.check(**given)
    names = lesson.one_precision(given)
    _need_one_precision({name: _read(f, values) for f in lesson.fields if (name := f.name) in names})


def _need_one_precision(values: Mapping[str, Any]) -> None:
    kinds = {name: values[name].dtype.name for name in values if _is_inexact(values[name])}
    if len(set(kinds.values())) > 1:
        held = ", ".join(f"{name} is {kind}" for name, kind in kinds.items())
        raise ValueError(f"Torch takes these in one precision only, but {held}.")


def _names(lesson: Lesson) -> str:
    return ", ".join(f.name for f in lesson.fields)


def _in_precision(value: Any, dtype: Any) -> Any:
    if isinstance(value, np.ndarray) and np.issubdtype(value.dtype, np.floating):
        return value.astype(dtype)
    return value


def _read(spec: Parameter, values: Mapping[str, Any]) -> Any:
    missing = isinstance(spec, Tensor) and not spec.optional and spec.default is None
    if missing and values.get(spec.name) is None:
        raise ValueError(f"{spec.name} is missing: {spec.says}")
    value = values.get(spec.name, spec.default)
    match spec:
        case Tensor():
            return None if value is None else as_array(spec, value)
        case Number():
            return _read_number(spec, value)
        case Choice() if value not in spec.options:
            raise ValueError(f"{spec.name} is {value!r}; expected {_either(spec.options)}.")
        case Switch() if not isinstance(value, bool | np.bool_):
            raise ValueError(f"{spec.name} is {value!r}; expected True or False.")
    return value


def _read_number(spec: Number, value: Any) -> float | int:
    if isinstance(value, bool | str) or value is None or np.ndim(value) != 0:
        raise ValueError(f"{spec.name} is {value!r}; expected a number.")
    if spec.integer and value != int(value):
        raise ValueError(f"{spec.name} is {value}; expected a whole number.")
    return int(value) if spec.integer else float(value)


def _either(options: tuple[Any, ...]) -> str:
    names = [str(option) for option in options]
    return ", ".join(names[:-1]) + " or " + names[-1]


def as_array(spec: Tensor, value: Any) -> np.ndarray:
    """An array as it is; a plain list as the field's kind says: [1, 2] typed for scores means floats."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{spec.name} is not a regular block of numbers: {error}") from error
    if array.dtype.kind not in "biufc":
        raise ValueError(f"{spec.name} is {value!r}; expected numbers.")
    if isinstance(value, np.ndarray):
        return value
    if spec.kind == "float" and array.dtype.kind in "biu" and not hasattr(value, "dtype"):
        return array.astype(np.float64)
    return array.astype(np.int64) if spec.kind == "index" and array.size == 0 else array


def by_torch(lesson: Lesson, values: Mapping[str, Any]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The same from torch, in the dtype given. Raises what torch raises."""
    result = torch_result(lesson, values)
    return result.value, result.grads


def torch_result(lesson: Lesson, values: Mapping[str, Any]) -> TorchResult:
    """Result, gradients and warnings from torch itself."""
    lesson.guard(**given_values(lesson, values))
    tensors = {t.name: _to_torch(t, values) for t in lesson.tensors}
    leaves = {name: tensors[name].requires_grad_() for name in _leaves(lesson, tensors)}
    with _recording_warnings, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        output = call_torch(lesson, list(tensors.values()), torch_parameters(lesson, values))
        grads = _gradients(output, leaves)
    said = tuple(dict.fromkeys(str(warning.message) for warning in caught))
    return TorchResult(output.detach().numpy(), grads, said)


def call_torch(lesson: Lesson, tensors: list[torch.Tensor], parameters: Mapping[str, Any]) -> torch.Tensor:
    """A class is built with the parameters and called with the tensors; a function takes both."""
    if isinstance(lesson.torch, type):
        return lesson.torch(**parameters)(*tensors)
    return lesson.torch(*tensors, **parameters)


def torch_parameters(lesson: Lesson, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that were given, as torch takes them; left-out ones stay torch's own."""
    return {p.name: _to_torch(p, values) for p in lesson.parameters if p.name in values}


def _to_torch(spec: Parameter, values: Mapping[str, Any]) -> Any:
    value = values.get(spec.name, spec.default)
    if isinstance(spec, Tensor) and value is not None:
        return torch.from_numpy(np.array(as_array(spec, value)))  # a copy: torch must not share the learner's array
    if isinstance(spec, Choice) and spec.torch is not None:
        return spec.torch.get(value, value)
    return value


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
