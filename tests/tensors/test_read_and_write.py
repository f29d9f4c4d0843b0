"""What is typed is read as meant or refused in plain words; what is printed can be typed again."""

import random
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from lib.tensors.number import TensorTextError
from lib.tensors.read import parse, read
from lib.tensors.write import format_tensor

INF, NAN = float("inf"), float("nan")

READ = {
    # text: (kind, nested lists)
    "3": ("integer", 3),
    "-3": ("integer", -3),
    "+1": ("integer", 1),
    "0.5": ("float", 0.5),
    ".5": ("float", 0.5),
    "5.": ("float", 5.0),
    "-0.0": ("float", -0.0),
    "1e-3": ("float", 0.001),
    "1.31E+2": ("float", 131.0),
    "1/4": ("float", 0.25),
    "-2/3": ("float", -2 / 3),
    "3 / -4": ("float", -0.75),
    "0.5/2": ("float", 0.25),
    "inf": ("float", INF),
    "-inf": ("float", -INF),
    "-np.inf": ("float", -INF),
    "NaN": ("float", NAN),
    "∞ -∞": ("float", [INF, -INF]),
    "true": ("boolean", True),
    "[True, false]": ("boolean", [True, False]),
    "1 2 3": ("integer", [1, 2, 3]),
    "1\t2, 3": ("integer", [1, 2, 3]),
    "1,5": ("integer", [1, 5]),
    "1,": ("integer", [1]),
    "[1, 2.]": ("float", [1.0, 2.0]),
    "[1, 2,]": ("integer", [1, 2]),
    "(1, 2)": ("integer", [1, 2]),
    "(3)": ("integer", 3),
    "1 2; 3 4": ("integer", [[1, 2], [3, 4]]),
    "1, 2; 3, 4;": ("integer", [[1, 2], [3, 4]]),
    "1 2;\n3 4": ("integer", [[1, 2], [3, 4]]),
    "1 2\r\n\r\n3 4\r\n": ("integer", [[1, 2], [3, 4]]),
    "1; 2": ("integer", [[1], [2]]),
    "[1 2; 3 4]": ("integer", [[1, 2], [3, 4]]),
    "[1, 2], [3, 4]": ("integer", [[1, 2], [3, 4]]),
    "[1, 2],\n[3, 4],": ("integer", [[1, 2], [3, 4]]),
    "[1 2] [3 4]\n[5 6] [7 8]": ("integer", [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]),
    "[[[[[[7]]]]]]": ("integer", [[[[[[7]]]]]]),
    "[[1, 2],\n [3, 4]]": ("integer", [[1, 2], [3, 4]]),
    "[1 2\n 3]": ("integer", [1, 2, 3]),
    "−1，２；３、４": ("integer", [[-1, 2], [3, 4]]),
    "【１，２】": ("integer", [1, 2]),
    "［1.5］": ("float", [1.5]),
    "[]": ("float", []),
    "[[], []]": ("float", [[], []]),
    "9223372036854775807": ("integer", 2**63 - 1),
    "1e-400": ("float", 0.0),
    # printed by NumPy
    "array([1., 2.], dtype=float32)": ("float", [1.0, 2.0]),
    "[[1. 2.]\n [3. 4.]]": ("float", [[1.0, 2.0], [3.0, 4.0]]),
    "[ True False]": ("boolean", [True, False]),
    "[1.e+00 1.e-10]": ("float", [1.0, 1e-10]),
    "[np.float64(1.0), np.float64(nan)]": ("float", [1.0, NAN]),
    "np.array([1, 2], dtype=np.float64)": ("float", [1.0, 2.0]),
    # printed by torch
    "tensor(0.5224)": ("float", 0.5224),
    "tensor(3)": ("integer", 3),
    "tensor([[1., 2.],\n        [3., 4.]], grad_fn=<MulBackward0>, dtype=torch.float64, device='cpu')": (
        "float",
        [[1.0, 2.0], [3.0, 4.0]],
    ),
    "tensor([1., inf, nan], device='cuda:0')": ("float", [1.0, INF, NAN]),
    "Parameter containing:\ntensor([1., -2.], requires_grad=True)": ("float", [1.0, -2.0]),
    "[tensor(1.), tensor(2.)]": ("float", [1.0, 2.0]),
    "tensor([1.])\ntensor([2.])": ("float", [[1.0], [2.0]]),
    # written in Python
    "torch.tensor([1, float('-inf')])": ("float", [1.0, -INF]),
    "torch.tensor([1, 0], dtype=torch.bool)": ("boolean", [True, False]),
    "torch.tensor([1., 2.], dtype=torch.long)": ("integer", [1, 2]),
    "torch.LongTensor([1, 2])": ("integer", [1, 2]),
    "torch.FloatTensor([1, 2])": ("float", [1.0, 2.0]),
}


@pytest.mark.parametrize(("text", "meant"), READ.items(), ids=map(repr, READ))
def test_text_is_read_as_meant(text, meant):
    kind, lists = meant
    typed = read(text)
    assert typed.kind == kind
    assert typed.array.dtype == {"float": np.float64, "integer": np.int64, "boolean": np.bool_}[kind]
    assert typed.array.shape == np.array(lists).shape == typed.digits.shape
    np.testing.assert_array_equal(typed.array, np.array(lists))
    np.testing.assert_array_equal(np.signbit(typed.array), np.signbit(lists))


EMPTY = {
    "[]": ((0,), "float"),
    "[[], []]": ((2, 0), "float"),
    "zeros(0, 3)": ((0, 3), "float"),
    "torch.zeros((2, 0, 3))": ((2, 0, 3), "float"),
    "zeros(0, dtype=int64)": ((0,), "integer"),
    "zeros(0, 2, dtype=torch.bool)": ((0, 2), "boolean"),
    "tensor([], size=(0, 3))": ((0, 3), "float"),
    "tensor([], size=(2, 0), dtype=torch.int64)": ((2, 0), "integer"),
    "array([], shape=(0, 3), dtype=float32)": ((0, 3), "float"),
}


@pytest.mark.parametrize(("text", "meant"), EMPTY.items(), ids=EMPTY)
def test_tensors_without_elements_keep_shape_and_kind(text, meant):
    typed = read(text)
    assert (typed.array.shape, typed.kind) == meant


DIGITS = {
    "0.522": 0.0005,
    "0.50": 0.005,
    "3": 0.5,
    "3.": 0.5,
    "-12": 0.5,
    ".5": 0.05,
    "1e-3": 0.0005,
    "1.31e2": 0.5,
    "1e3": 500.0,
    "0e400": 0.0,
    "1/3": 0.0,
    "inf": 0.0,
    "nan": 0.0,
    "true": 0.0,
}


@pytest.mark.parametrize(("text", "half"), DIGITS.items(), ids=DIGITS)
def test_half_a_unit_of_the_last_digit_typed(text, half):
    assert read(text).digits == half


def test_every_number_has_its_own_last_digit():
    assert read("[[0.522, 1], [2.5, 1/3]]").digits.tolist() == [[0.0005, 0.5], [0.05, 0.0]]


REFUSED = {
    # text: what must be said
    "": "nothing is typed",
    " \n": "nothing is typed",
    "1 2; 3": "row 0 has 2 numbers, row 1 has 1; expected rows of one length",
    "[[1], [2, 3]]": "row 0 has 1 number, row 1 has 2",
    "[[1, 2], 3]": "a list stands at [0], a number at [1]",
    "[1, 2, [3]]": "a number stands at [0], a list at [2]",
    "[[[1, 2], [3]], [[4, 5], [6, 7]]]": "in the list that ends at character 14, row 0 has 2 numbers, row 1 has 1",
    "[[[1], [2]], [[3]]]": "[0] has shape (2, 1), [1] has shape (1, 1)",
    "1 [2]; 3 4": "in row 0, a number stands at [0], a list at [1]",
    "1/0": "1/0 is typed; expected a divisor other than 0",
    "[1, 2/0.0]": "2/0.0 stands at [1]; expected a divisor other than 0",
    "1e308/1e-308": "expected a fraction below",
    "hello": "'hello' is typed; expected a number",
    "[[1, 2], [3, x]]": "'x' stands at [1, 1]; expected a number",
    "[1, None]": "'None' stands at [1]",
    "--1": "expected a number",
    "1e": "expected a number",
    "1_000": "1_000 is typed; expected a number without underscores",
    "0x10": "expected a decimal number",
    "1+2j": "complex numbers are not read",
    "1e400": "1e400 is typed; expected a number below 1.8e308",
    "1e-9999999999": "expected a shorter exponent",
    "[0, 9223372036854775808]": "9223372036854775808 stands at [1]; expected whole numbers between -2^63 and 2^63 - 1",
    "1" + "0" * 400: "1000000000000000… is typed; expected a number of at most 300 digits",
    "[True, 0.5]": "'True' stands at [0], 0.5 stands at [1]; expected only booleans, or only numbers",
    "1,,2": "',' stands at character 3",
    ", 1": "',' stands at character 1",
    "1;; 2": "';' stands at character 3",
    "[1, 2": "the text ends; expected ']' for the '[' at character 1",
    "[[1, 2], [3, 4": "expected ']' for the '[' at character 10, which begins row 1",
    "[[1, 2], [3, 4]": "expected ']' for the '[' at character 1",
    "[[1, 2, [3, 4]]": "a number stands at [0], a list at [2]; expected numbers only, or lists only (is a ']' missing",
    "tensor([[1, 2]": "expected ']' for the '[' at character 8",
    "tensor([[1, 2]]": "the text ends; expected ')' for the '(' at character 7",
    "[1, 2)": "')' stands at character 6; expected ']'",
    "1\n2]": "']' stands at line 2, character 2; expected an opening bracket before it",
    "[1][2]": "expected a comma or a blank between them",
    "tensor([5, 6])[0]": "expected a comma or a blank between them",
    "3[4]": "expected a comma or a blank between them",
    "x = 3": "'=' stands at character 3",
    "torch.Size([2, 3])": "'torch.Size' stands at character 1",
    "randn(2, 3)": "'randn' stands at character 1; expected numbers: paste what it prints",
    "__import__('os').system('ls')": "expected",
    "torch.Tensor(3)": "expected a list such as Tensor([1, 2])",
    "float([1])": "float(...) holds a list; expected one number",
    "tensor([1., 2.], layout=torch.sparse_coo)": "'layout' stands at character 18",
    "tensor([1], dtype=torch.complex64)": "'torch.complex64' stands at character 19",
    "tensor([1.5], dtype=torch.int64)": "1.5 stands in a tensor of integers",
    "tensor([1.], size=(0, 3))": "expected shape (0, 3)",
    "tensor(indices=tensor([[0]]))": "expected ')'",
    "[0 1 ... 8 9]": "'...' stands at character 6: the printout was abbreviated",
    "[0, …, 9]": "the printout was abbreviated",
    "zeros()": "expected a size",
    "zeros(-1)": "expected a size",
    "zeros(101, 100)": "more than 10,000 numbers",
    "zeros(9999999999, 0)": "at most 1,000,000,000",
    "[[[[[[[1]]]]]]]": "brackets are 7 deep; expected at most 6",
    "[" * 1000: "expected brackets at most 6 deep",
    "tensor(" * 1000: "expected brackets at most 6 deep",
    "\0": "'\\x00'",
    "\u200b": "ZERO WIDTH SPACE",
    "\ud800": "'\\ud800'",
    "٣": "ARABIC-INDIC DIGIT THREE",
    "½": "VULGAR FRACTION ONE HALF",
    "'1": "expected a number",
    "{1: 2}": "expected a number",
    "0," * 10_001: "more than 10,000 numbers",
    " " * 100_001: "100,001 bytes are typed; expected at most 100,000",
    "，" * 40_000: "120,000 bytes are typed",
}


@pytest.mark.parametrize(("text", "says"), REFUSED.items(), ids=[repr(text[:40]) for text in REFUSED])
def test_refusals_say_what_stands_where(text, says):
    with pytest.raises(TensorTextError) as refusal:
        parse(text)
    assert says in str(refusal.value)
    assert str(refusal.value).isprintable() and len(str(refusal.value)) < 250


CAST = {
    ("[1, 2]", "float32"): [1.0, 2.0],
    ("[1.0, 2.0]", "int64"): [1, 2],
    ("[0.1]", "float32"): [np.float32(0.1)],
    ("[1, 0]", "bool"): [True, False],
    ("true", "float64"): 1.0,
    ("[nan, inf]", "float16"): [NAN, INF],
}


@pytest.mark.parametrize(("typed", "meant"), CAST.items(), ids=map(" as ".join, CAST))
def test_casts_that_change_nothing(typed, meant):
    text, dtype = typed
    array = parse(text, dtype)
    assert array.dtype == dtype
    np.testing.assert_array_equal(array, np.array(meant, dtype=dtype))


NOT_CAST = {
    ("1.5", "int64"): "1.5 is typed; expected whole numbers",
    ("[[1, 2], [3, 1.5]]", "int64"): "1.5 stands at [1, 1]; expected whole numbers",
    ("[nan]", "int64"): "nan stands at [0]; expected whole numbers",
    ("[1e19]", "int64"): "1e+19 stands at [0]; expected whole numbers",
    ("[9223372036854775808.0]", "int64"): "stands at [0]; expected whole numbers",
    ("[1, 300]", "int8"): "300 stands at [1]; expected whole numbers from -128 to 127",
    ("[-1]", "uint8"): "-1 stands at [0]; expected whole numbers from 0 to 255",
    ("[16777217]", "float32"): "16777217 stands at [0]; expected whole numbers up to 16777216",
    ("[9007199254740993]", "float64"): "expected whole numbers up to 9007199254740992",
    ("[2]", "bool"): "2 stands at [0]; expected true or false",
    ("[1e39]", "float32"): "1e+39 stands at [0]; expected numbers up to 3.4",
    ("[1]", "complex128"): "the dtype is complex128",
}


@pytest.mark.parametrize(("typed", "says"), NOT_CAST.items(), ids=map(" as ".join, NOT_CAST))
def test_casts_that_would_change_a_number_are_refused(typed, says):
    with pytest.raises(TensorTextError) as refusal:
        parse(*typed)
    assert says in str(refusal.value)


FORMAT = {
    "[1.0, 0.1, 1e+16, -inf, nan]": np.array([1, 0.1, 1e16, -np.inf, np.nan]),
    "[0.1, 1.0]": np.array([0.1, 1], dtype=np.float32),
    "[0.1, 6.55e+04]": np.array([0.1, 65504], dtype=np.float16),
    "[[1, 2], [3, 4]]": np.array([[1, 2], [3, 4]]),
    "[True, False]": np.array([True, False]),
    "3": np.array(3),
    "0.25": np.array(0.25),
    "[]": np.zeros(0),
    "[[], []]": np.zeros((2, 0)),
    "zeros(0, 3)": np.zeros((0, 3)),
    "zeros(0, dtype=int64)": np.zeros(0, dtype=np.int64),
    "zeros(1000000, 0)": np.zeros((1_000_000, 0)),
}


@pytest.mark.parametrize(("text", "array"), FORMAT.items(), ids=FORMAT)
def test_arrays_are_written_as_short_as_they_can_be(text, array):
    assert format_tensor(array) == text


SHOWN = {
    "0.5224": 0.522372,
    "1.3133": 1.31326169,
    "0.001235": 0.00123456,
    "1.235e-05": 1.23456e-5,
    "12345.6789": 12345.67891,
    "1.235e+09": 1.23456e9,
    "2": 2.0,
    "-inf": -np.inf,
    "[1, 0.5]": [1.0, 0.5],
    "[1, 2]": [1, 2],
}


@pytest.mark.parametrize(("text", "value"), SHOWN.items(), ids=SHOWN)
def test_four_digits_for_reading(text, value):
    assert format_tensor(value, digits=4, whole=True) == text


@pytest.mark.parametrize("array", [[1j], ["a"], [None], {}], ids=repr)
def test_only_numbers_are_written(array):
    with pytest.raises(TensorTextError, match="expected floats, integers or booleans"):
        format_tensor(array)


def same(one, other):
    """Exactly the same: shape, every bit of every number that is not NaN, NaN in place."""
    return (
        one.dtype == other.dtype
        and one.shape == other.shape
        and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        and (one.dtype.kind == "b" or np.array_equal(np.signbit(one[one == 0]), np.signbit(other[other == 0])))
    )


SHAPES = st_numpy.array_shapes(min_dims=0, max_dims=6, min_side=0, max_side=3)
KEPT = st.sampled_from(["float64", "int64", "bool"])
NARROW = st.sampled_from(["float64", "float32", "float16", "int64", "int32", "uint8", "bool"])


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st_numpy.arrays(KEPT, SHAPES))
def test_what_is_written_is_read_back_exactly(array):
    assert same(parse(format_tensor(array)), array)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st_numpy.arrays(NARROW, SHAPES))
def test_what_is_written_in_any_dtype_is_read_back_exactly(array):
    assert same(parse(format_tensor(array), array.dtype), array)


@settings(deadline=None, derandomize=True)
@given(st.integers(-(10**17), 10**17), st.integers(1, 10**17))
def test_fractions_are_divided_once(top, bottom):
    assert float(parse(f"{top}/{bottom}")) == float(Fraction(top, bottom))


@settings(deadline=None, derandomize=True)
@given(st_numpy.arrays(KEPT, st_numpy.array_shapes(min_dims=1, max_dims=3, max_side=4)))
def test_numpys_own_printouts_are_read(array):
    with np.printoptions(floatmode="unique", threshold=10**6):
        assert same(parse(repr(array)), array)
        assert same(parse(str(array)), array)


FRAGMENTS = [
    *"0123456789.,;[]() \n\t+-/_=eE'\"<>{}",
    *["1", "2.5", "-3", "1e5", "1/3", "inf", "nan", "true", "False", "...", "…", "，", "；", "［", "１", "−", "\ufeff"],
    *[
        "tensor(",
        "np.array(",
        "zeros(",
        "float(",
        "dtype=",
        "torch.int64",
        "size=",
        "grad_fn=<X>",
        "Parameter containing:",
    ],
    *["[1, 2]", "[[", "]]", ", ", "9" * 25, "e999", "\0", "\u2028", "\ud800", "lambda: 0"],
]


def random_text(seed):
    """A string in the alphabet of tensors, or in any alphabet, or a tensor with a few signs changed."""
    dice = random.Random(seed)
    style = dice.random()
    if style < 0.5:
        return "".join(dice.choices(FRAGMENTS, k=dice.randrange(12)))
    if style < 0.6:
        return "".join(chr(dice.randrange(0x110000)) for _ in range(dice.randrange(12)))
    text = list(dice.choice(list(READ)))
    for _ in range(dice.randrange(3)):
        text[dice.randrange(len(text))] = dice.choice(FRAGMENTS)
    return "".join(text)


def read_or_refuse(seeds):
    """Nothing but a tensor or a refusal that can be shown comes of any string; how many were read."""
    count = 0
    for seed in seeds:
        text = random_text(seed)
        try:
            array = parse(text)
        except TensorTextError as refusal:
            assert str(refusal).isprintable(), text
        else:
            assert same(parse(format_tensor(array)), array), text
            count += 1
    return count


def test_twenty_thousand_random_strings():
    count = read_or_refuse(range(20_000))
    assert 1_000 < count < 19_000


@pytest.mark.long
def test_a_million_random_strings():
    assert read_or_refuse(range(20_000, 1_020_000)) > 50_000


SLOW = {
    "numbers": "[" + ", ".join(["0.123456"] * 9_999) + "]",
    "lists in lists": "[" + "[1, 2], " * 5_000 + "]",
    "lines": "1 2\n" * 5_000,
    "empty lists": "[] " * 33_000,
    "opening brackets": "[" * 100_000,
    "closing brackets": "]" * 100_000,
    "digits": "1" * 100_000,
    "digits and a letter": "1" * 99_999 + "x",
    "decimals": "0." + "1" * 99_998,
    "blanks before a slash": " " * 50_000 + "1" + " " * 40_000 + "/",
    "commas": "," * 100_000,
    "quotes": "'" * 100_000,
    "arrows": "<" * 100_000,
    "prefixes": "np." * 33_000,
    "underscores": "1_" * 50_000,
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_no_text_takes_long(text):
    started = time.process_time()
    try:
        parse(text)
    except TensorTextError:
        pass
    assert time.process_time() - started < 1.0  # some 0.02 s each; generous, for busy machines
