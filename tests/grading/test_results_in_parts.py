"""Results that are tuples and dicts: how they are judged, part by part, and what is said of one of another form."""

from __future__ import annotations

import json

import pytest

from lib.exercises import ExerciseError, read_exercise
from lib.grading.author.check import check
from lib.grading.classroom import gradescope
from lib.grading.expected import truth_of
from lib.grading.form import joined
from lib.grading.grade import RESULT_LEAST, grade, room_for
from lib.grading.report import as_json, in_words
from lib.sandbox.job import Limits
from lib.sandbox.pool import shared_pool

TOML = """title = "Norm"
path = "losses"
order = 1
level = 1
function = "norm"
answer = "value"
hints = ["Go."]
[[tests]]
name = "two rows"
args = { x = [[1.0, 2.0], [3.0, 7.0]], eps = 0.5 }
[[tests]]
name = "by default"
args = { x = [[0.5, 3.0, 1.0]] }
[[tests]]
name = "random"
hidden = true
points = 2
seed = 1
args = { x = { random = "normal", shape = [5, 3] }, eps = 0.2 }
"""
HEAD = "import numpy as np\n\n\ndef norm(x, *, eps=1e-5):\n"
WORKED = (
    "    mean, var = x.mean(-1), x.var(-1)\n"
    "    out = (x - mean[:, None]) / np.sqrt(var + eps)[:, None]\n    return {}\n"
)
TUPLE = "out, mean, var"
DICT = '{"out": out, "running": {"mean": mean, "var": var}}'


def norm_in(folder, form, toml=TOML, mistake=""):
    """The exercise with this form of result, and perhaps a mistake with another."""
    files = {
        "exercise.toml": toml,
        "statement.md": "Norm.\n",
        "starter.py": f"{HEAD}    ...\n",
        "solution.py": HEAD + WORKED.format(form),
        "mistakes/no_eps.py": f'"""You left out eps."""\n\n{HEAD}    eps = 0\n{WORKED.format(form)}',
    }
    if mistake:
        files["mistakes/form.py"] = f'"""It has another form."""\n\n{HEAD}{WORKED.format(mistake)}'
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return read_exercise(folder)


NAMED = TOML.replace("hints", 'parts = ["output", "mean", "variance"]\nhints')


@pytest.fixture(scope="module")
def exercises(tmp_path_factory):
    made = {"a tuple": (TUPLE, NAMED), "a plain tuple": (TUPLE, TOML), "a dict": (DICT, TOML)}
    return {name: norm_in(tmp_path_factory.mktemp("norm"), *how) for name, how in made.items()}


HANDED_IN = {  # the exercise, what comes back, outcome, what is said
    "right": ("a tuple", TUPLE, "passed", "as expected"),
    "a list": ("a tuple", f"[{TUPLE}]", "passed", "as expected"),
    "lists of numbers": ("a tuple", "out.tolist(), list(mean), list(var)", "passed", "as expected"),
    "a part that is off": ("a tuple", "out, mean + 1, var", "wrong value", "mean: [0] is off by 1"),
    "a part of another shape": ("a tuple", "out, mean[0], var", "wrong shape", "mean: the shape is (); expected (2,)"),
    "a part that is nothing": ("a tuple", "out, None, var", "bad result", "mean: nothing (None)"),
    "a part that is text": ("a tuple", "out, 'x', var", "wrong kind", "mean: text"),
    "a part that is a dict": ("a tuple", "out, {'a': 1}, var", "wrong kind", "mean: "),
    "too few": ("a tuple", "out, mean", "wrong form", "a tuple of 2 came back; expected a tuple of 3: output, me"),
    "too many": ("a tuple", "out, mean, var, 1", "wrong form", "a tuple of 4 came back; expected a tuple of 3"),
    "one array": ("a tuple", "out", "wrong form", "an array of shape (2, 2) came back; expected a tuple of 3: output"),
    "None": ("a tuple", "None", "wrong form", "None came back; expected a tuple of 3: output, mean, variance."),
    "a dict for a tuple": ("a tuple", DICT, "wrong form", "a dict with out, running came back; expected a tuple of 3"),
    "swapped": (
        "a tuple", "mean, out, var", "wrong form",
        "The parts are right, but in another order: mean, output, variance; expected output, mean, variance."),
    "swapped and wrong": ("a tuple", "mean, out, var + 1", "wrong shape", "output: the shape is (2,)"),
    "without names": ("a plain tuple", "out, mean + 1, var", "wrong value", "result[1]: [0] is off by 1"),
    "a right dict": ("a dict", DICT, "passed", "as expected"),
    "in another order": ("a dict", '{"running": {"var": var, "mean": mean}, "out": out}', "passed", ""),
    "a tuple for a dict": ("a dict", TUPLE, "wrong form", "a tuple of 3 came back; expected a dict with out, running."),
    "a missing key": (
        "a dict", '{"out": out}', "wrong form", "the dict has no running: it holds out; expected out, running."),
    "a misspelt key": (
        "a dict", '{"out": out, "runing": 1}', "wrong form", "the dict has no running: is runing meant?"),
    "an empty dict": ("a dict", "{}", "wrong form", "the dict has no out: it holds nothing; expected out, running."),
    "one key more": (
        "a dict", '{"out": out, "running": {"mean": mean, "var": var}, "x": 1}', "wrong form",
        "the dict also holds x; expected out, running and nothing else."),
    "a missing key inside": (
        "a dict", '{"out": out, "running": {"mean": mean}}', "wrong form", "running: the dict has no var: it holds me"),
    "an array for the inner dict": (
        "a dict", '{"out": out, "running": mean}', "wrong form",
        "running: an array of shape (2,) came back; expected a dict with mean, var."),
    "wrong inside": (
        "a dict", '{"out": out, "running": {"mean": mean, "var": -var}}', "wrong value", "running.var: [0] is off by"),
    "half a character": ("a dict", '{"\\ud800": 1}', "wrong form", "the dict has no out: it holds ?"),
    "long names": ("a dict", '{"x" * 5000: 1}', "wrong form", "x …; expected out, running"),
    "a number as a key": ("a dict", "{1: out}", "wrong form", "it holds 1; expected out, running"),
    "raises": ("a dict", "1 / 0", "raised", "ZeroDivisionError"),
    "too large": ("a tuple", "out, mean, np.zeros(100_000)", "bad result", "allowed are 65,536"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(HANDED_IN.values()), ids=list(HANDED_IN))
def test_a_result_is_judged_part_by_part(exercises, case):
    which, form, outcome, says = case
    given = grade(exercises[which], HEAD + WORKED.format(form))
    first = given.tests[0]
    assert first.outcome == outcome, first.message
    assert says in first.message and len(first.message) < 300
    json.dumps([as_json(given), gradescope.results(given)], allow_nan=False)
    assert given.score == (given.max_score if outcome == "passed" else 0)


def test_a_mistake_in_parts_is_recognised_and_the_part_is_named(exercises):
    exercise = exercises["a dict"]
    given = grade(exercise, exercise.mistakes[0].source)
    assert [likely.name for likely in given.mistakes] == ["no_eps"]
    first = as_json(given)["tests"][0]
    assert first["part"] == "out" and first["index"] == [0, 0]
    assert "expected row 0" in in_words(given)
    assert as_json(given)["tests"][2]["message"] == ""  # hidden


@pytest.mark.parametrize("which", ["a tuple", "a plain tuple", "a dict"])
def test_an_exercise_with_parts_judges_well(exercises, which):
    assert not check(exercises[which], shared_pool()).faults


def test_mistakes_in_the_form_are_told_apart(tmp_path):
    exercise = norm_in(tmp_path, DICT, mistake=TUPLE)
    for form, names in ((TUPLE, ["form"]), ("out", []), ("{}", [])):
        given = grade(exercise, HEAD + WORKED.format(form))
        assert [likely.name for likely in given.mistakes] == names


def test_parts_are_put_together_again(exercises):
    right = truth_of(exercises["a dict"], shared_pool()).parts[0]
    assert [part.name for part in right] == ["out", "running.mean", "running.var"]
    assert joined(right)["running"]["var"].tolist() == [0.25, 4.0]
    assert room_for([right], Limits()).result_bytes == RESULT_LEAST


UNFIT = {  # the solution's result, exercise.toml, what the check says
    "names for no tuple": (DICT, NAMED, "a dict with out, running came back; expected a tuple of 3: output, mean"),
    "too few names": (TUPLE, NAMED.replace(', "variance"', ""), "a tuple of 3 came back; expected a tuple of 2"),
    "nested twice": ("{'a': (out, (mean, var))}", TOML, "a[1] is a tuple of 2; expected an array: parts are nested"),
    "text inside": ("out, 'x'", TOML, "result[1]: str 'x' came back; expected numbers, or a tuple or dict of them"),
    "nothing inside": ("{'a': None}", TOML, "a: None came back; expected numbers"),
    "an empty dict": ("{}", TOML, "a dict with nothing in it came back; expected numbers"),
}  # fmt: skip


@pytest.mark.parametrize(("form", "toml", "says"), list(UNFIT.values()), ids=list(UNFIT))
def test_a_solution_whose_result_cannot_be_judged_is_told(form, toml, says, tmp_path):
    faults = check(norm_in(tmp_path, form, toml), shared_pool()).faults
    assert any(says in fault and "solution.py fails at 'two rows'" in fault for fault in faults), faults


NOT_HERE = {
    "of a gradient": ('answer = "value"', 'answer = "grad"\nparts = ["a"]', "only a value that comes from solution.py"),
    "twice the same": ("hints", 'parts = ["a", "a"]\nhints', "parts is ['a', 'a']; expected names that differ"),
}


@pytest.mark.parametrize(("old", "new", "says"), list(NOT_HERE.values()), ids=list(NOT_HERE))
def test_where_parts_cannot_stand(old, new, says, tmp_path):
    with pytest.raises(ExerciseError, match="exercise.toml") as caught:
        norm_in(tmp_path, TUPLE, TOML.replace(old, new))
    assert says in str(caught.value)
