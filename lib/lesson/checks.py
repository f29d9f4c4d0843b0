"""Refusals that several lessons share. Each says what came, what was expected, and where."""

from __future__ import annotations

import numpy as np


class NotADistribution(ValueError):
    """A tensor whose numbers are not probabilities that sum to 1; `tensor` names it, so that it can be normalised."""

    def __init__(self, tensor: str, says: str) -> None:
        super().__init__(says)
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
            raise ValueError(f"{name} holds {array.dtype.name} numbers; expected floating-point numbers.")


def need_shape(name: str, array: np.ndarray, shape: tuple[int, ...], why: str) -> None:
    if array.shape != tuple(shape):
        raise ValueError(f"{name} has shape {words(array.shape)}; expected {words(shape)}: {why}.")


def need_same_shape(**arrays: np.ndarray) -> None:
    """All arrays have the shape of the first."""
    (first, reference), *others = arrays.items()
    for name, array in others:
        if array.shape != reference.shape:
            shapes = f"{name} has shape {words(array.shape)}, {first} has {words(reference.shape)}"
            raise ValueError(f"{shapes}; expected the same.")


def need_broadcastable(**arrays: np.ndarray) -> tuple[int, ...]:
    """The common shape; torch stretches axes of size 1 and adds missing ones at the front."""
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = " and ".join(f"{name} {words(array.shape)}" for name, array in arrays.items())
        raise ValueError(f"The shapes do not fit together: {shapes}. Each axis must be equal, or 1.") from None


def need_class_weights(weight: np.ndarray | None, classes: int, *, floats: bool = True) -> None:
    """One weight per class, or none; floating-point unless torch only multiplies by it."""
    if weight is not None:
        if floats:
            need_floats(weight=weight)
        need_shape("weight", weight, (classes,), "one weight per class")


def need_class_indices(target: np.ndarray, classes: int, ignore_index: int | None = None, *, bytes_too: bool) -> None:
    """Whole numbers 0 … classes − 1 (or `ignore_index`), held as int64 (or uint8 where torch takes bytes)."""
    if target.dtype != np.int64 and not (bytes_too and target.dtype == np.uint8):
        raise ValueError(f"target holds {target.dtype.name} numbers; expected class indices as int64.")
    wrong = ((target < 0) | (target >= classes)) & (target != ignore_index if ignore_index is not None else True)
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"target holds {target[where]} at {list(where)}; expected a class from 0 to {classes - 1}.")


def need_one_float(**arrays: np.ndarray) -> None:
    """Real numbers, floating-point in at least one array: torch makes the others floating-point too."""
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise ValueError(f"{name} holds {array.dtype.name} numbers; expected real numbers.")
    if not any(is_float(array) for array in arrays.values()):
        held = " and ".join(f"{name} {array.dtype.name}" for name, array in arrays.items())
        raise ValueError(f"Neither tensor holds floating-point numbers ({held}); expected them in at least one.")


def need_distances(reduction: str, **arrays: np.ndarray) -> None:
    """What torch can subtract and take the size of: no booleans; of whole numbers alone it takes no mean."""
    for name, array in arrays.items():
        if array.dtype.kind not in "iufc":
            raise ValueError(f"{name} holds {array.dtype.name} values; torch subtracts numbers only. Use floats.")
    need_mixable(**arrays)
    if reduction == "mean" and not any(array.dtype.kind in "fc" for array in arrays.values()):
        held = " and ".join(f"{name} {array.dtype.name}" for name, array in arrays.items())
        raise ValueError(f"Whole numbers on both sides ({held}) have no mean in torch. Use floats.")


def need_mixable(**arrays: np.ndarray) -> None:
    """Torch holds uint16, uint32 and uint64, but computes with them only beside real floating-point numbers."""
    for name, array in arrays.items():
        others = [other for other in arrays.values() if other is not array]
        if array.dtype in (np.uint16, np.uint32, np.uint64) and not all(is_float(other) for other in others):
            raise ValueError(f"{name} holds {array.dtype.name} numbers; torch hardly computes with them. Use floats.")
