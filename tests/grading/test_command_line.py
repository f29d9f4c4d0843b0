"""`python -m lib.grading`: how its commands end, and what they print and write."""

from __future__ import annotations

import io
import json
import os
import runpy
import subprocess
import sys
import zipfile
from typing import Any

import pytest

from lib.exercises import EXERCISES
from lib.grading.__main__ import main
from lib.grading.classroom import gradescope
from lib.grading.classroom.homework import homework_of
from lib.grading.grade import grade
from lib.grading.report import in_words
from tests.grading.test_how_a_test_ends import HEAD, HUBER, SOFTMAX, Broken

JSON_KEYS = {"score", "max_score", "isolation", "versions", "tests", "output", "mistakes", "mistake_names"}
TEST_KEYS = {
    *("name", "points", "max_points", "hidden", "outcome", "message", "mistake", "mistake_name"),
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


def test_a_mistake_goes_by_its_name_beside_its_sentence(tmp_path, capsys):
    path = tmp_path / "answer.py"
    path.write_text(HUBER.solution.replace("each.mean()", "each.sum()"))
    main(["grade", "huber_loss", str(path), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["mistake_names"] == ["sum_for_mean"] and told["mistakes"][0].startswith("This is the sum.")
    named = [(test["mistake_name"], test["mistake"]) for test in told["tests"]]
    assert set(named) == {("sum_for_mean", told["mistakes"][0]), (None, None)}
    assert all(
        explained == (None, None) for explained, test in zip(named, told["tests"], strict=True) if test["hidden"]
    )
    main(["grade", "huber_loss", str(path), "--format", "gradescope"])
    extra = json.loads(capsys.readouterr().out)["extra_data"]
    assert (extra["mistake_names"], extra["mistakes"]) == (told["mistake_names"], told["mistakes"])


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


with zipfile.ZipFile(_into := io.BytesIO(), "w") as _archive:
    _archive.writestr("hw/hw.py", SOFTMAX.solution)
ZIPPED = _into.getvalue()
HANDED_IN = {  # what a submission's folder holds; how the command ends, the score, and what the output says
    "right": ({"hw.py": SOFTMAX.solution}, 0, SOFTMAX.max_score, ""),
    "never finite": ({"hw.py": HEAD + "    return scores * np.inf"}, 0, 0, ""),
    "a notebook": ({"hw.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": SOFTMAX.solution}]})}, 0, 18, ""),
    "the function is missing": ({"hw.py": "x = 1"}, 0, 0, "There is no function softmax"),
    "two files": ({"hw.py": SOFTMAX.solution, "other.py": "x = 1"}, 0, SOFTMAX.max_score, ""),
    "the same twice": ({"a.py": SOFTMAX.solution, "b.py": SOFTMAX.solution}, 0, SOFTMAX.max_score, ""),
    "two answers": (
        {"a.py": SOFTMAX.solution, "b.py": SOFTMAX.mistakes[0].source},
        *(3, 0, "softmax is in a.py and b.py; hand in one of them"),
    ),
    "an old one in a folder": ({"old/hw.py": "def softmax(x): return x", "hw.py": SOFTMAX.solution}, 0, 18, ""),
    "a name like Canvas's": ({"ada_1_1001_hw.py": SOFTMAX.solution, "ada_1_1002_b.py": "x = 1"}, 0, 18, ""),
    "a zip": ({"hw.zip": ZIPPED}, 0, 18, ""),
    "another sort of file": ({"sub/hw.pdf": "x"}, 3, 0, "no .py or .ipynb was handed in"),
    "nothing": ({}, 3, 0, "no .py or .ipynb was handed in"),
    "no text": ({"hw.py": b"\0"}, 3, 0, "it is no text"),
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


@pytest.mark.parametrize(("command", "code"), [("grade", 3), ("batch", 3), ("handout", 2)])
def test_an_exercise_that_cannot_be_read_leaves_files_ungraded(command, code, wrong_file, tmp_path, capsys):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "exercise.toml").write_text("title = ")
    call = [command, str(folder), *([] if command == "handout" else [str(wrong_file.parent)])]
    assert main([*call, "--out", str(tmp_path / "out")]) == code
    assert "mine/exercise.toml: not valid TOML" in capsys.readouterr().err


def test_gradescope_gets_no_zero_for_our_fault(wrong_file, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("lib.grading.grade.shared_pool", Broken)
    out = tmp_path / "results.json"
    call = ["grade", "softmax", str(wrong_file), "--format", "gradescope", "--out", str(out), "--seed", "77"]
    assert main(call) == 3
    assert not out.exists() and "Our fault; not counted" in capsys.readouterr().err


def test_the_bundle_of_a_homework_grades_by_itself(tmp_path, wrong_file):
    """As Gradescope lays it out; one function is right, one wrong, and one is in two files that compete."""
    bundle_of = ["bundle", "softmax", "huber_loss", "entropy", "--out", str(tmp_path / "a.zip")]
    assert main([*bundle_of, "--scale", "20", "--weights", "huber_loss=2", "--id", "hw3"]) == 0
    with zipfile.ZipFile(tmp_path / "a.zip") as bundle:
        assert {"setup.sh", "run_autograder"} <= set(bundle.namelist())
        bundle.extractall(tmp_path / "source")
    (tmp_path / "submission").mkdir()
    wrong_file.rename(tmp_path / "submission" / "answer.py")
    line = homework_of([EXERCISES["entropy"]], "hw2").line
    (tmp_path / "submission" / "more.py").write_text(f"{line}\n{HUBER.solution}\n{EXERCISES['entropy'].solution}")
    (tmp_path / "submission" / "most.py").write_text(EXERCISES["entropy"].mistakes[0].source)
    script = tmp_path / "source" / "run_autograder"
    here = (
        script.read_text().replace("/autograder/venv/bin/python", sys.executable).replace("/autograder", str(tmp_path))
    )
    env = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(["bash", "-c", here], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    assert (tmp_path / "results" / "results.json").exists(), ended.stderr
    told = json.loads((tmp_path / "results" / "results.json").read_text(), parse_constant=pytest.fail)
    assert fits_spec(told, RESULTS_SPEC) and all(fits_spec(test, TEST_SPEC) for test in told["tests"])
    assert told["score"] == 10 == round(sum(test["score"] for test in told["tests"]), 2)
    assert round(sum(test["max_score"] for test in told["tests"]), 2) == 20
    assert len(told["tests"]) == len(SOFTMAX.tests) + len(HUBER.tests) + 1
    assert "Is this the right file? It seems not: it was handed out as homework hw2 (entropy)" in told["output"]
    assert "entropy is in more.py and most.py; hand in one of them" in told["tests"][-1]["output"]


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


def test_a_console_that_knows_few_signs_gets_the_report_too(wrong_file, monkeypatch):
    """As `python -m lib.grading` runs it, with streams that know ASCII only."""
    monkeypatch.delitem(sys.modules, "lib.grading.__main__")
    monkeypatch.setattr(sys, "argv", ["lib.grading", "grade", "softmax", str(wrong_file)])
    written = io.BytesIO()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(written, encoding="ascii", write_through=True))
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("lib.grading", run_name="__main__")
    assert ended.value.code == 0, written.getvalue()
    assert rb"\u2717 three scores" in written.getvalue()


def test_the_report_in_words(wrong_file):
    text = in_words(grade(SOFTMAX, HEAD + "    return np.exp(scores) / np.exp(scores).sum()"))
    assert "✓ three scores 1/1" in text
    assert "✗ two samples 0/2: wrong value, [0, 0] is off by" in text
    assert "Hint: Every row is a sample of its own" in text
    assert "^^^" in text
