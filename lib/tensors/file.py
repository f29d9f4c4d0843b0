"""Tensors from files: `.npy` from NumPy, `.csv` from a spreadsheet, `.pt` from torch.

Files come from strangers: nothing in them is executed (`allow_pickle=False`, `weights_only=True`), and what a header
promises is checked before room is made for it.
"""

import csv
import io
import math
import pickle
import re
import struct
import tokenize
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from lib.tensors.number import TensorTextError, ascii_signs, shown, value_of

MOST_NUMBERS = 1_000_000
MOST_BYTES = 64_000_000

_INT64 = np.iinfo(np.int64)
_NUMBER_LIKE = re.compile(r"[+-]?\.?[0-9]|[+-]?(?:inf|infinity|nan)$|true$|false$", re.IGNORECASE)
_SAVE = "expected one written by torch.save(tensor, ...)"


class TensorFileError(ValueError):
    """Says in plain words what in the file is not a tensor that can be used, and what was expected."""


def read_tensor_file(name: str, data: bytes) -> np.ndarray:
    """The tensor in a file: floats, integers or booleans, at most 1,000,000 of them.

    The ending of `name` says what `data` is. A `.csv` with one row or one column is a vector. A `.pt` may hold its one
    tensor in a list or dict; bfloat16 becomes float32. Raises TensorFileError and nothing else.
    """
    readers = {".npy": _from_npy, ".csv": _from_csv, ".pt": _from_pt, ".pth": _from_pt}
    suffix = PurePath(name).suffix.lower()
    if suffix not in readers:
        raise TensorFileError(f"{name!r} ends in {suffix or 'no suffix'}; expected .npy, .csv, .pt or .pth")
    if not data:
        raise TensorFileError(f"{name!r} is empty; expected a tensor")
    if len(data) > MOST_BYTES:
        raise TensorFileError(f"{name!r} has {len(data):,} bytes; expected at most {MOST_BYTES:,}")
    return readers[suffix](data)


def _refuse_many(count: int, shape: object = None) -> None:
    if count > MOST_NUMBERS:
        what = f"the shape is {shape}: {count:,} numbers" if shape else f"{count:,} numbers or more"
        raise TensorFileError(f"{what}; expected at most {MOST_NUMBERS:,}")


# .npy


def _from_npy(data: bytes) -> np.ndarray:
    shape, dtype, start = _npy_header(data)
    if dtype.kind not in "biuf":
        raise TensorFileError(f"the array holds {dtype}; expected floats, integers or booleans")
    count = math.prod(shape)
    _refuse_many(count, shape)
    if len(data) - start < count * dtype.itemsize:
        raise TensorFileError(
            f"the file ends after {len(data) - start:,} of {count * dtype.itemsize:,} bytes of numbers"
        )
    try:
        array = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    except ValueError as fault:  # zero-size, with other sizes beyond what NumPy can count
        raise TensorFileError(f"the shape is {shape}, which NumPy refuses: {fault}") from None
    return np.ascontiguousarray(array, dtype=dtype.newbyteorder("=")).reshape(shape)


def _npy_header(data: bytes) -> tuple[tuple[int, ...], np.dtype, int]:
    """Shape and dtype as the header gives them, and where the numbers start."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        if version not in ((1, 0), (2, 0)):
            raise TensorFileError(f"the .npy format is {version}; expected version 1.0 or 2.0")
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # headers written by Python 2
            shape, _, dtype = read_header(file)
    except TensorFileError:
        raise
    except (ValueError, TypeError, SyntaxError, EOFError, MemoryError, RecursionError, tokenize.TokenError) as fault:
        raise TensorFileError(f"the header of the .npy file is damaged ({_first_line(fault)})") from None
    if any(size < 0 for size in shape):
        raise TensorFileError(f"the header of the .npy file is damaged (the shape is {shape})")
    return tuple(shape), dtype, file.tell()


def _first_line(fault: BaseException) -> str:
    """What a library says, as far as it can be shown to a learner."""
    line = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
    return line if len(line) <= 120 else line[:117] + "..."


# .csv


@dataclass(frozen=True, eq=False)
class _Table:
    """The cells below the column names, row after row, and the line of the file on which each row ends."""

    cells: list[str]
    lines: list[int]
    columns: int


def _from_csv(data: bytes) -> np.ndarray:
    try:
        text = ascii_signs(data.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise TensorFileError(f"byte {fault.start} is not UTF-8; expected a file saved as CSV UTF-8") from None
    table = _table(text)
    if not table.cells:
        raise TensorFileError("the file holds no numbers; expected rows such as 1, 2")
    array = _cell_values(table)
    vector = len(table.lines) == 1 or table.columns == 1
    return array if vector else array.reshape(len(table.lines), table.columns)


def _table(text: str) -> _Table:
    cells: list[str] = []
    lines: list[int] = []
    columns, first = 0, 0
    for line, row in _rows(text):
        if not first:
            columns, first = len(row), line
            if _are_names(row):
                continue
        if len(row) != columns:
            count = "1 number" if len(row) == 1 else f"{len(row)} numbers"
            raise TensorFileError(f"row {line} has {count}; expected {columns}, as in row {first} (counted from 1)")
        cells += row
        lines.append(line)
        _refuse_many(len(cells))
    return _Table(cells, lines, columns)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with its line, split at what separates the first of them."""
    start = text.lstrip().split("\n", 1)[0]
    separator = next((sign for sign in "\t;," if sign in start), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            if any(map(str.strip, row)) or len(row) > 1:
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as fault:
        raise TensorFileError(f"row {reader.line_num} is not CSV: {fault}") from None


def _are_names(row: list[str]) -> bool:
    """Whether a first row names the columns: nothing in it is a number, or begins like one."""
    return any(row) and not any(_NUMBER_LIKE.match(cell) for cell in row)


def _cell_values(table: _Table) -> np.ndarray:
    """The cells as a vector of booleans, integers or floats."""
    values: list[float] = []
    try:
        for cell in table.cells:
            values.append(value_of(cell)[0])
    except TensorTextError as fault:
        raise TensorFileError(f"{_at(table, len(values))}; {_expected(table.cells[len(values)], fault)}") from None
    types = set(map(type, values))
    if bool in types and len(types) > 1:
        odd = next(i for i, value in enumerate(values) if isinstance(value, bool) != isinstance(values[0], bool))
        raise TensorFileError(f"{_at(table, odd)}; expected only booleans, or only numbers")
    if types != {int}:
        return np.array(list(map(float, values)) if float in types else values)
    for i, value in enumerate(values):
        if not _INT64.min <= value <= _INT64.max:
            raise TensorFileError(f"{_at(table, i)}; expected whole numbers between -2^63 and 2^63 - 1")
    return np.array(values, dtype=np.int64)


def _at(table: _Table, number: int) -> str:
    row, column = divmod(number, table.columns)
    cell = shown(table.cells[number]) if table.cells[number] else "nothing"
    return f"{cell} stands in row {table.lines[row]}, column {column + 1} (counted from 1)"


def _expected(cell: str, fault: TensorTextError) -> str:
    if "," in cell:
        return "expected a number with a decimal point, not a comma"
    return "expected commas between numbers" if " " in cell else str(fault)


# .pt


def _from_pt(data: bytes) -> np.ndarray:
    _refuse_archive(data)
    import torch  # only here: text and other files must not wait for torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:  # torch's own message shows how to load the file regardless; nobody should
        raise TensorFileError(f"the file holds more than tensors and plain values; {_SAVE}") from None
    except Exception as fault:  # torch raises what its many readers raise; to the learner all of it is one thing
        raise TensorFileError(f"torch cannot load the file ({_first_line(fault)}); {_SAVE}") from None
    tensor = _only_tensor(held, torch.Tensor)
    _refuse_tensor(tensor, torch.strided)
    tensor = tensor.detach().resolve_neg()
    try:
        if tensor.is_floating_point() and tensor.dtype not in (torch.float16, torch.float32, torch.float64):
            tensor = tensor.to(torch.float32)
        return np.array(tensor.numpy(), order="C")
    except (TypeError, RuntimeError):
        raise TensorFileError(f"the tensor holds {tensor.dtype}; expected floats, integers or booleans") from None


def _refuse_archive(data: bytes) -> None:
    """torch.save writes a zip archive; refuse others, and those that would unpack to more than they seem."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OverflowError, EOFError):
        raise TensorFileError(f"the file is not a PyTorch file; {_SAVE}") from None
    if size > MOST_BYTES:
        raise TensorFileError(f"the file unpacks to {size:,} bytes; expected at most {MOST_BYTES:,}")


def _only_tensor(held: Any, tensor_type: type) -> Any:
    """The tensor, or the only one in a list or dict."""
    if isinstance(held, tensor_type):
        return held
    named = dict(held) if isinstance(held, dict) else dict(enumerate(held)) if isinstance(held, list | tuple) else None
    if named is None:
        raise TensorFileError(f"the file holds {type(held).__name__}; {_SAVE}")
    tensors: dict[Any, Any] = {name: item for name, item in named.items() if isinstance(item, tensor_type)}
    if len(tensors) == 1:
        return next(iter(tensors.values()))
    listed = ", ".join(f"{name} {tuple(item.shape)}" for name, item in list(tensors.items())[:5])
    listed += ", ..." if len(tensors) > 5 else ""
    count = f"{len(tensors)} tensors: {listed}" if tensors else "no tensor"
    raise TensorFileError(f"the file holds {type(held).__name__} with {count}; expected exactly one tensor")


def _refuse_tensor(tensor: Any, strided: object) -> None:
    """Refuse what has no plain array of numbers behind it, or too many."""
    odd = [
        ("nested", tensor.is_nested),
        ("quantised", tensor.is_quantized),
        ("sparse", tensor.layout != strided),
        ("complex", tensor.is_complex()),
        ("meta (a shape without numbers)", tensor.is_meta),
    ]
    for word, is_so in odd:
        if is_so:
            raise TensorFileError(f"the tensor is {word}; expected a plain tensor of floats, integers or booleans")
    _refuse_many(tensor.numel(), tuple(tensor.shape))
