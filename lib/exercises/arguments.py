"""Turns what stands in exercise.toml into the arguments of a call: arrays, numbers, and random ones from a seed.

A list becomes an array. A table says more: a dtype, a tuple, None, an array of equal numbers, or random ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from lib.lesson.pieces import draw
from lib.lesson.run.given import as_array
from lib.lesson.spec import Numbers, Parameter, Tensor, normal

Recipe = Mapping[str, Any]

DTYPES = ("float64", "float32", "float16", "int64", "int32", "int8", "uint8", "bool")

RANDOM = {
    "normal": normal,
    "positive": draw.positive,
    "probability": draw.probability,
    "distribution": draw.distribution,
    "log_distribution": draw.log_distribution,
    "sign": draw.sign,
    "yes_or_no": draw.yes_or_no,
    "count": draw.count,
}  # and "uniform", "integers" and "lesson", which need more than a shape

MOST_NUMBERS, MOST_DIMS = 10**6, 32  # in one argument

_KEYS = {
    "array": {"array", "dtype"},
    "full": {"full", "shape", "dtype"},
    "tuple": {"tuple"},
    "none": {"none"},
    "random": {"random", "shape", "dtype", "low", "high", "scale", "shift"},
}


def is_random(recipe: Recipe) -> bool:
    return any(isinstance(value, Mapping) and "random" in value for value in recipe.values())


def build(recipe: Recipe, fields: Mapping[str, Parameter], seed: tuple[int, int]) -> dict[str, Any]:
    """The arguments by name; random ones are drawn in the order in which they stand.

    Raises ValueError, which names the argument that is wrong.
    """
    random = np.random.default_rng(seed)
    built: dict[str, Any] = {}
    for name, value in recipe.items():
        try:
            built[name] = _built(value, fields.get(name), random, built)
        except KeyError as error:  # a lesson draws some tensors by the shape of others
            raise ValueError(f"args.{name}: it is drawn after {error}; expected that one before it") from error
        except (ValueError, TypeError, ArithmeticError, IndexError) as error:
            raise ValueError(f"args.{name}: {error}") from error
    return built


def _built(value: Any, field: Parameter | None, random: np.random.Generator, built: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return _from_table(value, field, random, built)
    if isinstance(field, Tensor):
        return as_array(field, value)
    if isinstance(field, Numbers) and isinstance(value, list):
        return tuple(map(_plain, value))
    return _block(value) if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> Any:
    """A number or a word as it stands. TOML has dates too, which no function is handed."""
    if not isinstance(value, bool | int | float | str):
        raise ValueError(f"{value!r} is a {type(value).__name__}; expected a number, text, true or false, or a list")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("a whole number beyond 64 bits; expected a smaller one, or one with a point")
    return value


def _from_table(table: Mapping[str, Any], field: Parameter | None, random: np.random.Generator, built: Any) -> Any:
    kind = _kind(table)
    if kind == "none":
        return None
    if kind == "tuple":
        return tuple(map(_plain, _need_list(table, "tuple")))
    if kind == "random":
        array = _drawn(table, field, random, built)
    else:
        array = _block(_need_list(table, "array")) if kind == "array" else _filled(table)
    return _as_dtype(array, _dtype(table)) if "dtype" in table else array


def _need_list(table: Mapping[str, Any], key: str) -> Any:
    if not isinstance(table[key], list) and (key == "tuple" or isinstance(table[key], Mapping | str)):
        raise ValueError(f"{key} is {table[key]!r}; expected a list")
    return table[key]


def _filled(table: Mapping[str, Any]) -> np.ndarray:
    number = _plain(table["full"])
    if isinstance(number, str):
        raise ValueError(f"full is {number!r}; expected a number, true or false")
    return np.full(_shape(table), number)


def _as_dtype(array: np.ndarray, dtype: str) -> np.ndarray:
    """The array in another dtype, if its numbers are still finite there, and the same whole numbers."""
    with np.errstate(all="ignore"):
        kept = array.astype(dtype)
    lost = np.isfinite(array) & ~np.isfinite(kept) if kept.dtype.kind == "f" else kept != array
    if kept.dtype.kind != "b" and np.any(lost):
        raise ValueError(f"{array[lost].flat[0]} does not fit into {dtype}; expected another dtype, or other numbers")
    return kept


def _kind(table: Mapping[str, Any]) -> str:
    kinds = [kind for kind in _KEYS if kind in table]
    if len(kinds) != 1:
        raise ValueError(f"the table has the keys {_list(table)}; expected one of {_list(_KEYS)}")
    unknown = set(table) - _KEYS[kinds[0]]
    if unknown:
        raise ValueError(f"{_list(sorted(unknown))} does not go with {kinds[0]}; expected {_list(_KEYS[kinds[0]])}")
    return kinds[0]


def _drawn(table: Mapping[str, Any], field: Parameter | None, random: np.random.Generator, built: Any) -> np.ndarray:
    kind, shape = table["random"], _shape(table)
    if kind in ("uniform", "integers"):
        low, high = (_number(table, key, f"random = {kind!r} needs low and high") for key in ("low", "high"))
        if not low <= high:
            raise ValueError(f"low is {low} and high {high}; expected low at most as large as high")
        if kind == "integers":
            return random.integers(int(low), int(high), shape, endpoint=True)
        drawn = np.round(random.uniform(low, high, shape), 3)
    elif kind == "lesson" and isinstance(field, Tensor):
        drawn = field.draw(random, shape, built)
    elif isinstance(kind, str) and kind in RANDOM:
        drawn = RANDOM[kind](random, shape, built)
    else:
        raise ValueError(f"random is {kind!r}; expected one of {_list((*RANDOM, 'uniform', 'integers', 'lesson'))}")
    if not {"scale", "shift"} & set(table):
        return drawn
    return drawn * _number({"scale": 1, **table}, "scale") + _number({"shift": 0, **table}, "shift")


def _number(table: Mapping[str, Any], key: str, needed: str = "") -> Any:
    if key not in table:
        raise ValueError(needed)
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 2**53:
        raise ValueError(f"{key} is {value!r}; expected a finite number")
    return value


def _block(value: Any) -> np.ndarray:
    try:
        array = np.array(value)
    except ValueError:
        raise ValueError("the rows differ in length; expected a regular block of numbers") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{str(value)[:80]} holds more than numbers; expected numbers, or true and false")
    return array


def _shape(table: Mapping[str, Any]) -> tuple[int, ...]:
    shape = table.get("shape")
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise ValueError(f"shape is {shape!r}; expected a list of whole numbers such as [4, 3]")
    if math.prod(max(size, 1) for size in shape) > MOST_NUMBERS or len(shape) > MOST_DIMS:
        raise ValueError(f"shape is {shape!r}; expected at most {MOST_NUMBERS:,} numbers")
    return tuple(shape)


def _dtype(table: Mapping[str, Any]) -> str:
    if not isinstance(table["dtype"], str) or table["dtype"] not in DTYPES:
        raise ValueError(f"dtype is {table['dtype']!r}; expected one of {_list(DTYPES)}")
    return table["dtype"]


def _list(names: Any) -> str:
    return ", ".join(sorted(names))
