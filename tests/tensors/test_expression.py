"""A calculation is worked out as it is meant, refused in plain words, and bounded whatever comes."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from lib.tensors.expression import Meaning, Names
from lib.tensors.number import TensorTextError
from lib.tensors.read import calculated, read

LOG_SUM = math.log(math.e + math.e**2)
VALUES = {
    "s": 2.3133,
    "e": 3.0,  # the error, on this page
    "l": [1.0, 2.0, 6.0],
    "input": [[1.0, 2.0], [3.0, 5.0]],
    "target": [1, 0],
    "log_sum_exp": 2.5,
}
NAMES: Names = {name: Meaning(name, np.asarray(value)) for name, value in VALUES.items()} | {
    "loss_per_sample": Meaning("loss per sample")
}

GIVES = {
    # text: (what it gives, half a unit of what was typed)
    "log(exp(1)+exp(2))": (LOG_SUM, 0.0),
    "ln(exp(1) + exp(2))": (LOG_SUM, 0.0),
    "np.log(np.exp(1) + math.exp(2))": (LOG_SUM, 0.0),
    "1/3 + 1/3": (2 / 3, 0.0),
    "1/2/4": (0.125, 0.0),
    "2*0.3^2": (0.18, 0.06),
    "2 * 0.3 ** 2": (0.18, 0.06),
    "2×0.3²": (0.18, 0.06),
    "-2^2": (-4, 0.0),
    "2^-1": (0.5, 0.0),
    "2^3^2": (512, 0.0),
    "-(1 - 3)": (2, 0.0),
    "3-1": (2, 0.0),
    "（１＋２）×３": (9, 0.0),
    "5 − 2": (3, 0.0),
    "0.52/2 + 1": (1.26, 0.0025),
    "log2(8)": (3, 0.0),
    "log10(1000)": (3, 0.0),
    "log(8, 2)": (3, 0.0),
    "sqrt(16)": (4, 0.0),
    "√(16)": (4, 0.0),
    "log₂(8)": (3, 0.0),
    "log_10(100)": (2, 0.0),
    "= 1 + 2": (3, 0.0),
    "abs(-3)": (3, 0.0),
    "max(1, 5, 2)": (5, 0.0),
    "min([4, 2])": (2, 0.0),
    "sum(1, 2, 3)": (6, 0.0),
    "mean([1, 2, 6])": (3, 0.0),
    "sigmoid(0)": (0.5, 0.0),
    "sigmoid(-800) + 1": (1, 0.0),
    "softplus(800)": (800, 0.0),
    "tanh(0)": (0, 0.0),
    "relu(-2)": (0, 0.0),
    "clamp(5, 0, 1)": (1, 0.0),
    "2*pi": (2 * math.pi, 0.0),
    "log(0)": (-math.inf, 0.0),
    "[log(1), 1/4]": ([0, 0.25], 0.0),
    "torch.tensor([log(1), 1/4])": ([0, 0.25], 0.0),
    "log(1); 2*2": ([[0], [4]], 0.0),
    "[1, 2] * 2": ([2, 4], 0.0),
    "9**9**9**9": (math.inf, 0.0),
    # the page's own names
    "s - 1": (1.3133, 0.0),
    "s -1": (1.3133, 0.0),
    "e": (3, 0.0),
    "e + exp(0)": (4, 0.0),
    "mean(l)": (3, 0.0),
    "sum(l)/3": (3, 0.0),
    "l[2] - l[-3]": (5, 0.0),
    "input[0, 1] + input[1][0]": (5, 0.0),
    "input[0][target[0]]*1": (2, 0.0),
    "log sum exp - 0.5": (2.0, 0.05),
    "log_sum_exp - 1": (1.5, 0.0),
}


@pytest.mark.parametrize(("text", "meant"), GIVES.items(), ids=GIVES)
def test_a_calculation_gives(text, meant):
    value, half = meant
    typed = read(text, NAMES)
    assert typed.array.shape == np.shape(value) == typed.digits.shape
    np.testing.assert_allclose(typed.array, value, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(typed.digits, half, rtol=1e-6)
    assert typed.calculated


def test_a_constant_is_itself_where_the_page_has_no_such_name():
    assert read("e * 1").array == math.e
    assert read("2*pi").array == 2 * math.pi


def test_the_name_that_went_before_a_constant_is_told():
    assert list(read("e + exp(1)", NAMES).shadowed) == ["e"]
    assert not read("exp(1) + s", NAMES).shadowed
    assert not read("e + 1").shadowed


def test_whole_numbers_stay_whole():
    assert read("[1 + 1, 2 * 3]").kind == "integer"
    assert read("4/2 + 0").kind == "float"


def test_a_minus_before_the_second_number_is_a_list_until_asked_otherwise():
    assert read("3 -1").array.tolist() == [3, -1]
    assert calculated("3 -1").array == 2


REFUSED = {
    "loss_per_sample - 1": "loss per sample is still open",
    "loss per sample - 1": "loss per sample is still open",
    "2s": "2 stands right before 's'; write the * between them",
    "2(3) + 1": "2 stands right before '('; write the *",
    "s(2)": "'s' stands right before a bracket; write the *",
    "log 2": "log wants its number in brackets, as in log(2)",
    "log": "log wants its number in brackets",
    "lgo(2)": "'lgo' is not known here; did you mean",
    "sigmod(2)": "did you mean sigmoid?",
    "logg_sum_exp - 1": "did you mean log_sum_exp?",
    "a - b": "'a' is not known here",
    "log()": "log() is empty",
    "sqrt(1, 2)": "sqrt has 2 numbers in its brackets",
    "log(2) log(3)": "two numbers stand side by side",
    "log(2": "expected ')' for the '(' at character 4",
    "2 * [1, 2": "expected ']' for the '[' at character 5",
    "1/(1 - 1)": "this divides by 0",
    "input[7]*1": "there is no element [7] in shape (2, 2)",
    "input[0.5]*1": "an index is one whole number",
    "[1, 2] * [1, 2, 3]": "do not fit together",
    "[log(1), [1, 2]]": "expected the same shape",
    "log(1e400)": "expected a number below 1.8e308",
    "max(1, key=abs)": "expected",
    "s.__class__ + 1": "expected numbers",
    "(1).real * 2": "expected",
    "1 if s else 2": "1 stands right before",
    "[x for x in l]": "expected",
    "s < 2 * 3": "expected",
    "2 * 'a'": "expected",
    "().__class__.__bases__[0] * 1": "expected",
    "5 % 3 * 1": "expected",
    "1e-3 +": "expected",
    "2 * log(": "the text ends",
}


@pytest.mark.parametrize(("text", "says"), REFUSED.items(), ids=REFUSED)
def test_what_cannot_be_calculated_is_said(text, says):
    with pytest.raises(TensorTextError) as refusal:
        read(text, NAMES)
    assert says in str(refusal.value)
    assert len(str(refusal.value)) < 250


SHAPES = {"big": (5000,), "row": (1, 5000), "column": (5000, 1)}
LARGE = {name: Meaning(name, np.ones(shape)) for name, shape in SHAPES.items()}
ENDLESS = {
    "powers": "9**" * 500 + "9",
    "signs": "1" + "-" * 1500 + "1",
    "brackets": "(" * 900 + "1+1" + ")" * 900,
    "lists": "[" * 30 + "1+1" + "]" * 30,
    "sums": "+".join(["1"] * 900),
    "digits": "9" * 1900 + "*9",
    "doubled": "sum([" + "[1+1]," * 300 + "])",
    "wide": "mean([" + ",".join(["big"] * 20) + "])",
    "crossed": "row * column",
    "long": "1+" * 40_000 + "1",
    "calls": "exp(" * 450 + "1" + ")" * 450,
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_whatever_is_typed_ends_soon(text):
    start = time.perf_counter()
    try:
        read(text, LARGE)
    except TensorTextError as refusal:
        assert len(str(refusal)) < 250
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize("text", ["9**" * 500 + "9", "exp(" * 450 + "1" + ")" * 450, "row * column"])
def test_what_would_grow_is_refused(text):
    with pytest.raises(TensorTextError):
        read(text, LARGE)
