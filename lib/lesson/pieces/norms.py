"""How long a vector is, for every p that torch takes, and how that length moves."""

from __future__ import annotations

import numpy as np

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
