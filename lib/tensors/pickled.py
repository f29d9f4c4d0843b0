"""What a `.pt` file asks for, found by walking the opcodes of its pickle: nothing is built and nothing is run.

torch's own `weights_only` lets a pickle of 400 bytes ask for a `bytearray` of 2 GB, and one of 200 bytes for a key that
takes years to hash. Here every opcode must be one that `torch.save` writes for tensors, lists and dicts, every name one
that tensors need, every storage as large as the record that holds its numbers, and the whole, written out, must be
small. What torch then opens is a new archive of exactly the records that were looked at.
"""

from __future__ import annotations

import io
import pickletools
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MOST_VALUES = 200_000  # one tensor takes about forty
MOST_RECORDS = 10_000
MOST_PICKLE_BYTES = 4_000_000

ITEM_BYTES = {
    "torch DoubleStorage": 8,
    "torch FloatStorage": 4,
    "torch HalfStorage": 2,
    "torch BFloat16Storage": 2,
    "torch LongStorage": 8,
    "torch IntStorage": 4,
    "torch ShortStorage": 2,
    "torch CharStorage": 1,
    "torch ByteStorage": 1,
    "torch BoolStorage": 1,
    "torch ComplexDoubleStorage": 16,
    "torch ComplexFloatStorage": 8,
    "torch.storage UntypedStorage": 1,
}
_DTYPES = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "uint16", "uint32", "uint64")
CALLED = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_tensor_v3",
    "torch._utils _rebuild_parameter",
}
NAMED = {*CALLED, *ITEM_BYTES, *(f"torch {dtype}" for dtype in _DTYPES)}
ODD = {  # tensors with no plain array of numbers behind them
    "torch._utils _rebuild_sparse_tensor": "sparse",
    "torch._utils _rebuild_qtensor": "quantised",
    "torch._utils _rebuild_nested_tensor": "nested",
    "torch._utils _rebuild_meta_tensor_no_storage": "meta (a shape without numbers)",
}


class NotTensors(ValueError):
    """The file holds, or claims, something that tensors and plain values do not need; says what."""


class Damaged(NotTensors):
    """The file is none that torch.save could have written."""


class OddTensor(NotTensors):
    """The file holds a tensor without a plain array of numbers; `kind` says in a word which."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"it holds a tensor that is {kind}")
        self.kind = kind


@dataclass(frozen=True)
class _Name:
    """A class or function that the pickle names."""

    text: str


@dataclass
class _Box:
    """Something that holds others: a list, a dict, what a call gives. `values` counts what it takes to write it out."""

    values: int = 1
    placed: bool = False  # inside another: torch.save fills what it makes before it goes on


def only_tensors(data: bytes, most_bytes: int) -> bytes:
    """The same archive with nothing in it but what tensors need.

    NotTensors unless it holds tensors, and lists and dicts of them, as large as it claims. `most_bytes` bounds what it
    unpacks to; whoever wants to say that in other words asks `unpacked_size` before.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            records = _records(archive, most_bytes)
    except Damaged:
        raise
    except Exception as fault:  # zipfile raises a dozen kinds for broken archives; all of them mean the same here
        raise Damaged("its archive is damaged") from fault
    sizes = {name.removeprefix("data/"): len(held) for name, held in records.items() if name.startswith("data/")}
    _Walk(sizes).through(records["data.pkl"])
    new = io.BytesIO()
    with zipfile.ZipFile(new, "w") as archive:
        for name, held in records.items():
            archive.writestr(f"archive/{name}", held)
    return new.getvalue()


def unpacked_size(data: bytes) -> int:
    """How many bytes the archive says it unpacks to. Damaged if it is none."""
    if data.count(b"PK\x01\x02") > MOST_RECORDS:  # before room is made for a description of each
        raise Damaged(f"its archive holds more than {MOST_RECORDS:,} records")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except Exception as fault:  # as above
        raise Damaged("it is no archive") from fault


def _records(archive: zipfile.ZipFile, most_bytes: int) -> dict[str, bytes]:
    """What tensors are read from: name, without the archive's folder, → bytes."""
    entries = archive.infolist()
    names = [entry.filename.partition("/")[2] for entry in entries]
    if len({name.lower() for name in names}) < len(names):
        raise Damaged("its archive holds a name twice")
    if "data.pkl" not in names:
        raise Damaged("its archive holds no data.pkl")
    read = {}
    left = most_bytes
    for entry, name in zip(entries, names, strict=True):
        if not re.fullmatch(r"data\.pkl|version|byteorder|data/[0-9]{1,9}", name):
            continue
        most = min(left, MOST_PICKLE_BYTES if name == "data.pkl" else most_bytes)
        if entry.file_size > most or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Damaged(f"its record {name!r} is too large or packed in another way")
        read[name] = archive.read(entry)
        left -= len(read[name])
    return read


class _Walk:
    """A pickle machine that keeps plain values and names, counts all others, and builds nothing."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes  # of the records that hold numbers, in bytes
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []  # the stacks before each mark that is open
        self.memo: dict[int, Any] = {}

    def through(self, data: bytes) -> None:
        try:
            for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
                if count > MOST_VALUES:
                    raise NotTensors(f"its pickle has more than {MOST_VALUES:,} opcodes")
                step = _STEPS.get(opcode.name)
                if step is None:
                    raise NotTensors(f"its pickle uses {opcode.name}, which no tensor needs")
                step(self, argument)
        except NotTensors:
            raise
        except (ValueError, IndexError, KeyError, TypeError, UnicodeDecodeError, OverflowError) as fault:
            raise Damaged("its pickle is damaged") from fault

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self, count: int = 1) -> list[Any]:
        taken = self.stack[len(self.stack) - count :]
        if len(taken) < count:
            raise Damaged("its pickle is damaged")
        del self.stack[len(self.stack) - count :]
        return taken

    def mark(self) -> None:
        self.below.append(self.stack)
        self.stack = []

    def pop_to_mark(self) -> list[Any]:
        taken = self.stack
        self.stack = self.below.pop()
        return taken

    def name(self, text: str) -> None:
        if text in ODD:
            raise OddTensor(ODD[text])
        if text not in NAMED:
            raise NotTensors(f"it names {text.replace(' ', '.')[:80]}, which no tensor needs")
        self.push(_Name(text))

    def call(self) -> None:
        function, arguments = self.pop(2)
        if not isinstance(function, _Name) or function.text not in CALLED:
            raise NotTensors("it calls something that no tensor needs")
        self.push(_Box(_written([arguments])))

    def fill(self, items: Iterable[Any]) -> None:
        """Items go into the list or dict below them."""
        box = self.stack[-1]
        if not isinstance(box, _Box) or box.placed:
            raise Damaged("its pickle is damaged")
        box.values += _written(items) - 1

    def storage(self) -> None:
        """A storage is named by (storage, its type, its record, device, how many numbers)."""
        (claim,) = self.pop()
        match claim:
            case ("storage", _Name(text), str(record), str(), int(numbers)):
                held = self.sizes.get(record, -1)
                if held != numbers * ITEM_BYTES.get(text, -1):
                    raise NotTensors(f"it claims {numbers:,} numbers; its record {record[:20]!r} has {held:,} bytes")
            case _:
                raise NotTensors("it refers to something outside that is no storage")
        self.push(_Box())


def _written(held: Iterable[Any]) -> int:
    """How many values it takes to write these out, whatever they share. NotTensors where that is too many."""
    count = 1
    for value in held:
        if isinstance(value, _Box):
            value.placed = True
            count += value.values
        else:
            count += _written(value) if isinstance(value, tuple) else 1
        if count > MOST_VALUES:
            raise NotTensors(f"its pickle holds more than {MOST_VALUES:,} values")
    return count


def _value(walk: _Walk, argument: Any) -> None:
    walk.push(argument)


def _constant(value: Any) -> Callable[[_Walk, Any], None]:
    return lambda walk, _: walk.push(value)


def _tuple_of(count: int) -> Callable[[_Walk, Any], None]:
    return lambda walk, _: _push_tuple(walk, walk.pop(count))


def _push_tuple(walk: _Walk, items: list[Any]) -> None:
    """As it is where all in it is plain, as a storage's claim is; else how much it holds."""
    plain = not any(isinstance(item, _Box | tuple) for item in items)
    walk.push(tuple(items) if plain and len(items) < 100 else _Box(_written(items), placed=True))


def _put(walk: _Walk, key: Any) -> None:
    walk.memo[int(key)] = walk.stack[-1]


def _fill_with(count: int) -> Callable[[_Walk, Any], None]:
    return lambda walk, _: walk.fill(walk.pop(count))


_STEPS: Mapping[str, Callable[[_Walk, Any], None]] = {
    **dict.fromkeys(("PROTO", "STOP"), lambda walk, _: None),
    **dict.fromkeys(("BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"), _value),
    "NONE": _constant(None),
    "NEWTRUE": _constant(True),
    "NEWFALSE": _constant(False),
    "EMPTY_TUPLE": _constant(()),
    **dict.fromkeys(("EMPTY_LIST", "EMPTY_DICT"), lambda walk, _: walk.push(_Box())),
    "MARK": lambda walk, _: walk.mark(),
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "TUPLE": lambda walk, _: _push_tuple(walk, walk.pop_to_mark()),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _put),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), lambda walk, key: walk.push(walk.memo[int(key)])),
    "APPEND": _fill_with(1),
    "SETITEM": _fill_with(2),
    **dict.fromkeys(("APPENDS", "SETITEMS"), lambda walk, _: walk.fill(walk.pop_to_mark())),
    "GLOBAL": lambda walk, text: walk.name(text),
    "REDUCE": lambda walk, _: walk.call(),
    "BUILD": _fill_with(1),
    "BINPERSID": lambda walk, _: walk.storage(),
}
