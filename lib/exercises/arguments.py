"""Turns what stands in exercise.toml into the arguments of a call: arrays, numbers, and random ones from a seed.

A list becomes an array. A table says more: a dtype, a tuple, None, an array of equal numbers, or random ones.
"""

from __future__ import annotations

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
        except (ValueError, TypeError, OverflowError) as error:
            raise ValueError(f"args.{name}: {error}") from error
    return built


def _built(value: Any, field: Parameter | None, random: np.random.Generator, built: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return _from_table(value, field, random, built)
    if isinstance(field, Tensor):
        return as_array(field, value)
    if isinstance(field, Numbers) and isinstance(value, list):
        return tuple(value)
    return _block(value) if isinstance(value, list) else value


def _from_table(table: Mapping[str, Any], field: Parameter | None, random: np.random.Generator, built: Any) -> Any:
    kind = _kind(table)
    if kind == "none":
        return None
    if kind == "tuple":
        return tuple(table["tuple"])
    if kind == "random":
        array = _drawn(table, field, random, built)
    else:
        array = _block(table["array"]) if kind == "array" else np.full(_shape(table), table["full"])
    return array.astype(_dtype(table)) if "dtype" in table else array


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
        if not {"low", "high"} <= set(table):
            raise ValueError(f"random = {kind!r} needs low and high")
        low, high = table["low"], table["high"]
        if kind == "integers":
            return random.integers(low, high, shape, endpoint=True)
        drawn = np.round(random.uniform(low, high, shape), 3)
    elif kind == "lesson" and isinstance(field, Tensor):
        drawn = field.draw(random, shape, built)
    elif kind in RANDOM:
        drawn = RANDOM[kind](random, shape, built)
    else:
        raise ValueError(f"random is {kind!r}; expected one of {_list((*RANDOM, 'uniform', 'integers', 'lesson'))}")
    if not {"scale", "shift"} & set(table):
        return drawn
    return drawn * table.get("scale", 1) + table.get("shift", 0)


def _block(value: Any) -> np.ndarray:
    try:
        array = np.array(value)
    except ValueError:
        raise ValueError("the rows differ in length; expected a regular block of numbers") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{value!r} holds more than numbers; expected numbers, or true and false")
    return array


def _shape(table: Mapping[str, Any]) -> tuple[int, ...]:
    shape = table.get("shape")
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise ValueError(f"shape is {shape!r}; expected a list of whole numbers such as [4, 3]")
    return tuple(shape)


def _dtype(table: Mapping[str, Any]) -> str:
    if table["dtype"] not in DTYPES:
        raise ValueError(f"dtype is {table['dtype']!r}; expected one of {_list(DTYPES)}")
    return table["dtype"]


def _list(names: Any) -> str:
    return ", ".join(sorted(names))
