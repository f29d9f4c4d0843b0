"""One tap before a number is shown: larger or smaller than a round number near it?"""

from __future__ import annotations

import math
from zlib import crc32

import numpy as np


def landmark(value: np.ndarray, seed: str) -> float | None:
    """A round number near the value, above or below it by turns; None where there is nothing to guess.

    Which side it stands on follows from `seed`, so that the same sheet asks the same question.
    """
    array = np.asarray(value, dtype=np.float64)
    if array.size != 1 or not np.isfinite(array).all():
        return None
    number = float(array.reshape(()))
    above = crc32(seed.encode()) % 2 == 0
    if number == 0:
        return 1.0 if above else -1.0
    near = _round(number * (1.6 if above == (number > 0) else 0.6))
    return near if near != number else near * 2


def side(value: np.ndarray, mark: float) -> str:
    """On which side of the landmark the value stands."""
    return "larger" if float(np.asarray(value).reshape(())) > mark else "smaller"


def _round(number: float) -> float:
    """To one digit, or to a half of it from 1 on."""
    size = 10.0 ** math.floor(math.log10(abs(number)))
    return float(f"{round(number / size * 2) / 2 * size:.2g}")
