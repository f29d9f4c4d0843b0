"""Tensors that are written out in code, and what follows from them by a simple function. Nothing is run."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lib.refusal import Refusal

MOST_NUMBERS = 10_000


class NotLiteral(Refusal):
    """Something in the code that is not written out, or not computed here."""


def _last_axis(value: np.ndarray, given: Mapping[str, Any]) -> int:
    axis = given.get("dim", given.get("axis", -1))
    if not isinstance(axis, int) or isinstance(axis, bool) or not -value.ndim <= axis < max(value.ndim, 1):
        raise NotLiteral("dim is {axis}; expected an axis of shape {shape}", axis=axis, shape=value.shape)
    return axis


def _log_softmax(value: np.ndarray, given: Mapping[str, Any]) -> np.ndarray:
    axis = _last_axis(value, given)
    shifted = value - value.max(axis=axis, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))


_FUNCTIONS: Mapping[str, Callable[[np.ndarray, Mapping[str, Any]], Any]] = {
    "log": lambda x, _: np.log(x),
    "log2": lambda x, _: np.log2(x),
    "exp": lambda x, _: np.exp(x),
    "sqrt": lambda x, _: np.sqrt(x),
    "abs": lambda x, _: np.abs(x),
    "square": lambda x, _: np.square(x),
    "sigmoid": lambda x, _: np.exp(-np.logaddexp(0.0, -x)),
    "tanh": lambda x, _: np.tanh(x),
    "log_softmax": _log_softmax,
    "softmax": lambda x, given: np.exp(_log_softmax(x, given)),
}
_FLOATS = frozenset({"Tensor", "FloatTensor", "DoubleTensor"})
_WRITTEN_OUT = frozenset({"tensor", "as_tensor", "array", "asarray", "from_numpy", *_FLOATS})
_WHOLE = frozenset({"LongTensor", "IntTensor"})
_RANDOM = frozenset({"rand", "randn", "randint", "normal", "empty", "rand_like", "randn_like", "randperm", "uniform"})
_OPERATORS: Mapping[type, Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.USub: np.negative,
    ast.UAdd: np.positive,
}


def array_of(value: Any, name: str) -> np.ndarray:
    """The value as an array of numbers. NotLiteral says why it is none."""
    if not isinstance(value, int | float | bool | list | tuple | np.ndarray | np.generic):
        raise NotLiteral("{name} is no tensor that is written out", name=name)
    size_of(value)
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):
        raise NotLiteral("{name} has rows of different length", name=name) from None
    if array.dtype.kind not in "biuf" or array.ndim > 6:
        raise NotLiteral("{name} holds something else than numbers", name=name)
    return array


def size_of(value: Any) -> int:
    """How many values a list or a tensor holds, those in its lists counted. NotLiteral where that is too many."""
    held = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(held, list | tuple):
        return value.size if isinstance(value, np.ndarray) else 1
    total = 1
    for one in held:
        total += size_of(one)
        if total > MOST_NUMBERS:
            raise NotLiteral("a list holds more than {most:,} numbers", most=MOST_NUMBERS)
    return total


def calculated(operator: type, *values: Any) -> Any:
    """Numbers and tensors with an operator between them, as in 1/3 and 2 * w. Powers are left to float64."""
    arrays = [array_of(value, "a number") for value in values]
    try:
        if math.prod(np.broadcast_shapes(*(a.shape for a in arrays))) > MOST_NUMBERS:
            raise NotLiteral("more than {most:,} numbers come of it", most=MOST_NUMBERS)
    except ValueError:
        raise NotLiteral("two shapes do not fit together") from None
    with np.errstate(all="ignore"):
        if operator is ast.Pow:
            result = np.power(arrays[0].astype(np.float64), arrays[1].astype(np.float64))
        elif operator in _OPERATORS:
            result = _OPERATORS[operator](*(a.astype(np.float64) if a.dtype.kind == "b" else a for a in arrays))
        else:
            raise NotLiteral("an operator is not computed here")
    return result if np.ndim(result) else result.item()


def made(name: str, given: Sequence[Any], named: Mapping[str, Any], text: str) -> Any:
    """What torch.tensor, np.array, torch.ones, torch.full, float or a simple function makes."""
    if name in _RANDOM:
        raise NotLiteral("{text} is drawn at random; write its numbers out", text=text)
    if name in _WRITTEN_OUT | _WHOLE and given:
        array = array_of(given[0], text)
        if name in _FLOATS:
            return array.astype(np.float64)
        return array.astype(np.int64) if name in _WHOLE else array
    if name in ("zeros", "ones") and given:
        return np.full(_sizes(given), 1.0 if name == "ones" else 0.0)
    if name == "full" and len(given) == 2:
        return np.full(_sizes(given[:1]), float(array_of(given[1], text).reshape(())))
    if name == "arange" and given:
        ends = [float(array_of(one, text).reshape(())) for one in given]
        steps = (ends[1] - ends[0]) / ends[2] if len(ends) == 3 and ends[2] else ends[-1]
        return np.arange(*ends) if abs(steps) <= MOST_NUMBERS else _too_many(text)
    if name in ("float", "int") and len(given) == 1:
        try:
            return float(given[0]) if name == "float" else int(given[0])
        except (TypeError, ValueError, OverflowError):
            raise NotLiteral("{text} is no number", text=text) from None
    return function_of(name, given, named, text)


def _too_many(text: str) -> Any:
    raise NotLiteral("{text} holds more than {most:,} numbers", text=text, most=MOST_NUMBERS)


def _sizes(given: Sequence[Any]) -> tuple[int, ...]:
    sizes = given[0] if len(given) == 1 and isinstance(given[0], list) else list(given)
    if not all(isinstance(one, int) and 0 <= one <= MOST_NUMBERS for one in sizes) or len(sizes) > 6:
        raise NotLiteral("a shape is not written out")
    if math.prod(sizes) > MOST_NUMBERS:
        raise NotLiteral("more than {most:,} numbers", most=MOST_NUMBERS)
    return tuple(sizes)


def function_of(name: str, given: Sequence[Any], named: Mapping[str, Any], text: str) -> Any:
    """log, exp, softmax and the like of a tensor that is written out."""
    if name not in _FUNCTIONS or not given:
        raise NotLiteral("{text} is not computed here; write its numbers out", text=text)
    array = array_of(given[0], text).astype(np.float64)
    dims = dict(zip(("dim",), given[1:2], strict=False)) | dict(named)
    with np.errstate(all="ignore"):
        result = _FUNCTIONS[name](array, dims)
    return result if np.ndim(result) else float(result)
