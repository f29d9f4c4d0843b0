"""What the pickle inside a `.pt` file asks for, found by walking its opcodes: nothing is built and nothing is run.

torch's own `weights_only` lets a pickle of 400 bytes ask for a `bytearray` of 2 GB. Here every opcode must be one that `torch.save` writes for tensors, lists and dicts, every name one that
tensors need, and every storage as large as the record that holds its numbers.
"""

from __future__ import annotations

import pickletools
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MOST_OPCODES = 200_000  # one tensor takes about forty

ITEM_BYTES = {
    "DoubleStorage": 8,
    "FloatStorage": 4,
    "HalfStorage": 2,
    "BFloat16Storage": 2,
    "LongStorage": 8,
    "IntStorage": 4,
    "ShortStorage": 2,
    "CharStorage": 1,
    "ByteStorage": 1,
    "BoolStorage": 1,
    "ComplexDoubleStorage": 16,
    "ComplexFloatStorage": 8,
}

NAMES = {
    "collections OrderedDict",
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_parameter",
    *(f"torch {storage}" for storage in ITEM_BYTES),
}


class NotTensors(ValueError):
    """The file holds, or claims, something that tensors and plain values do not need; says what."""


@dataclass(frozen=True)
class _Name:
    """A class or function that the pickle names."""

    text: str


@dataclass(frozen=True)
class _Built:
    """Whatever a call would give: a tensor, an OrderedDict."""


_MARK = object()


def refuse_all_but_tensors(archive: zipfile.ZipFile) -> None:
    """NotTensors unless the archive is one of tensors, and lists and dicts of them, as large as it claims."""
    records = {entry.filename: entry.file_size for entry in archive.infolist()}
    folders = {name.partition("/")[0] for name in records}
    if len(records) != len(archive.infolist()) or len(folders) != 1:
        raise NotTensors("its archive holds a name twice, or more than one folder")
    (folder,) = folders
    if f"{folder}/data.pkl" not in records:
        raise NotTensors("its archive holds no data.pkl")
    sizes = {name.removeprefix(f"{folder}/data/"): size for name, size in records.items()}
    _Walk(sizes).through(archive.read(f"{folder}/data.pkl"))


class _Walk:
    """A pickle machine that keeps plain values and names, and builds nothing."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes  # of the records that hold numbers, in bytes
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def through(self, data: bytes) -> None:
        try:
            for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
                if count > MOST_OPCODES:
                    raise NotTensors(f"its pickle has more than {MOST_OPCODES:,} opcodes")
                step = _STEPS.get(opcode.name)
                if step is None:
                    raise NotTensors(f"its pickle uses {opcode.name}, which no tensor needs")
                step(self, argument)
        except NotTensors:
            raise
        except (ValueError, IndexError, KeyError, TypeError, UnicodeDecodeError, OverflowError) as fault:
            raise NotTensors("its pickle is damaged") from fault

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self, count: int = 1) -> list[Any]:
        taken = self.stack[len(self.stack) - count :]
        if len(taken) < count or _MARK in taken:
            raise NotTensors("its pickle is damaged")
        del self.stack[len(self.stack) - count :]
        return taken

    def pop_to_mark(self) -> list[Any]:
        place = len(self.stack) - 1 - self.stack[::-1].index(_MARK)
        taken = self.stack[place + 1 :]
        del self.stack[place:]
        return taken

    def put(self, key: Any) -> None:
        self.memo[len(self.memo) if key is None else int(key)] = self.stack[-1]

    def name(self, text: str) -> None:
        if text not in NAMES:
            raise NotTensors(f"it names {text.replace(' ', '.')[:80]}, which no tensor needs")
        self.push(_Name(text))

    def call(self) -> None:
        function, _ = self.pop(2)
        if not isinstance(function, _Name):
            raise NotTensors("it calls something that it does not name")
        self.push(_Built())

    def storage(self) -> None:
        """A storage is named by (storage, its type, its record, device, how many numbers)."""
        (claim,) = self.pop()
        match claim:
            case ("storage", _Name(text), str(record), str(), int(numbers)):
                held = self.sizes.get(record, -1)
                if held != numbers * ITEM_BYTES.get(text.removeprefix("torch "), -1):
                    raise NotTensors(f"it claims {numbers:,} numbers; its record {record[:20]!r} has {held:,} bytes")
            case _:
                raise NotTensors("it refers to something outside that is no storage")
        self.push(_Built())


def _value(walk: _Walk, argument: Any) -> None:
    walk.push(argument)


def _constant(value: Any) -> Callable[[_Walk, Any], None]:
    return lambda walk, _: walk.push(value)


def _tuple_of(count: int) -> Callable[[_Walk, Any], None]:
    return lambda walk, _: walk.push(tuple(walk.pop(count)))


def _dropping(count: int) -> Callable[[_Walk, Any], None]:
    """Items go into a list or dict that stays where it is: what is in it does not matter."""

    def drop(walk: _Walk, _: Any) -> None:
        walk.pop(count)

    return drop


def _dropping_to_mark(walk: _Walk, _: Any) -> None:
    walk.pop_to_mark()


def _stack_global(walk: _Walk, _: Any) -> None:
    module, name = walk.pop(2)
    walk.name(f"{module} {name}")


_STEPS: Mapping[str, Callable[[_Walk, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME", "STOP"), lambda walk, _: None),
    **dict.fromkeys(("BINUNICODE", "SHORT_BINUNICODE", "UNICODE"), _value),
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "INT", "LONG", "BINFLOAT"), _value),
    "NONE": _constant(None),
    "NEWTRUE": _constant(True),
    "NEWFALSE": _constant(False),
    **dict.fromkeys(("EMPTY_TUPLE",), _constant(())),
    **dict.fromkeys(("EMPTY_LIST", "EMPTY_DICT"), lambda walk, _: walk.push(_Built())),
    "MARK": _constant(_MARK),
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "TUPLE": lambda walk, _: walk.push(tuple(walk.pop_to_mark())),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT", "MEMOIZE"), lambda walk, key: walk.put(key)),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), lambda walk, key: walk.push(walk.memo[int(key)])),
    "APPEND": _dropping(1),
    "SETITEM": _dropping(2),
    "APPENDS": _dropping_to_mark,
    "SETITEMS": _dropping_to_mark,
    "GLOBAL": lambda walk, text: walk.name(text),
    "STACK_GLOBAL": _stack_global,
    "REDUCE": lambda walk, _: walk.call(),
    "BUILD": _dropping(1),
    "BINPERSID": lambda walk, _: walk.storage(),
}
