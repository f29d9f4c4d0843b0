"""Is what came the same as what was expected? If not: where, by how much, and how much would have been allowed."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

_KINDS = {"b": "booleans", "i": "integers", "u": "integers", "f": "floats", "c": "complex numbers"}
_EXACT_IN_FLOAT = 2**53  # up to here every integer is a float64

Reason = Literal["same", "value", "shape", "kind", "nothing"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """How an answer compares with what was expected.

    `reason` says what decided: "same" where everything fits; "value" where a number differs (a NaN or an infinity in
    the wrong place too); "shape", "kind" (floats against text, say) or "nothing" (None came) where no number could be
    compared with another. `same` is short for the first.
    `index` is the first place, row by row, that differs, with the two numbers there; all three are None if there is no
    such place: everything fits, or the shapes or kinds differ. `absolute`, `relative` (to what was expected, where that
    is not 0) and `ulps` (1 is the neighbouring float, in the precision of what was expected) are the largest errors
    over all places where both numbers are finite; NaN if the two cannot be subtracted at all. `times_allowed` is the
    largest error as a multiple of what is allowed: above 1 is too much; infinite where no error is allowed, as for NaN.
    `says` tells people in one sentence; `kind_says` names the kinds of number if they are not alike, also where
    that makes no difference ("integers; expected floats").
    """

    reason: Reason
    index: tuple[int, ...] | None
    got: Any
    expected: Any
    absolute: float
    relative: float
    ulps: float
    times_allowed: float
    says: str
    kind_says: str

    @property
    def same(self) -> bool:
        return self.reason == "same"


def compare(got: object, expected: object, *, rtol: float = 1e-9, atol: float = 1e-12) -> Comparison:
    """Compare what came with what was expected, element by element: |got - expected| <= rtol * |expected| + atol.

    NaN fits only NaN, inf only inf of the same sign, both in place. Integers and booleans may stand for floats; complex
    numbers may not. The shapes must be the same: nothing is broadcast. Whatever comes, nothing is raised.
    """
    given, given_kind = _numbers(got)
    wanted, wanted_kind = _numbers(expected)
    kind_says = "" if given_kind == wanted_kind and given is not None else f"{given_kind}; expected {wanted_kind}"
    if given is None or wanted is None or (given.dtype.kind == "c") != (wanted.dtype.kind == "c"):
        return _unlike("nothing" if got is None else "kind", kind_says, kind_says)
    if given.shape != wanted.shape:
        return _unlike("shape", f"the shape is {given.shape}; expected {wanted.shape}", kind_says)
    return replace(_compared(given, wanted, rtol, atol), kind_says=kind_says)


def _unlike(reason: Reason, says: str, kind_says: str) -> Comparison:
    nan = float("nan")
    return Comparison(reason, None, None, None, nan, nan, nan, float("inf"), says, kind_says)


def numbers_of(value: object) -> np.ndarray | None:
    """The value as an array of numbers; None if it is none, as text and rows of different lengths are."""
    return _numbers(value)[0]


def _numbers(value: object) -> tuple[np.ndarray | None, str]:
    """The value as an array of numbers, or None; and what it is in words."""
    try:
        if _holds_text(value):  # as an array, each of its entries would take as much as the longest
            return None, "text"
        detach = getattr(value, "detach", None)  # a torch tensor that requires grad
        array = np.asarray(detach() if callable(detach) else value)
    except Exception:  # whatever a foreign object raises here, the answer is the same: it is not an array
        ragged = isinstance(value, list | tuple)
        return None, f"a {type(value).__name__} " + ("whose rows differ in length" if ragged else "that is no array")
    if array.dtype.kind in _KINDS:
        return array, _KINDS[array.dtype.kind]
    return None, _strange(value, array)


def _holds_text(value: object) -> bool:
    return isinstance(value, str | bytes) or (isinstance(value, list | tuple) and any(map(_holds_text, value)))


def _strange(value: object, array: np.ndarray) -> str:
    """What stands in place of numbers, in words."""
    if value is None:
        return "nothing (None)"
    if array.dtype.kind in "US":
        return "text"
    if array.shape == ():
        return f"an object of type {type(value).__name__}"
    if array.dtype.kind == "O" and array.size:
        odd = next((item for item in array.flat if not isinstance(item, int | float)), array.flat[0])
        return f"objects such as {type(odd).__name__}"
    return f"an array of {array.dtype}"


def _compared(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> Comparison:
    """Compare numbers of one shape."""
    with np.errstate(all="ignore"):
        finite = np.isfinite(got) & np.isfinite(expected)
        error = np.where(finite, _error(got, expected), 0.0)
        size = np.where(finite, np.abs(_wide(expected)), 0.0)
        allowed = rtol * size + atol
        in_place = (got == expected) | (np.isnan(got) & np.isnan(expected))
        fits = np.where(finite, error <= allowed, in_place)
        times = np.where(error > 0, error / allowed, np.where(fits, 0.0, np.inf))
        relative = np.where(error > 0, error / size, 0.0)
        ulps = np.where(finite, _ulps(got, expected), 0.0)
    relative = relative[size > 0] if (size > 0).any() else relative
    worst = _largest(error), _largest(relative), _largest(ulps), _largest(times)
    if fits.all():
        return Comparison("same", None, None, None, *worst, _same_says(error, allowed), "")
    first = tuple(int(i) for i in np.unravel_index(int(np.argmax(~fits)), fits.shape))
    says = _differs_says(first, got[first], expected[first], float(error[first]), float(allowed[first]))
    if fits.size - fits.sum() > 1:
        says += f" ({fits.size - fits.sum()} of {fits.size} differ)"
    return Comparison("value", first, got[first].item(), expected[first].item(), *worst, says, "")


def _largest(values: np.ndarray) -> float:
    return float(np.fmax.reduce(values, axis=None)) if values.size else 0.0


def _wide(values: np.ndarray) -> np.ndarray:
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def _error(got: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """|got - expected|; between large integers exactly, where float64 would lose the last digits."""
    whole = got.dtype.kind in "iu" and expected.dtype.kind in "iu"
    if whole and max(_reach(got), _reach(expected)) > _EXACT_IN_FLOAT:
        return np.asarray(np.abs(got.astype(object) - expected.astype(object))).astype(np.float64)
    return np.abs(_wide(got) - _wide(expected))


def _reach(values: np.ndarray) -> int:
    return max(abs(int(values.max())), abs(int(values.min()))) if values.size else 0


def _ulps(got: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """How many floats lie from one number to the other, in the precision of what was expected."""
    if expected.dtype.kind == "c":
        return np.maximum(_ulps(got.real, expected.real), _ulps(got.imag, expected.imag))
    floating = expected.dtype.kind == "f" and expected.dtype.itemsize < 8
    precision = expected.dtype.newbyteorder("=") if floating else np.dtype(np.float64)
    one, other = _rank(got.astype(precision)), _rank(expected.astype(precision))
    return np.where(one > other, one - other, other - one).astype(np.float64)


def _rank(values: np.ndarray) -> np.ndarray:
    """The place of each float in the row of all floats, as unsigned integers; both zeros have the same place."""
    bits = np.asarray(values).view(f"i{values.dtype.itemsize}").astype(np.int64)
    lowest = -(2 ** (8 * values.dtype.itemsize - 1))
    placed = np.where(bits < 0, lowest - bits, bits)
    return placed.astype(np.uint64) + np.uint64(2**63)


def _same_says(error: np.ndarray, allowed: np.ndarray) -> str:
    if not error.size:
        return "as expected: there are no numbers, and the shape is right"
    worst = int(np.argmax(error))
    off, most = float(error.flat[worst]), float(allowed.flat[worst])
    return f"as expected: off by at most {off:.3g}; allowed {most:.3g}" if off else "exactly as expected"


def _differs_says(index: tuple[int, ...], got: Any, expected: Any, error: float, allowed: float) -> str:
    """One difference in words: by how much for floats, and the two numbers themselves for everything else."""
    where = "[" + ", ".join(map(str, index)) + "]" if index else ""
    floats = "f" in (got.dtype.kind, expected.dtype.kind) or "c" in (got.dtype.kind, expected.dtype.kind)
    if floats and np.isfinite(got) and np.isfinite(expected):
        off, most = _apart(error, allowed)
        return f"{where} is off by {off}; allowed {most}" if where else f"off by {off}; allowed {most}"
    return f"{_shown(got)} {f'at {where}' if where else 'came'}, expected {_shown(expected)}"


def _apart(error: float, allowed: float) -> tuple[str, str]:
    """Two numbers with as few digits as show that they differ."""
    for digits in (3, 6):
        off, most = f"{error:.{digits}g}", f"{allowed:.{digits}g}"
        if off != most:
            return off, most
    return repr(error), repr(allowed)


def _shown(number: Any) -> str:
    if np.isnan(number):
        return "NaN"
    return str(number.item())
