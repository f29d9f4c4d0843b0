"""How long a vector is, for every p that torch takes, and how that length moves; beside both in LaTeX and in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lib.lesson.formula import Formula, alone, formula, joined
from lib.lesson.pieces.difference import direction, gathered


def in_floats(numbers: np.ndarray) -> np.ndarray:
    """Whole numbers as torch makes them floating-point: in single precision. Other numbers stay as they are."""
    return numbers if numbers.dtype.kind in "fc" else numbers.astype(np.float32)


def vector_norm(vectors: np.ndarray, p: float) -> np.ndarray:
    """How long each vector along the last axis is: (Σ |v|^p)^(1/p), as torch has it for every p.

    p = 0 counts the coordinates that are not 0, p = ±inf takes the largest or smallest; one coordinate is its own size.
    """
    size = np.abs(np.atleast_1d(vectors))
    if p == 0:
        return (size != 0).sum(-1).astype(size.dtype)
    if size.shape[-1] == 1 and np.ndim(vectors):
        return size[..., 0]
    if np.isinf(p):
        return size.max(-1) if p > 0 else size.min(-1)
    if p == 1:
        return size.sum(-1)
    return np.sqrt((size * size).sum(-1)) if p == 2 else (size**p).sum(-1) ** (1 / p)


def norm_slope(vectors: np.ndarray, p: float) -> np.ndarray:
    """How fast vector_norm moves with each coordinate, as torch has it: 0 where the norm is 0, shared at ties."""
    size, sign = np.abs(vectors), direction(vectors)
    norm = np.reshape(vector_norm(vectors, p), np.shape(vectors)[:-1] + (1,) * (np.ndim(vectors) > 0))
    if p == 0:
        return np.zeros_like(vectors)
    if p == 1:
        return sign
    if p == 2:
        return np.where(norm == 0, 0.0, vectors / norm)
    if np.isinf(p):
        decides = (size == norm) | np.isnan(size)
        return sign * decides / decides.sum(axis=-1 if np.ndim(vectors) else None, keepdims=True)
    if p < 1:
        return np.where(size == 0, 0.0, size ** (p - 1)) * sign * norm ** (1 - p)
    return sign * size ** (p - 1) * np.where(norm == 0, 0.0, 1 / norm ** (p - 1))


def minimum_shares(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which part of a minimum's gradient each argument gets, as torch has it: equal ones share it."""
    half = np.where(first == second, 0.5, 1.0)
    return np.where(first > second, 0.0, half), np.where(first < second, 0.0, half)


def through_distance(pull: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """A pull on each distance times the distance's slopes along the coordinates (last axis).

    Where one distance served several samples, their pulls add up.
    """
    per_distance = gathered(np.asarray(pull), np.shape(slopes)[:-1])
    return (per_distance[..., None] if np.ndim(slopes) else per_distance) * slopes


def norm_latex(coordinate: str, p: float) -> str:
    """The norm of a vector whose coordinates are written like this, in LaTeX."""
    return {
        0: rf"\#\{{i : {coordinate} \ne 0\}}",
        1: rf"\textstyle\sum_i |{coordinate}|",
        2: rf"\sqrt{{\textstyle\sum_i ({coordinate})^2}}",
        np.inf: rf"\max_i |{coordinate}|",
        -np.inf: rf"\min_i |{coordinate}|",
    }.get(p, rf"\big(\textstyle\sum_i |{coordinate}|^p\big)^{{1/p}}")


def norm_in_numbers(coordinates: Sequence[Formula], p: float) -> Formula:
    """The same with the vector's coordinates."""
    if p == 0:
        return formula(r"\#\{<list>\}", list=joined((formula(r"<c> \ne 0", c=c) for c in coordinates), r",\; "))
    if p == 2:
        return formula(r"\sqrt{<sum>}", sum=joined((formula("(<c>)^2", c=c) for c in coordinates), " + "))
    sizes = [formula("|<c>|", c=c) for c in coordinates]
    if p == 1:
        return joined(sizes, " + ")
    if np.isinf(p):
        return formula(r"\max(<list>)" if p > 0 else r"\min(<list>)", list=joined(sizes, ", "))
    powers = joined((formula("<size>^{<p>}", size=size, p=alone(p)) for size in sizes), " + ")
    return formula(r"\big(<sum>\big)^{1/<p>}", sum=powers, p=p)


def slope_latex(coordinate: str, norm: str, p: float) -> str:
    """How fast the norm moves with each coordinate, in LaTeX."""
    sign = rf"\operatorname{{sign}}({coordinate})"
    if np.isinf(p):
        return rf"{sign}\,[\,|{coordinate}| = {norm}\,]"
    simple: dict[float, str] = {0: "0", 1: sign, 2: rf"\frac{{{coordinate}}}{{{norm}}}"}
    return simple.get(p, rf"{sign} \Big(\frac{{|{coordinate}|}}{{{norm}}}\Big)^{{p-1}}")


def norm_words(p: float) -> str:
    """How a length is found."""
    if np.isinf(p):
        return f"The {'largest' if p > 0 else 'smallest'} difference, without its sign."
    simple: dict[float, str] = {
        0: "Count the differences that are not 0.",
        1: "Drop the signs of the differences and add up.",
        2: "Square the differences, add up, take the root.",
    }
    return simple.get(p, "The differences' sizes to the power p, added up, then the p-th root.")


def slope_words(p: float) -> str:
    if np.isinf(p):
        return "Only the coordinate that decides counts: the sign of its difference. Ties share."
    simple: dict[float, str] = {
        0: "Counting does not move with the coordinates: 0.",
        1: "The sign of each coordinate's difference: 1, −1 or 0.",
        2: "Divide the difference by the distance: an arrow of length 1.",
    }
    return simple.get(p, "Sign of the difference, times (its size / the distance) to the power p − 1.")
