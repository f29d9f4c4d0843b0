"""What a lesson is given: the value of every field, read and checked. What is refused is refused in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lib.budget import Cost
from lib.lesson.spec import Choice, Number, Numbers, Parameter, Switch, Tensor, Topic
from lib.refusal import Refusal


def given_values(lesson: Topic, values: Mapping[str, Any], dtype: Any = np.float64) -> dict[str, Any]:
    """The value of every field: the one given, or torch's default; floating tensors become `dtype`."""
    return _in_precision(_read_all(lesson, values), dtype)


def checked(lesson: Topic, values: Mapping[str, Any], dtype: Any = np.float64) -> dict[str, Any]:
    """The same values, checked by the lesson (in float64). Raises a Refusal for what torch rejects."""
    read = _read_all(lesson, values)
    given = _in_precision(read, np.float64)
    lesson.check(**given)
    names = lesson.one_precision(given)
    _need_one_precision({name: value for name, value in read.items() if name in names})
    return given if dtype == np.float64 else _in_precision(read, dtype)


def cost_of(lesson: Topic, values: Mapping[str, Any]) -> Cost:
    """What working these values takes at the most, told before any of them is read; it never raises."""
    return lesson.cost({f.name: values.get(f.name, f.default) for f in lesson.fields})


def check(lesson: Topic, values: Mapping[str, Any]) -> None:
    """Raises a Refusal for what torch rejects."""
    checked(lesson, values)


def _read_all(lesson: Topic, values: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every field, in the precision in which it was given."""
    unknown = sorted(set(values) - {f.name for f in lesson.fields})
    if unknown:
        taken = ", ".join(f.name for f in lesson.fields)
        raise Refusal(
            "{lesson} has no {unknown}; it takes {taken}.",
            lesson=lesson.torch_name,
            unknown=" or ".join(unknown),
            taken=taken,
        )
    return {f.name: _read(f, values) for f in lesson.fields}


def _in_precision(read: Mapping[str, Any], dtype: Any) -> dict[str, Any]:
    """The same values, with every floating tensor in `dtype`."""
    return {name: value.astype(dtype) if is_floating(value) else value for name, value in read.items()}


def _need_one_precision(values: Mapping[str, Any]) -> None:
    kinds = {name: values[name].dtype.name for name in values if is_inexact(values[name])}
    if len(set(kinds.values())) > 1:
        held = ", ".join(f"{name} is {kind}" for name, kind in kinds.items())
        raise Refusal("Torch takes these in one precision only, but {held}.", held=held)


def _read(spec: Parameter, values: Mapping[str, Any]) -> Any:
    missing = isinstance(spec, Tensor) and not spec.optional and spec.default is None
    if missing and values.get(spec.name) is None:
        raise Refusal("{name} is missing: {says}", name=spec.name, says=spec.says)
    value = values.get(spec.name, spec.default)
    match spec:
        case Tensor():
            return None if value is None else as_array(spec, value)
        case Number():
            return None if spec.optional and value is None else _read_number(spec, value)
        case Numbers():
            return _read_numbers(spec, value)
        case Choice() if value not in spec.options and not _of_ones_own(spec, value):
            expected = _either(spec.options)
            raise Refusal("{name} is {value!r}; expected {expected}.", name=spec.name, value=value, expected=expected)
        case Switch() if not isinstance(value, bool | np.bool_):
            raise Refusal("{name} is {value!r}; expected True or False.", name=spec.name, value=value)
    return value


def _of_ones_own(spec: Choice, value: Any) -> bool:
    """Whether it is the learner's own: a function where names stand for functions, a list where for combinations."""
    if spec.torch is None:
        return False
    return callable(value) if spec.torch else isinstance(value, list | tuple)


def _read_number(spec: Number, value: Any) -> float | int:
    if isinstance(value, bool | str) or value is None or np.ndim(value) != 0:
        raise Refusal("{name} is {value!r}; expected a number.", name=spec.name, value=value)
    if spec.integer and value != int(value):
        raise Refusal("{name} is {value}; expected a whole number.", name=spec.name, value=value)
    return int(value) if spec.integer else float(value)


def _read_numbers(spec: Numbers, value: Any) -> tuple[float | None, ...]:
    """As many numbers as torch's default has; None only where the default is None."""
    known = {"name": spec.name, "count": len(spec.default), "default": spec.default}
    if not isinstance(value, tuple | list | np.ndarray) or len(value) != len(spec.default):
        raise Refusal("{name} is {value!r}; expected {count} numbers, as in {default}.", value=value, **known)
    found: list[float | None] = []
    for number, default in zip(value, spec.default, strict=True):
        if number is None and default is None:
            found.append(None)
        elif isinstance(number, bool | str) or number is None or np.ndim(number) != 0:
            raise Refusal("{name} holds {value!r}; expected {count} numbers, as in {default}.", value=number, **known)
        else:
            found.append(float(number))
    return tuple(found)


def _either(options: tuple[Any, ...]) -> str:
    names = [str(option) for option in options]
    return ", ".join(names[:-1]) + " or " + names[-1]


def as_array(spec: Tensor, value: Any) -> np.ndarray:
    """The value as an array. A plain list becomes what the field holds: [1, 2] typed for scores means floats."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise Refusal("{name} is not a regular block of numbers: {error}", name=spec.name, error=error) from error
    if array.dtype.kind not in "biufc":
        raise Refusal("{name} is {value!r}; expected numbers.", name=spec.name, value=value)
    if isinstance(value, np.ndarray):
        return value
    if spec.kind == "float" and array.dtype.kind in "biu" and not hasattr(value, "dtype"):
        return array.astype(np.float64)
    return array.astype(np.int64) if spec.kind == "index" and array.size == 0 else array


def is_inexact(value: Any) -> bool:
    return isinstance(value, np.ndarray) and np.issubdtype(value.dtype, np.inexact)


def is_floating(value: Any) -> bool:
    return isinstance(value, np.ndarray) and np.issubdtype(value.dtype, np.floating)
