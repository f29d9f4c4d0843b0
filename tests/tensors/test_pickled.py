"""What a `.pt` may ask for is known before torch sees a byte of it; what torch then opens is what was looked at."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch

from lib.tensors.file import TensorFileError, read_tensor_file
from lib.tensors.pickled import Damaged, NotTensors, only_tensors

TENSOR = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n"


def archive(pickled: bytes, **records: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("archive/version", b"3\n")  # without it torch reads no further
        new.writestr("archive/data.pkl", pickled)
        for name, held in records.items():
            new.writestr(f"archive/data/{name.removeprefix('r')}", held)
    return file.getvalue()


def saved(thing: object) -> bytes:
    file = io.BytesIO()
    torch.save(thing, file)
    return file.getvalue()


def claim(numbers: int, storage: bytes = b"FloatStorage") -> bytes:
    """A pickle of a storage that says how many numbers it has."""
    size = b"\x8a\x08" + struct.pack("<q", numbers)
    name = b"ctorch\n" + storage + b"\n"
    return b"\x80\x02(X\x07\0\0\0storage" + name + b"X\x01\0\0\0" + b"0X\x03\0\0\0cpu" + size + b"tQ."


def doubled(times: int) -> bytes:
    """A tuple that holds a tuple twice, and so on: written out it has 2 to the power of `times` values."""
    return b")" + b"".join(b"q\0h\0\x86" for _ in range(times))


def doubled_lists(times: int) -> bytes:
    """The same with lists, each filled before it is put into the next."""
    return b"]" + b"".join(b"q\0]h\0ah\0a" for _ in range(times))


HOSTILE = {
    "room for 2 GB": archive(b"\x80\x02c__builtin__\nbytearray\n\x8a\x04\0\0\0\x7f\x85R."),
    "a set": archive(b"\x80\x02c__builtin__\nset\n)R."),
    "a storage larger than its record": archive(claim(10**9), r0=bytes(400)),
    "a storage without a record": archive(claim(100)),
    "fewer than none": archive(claim(-100), r0=b""),
    "a class as a function": archive(b"\x80\x02ctorch\nFloatStorage\n\x8a\x04\0\0\0\x40\x85R."),
    "a key that takes an age to hash": archive(b"\x80\x02}" + doubled(29) + b"Ns."),
    "a list that takes years to print": archive(b"\x80\x02" + doubled_lists(60) + b"."),
    "a list in itself": archive(b"\x80\x02]q\0h\0a."),
    "a million marks": archive(b"\x80\x02" + b"(" * 1_000_000 + b"t" * 1_000_000 + b"."),
    "a million nothings": archive(b"\x80\x02(" + b"N" * 1_000_000 + b"t."),
    "a million values in turn": archive(b"\x80\x02N" + b"(Nt" * 60_000 + b"."),
    "marks that are not there": archive(b"\x80\x02tttt."),
    "a memo that is not there": archive(b"\x80\x02h\x07."),
    "cut short": archive(TENSOR),
    "empty": archive(b""),
    "a pickle of 20 MB": archive(b"\x80\x02X" + struct.pack("<I", 20_000_000) + b"a" * 20_000_000 + b"."),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_no_tensor_needs_is_refused_at_once_and_takes_no_room(data):
    tracemalloc.start()
    began = time.thread_time()
    with pytest.raises(TensorFileError):
        read_tensor_file("x.pt", data)
    taken, peak = time.thread_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 3 and peak < 60e6  # tracing makes it a few times slower


@pytest.mark.parametrize("dtype", ["float8_e4m3fn", "float8_e5m2", "bfloat16", "float16"])
def test_every_kind_of_float_that_torch_saves_is_let_through(dtype):
    values = torch.tensor([0.5, 1.0]).to(getattr(torch, dtype))
    assert read_tensor_file("x.pt", saved(values)).tolist() == [0.5, 1.0]


@pytest.mark.parametrize("dtype", ["uint16", "uint32", "uint64"])
def test_every_kind_of_integer_that_torch_saves_is_let_through(dtype):
    read = read_tensor_file("x.pt", saved(torch.tensor([1, 2]).to(getattr(torch, dtype))))
    np.testing.assert_array_equal(read, np.array([1, 2], dtype))


def test_nested_tensors_are_named():
    with pytest.warns(UserWarning, match="prototype"):
        data = saved(torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]))
    with pytest.raises(TensorFileError, match="the tensor is nested"):
        read_tensor_file("x.pt", data)


def test_a_models_state_passes_and_its_tensors_are_counted():
    with pytest.raises(TensorFileError, match="2 tensors"):
        read_tensor_file("x.pt", saved(torch.nn.Linear(2, 2).state_dict()))


def test_torch_opens_exactly_the_records_that_were_looked_at():
    with zipfile.ZipFile(io.BytesIO(only_tensors(saved(torch.ones(2)), 10_000))) as new:
        assert sorted(new.namelist()) == ["archive/byteorder", "archive/data.pkl", "archive/data/0", "archive/version"]


def two_records(first: str, second: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        new.writestr(f"archive/{first}", b"\x80\x02N.")
        new.writestr(f"archive/{second}", b"\x80\x02N.")
    return file.getvalue()


def test_a_name_that_some_readers_take_for_another_is_refused():
    with pytest.raises(Damaged, match="twice"):
        only_tensors(two_records("data.pkl", "DATA.PKL"), 10_000)


def test_an_archive_of_many_records_is_refused_before_they_are_listed():
    with pytest.raises(TensorFileError, match="not a PyTorch file"):
        read_tensor_file("x.pt", b"PK\x01\x02" * 20_000)


def test_a_record_is_read_no_further_than_allowed():
    with pytest.raises(NotTensors):
        only_tensors(archive(b"\x80\x02N.", r0=bytes(100_000)), 50_000)
