"""What travels between the grader and the learner's process, and what is refused on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sandbox import frames

ROOM = frames.Room(1000, 4, 3)

plain = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5)
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner))


@given(values)
def test_values_travel_unchanged(value: Any) -> None:
    assert frames.opened(frames.frame_of(value, {}, frames.TRUSTED), frames.TRUSTED)["value"] == value


@settings(max_examples=300)
@given(st.data())
def test_damaged_frame_is_refused_or_read(data: st.DataObject) -> None:
    """Whatever the bytes are: a value or BadFrame, nothing else."""
    whole = bytearray(frames.frame_of({"a": (np.arange(3.0), 1j), "b": [True]}, {"outcome": "returned"}, ROOM))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        frames.opened(whole, ROOM)
    except frames.BadFrame:
        return


HEADERS: dict[str, str] = {
    "no list of arrays": '{"value": 1}',
    "a negative size": '{"arrays": [["float64", [-1]]]}',
    "a size beyond memory": '{"arrays": [["float64", [1000000000000]]]}',
    "a size beyond memory beside a zero": '{"arrays": [["float64", [0, 4611686018427387904]]]}',
    "too many dimensions": '{"arrays": [["float64", [0, 1, 1, 1]]]}',
    "a size that is no number": '{"arrays": [["float64", ["1"]]]}',
    "a size that is true": '{"arrays": [["float64", [true]]]}',
    "objects": '{"arrays": [["object", [0]]]}',
    "too many arrays": '{"arrays": [["bool", [0]], ["bool", [0]], ["bool", [0]], ["bool", [0]], ["bool", [0]]]}',
    "more than the bytes": '{"arrays": [["float64", [1]]]}',
    "an array that is not there": '{"arrays": [], "value": {"array": 0}}',
    "an array before the first": '{"arrays": [], "value": {"array": -1}}',
    "an unknown kind of value": '{"arrays": [], "value": {"pickle": ""}}',
    "a dict with a list for a key": '{"arrays": [], "value": {"dict": [[[], 1]]}}',
    "an integer without end": '{"arrays": [], "value": 1' + "0" * 5000 + "}",
    "nesting without end": '{"arrays": [], "value": ' + "[" * 5000 + "]" * 5000 + "}",
    "a list": "[]",
    "no JSON": "{",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_hostile_header_is_refused(header: str) -> None:
    with pytest.raises(frames.BadFrame):
        frames.opened(frames.PREFIX.pack(frames.MAGIC, len(header), 0) + header.encode(), ROOM)


def test_bytes_of_a_bool_array_are_made_true_or_false() -> None:
    header = b'{"arrays": [["bool", [3]]], "value": {"array": 0}}'
    data = frames.PREFIX.pack(frames.MAGIC, len(header), 3) + header + bytes([0, 1, 255])
    assert frames.opened(data, ROOM)["value"].tobytes() == b"\x00\x01\x01"
