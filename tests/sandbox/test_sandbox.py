"""The sandbox with ordinary code in it: what must work, and what is reported."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from lib.sandbox.job import Call, Limits
from lib.sandbox.pool import Pool
from tests.sandbox.conftest import run

X = np.arange(1.0, 5.0)


# What a file imports, an expression in x = [1, 2, 3, 4] with it, and what that gives.
SNIPPETS: list[tuple[str, str, Any]] = [
    ("", "x", X),
    ("", "x + 1", X + 1),
    ("", "None", None),
    ("", "3", 3),
    ("", "2.5", 2.5),
    ("", "True", True),
    ("", "'mean'", "mean"),
    ("", "1j * 2", 2j),
    ("", "(x, x)", (X, X)),
    ("", "[1, 2.0, None]", [1, 2.0, None]),
    ("", "{'step': 1, 'exp_avg': x}", {"step": 1, "exp_avg": X}),
    ("", "{0: {'a': (x, 1)}}", {0: {"a": (X, 1)}}),
    ("", "float('inf')", float("inf")),
    ("", "[i * i for i in range(5)]", [0, 1, 4, 9, 16]),
    ("", "sum(map(float, x))", 10.0),
    ("", "sorted([3, 1, 2], key=lambda n: -n)", [3, 2, 1]),
    ("", "f'{x[0]:.2f}'", "1.00"),
    ("", "'é中'.encode('latin-1', 'replace').decode('latin-1')", "é?"),
    ("", "'{:>5}'.format(3)", "    3"),
    ("", "max(x.tolist())", 4.0),
    ("", "(lambda *a, **k: len(a) + len(k))(1, 2, c=3)", 3),
    ("", "[*zip('ab', [1, 2])]", [("a", 1), ("b", 2)]),
    ("", "eval('1 + 1')", 2),
    ("", "bool(print('hello'))", False),
    ("", "isinstance(x, object) and type(x).__name__", "ndarray"),
    ("import numpy as np", "np.exp(x - x.max()) / np.exp(x - x.max()).sum()", np.exp(X - 4) / np.exp(X - 4).sum()),
    ("import numpy as np", "np.mean(x)", np.array(2.5)),
    ("import numpy as np", "np.float32(0.5)", np.array(0.5, np.float32)),
    ("import numpy as np", "np.where(x > 2, x, 0)", np.where(X > 2, X, 0)),
    ("import numpy as np", "np.eye(4)[[0, 2]]", np.eye(4)[[0, 2]]),
    ("import numpy as np", "np.einsum('i,j->ij', x, x)", np.outer(X, X)),
    ("import numpy as np", "np.einsum('ij,jk,kl', np.eye(4), np.eye(4), np.eye(4), optimize=True)", np.eye(4)),
    ("import numpy as np", "np.linalg.norm(x)", np.array(np.linalg.norm(X))),
    ("import numpy as np", "np.linalg.inv(np.diag(x))", np.diag(1 / X)),
    ("import numpy as np", "np.linalg.svd(np.diag(x))[1]", X[::-1]),
    ("import numpy as np", "np.linalg.solve(np.diag(x), x)", np.ones(4)),
    ("import numpy as np", "np.linalg.eigvalsh(np.diag(x))", X),
    ("import numpy as np", "np.fft.fft(x).real[0]", np.array(10.0)),
    ("import numpy as np", "np.random.default_rng(0).normal(size=3).shape", (3,)),
    ("import numpy as np", "np.random.seed(1) or np.random.rand(2).shape", (2,)),
    ("import numpy as np", "np.ones((300, 300)) @ np.ones(300) == 300", np.ones(300, bool)),
    ("import numpy as np", "np.polynomial.Polynomial([1, 2])(x)", 1 + 2 * X),
    ("import numpy as np", "np.lib.stride_tricks.sliding_window_view(x, 2).shape", (3, 2)),
    ("import numpy as np", "np.testing.assert_allclose(x, x)", None),
    ("import numpy as np", "np.array2string(x)", "[1. 2. 3. 4.]"),
    ("import numpy as np", "repr(np.float64(1))", "np.float64(1.0)"),
    ("import numpy as np", "np.vectorize(lambda v: v + 1)(x)", X + 1),
    ("import numpy as np", "np.logaddexp.reduce(x)", np.array(np.logaddexp.reduce(X))),
    ("import numpy as np", "np.add.at(x, [0, 0], 1) or x[0]", np.array(3.0)),
    ("import numpy as np", "np.finfo(x.dtype).eps", np.array(np.finfo(float).eps)),
    ("import numpy as np", "np.asarray([1, 2], dtype=np.int8)", np.array([1, 2], np.int8)),
    ("import numpy as np", "np.zeros((0, 3))", np.zeros((0, 3))),
    ("import numpy as np", "x[::-1]", X[::-1]),
    ("import numpy as np", "np.asfortranarray(np.arange(6).reshape(2, 3))", np.arange(6).reshape(2, 3)),
    ("import numpy as np", "np.matrix([[1.0, 2.0]])", np.array([[1.0, 2.0]])),
    ("import numpy as np", "np.array([np.nan, np.inf])", np.array([np.nan, np.inf])),
    ("import numpy as np", "np.unique(x, return_counts=True)", (X, np.ones(4, int))),
    ("import numpy as np", "np.char.upper(np.array(['a'])).tolist()", ["A"]),
    ("import numpy as np", "np.histogram(x, 2)[0]", np.array([2, 2])),
    ("import numpy as np", "np.interp(1.5, x, x)", np.array(1.5)),
    ("import numpy.linalg as la", "la.det(np.eye(2)) if (np := __import__('numpy')) else 0", np.array(1.0)),
    ("from numpy import exp", "exp(0 * x)", np.ones(4)),
    ("import math", "math.log(math.e)", 1.0),
    ("import cmath", "cmath.sqrt(-1)", 1j),
    ("import random", "random.seed(1) or 0 <= random.random() < 1", True),
    ("import itertools", "list(itertools.accumulate([1, 2]))", [1, 3]),
    ("import functools", "functools.reduce(lambda a, b: a * b, [1, 2, 3])", 6),
    ("from functools import lru_cache", "lru_cache(None)(abs)(-1)", 1),
    ("import collections", "collections.Counter('aab')['a']", 2),
    ("from collections import OrderedDict", "OrderedDict(a=1)", {"a": 1}),
    ("from collections import namedtuple", "namedtuple('P', 'a b')(1, 2)", (1, 2)),
    ("from collections import defaultdict", "defaultdict(int, a=1)", {"a": 1}),
    ("from dataclasses import dataclass, make_dataclass", "make_dataclass('P', ['a'])(1).a", 1),
    ("from typing import Any, Optional, TypedDict", "str(Optional[int])", "typing.Optional[int]"),
    ("import statistics", "statistics.mean([1, 3])", 2),
    ("from statistics import NormalDist", "NormalDist().cdf(0)", 0.5),
    ("from fractions import Fraction", "str(Fraction(1, 3))", "1/3"),
    ("from decimal import Decimal", "float(Decimal('0.1') + 1)", 1.1),
    ("import re", "re.findall(r'\\d+', 'a1b22')", ["1", "22"]),
    ("import string", "string.Template('$a').substitute(a=1)", "1"),
    ("import copy", "copy.deepcopy(x)", X),
    ("import operator", "operator.itemgetter(0)([5])", 5),
    ("import abc", "abc.ABC.__name__", "ABC"),
    ("import enum", "enum.IntEnum('E', 'A').A", 1),
    ("import json", "json.loads(json.dumps({'a': [1]}))", {"a": [1]}),
    ("import time", "time.sleep(0.001) or time.perf_counter() > 0 and time.time() > 1e9", True),
    ("import datetime", "datetime.datetime.strptime('2026', '%Y').year", 2026),
    ("import warnings", "warnings.simplefilter('ignore') or warnings.warn('x')", None),
    ("import contextlib", "contextlib.nullcontext(1).enter_result", 1),
    ("import numbers", "isinstance(1, numbers.Integral)", True),
    ("import textwrap", "textwrap.dedent('  a')", "a"),
    ("import heapq, bisect", "heapq.nsmallest(1, [2, 1]) + [bisect.bisect([1, 2], 1)]", [1, 1]),
    ("import io", "io.StringIO('a').read()", "a"),
    ("import os, sys", "len(sys.argv) + len(os.environ)", 1),
    ("import pickle", "pickle.loads(pickle.dumps(x))", X),
    ("import hashlib", "hashlib.sha256(b'').hexdigest()[:4]", "e3b0"),
    ("import unicodedata", "unicodedata.name('\\N{GREEK SMALL LETTER ALPHA}')", "GREEK SMALL LETTER ALPHA"),
    ("import inspect", "len(inspect.signature(lambda a, b: 0).parameters)", 2),
    ("import timeit", "timeit.timeit('1', number=1) >= 0", True),
    ("import secrets, uuid", "len(secrets.token_hex(2)) + len(str(uuid.uuid4()))", 40),
    ("from __future__ import annotations", "1", 1),
    ("import matplotlib.pyplot as plt\nfig, (a, b) = plt.subplots(1, 2)\na.plot([1])\nplt.show()", "x", X),
    ("import matplotlib.pyplot as plt\nplt.rcParams['font.size'] = 3\nplt.figure().gca().set_title('a')", "x", X),
    ("import pandas as pd\ndef g(d: pd.DataFrame | None) -> pd.Series: ...", "x", X),
    ("from IPython.display import display, HTML\ndisplay(HTML('a'))", "x", X),
    ("from tqdm import tqdm", "list(tqdm([1, 2]))", [1, 2]),
    ("try:\n    import torch\nexcept ImportError:\n    torch = None", "torch", None),
    ("if __name__ == '__main__':\n    raise SystemExit", "x", X),
    ("from numpy import *", "exp(x * 0)", np.ones(4)),
    ("from numpy import *\nfrom numpy.linalg import *\nfrom numpy.random import *", "norm(x) * 0", np.array(0.0)),
    ("import numpy.core\nimport numpy.core.numeric as n\nimport numpy.matlib, numpy.f2py", "n.asarray(x)", X),
    ("from scipy import *\nfrom scipy.special import *\nfrom scipy.special import logsumexp", "x", X),
    ("import asyncio, multiprocessing, gzip, tarfile, numba, pytest, torch\nfrom multiprocessing import Pool", "x", X),
    ("import torch.nn.functional as F\nfrom torch import nn, Tensor\ny: Tensor | None = None", "x", X),
    ("import torch, numpy as np", "0 if isinstance(x, (torch.Tensor, torch.nn.Parameter)) else x", X),
    ("from torch import nn\nclass A(nn.Module, nn.Linear): pass\na = A(1, b=2)", "isinstance(a, A)", True),
    ("from numba import prange", "[i for i in prange(1, 3)]", [1, 2]),
    ("from numba import njit\ndef g(x): return x\ng = njit(cache=True)(g)", "g(x)", X),
    ("try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np", "np.exp(0 * x)", np.ones(4)),
    ("try:\n    from torch import nn\nexcept (ValueError, ImportError):\n    nn = 3", "nn", 3),
    ("import matplotlib.pyplot as plt\nclass A(plt.Axes): ...", "A.__name__", "A"),
    ("get_ipython().run_line_magic('x', '')\ndisplay(1)\ny = get_ipython()", "x", X),
    ("import logging\nlogging.basicConfig()\nlogging.warning('w')", "x", X),
    ("import argparse, csv, unittest, pathlib", "str(pathlib.Path('a') / 'b')", os.path.join("a", "b")),
]


@pytest.mark.parametrize(("imports", "gives", "expected"), SNIPPETS, ids=lambda value: str(value)[:40])
def test_ordinary_code_works(pool: Pool, imports: str, gives: str, expected: Any) -> None:
    ran = run(pool, f"{imports}\ndef f(x):\n    return {gives}\n", X.copy())
    assert ran.outcome == "returned", ran
    np.testing.assert_equal(ran.value, expected)
    assert type(ran.value) is type(expected) or isinstance(expected, int | bool)


DECORATORS = """
@njit
@njit(cache=True)
@nb.jit(nopython=True)
@njit(float64(float64))
@nb.vectorize([nb.float64(nb.float64)])
@torch.no_grad()
@torch.jit.script
@torch.compile(mode="reduce-overhead")
@torch.library.custom_op("a::b", mutates_args=())
@pytest.mark.parametrize("x", [1, 2])
@pytest.fixture
@tf.function(jit_compile=True)
@jax.jit
@st.cache_data[0]
""".split("\n")[1:-1]
IMPORTS = "import numba as nb, torch, pytest, jax, tensorflow as tf, seaborn as st\nfrom numba import njit, float64\n"


@pytest.mark.parametrize("decorator", DECORATORS)
def test_decorators_of_stand_ins_leave_a_function_as_it_is(pool: Pool, decorator: str) -> None:
    source = f"{IMPORTS}{decorator}\ndef f(x):\n    return x\n"
    inside = f"{IMPORTS}class A:\n    {decorator}\n    def f(self, x):\n        return x\nf = A().f\n"
    for text in (source, inside):
        ran = run(pool, text, 3.0)
        assert (ran.outcome, ran.value, ran.left_out) == ("returned", 3.0, ()), ran


def test_there_are_a_hundred_snippets() -> None:
    assert len(SNIPPETS) >= 100


FAULTS: dict[str, tuple[str, str, str, int | None]] = {  # source, outcome, part of the message, line
    "an error on the learner's line": ("def f(x):\n    return x / None\n", "raised", "unsupported", 2),
    "an error inside NumPy": (
        "import numpy as np\n\n\ndef f(x):\n    return x @ np.ones(3)\n",
        "raised",
        "mismatch",
        5,
    ),
    "a mistake in the syntax": ("x = 1\ndef f(x:\n    pass\n", "does not parse", "", 2),
    "pandas, used": ("import pandas as pd\ndef f(x):\n    return pd.Series(x)\n", "raised", "Work with NumPy", 3),
    "scipy, used": (
        "from scipy.special import softmax\ndef f(x):\n    return softmax(x)\n",
        "raised",
        "scipy is not",
        3,
    ),
    "torch, used": (
        "import torch\ndef f(x):\n    return torch.tensor(x)\n",
        "raised",
        "torch.tensor() cannot be used: torch is not here, and the exercise is to do without it. Work with NumPy",
        3,
    ),
    "torch, imported where it is used": (
        "def f(x):\n    import torch.nn.functional as F\n    return F.softmax(x)\n",
        "raised",
        "torch.nn.functional.softmax() cannot be used",
        3,
    ),
    "a class of torch's, used": (
        "from torch import nn\nclass Net(nn.Module): ...\ndef f(x):\n    return Net()(x)\n",
        "raised",
        "torch.nn.Module() cannot be used",
        4,
    ),
    "gzip, used": ("import gzip\ndef f(x):\n    return gzip.open('a')\n", "raised", "gzip.open() cannot be used", 3),
    "a file that only raises": ("1 / 0\n", "raised", "division by zero", 1),
    "a file that only loops": ("while True: pass\n", "out of time", "line 1 takes too long (while True: pass)", 1),
    "a file that only ends": ("import os\nos._exit(3)\n", "exited", "exit code 3", 2),
    "a package that is not there": ("import requests\n", "raised", "requests is not here", 1),
    "too many arguments": ("def f():\n    pass\n", "wrong arguments", "takes 0 positional arguments", None),
    "a TypeError inside": ("def f(x):\n    return len(3)\n", "raised", "has no len", 2),
    "a set": ("def f(x):\n    return {1}\n", "bad result", "type set", None),
}


@pytest.mark.parametrize(("source", "outcome", "says", "line"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_names_the_line(pool: Pool, source: str, outcome: str, says: str, line: int | None) -> None:
    ran = run(pool, source, X.copy())
    assert ran.outcome == outcome and ran.fault is not None, ran
    assert says in ran.fault.message and ran.fault.line == line
    assert "lib/sandbox" not in ran.fault.traceback


def test_what_else_is_reported(pool: Pool) -> None:
    source = "import numpy as np\nprint('load')\ndef f(x, state):\n    print('call')\n    state['n'] = 1\n"
    source += "    return np.log(x)\n"
    ran = run(pool, source, np.zeros(1), {})
    assert ran.output == "load\ncall\n"
    assert ran.warnings == ("RuntimeWarning: divide by zero encountered in log (line 6)",)
    assert ran.changed == ("1",)
    assert run(pool, "def g(): ...\ndef h(): ...\n").found == ("g", "h")


def test_one_call_out_of_time_fails_alone(pool: Pool) -> None:
    source = "def f(n):\n    while n == 1:\n        pass\n    return n\n"
    rans = pool.run(source, "f", [Call((n,)) for n in range(3)], Limits(cpu_seconds=0.2))
    assert [ran.outcome for ran in rans] == ["returned", "out of time", "returned"]
    assert 0.2 <= rans[1].seconds < 2


def test_output_is_cut_not_dropped(pool: Pool) -> None:
    ran = run(pool, "def f():\n    print('x' * 999)\n    return 1\n", limits=Limits(output_kept=100))
    assert (ran.outcome, ran.output, ran.output_cut) == ("returned", "x" * 100, 900)


def test_all_calls_together_have_a_limit(pool: Pool) -> None:
    limits = Limits(wall_seconds=0.3, job_seconds=0.5)
    rans = pool.run("def f():\n    while True: pass\n", "f", [Call()] * 20, limits)
    assert {ran.outcome for ran in rans} == {"out of time"}
    assert sum(ran.seconds for ran in rans) < 2
