"""Does a typed number fit a value, as far as it was typed?"""

from __future__ import annotations

import numpy as np

from lib.tensors.read import Typed

PRINTED = 5e-5  # torch prints four decimals, so nobody can be asked for more


def fits(entry: Typed, expected: np.ndarray) -> np.ndarray:
    """Element by element: within half a unit of the last digit typed, but to three significant digits at least."""
    with np.errstate(all="ignore"):
        size = np.abs(np.asarray(expected, dtype=np.float64))
        third_digit = np.where(size > 0, 0.5 * 10.0 ** (np.floor(np.log10(size)) - 2), 0.0)
        allowed = np.minimum(entry.digits, np.maximum(third_digit, PRINTED))
        close = np.abs(entry.array - expected) <= allowed * (1 + 1e-9) + 1e-9 * size + 1e-12
    same_end = (entry.array == expected) | (np.isnan(entry.array * 1.0) & np.isnan(expected * 1.0))
    return np.asarray(np.where(np.isfinite(expected), close, same_end))


def rounds_to(entry: Typed, expected: np.ndarray) -> bool:
    """Whether the value rounds to what was typed, and lies within a twentieth of it: right, but with too few digits."""
    off = np.abs(entry.array - expected)
    return bool(((off <= entry.digits) & (off <= 0.05 * np.abs(expected))).all())
