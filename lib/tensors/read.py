"""Tensors from text: what a learner types or pastes becomes an array."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lib.tensors.expression import NO_NAMES, Meaning, Names, calculate, in_place_of_constants, looks_like_a_calculation
from lib.tensors.grammar import Shape, words_of
from lib.tensors.number import Kind, TensorTextError, shown, value_of
from lib.tensors.pasted import unwrapped

MOST_BYTES = 100_000

_INT64 = np.iinfo(np.int64)
_EXACT = 2.0**53  # up to here every whole number is a float64
_OF_DECIMALS = re.compile(r"(?=[^.]*\.)\s*[-+−]?[\d.]+\s*/\s*[\d.]+\s*")  # 2.718/10.1, both rounded by whoever typed it


@dataclass(frozen=True, eq=False)
class Typed:
    """An array as it was typed.

    `kind` is "integer" only when every number was typed without a point and without an exponent. `digits` has the
    array's shape and is half a unit of the last digit typed, the rounding of whoever typed it: 0.0005 for `0.522`, 0.5
    for `3`. It is 0 where nothing was rounded: fractions, `inf`, `nan`, `true`. In a calculation (`calculated`) whole
    numbers and names are exact, so that only typed decimals are rounded: `2 * 0.31` is off by up to 0.01. `shadowed`
    are the page's names that were taken where a constant could have been meant.
    """

    array: np.ndarray
    kind: Kind
    digits: np.ndarray
    calculated: bool = False
    shadowed: Mapping[str, Meaning] = field(default_factory=dict)


def read(text: str, names: Names = NO_NAMES) -> Typed:
    """Read a tensor from what was typed or pasted, with its kind and the rounding of each number.

    A bare number has no dimensions, `1 2 3` is a vector, `1 2; 3 4` and two lines are rows; `log(2) + 1/3` is
    calculated, with the page's own `names`, if any. At most six dimensions, 10,000 numbers, 100 KB. Raises
    TensorTextError and nothing else.
    """
    _refuse_long(text)
    text = unwrapped(text)
    try:
        words, shape, kind = words_of(text)
        return _typed(words, shape, kind or "float")
    except TensorTextError:
        if not looks_like_a_calculation(text, names):
            raise
    return calculated(text, names)


def read_one(text: str, names: Names = NO_NAMES) -> Typed:
    """Read where one number is wanted: `3 -1` is then 2, and what looks like a decimal comma is refused."""
    typed = read(text, names)
    if _OF_DECIMALS.fullmatch(text):
        return calculated(text, names)
    if typed.array.shape == (2,) and (comma := re.fullmatch(r"\s*([-+]?\d+),(\d+)\s*", text)):
        says = "{typed} is read as two numbers; expected {left}.{right}, with a point"
        raise TensorTextError(says, typed=shown(text.strip()), left=comma[1], right=comma[2])
    if typed.array.shape and not typed.calculated and re.fullmatch(r"[^\[\](),;\t\n]+", text.strip()):
        if re.search(r"[\w.] [-−+][\d.]", text):
            return calculated(text, names)
    return typed


def calculated(text: str, names: Names = NO_NAMES) -> Typed:
    """What was typed as a calculation, also where it could be read as a list: `3 -1` is 2."""
    found = calculate(text, names)
    whole = found.whole and bool(np.all(np.abs(found.array) <= _EXACT))
    array = found.array.astype(np.int64) if whole else found.array
    kind: Kind = "integer" if whole else "float"
    return Typed(np.asarray(array), kind, np.asarray(found.half), True, in_place_of_constants(text, names))


def parse(text: str, dtype: npt.DTypeLike | None = None) -> np.ndarray:
    """The array in the text, as `dtype` if one is given.

    Decimals may be rounded to a narrower float; whole numbers and booleans are never changed: TensorTextError says
    which number does not fit.
    """
    array = read(text).array
    return array if dtype is None else _cast(array, np.dtype(dtype))


def _refuse_long(text: str) -> None:
    size = len(text) if len(text) > MOST_BYTES else len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        says = "{size:,} bytes are typed; expected at most {most:,}. Load a file instead."
        raise TensorTextError(says, size=size, most=MOST_BYTES)


def _typed(words: list[str], shape: Shape, empty: Kind) -> Typed:
    values: list[float] = []
    digits: list[float] = []
    try:
        for word in words:
            value, half = value_of(word)
            values.append(value)
            digits.append(half)
    except TensorTextError as fault:
        raise _standing(fault, shown(words[len(values)]), shape, len(values)) from None
    kind = _kind(words, values, shape) if words else empty
    return Typed(_array(words, values, shape, kind), kind, np.array(digits, dtype=np.float64).reshape(shape))


def _kind(words: list[str], values: list[float], shape: Shape) -> Kind:
    types = set(map(type, values))
    if types == {bool}:
        return "boolean"
    if bool in types:
        one, other = (next(i for i, v in enumerate(values) if isinstance(v, bool) is b) for b in (True, False))
        raise TensorTextError(
            "{boolean} stands at {place}, {number} stands at {other}; expected only booleans, or only numbers",
            boolean=shown(words[one]),
            place=_place(shape, one),
            number=shown(words[other]),
            other=_place(shape, other),
        )
    return "integer" if types == {int} else "float"


def _array(words: list[str], values: list[float], shape: Shape, kind: Kind) -> np.ndarray:
    if kind == "float":
        return np.array(list(map(float, values)), dtype=np.float64).reshape(shape)
    if kind == "boolean":
        return np.array(values, dtype=np.bool_).reshape(shape)
    for i, value in enumerate(values):
        if not _INT64.min <= value <= _INT64.max:
            why = TensorTextError("expected whole numbers between -2^63 and 2^63 - 1")
            raise _standing(why, shown(words[i]), shape, i)
    return np.array(values, dtype=np.int64).reshape(shape)


def _standing(why: TensorTextError, word: str, shape: Shape, number: int) -> TensorTextError:
    """The reason, with the word before it, and where in the tensor it stands."""
    if shape == ():
        return why.after("{word} is typed; ", word=word)
    return why.after("{word} stands at {place}; ", word=word, place=_place(shape, number))


def _place(shape: Shape, number: int) -> list[int]:
    return [int(i) for i in np.unravel_index(number, shape)]


def _cast(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """The same numbers in another dtype; floats may be rounded, nothing else may change."""
    if dtype.kind not in "biuf":
        raise TensorTextError("the dtype is {dtype}; expected floats, integers or booleans", dtype=dtype)
    with np.errstate(all="ignore"):
        cast = array.astype(dtype)
    if array.dtype.kind == dtype.kind == "f":
        changed = np.isinf(cast) & np.isfinite(array)
    else:
        changed = ~_unchanged(array, cast)
    if changed.any():
        number = int(np.argmax(changed))
        raise _standing(_out_of_range(array.dtype, dtype), str(array.ravel()[number]), array.shape, number)
    return cast


def _unchanged(array: np.ndarray, cast: np.ndarray) -> np.ndarray:
    """Which numbers are the same after a cast from or to whole numbers or booleans, where NaN never is."""
    if array.dtype.kind == "f" and cast.dtype.kind in "iu":
        limits = np.iinfo(cast.dtype)
        inside = (array >= float(limits.min)) & (array < float(limits.max) + 1)
        return inside & (np.trunc(array) == array)
    same = [a == b for a, b in zip(array.ravel().tolist(), cast.ravel().tolist(), strict=True)]
    return np.array(same, dtype=np.bool_).reshape(array.shape)


def _out_of_range(source: np.dtype, dtype: np.dtype) -> TensorTextError:
    """Says what a dtype can hold."""
    if dtype.kind == "b":
        return TensorTextError("expected true or false, or 1 or 0")
    if dtype.kind in "iu" and source.kind in "iu":
        whole = np.iinfo(dtype)
        return TensorTextError("expected whole numbers from {low} to {high}", low=whole.min, high=whole.max)
    if dtype.kind in "iu":
        return TensorTextError("expected whole numbers")
    floats = np.finfo(dtype)
    if source.kind in "iu":
        says = "expected whole numbers up to {high}, which {dtype} holds exactly"
        return TensorTextError(says, high=2 ** (floats.nmant + 1), dtype=dtype)
    return TensorTextError("expected numbers up to {high}, the largest in {dtype}", high=floats.max, dtype=dtype)
