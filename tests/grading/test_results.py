"""What may come back: how large, how odd, and what of it is kept and shown."""

from __future__ import annotations

import json
import re
import tracemalloc

import numpy as np
import pytest

from lib.exercises import EXERCISES, Exercise, read_exercise
from lib.grading.classroom import gradescope
from lib.grading.grade import RESULT_LEAST, grade, room_for
from lib.grading.judge import Cut, cut
from lib.grading.report import as_json, in_words
from lib.grading.trial import AnswerPart
from lib.sandbox.drive import TWICE
from lib.sandbox.job import Limits
from lib.tensors.compare import compare
from tests.grading.test_how_a_test_ends import SPIED

SOFTMAX, ADAM = EXERCISES["softmax"], EXERCISES["adam_step"]
SOFTMAX_HEAD = "import numpy as np\ndef softmax(scores):\n    return "
ADAM_HEAD = "import numpy as np\ndef adam_step(param, grad, state, **_):\n    return "
FRAMES = "import sys\nframes = sys.modules['lib.sandbox.frames']\n"


def room(*sizes: int) -> int:
    """Bytes that a result may have where arrays of so many float64 are expected."""
    parts = [AnswerPart(f"part {n}", np.zeros(size)) for n, size in enumerate(sizes)]
    return room_for([parts, [AnswerPart("", np.zeros(1))]], Limits()).result_bytes


def test_how_large_a_result_may_be_follows_from_the_expected_one():
    assert room(1) == RESULT_LEAST == 64 * 1024
    assert room(1000, 9000) == 4 * 8 * 10_000
    assert room(10**8) == Limits().result_bytes


ODD = {  # exercise, source, outcome, part of what is said
    "rows of different lengths": (SOFTMAX, f"{SOFTMAX_HEAD}[[1, 2], [3]]", "wrong kind", "rows differ in length"),
    "arrays of different lengths": (SOFTMAX, f"{SOFTMAX_HEAD}[np.ones(2), np.ones(3)]", "wrong kind", "differ in"),
    "text among numbers": (SOFTMAX, f"{SOFTMAX_HEAD}[1, 'x' * 9000] + [''] * 3000", "wrong kind", "text"),
    "nothing among numbers": (SOFTMAX, f"{SOFTMAX_HEAD}[1, None]", "wrong kind", "None"),
    "a dict": (SOFTMAX, f"{SOFTMAX_HEAD}{{'a': 1}}", "wrong kind", "dict"),
    "a large array": (SOFTMAX, f"{SOFTMAX_HEAD}np.zeros(100_000)", "bad result", "allowed are 65,536"),
    "a long list": (SOFTMAX, f"{SOFTMAX_HEAD}[0.0] * 100_000", "bad result", "allowed are 65,536"),
    "many rows of nothing": (SOFTMAX, f"{SOFTMAX_HEAD}[[]] * 20_000", "bad result", "allowed are 65,536"),
    "more than is kept": (SOFTMAX, f"{SOFTMAX_HEAD}np.zeros(8000)", "wrong shape", "(8000,)"),
    "a ragged state": (ADAM, f"{ADAM_HEAD}param, dict(step=1, exp_avg=[[1], [1, 2]])", "wrong kind", "exp_avg"),
    "a large state": (ADAM, f"{ADAM_HEAD}param, dict(step=1, x=np.zeros(10**5))", "bad result", "are 65,536"),
    "a state of many parts": (ADAM, f"{ADAM_HEAD}param, {{i: [] for i in range(5000)}}", "bad result", "are 65,536"),
    "a state with long names": (ADAM, f"{ADAM_HEAD}param, {{i * 'x' * 500: 1 for i in range(9)}}", "wrong form", "x …"),
    "a huge number": (ADAM, f"{ADAM_HEAD}param, dict(step=10**400)", "bad result", "1,329 bits"),
    "a huge number, with the bounds patched": (
        ADAM, f"{FRAMES}frames.INTEGER_BITS_MOST = 9999\n{ADAM_HEAD}param, {{1: 10**400}}", "bad result", "too large"),
    "a state too deep": (
        ADAM, f"{ADAM_HEAD}param, dict(step={'[' * 20}1{']' * 20})", "bad result", "more than 16 levels"),
}  # fmt: skip


@pytest.mark.parametrize(("exercise", "source", "outcome", "says"), list(ODD.values()), ids=list(ODD))
def test_an_odd_result_is_the_learners_and_kept_small(exercise: Exercise, source: str, outcome: str, says: str):
    given = grade(exercise, source)
    assert given.counted, given.problem
    first = given.tests[0]
    assert first.outcome.startswith(outcome)
    assert says in first.message
    assert len(first.message) < 1200
    assert len(in_words(given)) < 20_000 and as_json(given)["score"] == given.score
    for test in given.tests:
        assert isinstance(test.got, Cut) or len(repr(test.got)) < 3000


def test_a_state_that_cannot_be_handed_on_is_the_learners():
    """It comes back as deep as a value may be, and is then one level deeper in the arguments of the next update."""
    deep = f"{'[' * 14}1{']' * 14}"
    source = ADAM.solution.replace('"exp_avg_sq": v}', f'"exp_avg_sq": v, "deep": {deep}}}')
    given = grade(ADAM, source)
    assert given.counted
    assert given.tests[0].passed  # one update
    assert given.tests[1].outcome == "bad result"
    assert given.tests[1].message == "what it returned before is nested more than 16 levels deep"


def test_a_long_text_among_numbers_takes_no_memory():
    """As an array every entry would take as much as the longest: 100 MB here."""
    tracemalloc.start()
    found = compare(["x" * 5000] + [""] * 5000, np.zeros(5001))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.reason == "kind" and most < 10e6


CUT = {
    "a number": (1.5, "1.5"),
    "a small array": (np.arange(3), "array([0, 1, 2])"),
    "a large array": (np.arange(2000.0), "an array of shape (2000,) that begins with 0, 1, 2, 3, 4, 5 … (cut)"),
    "a long list of numbers": ([1] * 2000, "an array of shape (2000,) that begins with 1, 1, 1, 1, 1, 1 … (cut)"),
    "a ragged list": ([[1, 2], [3]], "[[1, 2], [3]]"),
    "a long ragged list": ([[1, 2]] * 100 + [[3]], re.compile(r"\[\[1, 2\], \[1, 2\], .* … \(cut\)")),
    "long text": ("x" * 1000, re.compile(r"'x{199} … \(cut\)")),
}


@pytest.mark.parametrize(("value", "says"), list(CUT.values()), ids=list(CUT))
def test_of_a_large_answer_the_beginning_is_kept(value, says):
    left = repr(cut(value))
    assert says.fullmatch(left) if isinstance(says, re.Pattern) else left == says


def test_an_answer_as_large_as_the_right_one_is_kept():
    assert cut(np.arange(2000.0), 2000).shape == (2000,)


# From now on the process answers what the learner wants, under the right token.
SEND = """
import sys
child, frames = sys.modules["lib.sandbox.inside.child"], sys.modules["lib.sandbox.frames"]

def send(**header):
    child._reply = lambda results, real, *_: child.write_all(results, frames.frame(header | {"token": real["token"]}))

def announce(size):
    child._reply = lambda results, *_: child.write_all(results, frames.PREFIX.pack(frames.MAGIC, 2, size))

def f(x):
"""
NUMBER = 4711  # what the hidden test gives, and the visible one does not
LEAKS = {
    "the size of a frame": f"{SEND}    x[0] > 1 and announce(int(x[0]) * 10**6)\n    return x\n",
    "wrong arguments": f"{SEND}    send(outcome='wrong arguments', fault=['', str(x), None, '', ''])\n",
    "functions found": f"{SEND}    send(outcome='no such function', found=[str(x)])\n",
    "a file that does not parse": f"{SEND}    send(outcome='does not parse', fault=['', str(x), 1, '', ''])\n",
    "an error": "def f(x):\n    raise ValueError(x)\n",
    "a warning, and text": "import warnings\ndef f(x):\n    print(x)\n    warnings.warn(str(x))\n    return x\n",
}


@pytest.fixture(scope="module")
def hidden_first(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    """An exercise whose hidden test comes first."""
    folder = tmp_path_factory.mktemp("exercises") / "f"
    folder.mkdir()
    (folder / "exercise.toml").write_text(SPIED)
    for name in ("statement.md", "starter.py", "solution.py"):
        (folder / name).write_text("def f(x):\n    return x\n")
    return read_exercise(folder)


@pytest.mark.parametrize("source", list(LEAKS.values()), ids=list(LEAKS))
def test_a_hidden_test_tells_nothing_through_others(source: str, hidden_first: Exercise):
    given = grade(hidden_first, source, most=Limits(cpu_seconds=0.2, wall_seconds=0.5))
    hidden, visible = given.tests
    assert hidden.hidden and hidden.test.recipe == {}
    told = repr([given.problem, given.output, *((t.message, t.fault, t.warnings, t.changed) for t in given.tests)])
    assert str(NUMBER) not in told and f"{NUMBER:,}" not in told, told


def test_an_earlier_result_that_is_doubted_is_told_in_fixed_words(hidden_first: Exercise):
    given = grade(hidden_first, LEAKS["the size of a frame"])
    assert given.tests[1].outcome == "bad result" and given.tests[1].message == TWICE


def test_how_long_hidden_tests_take_is_for_the_instructor(hidden_first: Exercise):
    given = grade(hidden_first, "import time\ndef f(x):\n    time.sleep(0.3 * (x[0] > 1))\n    return x\n")
    assert as_json(given)["tests"][0]["seconds"] >= 0.3
    assert not re.search("seconds|time", json.dumps(gradescope.results(given)))
