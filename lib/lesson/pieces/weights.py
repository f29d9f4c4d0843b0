"""Weights that may be given or not: what they are without one, and how they stand in a formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def times(tensor: np.ndarray | None, name: str = "weight") -> str:
    """A factor with a hole for its number; nothing where there is no such tensor."""
    return "" if tensor is None else rf"<{name}> \cdot "


def stretched(tensor: np.ndarray | None, input: np.ndarray) -> np.ndarray:
    """The tensor's number for each element of input: 1 where there is no such tensor."""
    return np.broadcast_to(np.ones((), input.dtype) if tensor is None else tensor, input.shape)


def has_weight(given: Mapping[str, Any]) -> bool:
    return given["weight"] is not None


def unweighted(given: Mapping[str, Any]) -> bool:
    """Whether there is neither a weight nor a pos_weight."""
    return not has_weight(given) and given.get("pos_weight") is None
