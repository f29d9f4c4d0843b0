"""Same or not, where not, and by how much."""

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from lib.tensors.compare import compare

INF, NAN = float("inf"), float("nan")
EPS = 2.0**-52

SAME = {
    "a number": (0.5, 0.5),
    "a list and an array": ([1.0, 2.0], np.array([1.0, 2.0])),
    "off by what is allowed": (1.0 + 9e-10, 1.0),
    "off by what is allowed near zero": (9e-13, 0.0),
    "nan in place": ([1.0, NAN], [1.0, NAN]),
    "inf in place": ([INF, -INF], [INF, -INF]),
    "both zeros": (0.0, -0.0),
    "integers for floats": ([1, 2], [1.0, 2.0]),
    "booleans for floats": ([True, False], [1.0, 0.0]),
    "floats for integers": ([1.0], [1]),
    "complex": ([1 + 1j], [1 + 1j]),
    "complex nan": ([complex(NAN, 0)], [complex(NAN, 0)]),
    "no elements": (np.zeros((0, 3)), np.ones((0, 3))),
    "an empty list": ([], []),
    "another byte order": (np.ones(2, ">f4"), np.ones(2, "<f4")),
    "a tensor": (torch.ones(2), np.ones(2)),
    "a tensor that requires grad": (torch.ones(2, requires_grad=True), np.ones(2)),
    "int64 and uint64": (np.array([3], np.int64), np.array([3], np.uint64)),
}


@pytest.mark.parametrize(("got", "expected"), SAME.values(), ids=SAME)
def test_same(got, expected):
    verdict = compare(got, expected)
    assert verdict.same
    assert (verdict.index, verdict.got, verdict.expected) == (None, None, None)
    assert 0 <= verdict.times_allowed <= 1
    assert "as expected" in verdict.says


DIFFERENT = {
    # case: (got, expected, tolerances, first index, what is said)
    "a number": (0.303, 0.3, {"rtol": 0, "atol": 1e-3}, (), "off by 0.003; allowed 0.001"),
    "just too far": (1e-3 + 1e-10, 0.0, {"atol": 1e-3}, (), "off by 0.0010000001; allowed 0.001"),
    "the second of three": ([1.0, 2.5, 3.0], [1.0, 2.0, 3.0], {"rtol": 0.1}, (1,), "[1] is off by 0.5; allowed 0.2"),
    "first row by row": ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 4.0]], {}, (0, 1), "(2 of 4 differ)"),
    "nan for a number": ([1.0, NAN], [1.0, 0.5], {}, (1,), "NaN at [1], expected 0.5"),
    "a number for nan": ([0.5], [NAN], {}, (0,), "0.5 at [0], expected NaN"),
    "nan for inf": (NAN, INF, {}, (), "NaN came, expected inf"),
    "inf of the other sign": ([INF], [-INF], {}, (0,), "inf at [0], expected -inf"),
    "inf for a number": (INF, 1e308, {"rtol": 10}, (), "inf came, expected 1e+308"),
    "a number for inf": (1e308, INF, {}, (), "1e+308 came, expected inf"),
    "integers": ([3], [4], {}, (0,), "3 at [0], expected 4"),
    "booleans": ([True, True], [True, False], {}, (1,), "True at [1], expected False"),
    "complex": ([1 + 1j], [1 + 2j], {"rtol": 0, "atol": 0.5}, (0,), "[0] is off by 1; allowed 0.5"),
    "large integers": (2**60 + 1, 2**60, {"rtol": 0, "atol": 0}, (), "1152921504606846977 came, expected"),
    "too far to subtract": (1e308, -1e308, {}, (), "off by inf; allowed 1e+299"),
    "nothing allowed": (1.0 + EPS, 1.0, {"rtol": 0, "atol": 0}, (), "off by 2.22e-16; allowed 0"),
}


@pytest.mark.parametrize("case", DIFFERENT.values(), ids=DIFFERENT)
def test_different(case):
    got, expected, tolerances, index, says = case
    verdict = compare(got, expected, **tolerances)
    assert not verdict.same
    assert verdict.index == index
    assert says in verdict.says
    assert verdict.times_allowed > 1
    for shown, given_values in ((verdict.got, got), (verdict.expected, expected)):
        np.testing.assert_equal(shown, np.asarray(given_values)[index].item())
        assert type(shown) in (bool, int, float, complex)


UNLIKE = {
    # case: (got, expected, what is said)
    "a vector for a number": (np.zeros(3), 0.0, "the shape is (3,); expected ()"),
    "a kept axis": (np.zeros((2, 1)), np.zeros(2), "the shape is (2, 1); expected (2,)"),
    "other sizes of nothing": (np.zeros((0, 2)), np.zeros((0, 3)), "the shape is (0, 2); expected (0, 3)"),
    "nothing": (None, 1.0, "nothing (None); expected floats"),
    "text": ("0.5", 0.5, "text; expected floats"),
    "bytes": (b"x", 1, "text; expected integers"),
    "ragged lists": ([[1, 2], [3]], [1.0], "a list whose rows differ in length; expected floats"),
    "a dict": ({"a": 1}, 1.0, "an object of type dict; expected floats"),
    "a function": (abs, 1.0, "an object of type builtin_function_or_method; expected floats"),
    "None in a list": ([1.0, None], [1.0, 2.0], "objects such as NoneType; expected floats"),
    "a huge integer": (10**400, 1.0, "an object of type int; expected floats"),
    "a date": (np.datetime64("2020-01-01"), 1.0, "an object of type datetime64; expected floats"),
    "records": (np.zeros(2, "i4,f4"), [1.0, 2.0], "an array of"),
    "bfloat16": (torch.ones(1, dtype=torch.bfloat16), [1.0], "a Tensor that is no array; expected floats"),
    "complex for floats": ([1j], [1.0], "complex numbers; expected floats"),
    "floats for complex": ([1.0], [1j], "floats; expected complex numbers"),
    "nothing expected": (1.0, None, "floats; expected nothing (None)"),
}


@pytest.mark.parametrize("case", UNLIKE.values(), ids=UNLIKE)
def test_what_cannot_be_compared_is_named(case):
    got, expected, says = case
    verdict = compare(got, expected)
    assert not verdict.same and verdict.index is None
    assert says in verdict.says
    assert verdict.times_allowed == INF
    assert all(math.isnan(error) for error in (verdict.absolute, verdict.relative, verdict.ulps))


class Explosive:
    def __array__(self, *_, **__):
        raise KeyError("no array today")


def test_objects_that_raise_are_only_named():
    endless: list = []
    endless.append(endless)
    assert compare(Explosive(), 1.0).says == "a Explosive that is no array; expected floats"
    assert not compare(endless, 1.0).same


REASONS = {
    # reason: (got, expected)
    "same": ([1.0], [1.0]),
    "value": ([1.0, float("nan")], [1.0, 2.0]),
    "shape": ([1.0], [1.0, 2.0]),
    "kind": ("the shape is (1,)", 1.0),
    "nothing": (None, 1.0),
}


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_is_a_value(reason):
    verdict = compare(*REASONS[reason])
    assert verdict.reason == reason
    assert verdict.same == (reason == "same")


KINDS = {
    "alike": ([1.0], [2.0], ""),
    "float32 for float64": (np.float32(1), 1.0, ""),
    "integers for floats": ([1], [1.0], "integers; expected floats"),
    "booleans for integers": ([True], [1], "booleans; expected integers"),
    "with another shape": ([1], 1.0, "integers; expected floats"),
    "text": ("a", True, "text; expected booleans"),
}


@pytest.mark.parametrize("case", KINDS.values(), ids=KINDS)
def test_kinds_in_words(case):
    got, expected, says = case
    assert compare(got, expected).kind_says == says


ULPS = {
    "one up": (1 + EPS, 1.0, 1),
    "one down": (1 - EPS / 2, 1.0, 1),
    "four": (1 + 4 * EPS, 1.0, 4),
    "across zero": (5e-324, -5e-324, 2),
    "both zeros": (0.0, -0.0, 0),
    "float32": (np.nextafter(np.float32(1), np.float32(2)), np.float32(1), 1),
    "float64 for float32": (1 + 2.0**-23, np.float32(1), 1),
    "below the precision of float32": (1 + EPS, np.float32(1), 0),
    "float16": (np.float16(1 + 2.0**-10), np.float16(1), 1),
    "beyond float32": (1e300, np.float32(3e38), None),
    "nan aside": ([NAN, 1 + EPS], [0.0, 1.0], 1),
}


@pytest.mark.parametrize("case", ULPS.values(), ids=ULPS)
def test_ulps_in_the_precision_of_what_was_expected(case):
    got, expected, ulps = case
    found = compare(got, expected).ulps
    assert found == ulps if ulps is not None else 0 < found < INF


def test_largest_errors_are_over_all_elements():
    verdict = compare([1.5, 110.0, INF, 0.25], [1.0, 100.0, INF, 0.0], rtol=0.25, atol=0.25)
    assert verdict.same
    assert verdict.absolute == 10.0
    assert verdict.relative == 0.5
    assert verdict.times_allowed == 1.0


def test_relative_to_nothing_but_zero_is_infinite():
    assert compare([0.0, 1e-3], [0.0, 0.0]).relative == INF


def test_a_nan_out_of_place_is_infinitely_more_than_allowed():
    verdict = compare([NAN, 1.0], [1.0, 1.5], atol=1.0)
    assert verdict.times_allowed == INF
    assert verdict.absolute == 0.5


def test_the_verdict_can_be_written_as_json():
    verdict = compare(np.array([1.0, 2.5]), np.array([1.0, 2.0]))
    assert json.loads(json.dumps(vars(verdict)))["index"] == [1]


DTYPES = st.sampled_from(["float64", "float32", "float16", "int64", "uint8", "bool", "complex128"])
SHAPES = st_numpy.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
PAIRS = SHAPES.flatmap(lambda shape: st.tuples(st_numpy.arrays(DTYPES, shape), st_numpy.arrays(DTYPES, shape)))


@settings(deadline=None, derandomize=True, max_examples=300)
@given(PAIRS, st.sampled_from([0.0, 1e-9, 0.5]), st.sampled_from([0.0, 1e-12, 1.0]))
def test_any_two_arrays_are_judged_and_the_parts_agree(pair, rtol, atol):
    got, expected = pair
    verdict = compare(got, expected, rtol=rtol, atol=atol)
    assert verdict.says
    if math.isnan(verdict.absolute):
        assert (got.dtype.kind == "c") != (expected.dtype.kind == "c")
    else:
        assert verdict.same == (verdict.index is None)
        assert verdict.times_allowed <= 1 if verdict.same else verdict.times_allowed >= 1
        assert min(verdict.absolute, verdict.relative, verdict.ulps) >= 0


@settings(deadline=None, derandomize=True)
@given(st_numpy.arrays(DTYPES, SHAPES))
def test_everything_is_the_same_as_itself(array):
    verdict = compare(array, array.copy(), rtol=0, atol=0)
    assert verdict.same
    assert verdict.absolute == verdict.relative == verdict.ulps == verdict.times_allowed == 0
