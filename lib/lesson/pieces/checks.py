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
            shapes = f"{name} has shape {words(array.shape)}, {first} has shape {words(reference.shape)}"
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


SUM_TOLERANCE = 1e-5  # room for thirds in float32, and for moving one entry by a millionth to measure a slope


def need_distributions(**arrays: np.ndarray) -> None:
    """Probabilities along the last axis: floats, not negative, each sum 1 to within SUM_TOLERANCE; all of one shape."""
    need_floats(**arrays)
    need_same_shape(**arrays)
    for name, array in arrays.items():
        if array.ndim == 0:
            raise ValueError(f"{name} is a single number; expected one probability per outcome, such as [0.5, 0.5].")
        _need_no_negative(name, array)
        _need_sum_1(name, array)


def _need_no_negative(name: str, array: np.ndarray) -> None:
    wrong = ~(array >= 0)  # NaN too
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise NotADistribution(name, f"{name} holds {array[where]:g} at {list(where)}; expected numbers from 0 to 1.")


def _need_sum_1(name: str, array: np.ndarray) -> None:
    with np.errstate(over="ignore"):
        sums = array.sum(axis=-1, dtype=np.float64)
    wrong = ~(np.abs(sums - 1) <= SUM_TOLERANCE)
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        found = sums[where]
        offer = " Normalise?" if 0 < found < np.inf else ""
        place = f"{name}{list(where)}" if where else name
        raise NotADistribution(name, f"{place} sums to {found:.7g}; expected 1.{offer}")


def need_probabilities(**arrays: np.ndarray) -> None:
    """Floats from 0 to 1, each by itself: no sum is asked for."""
    need_floats(**arrays)
    for name, array in arrays.items():
        wrong = ~((array >= 0) & (array <= 1))
        if wrong.any():
            where = tuple(int(i) for i in np.argwhere(wrong)[0])
            place = f"holds {array[where]:g} at {list(where)}" if where else f"is {array[where]:g}"
            raise ValueError(f"{name} {place}; expected probabilities from 0 to 1.")


def need_stretches_to(name: str, array: np.ndarray | None, shape: tuple[int, ...]) -> None:
    """Torch stretches the array's axes of size 1 (and adds missing ones at the front) to `shape`, "
    "but not `shape` itself."""
    if array is None:
        return
    sizes = shape[len(shape) - array.ndim :]
    if array.ndim > len(shape) or any(own not in (1, size) for own, size in zip(array.shape, sizes, strict=True)):
        raise ValueError(
            f"{name} has shape {words(array.shape)}; expected one that stretches to {words(shape)}: "
            "from the last axis on, each size equal, or 1."
        )


def need_real(**arrays: np.ndarray | None) -> None:
    """Numbers of any kind but complex ones."""
    for name, array in arrays.items():
        if array is not None and array.dtype.kind not in "biuf":
            raise ValueError(f"{name} holds {array.dtype.name} numbers; expected real numbers.")


def need_arithmetic(**arrays: np.ndarray | None) -> None:
    """Real numbers that torch can negate and subtract: no booleans, and of the unsigned ones only uint8."""
    need_real(**arrays)
    for name, array in arrays.items():
        if array is not None and (array.dtype.kind == "b" or array.dtype in (np.uint16, np.uint32, np.uint64)):
            raise ValueError(f"{name} holds {array.dtype.name} values; torch cannot subtract them. Use floats.")


def need_not_negative(**numbers: float) -> None:
    """Torch takes 0 and above; NaN it takes too."""
    for name, number in numbers.items():
        if number < 0:
            raise ValueError(f"{name} is {number:g}; expected 0 or more.")


def need_betas(betas: tuple[float, ...]) -> None:
    """Each from 0 to just below 1: at 1 the average would never see a gradient."""
    for place, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise ValueError(f"betas[{place}] is {beta:g}; expected 0 or more, and less than 1.")
