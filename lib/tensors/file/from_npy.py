"""Tensors from `.npy` files, as NumPy saves them."""

from __future__ import annotations

import io
import math
import tokenize
import warnings

import numpy as np

from lib.tensors.file.limits import TensorFileError, first_line, refuse_many, shown_shape


def read(data: bytes) -> np.ndarray:
    """The array in the file: floats, integers or booleans."""
    shape, dtype, start = _header(data)
    if dtype.kind not in "biuf":
        holds = str(dtype)[:60]
        raise TensorFileError("the array holds {dtype}; expected floats, integers or booleans", dtype=holds)
    count = math.prod(shape)
    refuse_many(count, shape)
    if len(data) - start < count * dtype.itemsize:
        says = "the file ends after {came:,} of {expected:,} bytes of numbers"
        raise TensorFileError(says, came=len(data) - start, expected=count * dtype.itemsize)
    try:
        array = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    except ValueError as fault:  # zero-size, with other sizes beyond what NumPy can count
        raise TensorFileError(
            "the shape is {shape}, which NumPy refuses: {fault}", shape=shown_shape(shape), fault=first_line(fault)
        ) from None
    return np.ascontiguousarray(array, dtype=dtype.newbyteorder("=")).reshape(shape)


def _header(data: bytes) -> tuple[tuple[int, ...], np.dtype, int]:
    """Shape and dtype as the header gives them, and where the numbers start."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        if version not in ((1, 0), (2, 0)):
            raise TensorFileError("the .npy format is {version}; expected version 1.0 or 2.0", version=version)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # headers written by Python 2
            shape, _, dtype = read_header(file)
    except TensorFileError:
        raise
    except (ValueError, TypeError, SyntaxError, EOFError, MemoryError, RecursionError, tokenize.TokenError) as fault:
        says = "the header of the .npy file is damaged ({fault})"
        raise TensorFileError(says, fault=first_line(fault)) from None
    if any(size < 0 for size in shape):
        raise TensorFileError("the header of the .npy file is damaged (the shape is {shape})", shape=shown_shape(shape))
    return tuple(shape), dtype, file.tell()
