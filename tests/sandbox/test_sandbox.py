"""The sandbox with ordinary code in it: what must work, what is reported, how it queues, what travels."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib import doctor
from lib.sandbox import frames
from lib.sandbox import pool as pool_module
from lib.sandbox.inside import seccomp
from lib.sandbox.isolation import ATTEMPTS, Hosting, Level, judged, may_run
from lib.sandbox.job import Busy, Call, Limits, Ran
from lib.sandbox.pool import Pool

X = np.arange(1.0, 5.0)
USUAL = Limits()
ROOM = frames.Room(1000, 4, 3)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(1) as started:
        yield started


def run(pool: Pool, source: str, *args: Any, limits: Limits = USUAL, **kwargs: Any) -> Ran:
    return pool.run(source, "f", [Call(args, kwargs)], limits)[0]


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
    ("import logging\nlogging.basicConfig()\nlogging.warning('w')", "x", X),
    ("import argparse, csv, unittest, pathlib", "str(pathlib.Path('a') / 'b')", os.path.join("a", "b")),
]


@pytest.mark.parametrize(("imports", "gives", "expected"), SNIPPETS, ids=lambda value: str(value)[:40])
def test_ordinary_code_works(pool: Pool, imports: str, gives: str, expected: Any) -> None:
    ran = run(pool, f"{imports}\ndef f(x):\n    return {gives}\n", X.copy())
    assert ran.outcome == "returned", ran
    np.testing.assert_equal(ran.value, expected)
    assert type(ran.value) is type(expected) or isinstance(expected, int | bool)


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
    "torch": ("import torch\n", "raised", "write it with NumPy", 1),
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


@pytest.mark.skipif(sys.platform == "win32", reason="there is no worker to end")
def test_dead_worker_is_replaced(pool: Pool) -> None:
    (dead,) = pool.pids()
    os.kill(dead, signal.SIGKILL)
    assert run(pool, "def f():\n    return 1\n").value == 1
    assert pool.pids() != [dead]


@pytest.mark.skipif(sys.platform != "linux", reason="workers are renewed where they stay")
def test_worker_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "JOBS_UNTIL_RENEWED", 2)
    with Pool(1) as few:
        before = few.pids()
        until = time.monotonic() + 60
        while few.pids() == before and time.monotonic() < until:
            assert run(few, "def f():\n    return 1\n").value == 1
        assert few.pids() != before


def test_fresh_process_gives_the_same() -> None:
    source = "print('hi')\ndef f(x):\n    if x.sum() == 0:\n        while True: pass\n    return x / 2\n"
    calls = [Call((np.ones(2),)), Call((np.zeros(2),)), Call((np.full(2, 4.0),))]
    with Pool(1, warm=False) as fresh:
        rans = fresh.run(source, "f", calls, Limits(wall_seconds=1.0))
        assert [ran.outcome for ran in rans] == ["returned", "out of time", "returned"]
        assert rans[0].output == "hi\n" and rans[2].value.tolist() == [2.0, 2.0]
        assert run(fresh, "import os\nos._exit(3)\n").outcome == "exited"
        assert run(fresh, "def f():\n    while True: print('x' * 9999)\n").outcome == "too much output"


def test_jobs_are_taken_in_the_order_they_came(pool: Pool) -> None:
    done: list[int] = []
    lock = threading.Lock()

    def job(number: int) -> None:
        assert run(pool, "def f(n):\n    return n\n", number).value == number
        with lock:
            done.append(number)

    hold = threading.Thread(target=run, args=(pool, "import time\ndef f():\n    time.sleep(0.5)\n"))
    threads = [threading.Thread(target=job, args=(number,)) for number in range(30)]
    hold.start()
    for thread in threads:
        time.sleep(0.005)
        thread.start()
    for thread in [hold, *threads]:
        thread.join()
    assert done == list(range(30))


def test_one_job_at_a_time_for_each_person() -> None:
    source = "import time\ndef f():\n    time.sleep(0.3)\n    return time.monotonic()\n"
    ends: dict[str, float] = {}
    with Pool(2) as two:
        two.run(source, "f", [Call()])

        def job(name: str, person: str) -> None:
            ends[name] = two.run(source, "f", [Call()], person=person)[0].value

        threads = [threading.Thread(target=job, args=job_of) for job_of in (("a1", "a"), ("a2", "a"), ("b", "b"))]
        for thread in threads:
            thread.start()
            time.sleep(0.05)
        for thread in threads:
            thread.join()
    assert ends["a2"] - ends["a1"] >= 0.3
    assert ends["b"] < ends["a2"]


def test_full_house_is_refused(monkeypatch: pytest.MonkeyPatch, pool: Pool) -> None:
    monkeypatch.setattr(pool_module, "WAITING_MOST", 0)
    with pytest.raises(Busy, match="waiting"):
        run(pool, "def f(): ...\n")


def test_closed_pool_refuses() -> None:
    closed = Pool(1)
    closed.close()
    closed.close()
    with pytest.raises(RuntimeError, match="closed"):
        closed.run("", "f", [Call()])


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


@pytest.mark.parametrize("machine", seccomp.AUDIT_ARCH)
def test_filter_is_an_allow_list(machine: str) -> None:
    """Every jump stays inside, and the last word is no."""
    steps = np.frombuffer(seccomp.program(machine), "u2,u1,u1,u4")
    for place, (code, then, otherwise, _) in enumerate(steps.tolist()):
        if code & 0x07 == 0x05:
            assert place + 1 + max(then, otherwise) < len(steps)
    assert steps[-1].tolist() == (0x06, 0, 0, 0x00050001)


DECISIONS: list[tuple[Level, Hosting, Level, bool, bool]] = [  # level, hosting, accepted; runs, says something
    ("full", "public", "full", True, False),
    ("partial", "local", "full", True, True),
    ("none", "local", "full", True, True),
    ("partial", "public", "full", False, True),
    ("partial", "class", "full", False, True),
    ("partial", "class", "partial", True, True),
    ("none", "class", "partial", False, True),
    ("none", "public", "none", False, True),
]


@pytest.mark.parametrize(("level", "hosting", "accepted", "runs", "says"), DECISIONS)
def test_who_may_run_code(level: Level, hosting: Hosting, accepted: Level, runs: bool, says: bool) -> None:
    allowed, sentence = may_run(level, hosting, accepted)
    assert (allowed, bool(sentence)) == (runs, says)


def test_one_attempt_that_succeeds_is_enough_for_partial() -> None:
    rans = [run_of(attempt.ends, attempt.error) for attempt in ATTEMPTS]
    assert judged({"system-call filter": ""}, rans, "linux").level == "full"
    assert judged({"system-call filter": "the kernel has none"}, rans, "linux").level == "partial"
    assert judged({"system-call filter": ""}, [Ran("returned"), *rans[1:]], "linux").level == "partial"
    assert judged({"system-call filter": ""}, [run_of("raised", "ImportError"), *rans[1:]], "linux").level == "partial"
    assert judged({}, rans, "win32").level == "none"


def run_of(outcome: Any, error: str) -> Ran:
    from lib.sandbox.job import Fault

    return Ran(outcome, fault=Fault(error, "", None, "", "") if error else None)


def test_doctor_names_what_is_missing() -> None:
    listed = doctor.packages(["# a comment", "numpy==0.1  # why", "no-such-package==1.0"])
    assert [name for name, *_ in listed] == ["numpy", "no-such-package"]
    lines = doctor.package_lines(listed)
    assert "expected 0.1" in lines[0] and "missing" in lines[1]


def test_doctor_says_what_to_do() -> None:
    lines = doctor.isolation_lines(
        judged({"system-call filter": "not written for riscv64"}, [Ran("returned")] * 8, "linux")
    )
    assert "partial" in lines[0] and "riscv64" in lines[1] and "accept_isolation" in lines[-1]


def limits(tmp_path: Path, groups: str, **files: str) -> dict[str, int]:
    """The limits that doctor finds, with `groups` in /proc/self/cgroup and `files` (/ as __) in /sys/fs/cgroup."""
    (tmp_path / "own").write_text(groups)
    for name, text in files.items():
        file = (
            tmp_path
            / "cgroup"
            / name.replace("__", "/").replace("_max", ".max").replace("_in_bytes", ".limit_in_bytes")
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return doctor.memory_limits(tmp_path / "own", tmp_path / "cgroup")


@pytest.mark.parametrize(
    ("groups", "files", "found"),
    [
        pytest.param("0::/\n", {"memory_max": "512000000\n"}, 512_000_000, id="a container"),
        pytest.param("0::/a/b\n", {"a__memory_max": "700", "a__b__memory_max": "max"}, 700, id="a group above"),
        pytest.param("0::/a\n", {"memory_max": "600", "a__memory_max": "700"}, 600, id="the lower one"),
        pytest.param("4:memory:/a\n3:cpu:/b\n", {"memory__a__memory_in_bytes": "900"}, 900, id="version 1"),
        pytest.param("0::/\n", {"memory_max": "max\n"}, None, id="no limit"),
        pytest.param("4:memory:/\n", {"memory__memory_in_bytes": "9223372036854771712"}, None, id="none in version 1"),
    ],
)
def test_doctor_finds_the_limit_on_memory(tmp_path, groups, files, found) -> None:
    assert limits(tmp_path, groups, **files).get("cgroup") == found


def test_doctor_says_the_lowest_limit_and_the_caps() -> None:
    assert doctor.memory_lines({"cgroup": 512_000_000, "ulimit -v": 3_000_000_000})[0].endswith(
        "512 MB at most (cgroup)"
    )
    assert "420 MB" in doctor.memory_lines({"cgroup": 512_000_000})[1]
    assert "no limit" in doctor.memory_lines({})[0]
    assert any("16 MB, 1,000,000 numbers" in line for line in doctor.cap_lines())
