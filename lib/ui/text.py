"""Every text reaches the screen through `say`, so that another language needs a catalogue and no second app."""

from __future__ import annotations

import numpy as np

from lib.refusal import Refusal
from lib.tensors.write import format_tensor


def say(text: str, /, **values: object) -> str:
    """The text as the learner reads it, with `values` filled in for {names}."""
    return text.format(**values) if values else text


def say_error(error: Exception) -> str:
    """What an error says. A refusal of ours is looked up as a whole sentence, whatever numbers it tells."""
    return say(error.text, **error.values) if isinstance(error, Refusal) else say(str(error))


def number(value: object) -> str:
    """A result as torch prints it: four decimals, or scientific where that says nothing."""
    array = np.asarray(value)
    if array.ndim == 0:
        return _one(float(array))
    shown = ", ".join(_one(float(v)) for v in array.reshape(-1)[:8]) if array.ndim == 1 else ""
    return f"[{shown}{', …' if array.size > 8 else ''}]" if shown else _block(array)


def _one(value: float) -> str:
    if not np.isfinite(value) or value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:.4f}" if np.isfinite(value) and value != int(value) else f"{value:g}"
    return f"{value:.4g}"


def _block(array: np.ndarray) -> str:
    text = format_tensor(array[(slice(0, 4),) * array.ndim], digits=4)
    return text + (" …" if any(size > 4 for size in array.shape) else "")


def shape(array: np.ndarray) -> str:
    """(3, 2) float32, as beside a field."""
    return f"({', '.join(map(str, array.shape))}{',' if array.ndim == 1 else ''}) {array.dtype.name}"
