"""Grading: how each way to go wrong is judged and told, what the command line prints, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from typing import Any

import numpy as np
import pytest

from lib.catalog import TOPICS
from lib.exercises import EXERCISES, read_exercise
from lib.grading import gradescope
from lib.grading.__main__ import main
from lib.grading.check import check
from lib.grading.grade import grade
from lib.grading.job import Fault, Limits, Ran
from lib.grading.names import instead_of
from lib.grading.new import NewError, write_new
from lib.grading.pool import shared_pool
from lib.grading.report import aligned, as_json, in_words
from lib.grading.submission import Unreadable, contents_of, read_source

SOFTMAX, HUBER = EXERCISES["softmax"], EXERCISES["huber_loss"]
HEAD = "import numpy as np\ndef softmax(scores):\n"
QUICK = Limits(cpu_seconds=0.5, wall_seconds=3.0, memory_mib=128)

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
    assert [likely.says for likely in given.mistakes] == [wrong.says]


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


ADAM = """
title = "Adam"
path = "optimizers"
order = 1
level = 3
function = "adam_step"
answer = "update"
lesson = "adam"
hints = ["Average."]
[[tests]]
name = "three updates"
args = { param = [1.0, -2.0], grads = [[0.5, -3.0], [0.1, 1.0], [-4.0, 2.0]], lr = 0.1, eps = 0.1, betas = [0.8, 0.9] }
[[tests]]
name = "random"
hidden = true
seed = 1
args = { param = [1.0, -2.0], grads = { random = "normal", shape = [4, 2] }, lr = 0.1, eps = 0.1, betas = [0.7, 0.95] }
"""
ADAM_HEAD = "def adam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):\n"
ADAM_BODY = """    step = state.get("step", 0) + 1
    m = betas[0] * state.get("exp_avg", 0) + (1 - betas[0]) * grad
    v = betas[1] * state.get("exp_avg_sq", 0) + (1 - betas[1]) * grad**2
    m_hat, v_hat = m / (1 - betas[0] ** step), v / (1 - betas[1] ** step)
    return param - lr * m_hat / (np.sqrt(v_hat) + eps), {"step": step, "exp_avg": m, "exp_avg_sq": v}
"""
ADAM_SOLUTION = f'"""Adam."""\nimport numpy as np\n{ADAM_HEAD}{ADAM_BODY}'


@pytest.fixture
def adam(tmp_path):
    """One update of Adam, judged against torch over several."""
    folder = tmp_path / "adam_step"
    folder.mkdir()
    for name, text in {
        "exercise.toml": ADAM,
        "statement.md": "Adam\n",
        "starter.py": f"{ADAM_HEAD}    ...\n",
        "solution.py": ADAM_SOLUTION,
    }.items():
        (folder / name).write_text(text)
    return read_exercise(folder)


UPDATES = {
    "right": ("m / (1 -", "m / (1 -", "passed", ""),
    "no memory": ('"exp_avg": m,', '"exp_avg": 0 * m,', "wrong value", "exp_avg after update 1: [0] is off"),
    "forgets one buffer": ('"exp_avg": m, ', "", "wrong form", "the state has no exp_avg: it holds step, exp_avg_sq"),
    "epsilon under the root": ("np.sqrt(v_hat) + eps", "np.sqrt(v_hat + eps)", "wrong value", "param after update 1"),
    "no state": ('eps), {"step"', 'eps) if 1 else {"step"', "wrong form", "expected (param, state)"),
    "keys that are no names": (
        '"exp_avg": m,',
        "1: m, None: 2, '\\ud800': 3,",
        "wrong form",
        "it holds step, 1, None, ?",
    ),
    "more keys than one reads": ('"exp_avg": m,', "**dict.fromkeys(map(str, range(99)), 1),", "wrong form", "6 …"),
    "fails later": ("return param", "assert step < 3; return param", "raised", "AssertionError"),
    "counts wrong": ('"step": step,', '"step": 1,', "wrong value", "step after update 2"),
}


@pytest.mark.parametrize(("old", "new", "outcome", "says"), list(UPDATES.values()), ids=list(UPDATES))
def test_of_updates_the_first_buffer_that_parts_is_named(adam, old, new, outcome, says):
    assert old in ADAM_SOLUTION
    first = grade(adam, ADAM_SOLUTION.replace(old, new)).tests[0]
    assert first.outcome == outcome, first.message
    assert says in first.message


def test_an_update_exercise_judges_well(adam):
    found = check(adam, shared_pool())
    assert not found.faults
    assert found.caught == found.mistakes > 15


WEAK = {
    "no hidden test": (lambda t: t.replace("hidden = true\n", ""), "No hidden test is worth points"),
    "updates that are too few": (lambda t: t.split('\n[[tests]]\nname = "random"')[0], "No hidden test"),
    "epsilon that cannot be seen": (lambda t: t.replace("eps = 0.1", "eps = 1e-12"), "epsilon is left out"),
    "epsilon in the root": (lambda t: t.replace("eps = 0.1", "eps = 1e-12"), "epsilon is inside the root"),
    "epsilon too soon": (lambda t: t.replace("eps = 0.1", "eps = 1e-12"), "added before the bias correction"),
}


# For each kind of answer: a lesson, an exercise whose tests let this reject through, and its name. The tests are one
# call in which the wrong answer is right.
LET_THROUGH: dict[str, tuple[str, str, dict[str, str], str]] = {
    "a constant": ("value", "mse_loss", {"input": "[1.0]", "target": "[2.0]"}, "always the answer to"),
    "the sum": ("value", "mse_loss", {"input": "[1.0]", "target": "[3.0]"}, "the sum for the mean"),
    "memorised": ("value", "mse_loss", {"input": "[1.0]", "target": "[3.0]"}, "the visible answers memorised"),
    "no gradient": ("grad", "mse_loss", {"input": "[1.0]", "target": "[1.0]"}, "the gradient is zero"),
    "the wrong sign": ("grad", "mse_loss", {"input": "[1.0]", "target": "[1.0]"}, "the gradient has the wrong sign"),
    "half": ("grad", "mse_loss", {"input": "[1.0]", "target": "[1.0]"}, "half the gradient"),
    "turned": ("update", "sgd", {"param": "[1.0]", "grads": "[[0.0]]"}, "the gradient's sign is turned round"),
    "the sign alone": ("update", "sgd", {"param": "[1.0]", "grads": "[[1.0]]"}, "against the gradient's sign"),
    "never changes": ("lr", "step_lr", {"steps": "3", "lr": "0.1"}, "the learning rate never changes"),
    "one late": ("lr", "step_lr", {"steps": "3", "lr": "0.1"}, "the schedule is one step late"),
}
SOLVED = {
    "value": 'def f(input, target, *, reduction="mean"):\n    loss = (input - target) ** 2\n'
    '    return {"mean": np.mean, "sum": np.sum, "none": lambda v: v}[reduction](loss)\n',
    "grad": "def f(input, target):\n    return 2 * (input - target) / input.size\n",
    "update": "def f(param, grad, state, *, lr=1e-3):\n    return param - lr * grad, state\n",
    "lr": "def f(steps, lr, *, step_size=10, gamma=0.1):\n    return lr * gamma ** (np.arange(steps) // step_size)\n",
}


def faults_with_one_test(folder, answer, lesson, args, solved):
    """What the check says of an exercise with a single test."""
    given = ", ".join(f"{name} = {value}" for name, value in args.items())
    head = f'title = "F"\npath = "losses"\norder = 1\nlevel = 1\nfunction = "f"\nanswer = "{answer}"\n'
    toml = f'{head}lesson = "{lesson}"\nhints = ["Go."]\n[[tests]]\nname = "only one"\nargs = {{ {given} }}\n'
    solution = f"import numpy as np\n{solved}"
    starter = solution.split(":\n")[0] + ":\n    ...\n"
    for name, text in {
        "exercise.toml": toml,
        "statement.md": "F\n",
        "starter.py": starter,
        "solution.py": solution,
    }.items():
        (folder / name).write_text(text)
    return check(read_exercise(folder), shared_pool()).faults


@pytest.mark.parametrize("case", list(LET_THROUGH.values()), ids=list(LET_THROUGH))
def test_the_check_names_every_standard_wrong_answer_that_gets_through(case, tmp_path):
    answer, lesson, args, says = case
    faults = faults_with_one_test(tmp_path, answer, lesson, args, SOLVED[answer])
    assert any(fault.startswith("A standard wrong answer earns everything") and says in fault for fault in faults), (
        faults
    )


WITH_MOMENTUM = """def f(param, grad, state, *, lr=1e-3, momentum=0.0):
    buffer = momentum * state["momentum_buffer"] + grad if "momentum_buffer" in state else grad
    return param - lr * buffer, {"momentum_buffer": buffer}
"""
CARRIED = {
    "momentum": (WITH_MOMENTUM, {"param": "[1.0]", "grads": "[[1.0]]", "lr": "0.1", "momentum": "0.9"}, True),
    "no state": (SOLVED["update"], {"param": "[1.0]", "grads": "[[1.0], [2.0]]", "lr": "0.1"}, False),
}


@pytest.mark.parametrize(("solved", "args", "named"), CARRIED.values(), ids=CARRIED)
def test_a_state_has_to_be_carried_on_only_where_there_is_one(solved, args, named, tmp_path):
    faults = faults_with_one_test(tmp_path, "update", "sgd", args, solved)
    assert any("the state is not carried on" in fault for fault in faults) == named, faults


@pytest.mark.parametrize(("weaken", "says"), list(WEAK.values()), ids=list(WEAK))
def test_the_check_finds_what_lets_mistakes_through(adam, weaken, says):
    (adam.folder / "exercise.toml").write_text(weaken(ADAM))
    assert says in "\n".join(check(read_exercise(adam.folder), shared_pool()).faults)


SOME_LESSONS = ("", "mse_loss", "huber_loss", "nll_loss", "kl_divergence", "adam", "step_lr", "reduce_lr_on_plateau")


@pytest.mark.parametrize("lesson", [pytest.param(slug, id=slug or "none") for slug in SOME_LESSONS])
def test_a_new_exercise_passes_the_check(tmp_path, lesson):
    folder = write_new("my_exercise", lesson, tmp_path)
    assert not check(read_exercise(folder), shared_pool()).faults


NO_EXERCISE = {
    "sparse_adam": "not handed a plain gradient",
    "lbfgs": "not handed a plain gradient",
    "lambda_lr": "takes lr_lambda, which no test can hold",
    "multiplicative_lr": "takes lr_lambda, which no test can hold",
    "sequential_lr": "takes schedulers, which no test can hold",
    "chained_scheduler": "takes schedulers, which no test can hold",
}


@pytest.mark.long
@pytest.mark.parametrize("lesson", [pytest.param(slug, id=slug) for slug in TOPICS if slug not in NO_EXERCISE])
def test_a_new_exercise_on_any_lesson_passes_the_check(tmp_path, lesson):
    folder = write_new("my_exercise", lesson, tmp_path)
    assert not check(read_exercise(folder), shared_pool()).faults


@pytest.mark.parametrize(("lesson", "says"), list(NO_EXERCISE.items()), ids=list(NO_EXERCISE))
def test_why_there_is_no_new_exercise_on_a_lesson(tmp_path, lesson, says):
    with pytest.raises(NewError, match=says):
        write_new("my_exercise", lesson, tmp_path)
    assert not list(tmp_path.iterdir())


JSON_KEYS = {"score", "max_score", "isolation", "versions", "tests", "output"}
TEST_KEYS = {
    *("name", "points", "max_points", "hidden", "outcome", "message", "mistake"),
    *("index", "got", "expected", "error", "ulps", "seconds"),
}


@pytest.fixture
def wrong_file(tmp_path):
    path = tmp_path / "answer.py"
    path.write_text(HEAD + "    return np.full(scores.shape, np.inf)\n")
    return path


def test_json_is_strict_and_has_the_promised_keys(wrong_file, capsys):
    assert main(["grade", "softmax", str(wrong_file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert told.keys() >= JSON_KEYS
    assert all(test.keys() >= TEST_KEYS for test in told["tests"])
    assert told["tests"][0]["got"] == "Infinity"
    assert told["versions"].keys() == {"torch", "numpy", "exercise"}


# https://gradescope-autograders.readthedocs.io/en/latest/specs/: every key that there is, and what it holds.
SHOWN = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
TEST_SPEC: dict[str, Any] = {
    **{"score": float, "max_score": float, "name": str, "number": str, "output": str, "extra_data": dict},
    **{"status": {"passed", "failed"}, "visibility": SHOWN, "output_format": FORMATS, "name_format": FORMATS},
}
RESULTS_SPEC: dict[str, Any] = {
    **{"score": float, "execution_time": float, "output": str, "tests": list, "extra_data": dict},
    **{"visibility": SHOWN, "stdout_visibility": SHOWN, "output_format": FORMATS},
}


def fits_spec(told, spec):
    for key, value in told.items():
        kind = spec[key]
        fits = value in kind if isinstance(kind, set) else isinstance(value, (int, float) if kind is float else kind)
        assert fits, f"{key} is {value!r}"
    return True


HANDED_IN = {  # what a submission's folder holds; how the command ends, the score, and what the output says
    "right": ({"hw.py": SOFTMAX.solution}, 0, SOFTMAX.max_score, ""),
    "never finite": ({"hw.py": HEAD + "    return scores * np.inf"}, 0, 0, ""),
    "a notebook": ({"hw.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": SOFTMAX.solution}]})}, 0, 18, ""),
    "the function is missing": ({"hw.py": "x = 1"}, 0, 0, "There is no function softmax"),
    "two files": ({"hw.py": SOFTMAX.solution, "other.py": "x = 1"}, 0, SOFTMAX.max_score, ""),
    "two answers": ({"a.py": SOFTMAX.solution, "b.py": SOFTMAX.solution}, 3, 0, "2 of 2 files define softmax"),
    "another sort of file": ({"sub/hw.pdf": "x"}, 3, 0, "no .py or .ipynb was handed in"),
    "nothing": ({}, 3, 0, "no .py or .ipynb was handed in"),
    "no text": ({"hw.py": b"\xe9"}, 3, 0, "line 1 is not UTF-8 text"),
}


@pytest.mark.parametrize(("files", "code", "score", "says"), list(HANDED_IN.values()), ids=list(HANDED_IN))
def test_gradescope_gets_strict_results(files, code, score, says, tmp_path):
    for name, text in files.items():
        path = tmp_path / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "submission").mkdir(exist_ok=True)
    out = tmp_path / "results.json"
    call = ["grade", "softmax", str(tmp_path / "submission"), "--format", "gradescope", "--out", str(out)]
    assert main(call) == code
    told = json.loads(out.read_text(), parse_constant=pytest.fail)
    assert fits_spec(told, RESULTS_SPEC) and all(fits_spec(test, TEST_SPEC) for test in told.get("tests", ()))
    assert told["score"] == score == sum(test["score"] for test in told.get("tests", ()))
    assert says in told["output"]


def test_gradescope_gets_no_zero_for_our_fault(wrong_file, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("lib.grading.grade.shared_pool", Broken)
    out = tmp_path / "results.json"
    call = ["grade", "softmax", str(wrong_file), "--format", "gradescope", "--out", str(out), "--seed", "77"]
    assert main(call) == 3
    assert not out.exists() and "Our fault; not counted" in capsys.readouterr().err


def test_the_bundle_grades_by_itself(tmp_path, wrong_file):
    gradescope.write_bundle(SOFTMAX, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as bundle:
        assert {"setup.sh", "run_autograder"} <= set(bundle.namelist())
        bundle.extractall(tmp_path / "source")
    (tmp_path / "submission").mkdir()
    wrong_file.rename(tmp_path / "submission" / "answer.py")
    script = tmp_path / "source" / "run_autograder"
    here = (
        script.read_text().replace("/autograder/venv/bin/python", sys.executable).replace("/autograder", str(tmp_path))
    )
    env = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(["bash", "-c", here], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    told = json.loads((tmp_path / "results" / "results.json").read_text())
    assert len(told["tests"]) == len(SOFTMAX.tests)


def test_the_bundle_finds_a_python_that_is_new_enough(tmp_path):
    """As on Ubuntu 22.04, which has 3.11 beside its own 3.10, and not 3.12."""
    gradescope.write_bundle(SOFTMAX, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as bundle:
        script = bundle.read("setup.sh").decode().replace("/autograder", str(tmp_path))
    stubs = {
        "apt-get": '[[ "$*" != *3.12* && "$*" != *3.13* ]]',
        "python3.11": f'mkdir -p {tmp_path}/venv/bin && printf "#!/bin/bash\necho pip $*" > {tmp_path}/venv/bin/pip '
        f"&& chmod +x {tmp_path}/venv/bin/pip && echo made $*",
    }
    for name, line in stubs.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{line}\n")
        (tmp_path / name).chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    ended = subprocess.run(["bash", "-c", script], env=env, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 0, ended.stderr
    assert f"made -m venv {tmp_path}/venv" in ended.stdout


CALLS = {
    "graded": (["grade", "softmax", "FILE"], 0),
    "checked": (["check", "softmax"], 0),
    "no such exercise": (["grade", "sofmax", "FILE"], 2),
    "no such file": (["grade", "softmax", "nowhere.py"], 2),
    "no such folder": (["check", "--exercises", "nowhere"], 2),
    "new on no lesson": (["new", "x", "--lesson", "nothing"], 2),
    "new with a bad name": (["new", "my-loss"], 2),
    "a name for no exercise": (["batch", "softmax", "FILE", "--names", "f=g"], 2),
    "a name for nothing": (["batch", "softmax", "FILE", "--names", "f"], 2),
    "marks where no folder can be": (["batch", "softmax", "FOLDER", "--out", "FILE/marks"], 3),
    "a notebook that is none": (["grade", "softmax", "BROKEN"], 3),
}


@pytest.mark.parametrize(("arguments", "code"), list(CALLS.values()), ids=list(CALLS))
def test_how_a_command_ends(arguments, code, wrong_file, tmp_path, capsys):
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{")
    files = {
        "FILE": str(wrong_file),
        "BROKEN": str(broken),
        "FOLDER": str(tmp_path),
        "FILE/marks": f"{wrong_file}/marks",
    }
    assert main([files.get(word, word) for word in arguments]) == code


def test_what_a_learner_prints_does_not_command_the_terminal(tmp_path, capsys):
    path = tmp_path / "answer.py"
    path.write_text(HEAD + "    print('\\x1b[31m\\u202e\\x9b')\n    raise ValueError('\\x1b]0;owned')\n")
    for form in ("text", "json", "gradescope"):
        main(["grade", "softmax", str(path), "--format", form])
        said = capsys.readouterr().out
        assert not set("\x1b\u202e\x9b") & set(said) and "owned" in said


def test_a_console_that_knows_few_signs_gets_the_report_too(wrong_file):
    command = [sys.executable, "-m", "lib.grading", "grade", "softmax", str(wrong_file)]
    env = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert r"\u2717 three scores" in ended.stdout


def test_a_fault_that_the_check_finds_ends_with_1(adam, capsys):
    (adam.folder / "exercise.toml").write_text(ADAM.replace("hidden = true\n", ""))
    assert main(["check", str(adam.folder)]) == 1
    assert "No hidden test is worth points" in capsys.readouterr().out


def test_the_report_in_words(wrong_file):
    text = in_words(grade(SOFTMAX, HEAD + "    return np.exp(scores) / np.exp(scores).sum()"))
    assert "✓ three scores 1/1" in text
    assert "✗ two samples 0/2: wrong value, [0, 0] is off by" in text
    assert "Hint: Every row is a sample of its own" in text
    assert "^^^" in text


CELLS = {  # of a notebook, and what the names in it hold afterwards
    "magics": (["%matplotlib inline\n", "!pip install 'x\n", "%timeit (\n", "x = 1\n", "x?\n", "??x"], {"x": 1}),
    "in a loop": ("for x in range(3):\n    %time print(x)\n    !echo {x}", {"x": 2}),
    "what a magic gives": ("files = !ls\nx = 1", {"x": 1}),
    "a cell that is timed": ("%%time\n%matplotlib inline\nx = 1", {"x": 1}),
    "a cell for another program": ("x = 1", {"x": 1}, "%%bash\necho it's"),
    "a percent sign of Python's own": ("x = (7\n  % 4\n)", {"x": 3}),
    "a question in a comment": ("x = 1  # is it right?\n%time 1", {"x": 1}),
    "all of it in a string": ('%time 1\nx = """\n%a\n!b\nc?\n"""', {"x": "\n%a\n!b\nc?\n"}),
}


@pytest.mark.parametrize("cells", list(CELLS.values()), ids=list(CELLS))
def test_of_a_notebook_the_code_is_read_and_magics_dropped(cells):
    first, expected, *more = cells
    told = [{"cell_type": "markdown", "source": "# words"}]
    told += [{"cell_type": "code", "source": source} for source in (first, *more)]
    source = read_source("a.ipynb", json.dumps({"cells": told}).encode())
    space: dict[str, Any] = {"print": lambda *_: None}
    exec(compile(source, "a", "exec", dont_inherit=True), space)
    assert {name: space[name] for name in expected} == expected


def test_a_syntax_error_in_a_notebook_stays_the_learners():
    source = read_source("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "%time\ndef f(:"}]}).encode())
    assert source.splitlines() == ["pass  # %time", "def f(:"]


ENCODED = {
    "UTF-8 with a mark": b"\xef\xbb\xbfx = '\xc3\xa9'",
    "UTF-16": "x = 'é'".encode("utf-16"),
    "Latin-1, declared": b"# -*- coding: latin-1 -*-\nx = '\xe9'",
    "GBK, declared in the second line": "#!/usr/bin/python\n# coding=gbk\nx = 'é'".encode("gbk"),
}


@pytest.mark.parametrize("data", list(ENCODED.values()), ids=list(ENCODED))
def test_text_is_read_as_it_was_written(data):
    assert read_source("a.py", data).splitlines()[-1] == "x = 'é'"


DEFINED = {
    "def": ("def f(): ...", ("f",)),
    "a lambda": ("f = lambda x: x\ng = 3", ("f",)),
    "a second name": ("def g(): ...\nf = g", ("g", "f")),
    "where something is there": ("try:\n    import torch\n    def f(): ...\nexcept ImportError: ...", ("f",)),
    "an odd escape": (r"def f(): return '\d'", ("f",)),
    "of a class": ("class A:\n    def f(self): ...", ()),
}


@pytest.mark.parametrize(("source", "functions"), list(DEFINED.values()), ids=list(DEFINED))
def test_what_a_file_defines(source, functions):
    assert contents_of(source).functions == functions


UNPARSED = {
    "a slip": ("def f(:", "line 1: "),
    "nested": ("x" + "-" * 100_000 + "1", "nested too deep"),
    "large": ("x = [" + "1," * 100_000 + "]", "more than 128 KB"),
    "half a character": ("x = '\ud800'", "half a character"),
}


@pytest.mark.parametrize(("source", "says"), list(UNPARSED.values()), ids=list(UNPARSED))
def test_why_a_file_does_not_parse(source, says):
    assert says in contents_of(source).error


ODD = {
    "another ending": ("a.txt", b"x = 1", "expected .py or .ipynb"),
    "Latin-1, not declared": ("a.py", "x = 1\n# é".encode("latin-1"), "line 2 is not UTF-8 text"),
    "another encoding than declared": ("a.py", b"# coding: ascii\n# \xe9", "line 2 is not ASCII text"),
    "an encoding of no text": ("a.py", b"# coding: punycode\nx = 1", "written in punycode, which is not read"),
    "too large": ("a.py", b" " * 5_000_000, "expected at most"),
    "a list": ("a.ipynb", b"[]", "no cells"),
    "not JSON": ("a.ipynb", b"{", "JSON is broken"),
    "an endless number": ("a.ipynb", b'{"cells": ' + b"1" * 5000 + b"}", "JSON is broken"),
    "an empty notebook": ("a.ipynb", b"", "it is empty"),
}


@pytest.mark.parametrize(("name", "data", "says"), list(ODD.values()), ids=list(ODD))
def test_a_file_that_is_no_submission_is_refused_in_words(name, data, says):
    with pytest.raises(Unreadable, match=says):
        read_source(name, data)
