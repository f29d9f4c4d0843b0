"""Refusals that several lessons share. Each says what came, what was expected, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lib.refusal import Refusal


class NotADistribution(Refusal):
    """A tensor whose numbers are not probabilities that sum to 1; `tensor` names it, so that it can be normalised."""

    def __init__(self, tensor: str, text: str, /, **values: Any) -> None:
        super().__init__(text, **values)
        self.tensor = tensor


def words(shape: tuple[int, ...]) -> str:
    """A shape as Python prints it."""
    return str(tuple(int(size) for size in shape))


def is_float(array: np.ndarray) -> bool:
    return np.issubdtype(array.dtype, np.floating)


def need_floats(**arrays: np.ndarray | None) -> None:
    """Torch computes with floating-point numbers only."""
    for name, array in arrays.items():
        if array is not None and not is_float(array):
            raise Refusal(
                "{name} holds {kind} numbers; expected floating-point numbers.", name=name, kind=array.dtype.name
            )


def need_shape(name: str, array: np.ndarray, shape: tuple[int, ...], why: str) -> None:
    """Just this shape; `why` ends the sentence: what the shape stands for."""
    if array.shape != tuple(shape):
        raise Refusal(
            "{name} has shape {came}; expected {expected}: " + why + ".",
            name=name,
            came=words(array.shape),
            expected=words(shape),
        )


def need_same_shape(**arrays: np.ndarray) -> None:
    """All arrays have the shape of the first."""
    (first, reference), *others = arrays.items()
    for name, array in others:
        if array.shape != reference.shape:
            raise Refusal(
                "{name} has shape {came}, {first} has shape {expected}; expected the same.",
                name=name,
                came=words(array.shape),
                first=first,
                expected=words(reference.shape),
            )


def need_broadcastable(**arrays: np.ndarray) -> tuple[int, ...]:
    """The common shape; torch stretches axes of size 1 and adds missing ones at the front."""
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = " and ".join(f"{name} {words(array.shape)}" for name, array in arrays.items())
        raise Refusal(
            "The shapes do not fit together: {shapes}. Each axis must be equal, or 1.", shapes=shapes
        ) from None


def need_class_weights(weight: np.ndarray | None, classes: int, *, floats: bool = True) -> None:
    """One weight per class, or none; floating-point unless torch only multiplies by it."""
    if weight is not None:
        if floats:
            need_floats(weight=weight)
        need_shape("weight", weight, (classes,), "one weight per class")


def need_class_indices(target: np.ndarray, classes: int, ignore_index: int | None = None, *, bytes_too: bool) -> None:
    """Whole numbers 0 … classes − 1 (or `ignore_index`), held as int64 (or uint8 where torch takes bytes)."""
    if target.dtype != np.int64 and not (bytes_too and target.dtype == np.uint8):
        raise Refusal("target holds {kind} numbers; expected class indices as int64.", kind=target.dtype.name)
    wrong = ((target < 0) | (target >= classes)) & (target != ignore_index if ignore_index is not None else True)
    if wrong.any():
        where = _first(wrong)
        raise Refusal(
            "target holds {number} at {where}; expected a class from 0 to {last}.",
            number=target[where],
            where=list(where),
            last=classes - 1,
        )


def _first(wrong: np.ndarray) -> tuple[int, ...]:
    """Where the first fault is: its index."""
    return tuple(int(i) for i in np.argwhere(wrong)[0])


def need_one_float(**arrays: np.ndarray) -> None:
    """Real numbers, floating-point in at least one array: torch makes the others floating-point too."""
    need_real(**arrays)
    if not any(is_float(array) for array in arrays.values()):
        raise Refusal(
            "Neither tensor holds floating-point numbers ({held}); expected them in at least one.", held=_kinds(arrays)
        )


def _kinds(arrays: Mapping[str, np.ndarray]) -> str:
    """Which kind of numbers each array holds: input int64 and target int64."""
    return " and ".join(f"{name} {array.dtype.name}" for name, array in arrays.items())


def need_distances(reduction: str, **arrays: np.ndarray) -> None:
    """What torch can subtract and take the size of: no booleans; of whole numbers alone it takes no mean."""
    for name, array in arrays.items():
        if array.dtype.kind not in "iufc":
            raise Refusal(
                "{name} holds {kind} values; torch subtracts numbers only. Use floats.",
                name=name,
                kind=array.dtype.name,
            )
    need_mixable(**arrays)
    if reduction == "mean" and not any(array.dtype.kind in "fc" for array in arrays.values()):
        raise Refusal("Whole numbers on both sides ({held}) have no mean in torch. Use floats.", held=_kinds(arrays))


def need_mixable(**arrays: np.ndarray) -> None:
    """Torch holds uint16, uint32 and uint64, but computes with them only beside real floating-point numbers."""
    for name, array in arrays.items():
        others = [other for other in arrays.values() if other is not array]
        if array.dtype in (np.uint16, np.uint32, np.uint64) and not all(is_float(other) for other in others):
            raise Refusal(
                "{name} holds {kind} numbers; torch hardly computes with them. Use floats.",
                name=name,
                kind=array.dtype.name,
            )


SUM_TOLERANCE = 1e-5  # room for thirds in float32, and for moving one entry by a millionth to measure a slope


def need_distributions(**arrays: np.ndarray) -> None:
    """Probabilities along the last axis: floats, not negative, each sum 1 to within SUM_TOLERANCE; all of one shape."""
    need_floats(**arrays)
    need_same_shape(**arrays)
    for name, array in arrays.items():
        if array.ndim == 0:
            raise Refusal(
                "{name} is a single number; expected one probability per outcome, such as [0.5, 0.5].", name=name
            )
        _need_no_negative(name, array)
        _need_sum_1(name, array)


def _need_no_negative(name: str, array: np.ndarray) -> None:
    wrong = ~(array >= 0)  # NaN too
    if wrong.any():
        where = _first(wrong)
        raise NotADistribution(
            name,
            "{name} holds {number:g} at {where}; expected numbers from 0 to 1.",
            name=name,
            number=array[where],
            where=list(where),
        )


def _need_sum_1(name: str, array: np.ndarray) -> None:
    with np.errstate(over="ignore"):
        sums = array.sum(axis=-1, dtype=np.float64)
    wrong = ~(np.abs(sums - 1) <= SUM_TOLERANCE)
    if wrong.any():
        where = _first(wrong)
        found = sums[where]
        raise NotADistribution(
            name,
            "{place} sums to {found:.7g}; expected 1. Normalise?"
            if 0 < found < np.inf
            else "{place} sums to {found:.7g}; expected 1.",
            place=f"{name}{list(where)}" if where else name,
            found=found,
        )


def need_probabilities(**arrays: np.ndarray) -> None:
    """Floats from 0 to 1, each by itself: no sum is asked for."""
    need_floats(**arrays)
    for name, array in arrays.items():
        wrong = ~((array >= 0) & (array <= 1))
        if wrong.any():
            where = _first(wrong)
            raise Refusal(
                "{name} holds {number:g} at {where}; expected probabilities from 0 to 1."
                if where
                else "{name} is {number:g}; expected probabilities from 0 to 1.",
                name=name,
                number=array[where],
                where=list(where),
            )


def need_stretches_to(name: str, array: np.ndarray | None, shape: tuple[int, ...]) -> None:
    """An array that fits `shape` once torch has stretched its axes of size 1 and added missing ones at the front.

    `shape` itself is not stretched.
    """
    if array is None:
        return
    sizes = shape[len(shape) - array.ndim :]
    if array.ndim > len(shape) or any(own not in (1, size) for own, size in zip(array.shape, sizes, strict=True)):
        raise Refusal(
            "{name} has shape {came}; expected one that stretches to {expected}: "
            "from the last axis on, each size equal, or 1.",
            name=name,
            came=words(array.shape),
            expected=words(shape),
        )


def need_real(**arrays: np.ndarray | None) -> None:
    """Numbers of any kind but complex ones."""
    for name, array in arrays.items():
        if array is not None and array.dtype.kind not in "biuf":
            raise Refusal("{name} holds {kind} numbers; expected real numbers.", name=name, kind=array.dtype.name)


def need_arithmetic(**arrays: np.ndarray | None) -> None:
    """Real numbers that torch can negate and subtract: no booleans, and of the unsigned ones only uint8."""
    need_real(**arrays)
    for name, array in arrays.items():
        if array is not None and (array.dtype.kind == "b" or array.dtype in (np.uint16, np.uint32, np.uint64)):
            raise Refusal(
                "{name} holds {kind} values; torch cannot subtract them. Use floats.", name=name, kind=array.dtype.name
            )


def need_not_negative(**numbers: float) -> None:
    """Torch takes 0 and above; of NaN it can say neither, and refuses it."""
    for name, number in numbers.items():
        if not number >= 0:
            raise Refusal("{name} is {number:g}; expected 0 or more.", name=name, number=number)


def refuse_negative(**numbers: float) -> None:
    """The same where torch asks the other way round, so that NaN passes."""
    need_not_negative(**{name: number for name, number in numbers.items() if number < 0})


def need_betas(betas: tuple[float, ...]) -> None:
    """Each from 0 to just below 1: at 1 the average would never see a gradient."""
    for place, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise Refusal("betas[{place}] is {beta:g}; expected 0 or more, and less than 1.", place=place, beta=beta)
