"""What is graded of notebooks and files as students have them: each runs piece by piece, and no slip costs more than
itself. A line says what the cells hold, how many of softmax's points they earn, and what is left out and why."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from lib.exercises import EXERCISES
from lib.grading.grade import Grade, grade
from lib.grading.notebook import program_of
from lib.grading.report import as_json, in_words, left_out_said
from lib.sandbox.job import Limits

SOFTMAX = EXERCISES["softmax"]
ALL, NONE = SOFTMAX.max_score, 0.0
QUICK = Limits(piece_seconds=0.08, needed_seconds=0.7, load_seconds=0.9, cpu_seconds=1.0)

IMPORT = "import numpy as np\n"
BODY = "    e = np.exp(s - s.max(axis=-1, keepdims=True))\n    return e / e.sum(axis=-1, keepdims=True)\n"
SOLVED = f"def softmax(s):\n{BODY}"
WRONG = "def softmax(s):\n    return s\n"
FILE = IMPORT + SOLVED  # 4 lines
LOOP = "while True:\n    pass\n"
SLOW = "total = 0\nfor step in range({steps}):\n    total += 1\n"


@dataclass(frozen=True)
class Case:
    """`cells` of a notebook, or the one text of a .py file; `left_out` as "place: why"."""

    cells: tuple[str, ...] | str
    earns: float = ALL
    left_out: tuple[str, ...] = ()


CELLS = {
    "a clean notebook": Case((IMPORT, SOLVED)),
    "a call that fails": Case((FILE, "softmax(1, 2)", "x = 1"), ALL, ("cell 2, line 1: raised",)),
    "a typed sentence": Case((FILE, "Here I compare with torch."), ALL, ("cell 2, line 1: does not parse",)),
    "a sentence beside the function": Case((f"{FILE}my answer is above",), ALL, ("cell 1, line 5: does not parse",)),
    "cells are counted with the empty ones": Case((FILE, "", "1 / 0"), ALL, ("cell 3, line 1: raised",)),
    "an older try that does not parse": Case((FILE, f"{WRONG}oh no"), ALL, ("cell 2, line 1: does not parse",)),
    "an import in a cell that does not parse": Case((f"{IMPORT}import x as", SOLVED), ALL,
        ("cell 1, line 2: does not parse",)),
    "an unfinished bonus": Case((FILE, "def bonus(x):\n"), ALL, ("cell 2, line 1: does not parse",)),
    "an own assert": Case((FILE, "assert softmax(np.ones(2))[0] == 1"), ALL, ("cell 2, line 1: raised",)),
    "input()": Case(("n = int(input())", FILE), ALL, ("cell 1, line 1: raised",)),
    "pandas": Case(("import pandas as pd\nd = pd.read_csv('a.csv')", FILE), ALL, ("cell 1, line 2: raised",)),
    "np.load": Case((IMPORT, "X = np.load('x.npy')", SOLVED), ALL, ("cell 2, line 1: raised",)),
    "open, above the function": Case((f"X = open('x.txt').read()\n{FILE}",), ALL, ("cell 1, line 1: raised",)),
    "a plot": Case((FILE, "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()")),
    "display": Case((FILE, "display(softmax(np.ones(3)))")),
    "a shell's line": Case(("!ls\n!pip install numpy", FILE)),
    "a shell's cell": Case((FILE, "%%bash\nls | head")),
    "a magic": Case((f"%matplotlib inline\n{FILE}", "%timeit softmax(np.ones(3))")),
    "a cell that is written to a file": Case((f"%%writefile hw.py\n{FILE}",)),
    "a loop without end": Case((FILE, LOOP), ALL, ("cell 2, line 1: out of time",)),
    "a loop that catches everything": Case(
        (FILE, "while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
        ALL,
        ("cell 2, line 1: out of time",),
    ),
    "a loop in C": Case((FILE, "sum(range(10**10))"), ALL, ("cell 2, line 1: out of time",)),
    "a long sleep": Case((FILE, "import time\ntime.sleep(30)"), ALL, ("cell 2, line 2: out of time",)),
    "a wait for nobody": Case(
        (FILE, "import threading\nthreading.Event().wait()"), ALL, ("cell 2, line 2: out of time",)
    ),
    "a loop, then the function": Case((IMPORT + LOOP + SOLVED,), ALL, ("cell 1, line 2: out of time",)),
    "six loops": Case((FILE, *[LOOP] * 6), ALL, ("cell 2, line 1: out of time",)),
    "a cell too slow as a whole": Case(
        (FILE, "t = 0\n" + "for i in range(600_000): t += 1\n" * 30), ALL, ("cell 2",)
    ),
    "sys.exit()": Case(("import sys\nsys.exit()", FILE), ALL, ("cell 1, line 2: exited",)),
    "quit()": Case((FILE, "quit()"), ALL, ("cell 2, line 1: exited",)),
    "exit, not called": Case((FILE, "exit")),
    "os._exit": Case((FILE, "import os\nos._exit(0)"), ALL, ("cell 2, line 2: exited",)),
    "a crash": Case((FILE, "import ctypes\nctypes.string_at(0)"), ALL, ("cell 2, line 2: crashed",)),
    "deep recursion": Case((FILE, "def deep(n): return deep(n + 1)\ndeep(0)"), ALL, ("cell 2, line 2: too deep",)),
    "recursion in C": Case(
        (FILE, "import sys\nsys.setrecursionlimit(10**9)\nx = []\nfor i in range(10**6): x = [x]\nrepr(x)"),
        ALL,
        ("cell 2: ",),
    ),
    "too large an array": Case((FILE, "np.ones(10**9)"), ALL, ("cell 2, line 1: out of memory",)),
    "endless prints": Case((FILE, "while True: print('x' * 9999)"), ALL, ("cell 2, line 1: too much output",)),
    "the last definition counts": Case((IMPORT, WRONG, SOLVED)),
    "the last definition counts, wrong": Case((IMPORT, SOLVED, WRONG), NONE),
    "a result under the function's name": Case((FILE, "softmax = softmax(np.ones(3))")),
    "another's function under its name": Case((FILE, "from scipy.special import softmax\nsoftmax([1])"), ALL,
        ("cell 2, line 2: raised",)),
    "the stub again": Case((FILE, "def softmax(s):\n    '''Your code.'''\n    pass"), ALL,
        ("cell 2, line 1: not written",)),
    "the name deleted": Case((FILE, "del softmax")),
    "a helper in another cell": Case((IMPORT + "def top(s): return s.max(axis=-1, keepdims=True)",
        SOLVED.replace("s.max(axis=-1, keepdims=True)", "top(s)"))),
    "a helper in a later cell": Case((IMPORT, SOLVED.replace("np.exp", "power"), "def power(x): return np.exp(x)")),
    "a global counter": Case(
        (IMPORT + "calls = 0", SOLVED.replace("    e =", "    global calls\n    calls += 1\n    e ="))
    ),
    "a class of its own": Case(
        (IMPORT, "class Top:\n    def of(self, s): return s.max(axis=-1, keepdims=True)",
         SOLVED.replace("s.max(axis=-1, keepdims=True)", "Top().of(s)"))
    ),
    "a decorator of its own": Case((IMPORT, f"def same(f): return f\n@same\n{SOLVED}")),
    "a half-run cell": Case((IMPORT, "one = 1\n1 / 0\ntwo = 2", SOLVED.replace("return e", "return one * e")), ALL,
        ("cell 2, line 2: raised",)),
    "a constant made slowly": Case(
        (IMPORT + SLOW.format(steps=4_000_000), SOLVED.replace("return e", "return total / 4_000_000 * e"))
    ),
    "a constant made too slowly": Case(
        (IMPORT + SLOW.format(steps=10**9), SOLVED.replace("return e", "return total / 1e9 * e")), NONE,
        ("cell 1, line 3: out of time",),
    ),
    "a table filled in a loop": Case(
        (IMPORT, LOOP, "table = {}", "for n in range(3):\n    table[n] = n",
         SOLVED.replace("return e", "return table[1] * e")),
        ALL, ("cell 2, line 1: out of time",),
    ),
    "annotations of the future": Case((FILE, "from __future__ import annotations\ndef g(x: Nothing): ...")),
    "torch, where it is": Case(
        ("try:\n    import torch\nexcept ImportError:\n    torch = None",
         IMPORT + SOLVED.replace("    e =", "    s = s if torch is None else torch.tensor(s)\n    e ="))
    ),
    "imports in one line, one of them missing": Case((f"import requests, numpy as np\n{SOLVED}",), ALL,
        ("cell 1, line 1: raised",)),
    "decorators and types of what is missing": Case(
        ("from beartype import beartype\nfrom jaxtyping import Float", IMPORT + "@beartype\n" +
         SOLVED.replace("(s)", "(s: Float[object, 'n'])")), ALL, ("cell 1, line 1: raised", "cell 1, line 2: raised")),
    "a base that is missing": Case(("from lightning import Module", "class Net(Module):\n    one = 1",
        IMPORT + SOLVED.replace("return e", "return Net.one * e")), ALL, ("cell 1, line 1: raised",)),
    "a type that is nowhere": Case((IMPORT + SOLVED.replace("(s)", "(s) -> List[float]"),), ALL,
        ("cell 1, line 2: bare",)),
    "a decorator that is nowhere": Case((f"{IMPORT}@profile\n{SOLVED}",), ALL, ("cell 1, line 2: bare",)),
    "a function that is nowhere, by default": Case((IMPORT + SOLVED.replace("(s)", "(s, f=nowhere)"),), NONE,
        ("cell 1, line 2: raised",)),
    "jit with arguments": Case(
        (f"import jax\nfrom functools import partial\n{IMPORT}@partial(jax.jit, static_argnums=0)\n{SOLVED}",)
    ),
    "warnings as errors": Case((IMPORT + "np.seterr(all='raise')\nimport warnings\nwarnings.filterwarnings('error')",
        SOLVED.replace("    e =", "    np.exp(np.float64(-1e4)), np.log(np.zeros(1))\n    e ="))),
    "warnings as errors, caught": Case((IMPORT + "np.seterr(divide='raise')",
        "def softmax(s):\n    try:\n        np.log(np.zeros(1))\n    except FloatingPointError:\n    " +
        BODY.replace("    return", "        return"))),
    "a breakpoint": Case((IMPORT + SOLVED.replace("    e =", "    breakpoint()\n    e ="),)),
    "an import that is missing, and needed": Case(("from requests import exp", FILE.replace("np.exp", "exp")), NONE,
        ("cell 1, line 1: raised",)),
}  # fmt: skip

FILES = {
    "a clean file": Case(FILE),
    "calls and prints that fail": Case(f"{FILE}print(softmax(3, 4))\nprint(1)\n", ALL, ("line 5: raised",)),
    "a program of its own": Case(f"{FILE}if __name__ == '__main__':\n    import time\n    time.sleep(99)\n"),
    "the same, the other way round": Case(f"{FILE}if '__main__' == __name__:\n    {SOLVED.splitlines()[0]} return 1\n"),
    "lines of a saved notebook": Case(f"get_ipython().run_line_magic('matplotlib', 'inline')\n{FILE}"),
    "lines for IPython": Case(f"!pip install numpy\n%matplotlib inline\n{FILE}"),
    "prompts copied along": Case(
        "".join(f"{'... ' if line.startswith(' ') else '>>> '}{line}\n" for line in FILE.splitlines())
    ),
    "all of it to the right": Case("".join(f"    {line}\n" for line in FILE.splitlines())),
    "a name at the top": Case(f"Ann, homework 3\n{FILE}", ALL, ("line 1: does not parse",)),
    "a bonus without a body": Case(f"def bonus(x):\n\n{FILE}", ALL, ("line 1: does not parse",)),
    "Python 2": Case(f"{FILE}print softmax(np.ones(3))\n", ALL, ("line 5: does not parse",)),
    "a bracket that stays open": Case(f"x = [1, 2\n\n{FILE}", ALL, ("line 1: does not parse",)),
    "a text that stays open": Case(f"{FILE}'''The end\n", ALL, ("line 5: does not parse",)),
    "an apostrophe": Case(f"It's mine\n{FILE}", ALL, ("line 1: does not parse",)),
    "a text with odd ends of lines": Case(f"x = 1\x0c\n{FILE}1 / 0\r\n", ALL, ("line 6: raised",)),
    "a slip in the function": Case(FILE.replace("(s):", "(s:"), NONE),
    "return at top level": Case(f"{FILE}return softmax\n", ALL, ("line 5: does not parse",)),
    "await at top level": Case(f"{FILE}await softmax\n", ALL, ("line 5: does not parse",)),
    "half a loop": Case(f"{FILE}for s in range(3):\n", ALL, ("line 5: does not parse",)),
    "raise SystemExit": Case(f"{FILE}raise SystemExit\n", ALL, ("line 5: exited",)),
    "a training loop": Case(f"{FILE}w = 0\nfor step in range(10**10):\n    w += 1\n", ALL, ("line 6: out of time",)),
    "nothing but a loop": Case(LOOP, NONE, ("line 1: out of time",)),
    "an empty file": Case("", NONE),
}

CASES = {**CELLS, **FILES}


def graded(case: Case) -> Grade:
    cells = [{"cell_type": "code", "source": cell} for cell in case.cells]
    text = case.cells if isinstance(case.cells, str) else program_of(json.dumps({"cells": cells}))
    return grade(SOFTMAX, text, most=QUICK)


@pytest.mark.parametrize("case", list(CASES.values()), ids=list(CASES))
def test_a_piece_that_fails_stops_only_itself(case):
    given = graded(case)
    assert (given.score, given.counted, given.doubt) == (case.earns, True, ""), given.problem or given.tests[0].message
    found = [f"{one.place}: {one.why}" for one in given.left_out]
    assert len(found) >= len(case.left_out) and bool(found) == bool(case.left_out), found
    for told, expected in zip(found, case.left_out, strict=False):
        assert told.startswith(expected.rstrip(": ")), found
    assert len(left_out_said(given)) >= len({one.cell for one in given.left_out})
    json.dumps(as_json(given), allow_nan=False)


SPOILS = "exec('np.exp = np.sign')\n"  # no syntax tree shows that the function needs it
MENDS = FILE.replace("return e /", "return factor[0] * e /") + "factor = [2]\nchange = factor.__setitem__\n"
UNSETTLED = {  # a file that is run in two ways: what each earns, and what the better one leaves out
    "more with only what is needed": (FILE + SPOILS + LOOP, (NONE, ALL), ["not needed"] * 2),
    "more statement by statement": (MENDS + "change(0, 1)\n" + LOOP, (ALL, NONE), ["out of time"]),
}


@pytest.mark.parametrize(("text", "earns", "left_out"), list(UNSETTLED.values()), ids=list(UNSETTLED))
def test_where_time_decided_the_better_way_counts_and_is_doubted(text, earns, left_out):
    given = graded(Case(text))
    assert given.score == ALL
    assert f"by statement it earns {earns[0]:g}" in given.doubt and f"needs {earns[1]:g}." in given.doubt
    assert [one.why for one in given.left_out] == left_out
    assert given.doubt in in_words(given) and as_json(given)["doubt"] == given.doubt


def test_in_an_editor_a_slip_below_the_function_is_still_told():
    text = f"{FILE}print softmax\n"
    assert graded(Case(text)).score == ALL
    typed = grade(SOFTMAX, text, as_typed=True)
    assert typed.score == NONE and typed.problem.startswith("Python cannot read line 5, “print softmax”")


UNDEFINED = {  # a file without the function: what the first test says
    "an error above it": ("scale = 1 / 0\nif scale:\n    def softmax(s): return s\n", "ZeroDivisionError", "(line 1: "),
    "nothing but an error": ("import requests\nrequests.get('x')\n", "ModuleNotFoundError", "(line 1: "),
    "a method": ("class Net:\n    def softmax(self, s): return s\n", "no such function", "found Net.softmax, within a"),
    "an error in another function": ("def soft(s): return s\nsoft()\n", "no such function", "soft"),
}


@pytest.mark.parametrize("text, says, where", list(UNDEFINED.values()), ids=list(UNDEFINED))
def test_what_kept_the_function_from_being_there_is_told(text, says, where):
    given = graded(Case(text))
    told = f"{given.tests[0].outcome} {given.tests[0].message} {given.problem}"
    assert given.score == NONE and says in told and where in told


def test_faults_in_a_notebook_are_told_by_cell():
    given = graded(Case(("x = 1", f"{IMPORT}\ndef softmax(s):\n    return s / None\n")))
    assert "(cell 2, line 4: return s / None)" in given.tests[0].message
    assert given.tests[0].fault and "  cell 2, line 4, in softmax" in given.tests[0].fault.traceback


def test_what_ended_a_process_is_not_tried_again_with_every_update():
    adam = EXERCISES["adam_step"]
    grade(adam, adam.solution)  # what is right is computed once
    given = grade(adam, f"{adam.solution}\n{LOOP}", most=QUICK)
    assert given.passed and [one.why for one in given.left_out] == ["out of time"]
    assert given.seconds < 3


def test_what_is_left_out_is_said_by_place():
    given = graded(Case((FILE, "1 / 0\nbad name", "", "x = 1\nopen('a' 'b')\nopen('c')", "softmax(7, 8)")))
    assert left_out_said(given) == [
        "Left out: cell 2, line 1 (1 / 0): SyntaxError: invalid syntax",
        "Left out: cell 4, line 2 (open('a' 'b')): PermissionError: [Errno 1] Operation not permitted: 'ab'",
        "Left out: cell 5, line 1 (softmax(7, 8)): TypeError: softmax() takes 1 positional argument but 2 were given",
    ]
