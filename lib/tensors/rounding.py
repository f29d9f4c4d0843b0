"""Does a typed number fit a value, as far as it was typed?"""

from __future__ import annotations

from typing import Any

import numpy as np

from lib.tensors.read import Typed

PRINTED = 5e-5  # torch prints four decimals, so nobody can be asked for more
SMALL = 1e-4  # below this torch prints powers of ten, and four decimals would show nothing
NOISE = 1e-12  # what float64 leaves where paper has 0
EXACT = 1e-9  # relative: all but the last digits of a float
FEW_ULPS = 2.0  # times the format's epsilon: two to four neighbouring floats


def fits(entry: Typed, expected: Any, *, format: Any = np.float64, noise: Any = 0.0) -> np.ndarray:
    """Element by element: within half a unit of the last digit typed, but to three significant digits at least.

    Four decimals do too, as torch prints them, for all that is not smaller. What the number `format` itself rounds
    away (a few of its floats) is never held against an entry. `noise` is how much of an expected value near 0 may be
    nothing but rounding; 0 fits a value other than 0 only within that.
    """
    with np.errstate(all="ignore"):
        close = _off(entry, expected) <= _allowed(entry, expected, format) + noise
    expected = np.asarray(expected)
    same_end = (entry.array == expected) | (np.isnan(entry.array * 1.0) & np.isnan(expected * 1.0))
    return np.asarray(np.where(np.isfinite(expected), close, same_end))


def carried(entry: Typed, expected: Any, *, format: Any = np.float64) -> np.ndarray:
    """Element by element: whether rounding on the way can have moved the last digit, by one at most.

    Only for three significant digits or more, and never for a whole number.
    """
    with np.errstate(all="ignore"):
        near = _off(entry, expected) <= 2 * entry.digits + FEW_ULPS * _epsilon(format) * np.abs(expected)
    return np.asarray(near & writes_three_digits(entry)) | fits(entry, expected, format=format)


def writes_three_digits(entry: Typed) -> np.ndarray:
    """Which elements were typed with three significant digits or more, and are no whole numbers."""
    with np.errstate(all="ignore"):
        return np.asarray(
            (entry.digits > 0) & (np.abs(entry.array) >= 200 * entry.digits * (1 - 1e-9)) & ~is_whole(entry)
        )


def rounds_to(entry: Typed, expected: Any) -> bool:
    """Whether the value rounds to what was typed, and lies within a twentieth of it: right, but with too few digits.

    A whole number that is not the value is wrong, and no rounding of it.
    """
    expected = np.asarray(expected, dtype=np.float64)
    with np.errstate(all="ignore"):
        off = np.abs(entry.array - expected)
        close = (off <= entry.digits) & (off <= 0.05 * np.abs(expected)) & ~is_whole(entry)
    return bool((close | fits(entry, expected)).all())


def rounded_away(entry: Typed, expected: Any) -> bool:
    """Whether the entry is the value with so few decimals that nothing of it is left: 0 or 1e-5 for 6.1e-6."""
    expected = np.asarray(expected, dtype=np.float64)
    with np.errstate(all="ignore"):
        small = (np.abs(expected) < SMALL) & (np.abs(entry.array - expected) <= np.minimum(entry.digits, PRINTED))
    return bool((small | fits(entry, expected)).all())


def near_miss(entry: Typed, expected: Any) -> tuple[tuple[int, ...], float, float] | None:
    """Where an entry is furthest off, by how much, and what is allowed there; None unless all of it is close.

    Close is within a hundredth and twenty units of the last digit typed, and not a whole number.
    """
    expected = np.asarray(expected, dtype=np.float64)
    with np.errstate(all="ignore"):
        off, allowed = _off(entry, expected), _allowed(entry, expected, np.float64)
        almost = (off <= 0.01 * np.abs(expected)) & (off <= 40 * entry.digits) & ~is_whole(entry)
        close = fits(entry, expected) | almost
    if not close.all() or not close.size:
        return None
    over = np.where(np.isfinite(off), off - allowed, -np.inf)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(over)), over.shape))
    return (index, float(off[index]), float(allowed[index])) if over[index] > 0 else None


def is_whole(entry: Typed) -> np.ndarray:
    """Which elements are whole numbers, however they were typed."""
    with np.errstate(all="ignore"):
        return np.asarray(np.asarray(entry.array) == np.round(np.asarray(entry.array, dtype=np.float64)))


def _off(entry: Typed, expected: Any) -> np.ndarray:
    return np.asarray(np.abs(np.asarray(entry.array, dtype=np.float64) - np.asarray(expected, dtype=np.float64)))


def _allowed(entry: Typed, expected: Any, format: Any) -> np.ndarray:
    """How far each element of an entry may be off."""
    size = np.abs(np.asarray(expected, dtype=np.float64))
    third_digit = np.where(size > 0, 0.5 * 10.0 ** (np.floor(np.log10(size)) - 2), 0.0)
    decimals = np.where((size >= SMALL * (1 - 1e-6)) | (size == 0), PRINTED, 0.0)
    typed = np.minimum(entry.digits, np.maximum(third_digit, decimals)) * (1 + 1e-9)
    return np.asarray(np.maximum(typed, FEW_ULPS * _epsilon(format) * size) + EXACT * size + NOISE * (size == 0))


def _epsilon(format: Any) -> float:
    """What the format rounds away, relative to a number; float64's is far below what is compared here."""
    kind = np.dtype(format)
    return float(np.finfo(kind).eps) if kind.kind == "f" and kind.itemsize < 8 else 0.0
