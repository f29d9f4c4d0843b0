"""The numbers of a lesson as they are typed, field by field, and read again: what an assignment keeps of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lib.lesson.run import check
from lib.lesson.spec import Choice, Lesson, Number, Numbers, Parameter, Switch, Tensor, Topic
from lib.refusal import Refusal
from lib.tensors.number import TensorTextError
from lib.tensors.read import read
from lib.tensors.write import format_tensor

MOST_TYPED = 4_000  # characters in one field
NONE = "none"
SWITCH = {"True": True, "False": False}


def texts_of(lesson: Topic, values: Mapping[str, Any]) -> dict[str, str]:
    """What is typed in every field for these values; fields that are left out hold torch's default."""
    return {spec.name: _text(spec, values.get(spec.name, spec.default)) for spec in lesson.form}


def _text(spec: Parameter, value: Any) -> str:
    if value is None and not isinstance(spec, Choice):
        return NONE
    if isinstance(spec, Tensor):
        return format_tensor(np.asarray(value), whole=True)
    if isinstance(spec, Numbers):
        return ", ".join(NONE if number is None else repr(number) for number in value)
    return str(value)


def values_of(lesson: Topic, texts: Mapping[str, str]) -> dict[str, Any]:
    """The values that these texts say, in the precision that the lesson's page begins with.

    Raises Refusal for a field that there is not, a text that cannot be read, and what torch rejects of a loss: what it
    rejects of an optimizer or a scheduler shows when it is worked.
    """
    fields = {spec.name: spec for spec in lesson.form}
    for name, text in texts.items():
        if name not in fields:
            raise Refusal("{lesson} has no field {name!r}.", lesson=lesson.title, name=str(name)[:80])
        if not isinstance(text, str) or len(text) > MOST_TYPED:
            raise Refusal("{name} is too long; expected at most {most} characters.", name=name, most=MOST_TYPED)
    dtype = np.float32 if isinstance(lesson, Lesson) else np.float64
    values = {name: _value(fields[name], text, dtype) for name, text in texts.items()}
    if isinstance(lesson, Lesson):
        check(lesson, values)
    return values


def _value(spec: Parameter, text: str, dtype: type) -> Any:
    typed = text.strip()
    try:
        match spec:
            case Choice():
                return _one_of(spec.name, {str(option): option for option in spec.options}, typed)
            case Switch():
                return _one_of(spec.name, SWITCH, typed)
            case Tensor() if typed in ("", NONE) and spec.optional:
                return None
            case Tensor():
                return _tensor(spec, typed, dtype)
            case Number() if typed in ("", NONE) and spec.optional:
                return None
            case Numbers():
                parts = typed.strip("()[]").split(",")
                return tuple(None if part.strip().lower() == NONE else _number(part) for part in parts)
        return _whole(spec.name, typed) if isinstance(spec, Number) and spec.integer else _number(typed)
    except TensorTextError as error:
        raise Refusal("{name}: {error}", name=spec.name, error=error) from error


def _one_of(name: str, options: Mapping[str, Any], typed: str) -> Any:
    if typed not in options:
        raise Refusal("{name} is {came!r}; expected {words}.", name=name, came=typed[:80], words=" or ".join(options))
    return options[typed]


def _tensor(spec: Tensor, typed: str, dtype: type) -> np.ndarray:
    entry = read(typed)
    if (entry.kind == "integer" and spec.kind != "float") or (entry.kind == "boolean" and spec.kind == "index"):
        return entry.array.copy()
    return entry.array.astype(dtype)


def _whole(name: str, typed: str) -> int:
    number = _number(typed)
    if number != number // 1 or abs(number) > 1e15:
        raise Refusal("{name} is {came}; expected a whole number.", name=name, came=typed[:80])
    return int(number)


def _number(typed: str) -> float:
    array = read(typed).array
    if array.ndim:
        raise TensorTextError("this is a list; expected one number")
    return float(array)
