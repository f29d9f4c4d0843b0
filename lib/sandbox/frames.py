"""How values travel between the grader and the process that runs a learner's code: frames of raw bytes.

A frame is a magic word, two lengths, a small JSON header, and the bytes of the arrays. The other side may be hostile:
nothing in a frame can be executed (so no pickle, and no `np.load`), and the sizes that it announces are checked before
memory is taken for them. Values are arrays, numbers, strings, bools, None, and tuples, lists and dicts of them.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MAGIC = b"by-hand1"
PREFIX = struct.Struct("<8sIQ")  # the magic word, bytes of the header, bytes of the arrays
READY = b"ready\n"  # sent once before all frames: what fails before it is our fault, not the learner's
HEADER_MOST = 2**20  # JSON of this size becomes some 50 MB of objects at worst
ITEM_BYTES = 8  # what each entry of a list, tuple or dict counts, so that many small ones are not free
NESTING_MOST = 16
INTEGER_BITS_MOST = 1024  # more is beyond float64, and slow to write down

DTYPES = {
    name: np.dtype(name)
    for name in """bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64
    complex128""".split()
}


class BadFrame(ValueError):
    """What came is not a frame, or announces more than is allowed."""


class BadValue(ValueError):
    """A value that cannot travel; the message says in plain words what it is."""


@dataclass(frozen=True)
class Room:
    """How much a frame may hold: bytes of its value and number of arrays, all together; dimensions of each array."""

    bytes: int
    arrays: int
    dims: int


NO_ARRAYS = Room(0, 0, 0)
TRUSTED = Room(2**32, 2**16, 64)  # for what our own side sends


@dataclass(eq=False)
class Packing:
    """Arrays set aside while the rest of a value becomes JSON."""

    room: Room
    arrays: list[np.ndarray] = field(default_factory=list)
    bytes: int = 0

    def pack(self, value: Any, depth: int = 0) -> Any:
        """The value as JSON can hold it, arrays by number. Raises BadValue."""
        if value is None or type(value) in (bool, float):
            return value
        if type(value) is str:
            self._take(len(value))
            return value
        if depth > NESTING_MOST:
            raise BadValue(f"is nested more than {NESTING_MOST} levels deep")
        if isinstance(value, np.ndarray | np.generic):
            return {"array": self._set_aside(value)}
        if isinstance(value, tuple | list):
            self._take(ITEM_BYTES * len(value))
            items = [self.pack(item, depth + 1) for item in value]
            return {"tuple": items} if isinstance(value, tuple) else items
        if isinstance(value, dict):
            self._take(2 * ITEM_BYTES * len(value))
            return {"dict": [[self.pack(_checked_key(key)), self.pack(v, depth + 1)] for key, v in value.items()]}
        if isinstance(value, str):  # of a subclass of the learner's, or an enum's member
            return self.pack(str(value))
        return _pack_number(value)

    def _take(self, size: int) -> None:
        self.bytes += size
        if self.bytes > self.room.bytes:
            raise BadValue(f"has {self.bytes:,} bytes or more; allowed are {self.room.bytes:,}")

    def _set_aside(self, value: np.ndarray | np.generic) -> int:
        """The number under which the array travels. A NumPy scalar becomes an array without dimensions."""
        array = _plain_array(value)
        if array.ndim > self.room.dims:
            raise BadValue(f"has {array.ndim} dimensions; allowed are {self.room.dims}")
        self._take(array.nbytes)
        if len(self.arrays) == self.room.arrays:
            raise BadValue(f"has more than {self.room.arrays} arrays")
        self.arrays.append(array)
        return len(self.arrays) - 1


def _checked_key(key: Any) -> Any:
    if key is None or isinstance(key, bool | str | float | int):
        return key
    raise BadValue(f"is a dict with a key of type {type(key).__name__}; expected names or whole numbers")


def _pack_number(value: Any) -> Any:
    if isinstance(value, bool | float):  # a subclass of the learner's
        return next(plain(value) for plain in (bool, float) if isinstance(value, plain))
    if isinstance(value, int):
        if value.bit_length() > INTEGER_BITS_MOST:
            raise BadValue(f"is a whole number of {value.bit_length():,} bits; allowed are {INTEGER_BITS_MOST:,}")
        return int(value)
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    kind = type(value).__name__
    raise BadValue(f"is of type {kind}; expected an array, a number, or a tuple, list or dict of them")


def _plain_array(value: np.ndarray | np.generic) -> np.ndarray:
    """The array without the subclass that a learner may have made of it. Raises BadValue."""
    if isinstance(value, np.ma.MaskedArray):
        raise BadValue("is a masked array; expected a plain one")
    array = np.asarray(value) if isinstance(value, np.generic) else np.ndarray.view(value, np.ndarray)
    if array.dtype.name not in DTYPES or DTYPES[array.dtype.name] != array.dtype.newbyteorder("="):
        raise BadValue(f"is an array of {array.dtype}; expected numbers such as float64")
    return array


def frame(header: dict[str, Any], arrays: Sequence[np.ndarray] = ()) -> bytes:
    """One frame. Raises BadValue if the header has grown too large (a long list of plain numbers, say)."""
    described = [[array.dtype.name, list(array.shape)] for array in arrays]
    text = json.dumps({**header, "arrays": described}).encode()
    if len(text) > HEADER_MOST:
        raise BadValue(f"takes {len(text):,} bytes to write down; allowed are {HEADER_MOST:,}. Arrays take less")
    bodies = [np.ascontiguousarray(array, DTYPES[array.dtype.name]).tobytes() for array in arrays]
    return b"".join([PREFIX.pack(MAGIC, len(text), sum(map(len, bodies))), text, *bodies])


def frame_of(value: Any, header: dict[str, Any], room: Room) -> bytes:
    """One frame with the value under `value`. Raises BadValue."""
    packing = Packing(room)
    return frame({**header, "value": packing.pack(value)}, packing.arrays)


def length_of(start: bytes | bytearray, room: Room) -> int | None:
    """How many bytes the frame has that begins with `start`; None as long as that is not known. Raises BadFrame."""
    if not MAGIC.startswith(start[: len(MAGIC)]):
        raise BadFrame("it does not begin as a frame does")
    if len(start) < PREFIX.size:
        return None
    _, header, body = PREFIX.unpack_from(start)
    if header > HEADER_MOST or body > room.bytes:
        raise BadFrame(f"it announces {header:,} and {body:,} bytes; allowed are {HEADER_MOST:,} and {room.bytes:,}")
    return PREFIX.size + header + body


def opened(data: bytes | bytearray, room: Room) -> dict[str, Any]:
    """The header of a whole frame, with `value` put together again, if it has one. Raises BadFrame."""
    length = length_of(data, room)
    if length is None or length != len(data):
        raise BadFrame("it has another length than it announces")
    end = PREFIX.size + PREFIX.unpack_from(data)[1]
    try:
        header = json.loads(bytes(data[PREFIX.size : end]))
    except (ValueError, RecursionError):  # not JSON, not UTF-8, an endless number, nested without end
        raise BadFrame("its header is not JSON") from None
    if not isinstance(header, dict):
        raise BadFrame("its header is no object")
    arrays = _arrays(header.pop("arrays", None), memoryview(data)[end:], room)
    if "value" in header:
        header["value"] = _Unpacking(arrays, room, len(data) - end).unpack(header["value"])
    return header


def _arrays(described: Any, body: memoryview, room: Room) -> list[np.ndarray]:
    if not isinstance(described, list) or len(described) > room.arrays:
        raise BadFrame(f"its header lists no arrays, or more than {room.arrays}")
    shapes = [_shape(entry, room) for entry in described]
    if sum(size for *_, size in shapes) != len(body):
        raise BadFrame("its arrays have another size than their bytes")
    arrays, start = [], 0
    for dtype, shape, size in shapes:
        arrays.append(_array(body[start : start + size], dtype, shape))
        start += size
    return arrays


def _shape(entry: Any, room: Room) -> tuple[np.dtype, tuple[int, ...], int]:
    """dtype, shape and bytes of an array, from a description that may hold anything. Raises BadFrame."""
    match entry:
        case [str(name), list(shape)] if name in DTYPES and len(shape) <= room.dims:
            if all(type(size) is int and 0 <= size <= room.bytes for size in shape):
                # sizes beside a zero count too: NumPy refuses (0, 2**62)
                if math.prod(max(size, 1) for size in shape) <= max(room.bytes, 1):
                    return DTYPES[name], tuple(shape), math.prod(shape) * DTYPES[name].itemsize
    raise BadFrame("its header describes an array that is not allowed")


def _array(data: memoryview, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    if dtype == np.bool_:  # a byte other than 0 and 1 in a bool array makes NumPy contradict itself
        return (np.frombuffer(data, np.uint8) != 0).reshape(shape)
    return np.frombuffer(data, dtype).reshape(shape).copy()


@dataclass(eq=False)
class _Unpacking:
    """A value put together again from JSON and arrays, held to all that `Packing` holds an honest one to.

    Each array is used once: a value that names one a thousand times would take a thousand times its bytes later.
    """

    arrays: list[np.ndarray]
    room: Room
    bytes: int
    used: set[int] = field(default_factory=set)

    def unpack(self, packed: Any, depth: int = 0) -> Any:
        """The value. Raises BadFrame."""
        if packed is None or isinstance(packed, bool | int | float | str):
            return self._plain(packed)
        if depth > NESTING_MOST:
            raise BadFrame("its value is nested too deep")
        match packed:
            case list():
                return self._items(packed, depth)
            case {"array": int(i), **rest} if not rest and 0 <= i < len(self.arrays) and i not in self.used:
                self.used.add(i)
                return self.arrays[i]
            case {"tuple": list(items), **rest} if not rest:
                return tuple(self._items(items, depth))
            case {"complex": [float(real), float(imag)], **rest} if not rest:
                return complex(real, imag)
            case {"dict": list(items), **rest} if not rest:
                self._take(2 * ITEM_BYTES * len(items))
                return dict(self._item(item, depth + 1) for item in items)
        raise BadFrame("its value is none that can travel")

    def _items(self, items: list[Any], depth: int) -> list[Any]:
        self._take(ITEM_BYTES * len(items))
        return [self.unpack(item, depth + 1) for item in items]

    def _item(self, item: Any, depth: int) -> tuple[Any, Any]:
        match item:
            case [None | bool() | int() | float() | str() as key, value]:
                return self._plain(key), self.unpack(value, depth)
        raise BadFrame("its value holds a dict with a key that is no name or number")

    def _plain(self, value: None | bool | int | float | str) -> Any:
        if isinstance(value, str):
            self._take(len(value))
        elif isinstance(value, int) and value.bit_length() > INTEGER_BITS_MOST:
            raise BadFrame("its value holds a whole number that is too large")
        return value

    def _take(self, size: int) -> None:
        self.bytes += size
        if self.bytes > self.room.bytes:
            raise BadFrame(f"its value has {self.bytes:,} bytes or more; allowed are {self.room.bytes:,}")
