"""Numbers as torch's bfloat16 holds them: a float32 cut to 8 significant bits."""

from __future__ import annotations

import numpy as np


def bfloat16(values) -> np.ndarray:
    """The nearest bfloat16 (ties to even), held in float32 since NumPy has no such type."""
    wide = np.asarray(values, dtype=np.float32)
    bits = wide.view(np.uint32)
    rounded = (bits + (((bits >> 16) & 1) + np.uint32(0x7FFF))) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(wide), wide, rounded.view(np.float32))
