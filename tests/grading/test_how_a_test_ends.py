"""How each way to go wrong is judged and told."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lib.exercises import EXERCISES, read_exercise
from lib.grading.grade import grade
from lib.grading.names import instead_of
from lib.grading.report import aligned, as_json, in_words
from lib.sandbox.job import Fault, Limits, Ran

SOFTMAX, HUBER = EXERCISES["softmax"], EXERCISES["huber_loss"]
HEAD = "import numpy as np\ndef softmax(scores):\n"
QUICK = Limits(cpu_seconds=0.5, wall_seconds=3.0, memory_mib=128, job_seconds=0.8)  # one loop, not one for each test

ENDS = {
    "right": (SOFTMAX.solution, "passed", "as expected"),
    "returns nothing": (HEAD + "    pass", "bad result", "None"),
    "text": (HEAD + "    return 'a'", "wrong kind", "text"),
    "another shape": (HEAD + "    return np.ones(2)", "wrong shape", "the shape is (2,); expected (3,)"),
    "another value": (HEAD + "    return np.ones(3)", "wrong value", "[0] is off by 0.91; allowed 9.1e-08"),
    "NaN": (HEAD + "    return np.full(3, np.nan)", "not finite", "NaN at [0], expected 0.09"),
    "raises": (HEAD + "    return scores.smu()", "raised", "(line 3: return scores.smu())"),
    "loops": (HEAD + "    while True: pass", "out of time", "never ends"),
    "takes memory": (HEAD + "    return np.ones(2**28)", "out of memory", "more memory"),
    "calls itself": (HEAD + "    return softmax(scores)", "too deep", "over and over"),
    "exits": (HEAD + "    exit()", "exited", "ended the program"),
    "takes other arguments": ("def softmax(): return 1", "wrong arguments", "softmax()"),
    "does not parse": ("def softmax(:", "does not parse", "line 1"),
    "is nested without end": ("x" + "-" * 100_000 + "1", "does not parse", "it is nested too deep"),
    "fails on a long line": (f"raise ValueError('{'x' * 5000}')", "raised", "xx …)"),
    "another name": ("def softmx(x): return x", "no such function", "softmx"),
}


@pytest.mark.parametrize(("source", "outcome", "says"), list(ENDS.values()), ids=list(ENDS))
def test_how_a_test_ends(source, outcome, says):
    first = grade(SOFTMAX, source, most=QUICK).tests[0]
    assert first.outcome == outcome
    assert says in first.message


def test_points_are_partial_and_the_mistake_is_recognised():
    wrong = next(m for m in SOFTMAX.mistakes if m.name == "overflows")
    given = grade(SOFTMAX, wrong.source)
    assert 0 < given.score < given.max_score
    assert [(likely.name, likely.says) for likely in given.mistakes] == [("overflows", wrong.says)]


def test_a_state_under_other_names_is_no_mistake_of_the_lesson():
    adam = EXERCISES["adam_step"]
    given = grade(adam, adam.solution.replace('"exp_avg"', '"m"').replace('"step"', '"t"'))
    assert given.tests[0].message == "After update 1 the state has no step: it holds t, m, exp_avg_sq."
    assert not given.mistakes


def test_a_long_list_of_numpy_numbers_is_an_answer():
    exercise = EXERCISES["step_lr"]
    listed = exercise.solution.replace("    return ", "    return list(").rstrip() + ")\n"
    assert grade(exercise, listed).passed


def test_of_a_hidden_test_only_the_kind_of_failure_is_told():
    source = HEAD + "    print('seen', scores)\n    return np.ones(3)"
    given = grade(SOFTMAX, source)
    hidden = [test for test in given.tests if test.hidden]
    assert {test.outcome for test in hidden} == {"wrong value", "wrong shape"}
    for test in hidden:
        assert (test.message, test.args, test.got, test.expected, test.output) == ("", {}, None, None, "")
        assert (test.test.recipe, test.trial.parts, test.trial.last.value, test.judgement.part) == ({}, (), None, None)
    assert "2000" not in in_words(given) + json.dumps(as_json(given))


SPY = """
seen = []
def f(x):
    seen.append(x.tolist())
    print(seen)
    return x
"""
SPIED = """
title = "Itself"
path = "foundations"
order = 1
level = 1
function = "f"
answer = "value"
hints = ["Return it."]
[[tests]]
name = "hidden first"
hidden = true
args = { x = [4711.0] }
[[tests]]
name = "visible"
args = { x = [1.0] }
"""


def test_what_a_hidden_test_gave_is_not_printed_by_a_later_one(tmp_path):
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "exercise.toml").write_text(SPIED)
    for name in ("statement.md", "starter.py", "solution.py"):
        (folder / name).write_text("def f(x):\n    return x\n")
    given = grade(read_exercise(folder), SPY)
    assert [test.name for test in given.tests] == ["hidden first", "visible"]
    assert given.passed and given.output == "[[1.0]]\n"


def test_changed_inputs_are_noted_and_cost_nothing():
    source = HEAD + "    scores = scores - 0.0\n" + SOFTMAX.solution.split('shape."""\n')[1]
    assert not grade(SOFTMAX, source).tests[0].changed
    spoils = source.replace("scores = scores - 0.0", "s = scores.copy(); scores[...] = 0; scores = s")
    given = grade(SOFTMAX, spoils)
    assert given.tests[0].passed and given.tests[0].changed == ("scores",)
    assert "Note: it changes its inputs (scores); work on a copy." in in_words(given)


def test_two_numbers_that_look_alike_are_told_apart():
    came, expected, marks = aligned(np.array([1.25, 3.0]), np.array([1.250002, 3.0]))
    assert came.split() == ["came", "1.25", "3"] and expected.split() == ["expected", "1.250002", "3"]
    assert marks.strip() == "^^^^^^^^"


class Broken:
    """A sandbox that fails."""

    def run(self, source, function, calls, limits):
        return [Ran("our fault", fault=Fault("", "the worker died", None, "", ""))] * len(calls)


def test_our_own_trouble_is_never_a_zero():
    given = grade(HUBER, HUBER.solution, runner=Broken(), seed=991)
    assert not given.counted and not given.passed
    assert "not counted" in given.problem
    assert {test.outcome for test in given.tests} == {"our fault"}


NAMES = {
    "close in spelling": ("adam_step", ("adam_stp",), "found adam_stp"),
    "a word in common": ("adam_step", ("adam_update", "plot"), "found adam_update"),
    "nothing like it": ("adam_step", ("main",), "the file defines main"),
    "nothing": ("adam_step", (), "the file defines none"),
}


@pytest.mark.parametrize(("wanted", "found", "says"), list(NAMES.values()), ids=list(NAMES))
def test_close_names_are_found(wanted, found, says):
    assert says in instead_of(wanted, found)
