"""Tensors from files: `.npy` from NumPy, `.csv` from a spreadsheet, `.pt` from torch.

Files come from strangers: nothing in them is executed (`allow_pickle=False`, `weights_only=True`), and what a header
promises is checked before room is made for it.
"""

from __future__ import annotations

from pathlib import PurePath

import numpy as np

from lib.tensors.file import from_csv, from_npy, from_pt
from lib.tensors.file.limits import MOST_BYTES, MOST_NUMBERS, TensorFileError

__all__ = ["MOST_BYTES", "MOST_NUMBERS", "TensorFileError", "read_tensor_file"]


def read_tensor_file(name: str, data: bytes) -> np.ndarray:
    """The tensor in a file: floats, integers or booleans, at most 1,000,000 of them.

    The ending of `name` says what `data` is. A `.csv` with one row or one column is a vector. A `.pt` may hold its one
    tensor in a list or dict; bfloat16 becomes float32. Raises TensorFileError and nothing else.
    """
    readers = {".npy": from_npy.read, ".csv": from_csv.read, ".pt": from_pt.read, ".pth": from_pt.read}
    suffix = PurePath(name).suffix.lower()
    if suffix not in readers:
        if not suffix:
            raise TensorFileError("{name!r} ends in no suffix; expected .npy, .csv, .pt or .pth", name=name)
        raise TensorFileError("{name!r} ends in {suffix}; expected .npy, .csv, .pt or .pth", name=name, suffix=suffix)
    if not data:
        raise TensorFileError("{name!r} is empty; expected a tensor", name=name)
    if len(data) > MOST_BYTES:
        says = "{name!r} has {size:,} bytes; expected at most {most:,}"
        raise TensorFileError(says, name=name, size=len(data), most=MOST_BYTES)
    return readers[suffix](data)
