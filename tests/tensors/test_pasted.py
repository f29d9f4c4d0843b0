"""What is pasted from a console, a spreadsheet or an old article is read as it stands, or refused in a sentence."""

from __future__ import annotations

import time

import numpy as np
import pytest

from lib.tensors.number import TensorTextError
from lib.tensors.pasted import is_a_printout
from lib.tensors.read import read
from lib.tensors.write import format_tensor

OLD = "1.00000e-03 *\n  1.2000  3.4000\n  5.0000  6.0000\n[torch.FloatTensor of size 2x2]\n"
BLOCKS = "Variable containing:\n(0 ,.,.) = \n 1 2\n\n(1 ,.,.) = \n 3 4\n[torch.cuda.FloatTensor of size 2x1x2 (GPU 0)]"
READ = {
    # text: (kind, numbers)
    ">>> torch.tensor([1., 2.])": ("float", [1.0, 2.0]),
    ">>> x\ntensor([1., 2.])": ("float", [1.0, 2.0]),
    ">>> print(x)\ntensor([[1., 2.],\n        [3., 4.]])": ("float", [[1.0, 2.0], [3.0, 4.0]]),
    ">>> print(x) tensor([1., 2.])": ("float", [1.0, 2.0]),
    "In [3]: x\nOut[3]: tensor([1, 2])": ("integer", [1, 2]),
    "Out[3]: \narray([1, 2])": ("integer", [1, 2]),
    "x = torch.tensor([1, 2])": ("integer", [1, 2]),
    "```\ntensor([1.5])\n```": ("float", [1.5]),
    "torch.tensor([1, 2]).float()": ("float", [1.0, 2.0]),
    "torch.tensor([1., 2.]).long()": ("integer", [1, 2]),
    "torch.tensor([1, 0]).bool()": ("boolean", [True, False]),
    'torch.tensor([1., 2.]).to("cuda")': ("float", [1.0, 2.0]),
    'torch.tensor([1, 2]).to("cuda", torch.float64)': ("float", [1.0, 2.0]),
    "tensor([1., 2.], device='cuda:0').cpu().detach().numpy().astype(np.float32)": ("float", [1.0, 2.0]),
    "torch.ones(2, 3)": ("float", [[1.0] * 3] * 2),
    "np.ones((2,), dtype=int)": ("integer", [1, 1]),
    "torch.full((2, 2), 0.5)": ("float", [[0.5, 0.5], [0.5, 0.5]]),
    "matrix([[1, 2]])": ("integer", [[1, 2]]),
    OLD: ("float", [[0.0012, 0.0034], [0.005, 0.006]]),
    OLD.replace("\n", " "): ("float", [[0.0012, 0.0034], [0.005, 0.006]]),
    "1.00000e-03 *\n 1.5 2.5": ("float", [0.0015, 0.0025]),
    "Variable containing:\n 1  2\n 3  4\n[torch.LongTensor of size 2x2]": ("integer", [[1, 2], [3, 4]]),
    BLOCKS: ("float", [[[1.0, 2.0]], [[3.0, 4.0]]]),
    "1\t2\r\n3\t4\r\n": ("integer", [[1, 2], [3, 4]]),
    "1\t2 3\t4": ("integer", [[1, 2], [3, 4]]),  # what a field makes of the block above
    "1\t2": ("integer", [1, 2]),
    "0, 1; 0, 2": ("integer", [[0, 1], [0, 2]]),
    "1,2,3;4,5,6": ("integer", [[1, 2, 3], [4, 5, 6]]),
    "０，１；０，２": ("integer", [[0, 1], [0, 2]]),
    "（１，２）": ("integer", [1, 2]),
}


@pytest.mark.parametrize(("text", "meant"), READ.items(), ids=map(repr, READ))
def test_it_is_read_as_it_stands_there(text, meant):
    kind, numbers = meant
    typed = read(text)
    assert typed.kind == kind
    assert typed.array.shape == np.shape(numbers)
    np.testing.assert_array_equal(typed.array, numbers)


def test_digits_survive_the_factor_of_an_old_printout():
    assert read(OLD).digits[0, 0] == pytest.approx(0.5e-7)


REFUSED = {
    "0,1; 0,2": "0,1 may be one number or two; expected 0.1",
    "[0,1; 0,2]": "may be one number or two",
    "0,1 0,2": "may be one number or two",
    "0,1\t0,2\n0,3\t0,4": "may be one number or two",
    "0,1, 0,2": "may be one number or two",
    "0,6931": "expected 0.6931",
    "1,000": "may be one number or two",
    "1.234,56": "expected one without thousands",
    "1,234.56": "expected one without thousands",
    "1\t\t3": "a cell is empty",
    "[1] 1 2 3": "as R does",
    "     [,1] [,2]\n[1,]    1    3": "as R does",
    "c(1, 2)": "as R does",
    "Array([1., 2.], dtype=float32)": "JAX",
    "jnp.array([1.])": "JAX",
    "<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>": "TensorFlow",
    "tf.Tensor([1. 2.], shape=(2,), dtype=float32)": "TensorFlow",
    "0    1.0\n1    2.0\ndtype: float64": "pandas",
    "     a    b\n0  1.0  2.0\n1  3.0  4.0": "pandas",
    "     0    1\n0  1.0  2.0\n1  3.0  4.0": "pandas",
    "torch.tensor([[1, 2]]).T": "'.T' is not computed here",
    "torch.tensor([1.]).view(1, 1)": "'.view' is not computed here",
    "torch.randn(2, 3)": "paste what it prints",
}


@pytest.mark.parametrize(("text", "says"), REFUSED.items(), ids=map(repr, REFUSED))
def test_it_is_refused_in_a_sentence_that_fits(text, says):
    with pytest.raises(TensorTextError) as refusal:
        read(text)
    assert says in str(refusal.value)


@pytest.mark.parametrize("text", [">>> torch.tensor([1., 2.])", OLD, "1\t2 3\t4", "torch.ones(2, 3)"])
def test_a_printout_becomes_a_clean_tensor(text):
    assert is_a_printout(text)
    clean = format_tensor(read(text).array)
    assert not is_a_printout(clean)
    np.testing.assert_array_equal(read(clean).array, read(text).array)


@pytest.mark.parametrize("text", ["[1, 2]", "log(2)", "1 2; 3 4", "1/3"])
def test_what_was_typed_is_no_printout(text):
    assert not is_a_printout(text)


LONG = {
    "commas and blanks": "0,1  " * 15_000 + "x1",
    "commas and tabs": "0,1 \t " * 12_000 + ",",
    "semicolons": "0,1 ; " * 15_000 + ";;",
    "brackets with methods": ")." * 40_000,
    "methods": "tensor([1.])" + ".cpu()" * 15_000,
    "prompts": ">>> x\n" * 15_000,
    "scales": "1e-3 *\n" * 12_000,
    "R": "c(" + ") " * 45_000 + "x",
    "calls": "tensor(" * 14_000,
    "containing": "Variable containing: " * 4_000,
    "commas": ",," * 45_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_text_is_answered_soon(text):
    start = time.perf_counter()
    try:
        read(text)
    except TensorTextError as refusal:
        assert len(str(refusal)) < 250
    assert time.perf_counter() - start < 1
