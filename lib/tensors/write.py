"""An array as text: the shortest literal that reads back as the same numbers."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from lib.tensors.grammar import Shape
from lib.tensors.number import TensorTextError


def format_tensor(array: npt.ArrayLike, digits: int | None = None, *, whole: bool = False) -> str:
    """The shortest text from which `parse` gives back exactly this array (in its own dtype, if that is passed on).

    With `digits`, rounded for reading only: that many decimals, or that many leading digits below 1. With `whole`,
    1.0 is written 1.
    """
    values = np.asarray(array)
    if values.dtype.kind not in "biuf":
        says = "an array of {dtype} came; expected floats, integers or booleans"
        raise TensorTextError(says, dtype=values.dtype)
    if values.size == 0:
        return _empty_text(values)
    words = _words(values.ravel(), digits)
    if whole:
        words = [word.removesuffix(".0") for word in words]
    return _bracketed(words, values.shape)


def _words(values: np.ndarray, digits: int | None) -> list[str]:
    """One word for each number of a vector."""
    if values.dtype.kind != "f":
        return [str(value) for value in values.tolist()]
    if digits is not None:
        return [_rounded(value, digits) for value in values.tolist()]
    if values.dtype.itemsize >= 8:
        return [repr(float(value)) for value in values.tolist()]
    return [_narrow(value) for value in values]


def _narrow(value: np.floating) -> str:
    """The shortest word for a float16 or float32 that still comes back the same by way of a float64."""
    short = str(value)
    back = value.dtype.type(float(short))
    return short if back == value or np.isnan(value) else repr(float(value))


def _rounded(value: float, digits: int) -> str:
    if not math.isfinite(value) or value == 0:
        return str(value)
    if not 1e-4 <= abs(value) < 1e8:
        return np.format_float_scientific(value, precision=max(digits - 1, 0), trim="0")
    return np.format_float_positional(value, precision=max(digits, 1), fractional=abs(value) >= 1, trim="0")


def _empty_text(values: np.ndarray) -> str:
    """`[[], []]`, or `zeros(0, 3)` where lists would lose the shape or the kind."""
    *outer, last = values.shape
    if values.dtype.kind == "f" and last == 0 and 0 < math.prod(outer) <= 100:
        return _bracketed(["[]"] * math.prod(outer), tuple(outer))
    kind = {"f": "", "b": ", dtype=bool"}.get(values.dtype.kind, ", dtype=int64")
    return f"zeros({', '.join(map(str, values.shape))}{kind})"


def _bracketed(words: list[str], shape: Shape) -> str:
    """Nested lists, from the last dimension outwards."""
    for size in reversed(shape):
        words = ["[" + ", ".join(words[i : i + size]) + "]" for i in range(0, len(words), size)]
    return words[0]
