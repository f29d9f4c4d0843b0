"""A folder that is no exercise, or a wrong one: always a sentence that names file and key, and never a traceback."""

from __future__ import annotations

import os

import pytest

from lib.exercises import ExerciseError, read_exercise
from lib.grading.__main__ import main
from lib.grading.author.check import check_folder
from lib.grading.expected import SandboxFailed
from lib.grading.grade import grade
from lib.sandbox.pool import shared_pool
from tests.grading.test_author import ADAM, adam_in
from tests.grading.test_check_refuses import folder_with

HUGE = "1" + "0" * 400
ARGS = "{ x = [1.0, -2.0, 4.0], p = 3.0 }"


def given(text):
    return "exercise.toml", ARGS, f"{{ x = {text}, p = 3.0 }}"


# A line of a file, what stands there instead, and what is said of it beside the file's name.
CONFIGURED = {
    "points are NaN": ("exercise.toml", "points = 2", "points = nan", "tests[3].points is nan; expected a number of"),
    "points without end": ("exercise.toml", "points = 2", "points = inf", "tests[3].points is inf; expected a finite"),
    "negative points": ("exercise.toml", "points = 2", "points = -1", "tests[3].points is -1; expected"),
    "points in words": ("exercise.toml", "points = 2", 'points = "two"', "tests[3].points is 'two'; expected"),
    "huge points": ("exercise.toml", "points = 2", f"points = {HUGE}", "at most 1,000,000,000"),
    "a number of thousands of digits": ("exercise.toml", "points = 2", f"points = {'9' * 5000}", "not valid TOML"),
    "nested without end": ("exercise.toml", "order = 1", f"order = {'[' * 5000}", "not valid TOML"),
    "an order without end": ("exercise.toml", "order = 1", "order = inf", "order is inf; expected a finite"),
    "a level in a list": ("exercise.toml", "level = 1", "level = [1]", "level is [1]; expected one of"),
    "a function that is no text": ("exercise.toml", '"power"', "5", "function is 5; expected text"),
    "a function that is not there": ("exercise.toml", '"power"', '"a b"', "starter.py: it defines power; expected a b"),
    "hints that are a number": ("exercise.toml", '["Go."]', "7", "hints is 7; expected a list of texts"),
    "tests that are a word": ("exercise.toml", "[[tests]]", "[[tsts]]", "tsts is no key of an exercise; did you mean"),
    "a test that is no table": ("exercise.toml", "[[tests]]", "[tests]", "not valid TOML"),
    "a rtol in words": ("exercise.toml", "level = 1", 'level = 1\nrtol = "x"', "rtol is 'x'; expected a number"),
    "a negative atol": ("exercise.toml", "level = 1", "level = 1\natol = -1", "atol is -1; expected a number"),
    "limits without end": ("exercise.toml", "level = 1", "level = 1\nlimits = { memory_mib = inf }", "memory_mib is"),
    "an unknown limit": ("exercise.toml", "level = 1", "level = 1\nlimits = { cpu = 1 }", "limits.cpu is no key"),
    "a date": (*given("2020-01-01"), "tests[1].args.x: datetime.date(2020, 1, 1) is a date; expected a number"),
    "a date in a list": (*given("[2020-01-01]"), "tests[1].args.x: "),
    "a huge whole number": (*given(HUGE), "tests[1].args.x: a whole number beyond 64 bits"),
    "huge whole numbers": (*given(f"[{HUGE}]"), "tests[1].args.x: "),
    "words in a list": (*given('["a"]'), "holds more than numbers"),
    "a table that says nothing": (*given("{}"), "tests[1].args.x: the table has the keys ; expected one of"),
    "a table that says two things": (*given("{ full = 1, none = true }"), "has the keys full, none; expected one of"),
    "more numbers than fit": (*given("{ full = 0.0, shape = [100000, 100000] }"), "expected at most 1,000,000 numbers"),
    "a negative shape": (*given("{ full = 0.0, shape = [-1] }"), "shape is [-1]; expected a list of whole numbers"),
    "a shape of words": (*given('{ full = 0.0, shape = ["a"] }'), "shape is ['a']; expected"),
    "full of words": (*given('{ full = "x", shape = [2] }'), "full is 'x'; expected a number"),
    "a tuple of one": (*given("{ tuple = 5 }"), "tuple is 5; expected a list"),
    "a tuple of tables": (*given("{ tuple = [{ a = 1 }] }"), "is a dict; expected a number"),
    "an unknown dtype": (*given('{ array = [1.0], dtype = "float128" }'), "dtype is 'float128'; expected one of"),
    "a dtype in a list": (*given('{ array = [1.0], dtype = ["float32"] }'), "dtype is ['float32']; expected one of"),
    "a dtype that is too small": (*given('{ array = [300], dtype = "int8" }'), "300 does not fit into int8"),
    "a float that is too small": (*given('{ array = [1e300], dtype = "float16" }'), "does not fit into float16"),
    "a part of a number": (*given('{ array = [0.5], dtype = "int64" }'), "0.5 does not fit into int64"),
    "random in words": ("exercise.toml", '"normal"', '"nromal"', "random is 'nromal'; expected one of"),
    "random in a list": ("exercise.toml", '"normal"', '["normal"]', "random is ['normal']; expected one of"),
    "uniform without limits": ("exercise.toml", '"normal"', '"uniform"', "random = 'uniform' needs low and high"),
    "limits the wrong way round": ("exercise.toml", '"normal"', '"integers", low = 3, high = 1', "low at most as"),
    "a limit that is no number": ("exercise.toml", '"normal"', '"uniform", low = "a", high = 1', "low is 'a'"),
    "a scale in words": ("exercise.toml", '"normal"', '"normal", scale = "x"', "scale is 'x'; expected a finite"),
    "a lesson's draw without a lesson": ("exercise.toml", '"normal"', '"lesson"', "random is 'lesson'; expected"),
    "a seed in words": ("exercise.toml", "seed = 1", 'seed = "a"', "tests[3].seed is 'a'; expected a whole number"),
    "an argument too many": ("exercise.toml", "p = 3.0", "q = 3.0", "args.q is 3.0; expected no such argument"),
    "args that are a list": ("exercise.toml", ARGS, "[1]", "tests[1].args is [1]; expected a table"),
    "buffers of a value": ("exercise.toml", "level = 1", 'level = 1\nbuffers = ["a"]', "buffers is ['a'];"),
    "an update without a state": ("exercise.toml", '"value"', '"update"', "expected param among its parameters"),
    "the lesson of another answer": (
        "exercise.toml", '"value"', '"value"\nlesson = "adam"', "lesson is 'adam'; expected a loss, since answer is"),
    "a gradient of an optimizer": (
        "exercise.toml", '"value"', '"grad"\nlesson = "adam"', "lesson is 'adam'; expected a loss, since answer is"),
    "a zero byte in the starter": ("starter.py", "...", "...\0", "starter.py: does not parse"),
    "nested code": ("solution.py", "return", f"return {'(' * 5000}1{')' * 5000} +", "solution.py"),
    "no function at all": ("solution.py", "def power", "power = lambda", "solution.py"),
    "a variable number of arguments": ("starter.py", "*, p=2.0", "*p", "takes *args, **kwargs or /"),
    "half a character": ("mistakes/adds_up.py", "You added up.", "\\ud800", "adds_up.py: no docstring"),
    "another function in a mistake": ("mistakes/adds_up.py", "def power", "def pow", "adds_up.py: it defines pow;"),
    "a mistake with other parameters": ("mistakes/adds_up.py", "p=2.0", "q=2.0", "its power takes other parameters"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(CONFIGURED.values()), ids=list(CONFIGURED))
def test_what_stands_wrong_in_a_file_is_told(case, tmp_path):
    file, old, new, says = case
    with pytest.raises(ExerciseError) as caught:
        read_exercise(folder_with(tmp_path, file, old, new))
    told = str(caught.value)
    assert says in told and len(told) < 500 and told.count("\n") == 0, told
    assert any(name in told for name in ("exercise.toml", "starter.py", "solution.py", "adds_up.py"))


def a_folder(path):
    path.unlink(missing_ok=True)
    path.mkdir()


def a_circle(path):
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)


def a_pipe(path):
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def in_utf_16(path):
    path.write_text(path.read_text() if path.exists() else "x", encoding="utf-16")


def too_large(path):
    path.write_bytes(b"#" * (2**20 + 1))


SPOILS = {"a folder": a_folder, "a circle of links": a_circle, "a pipe": a_pipe, "UTF-16": in_utf_16, "huge": too_large}
PLACES = ("exercise.toml", "statement.md", "starter.py", "solution.py", "mistakes/more.py")


@pytest.mark.parametrize("spoil", list(SPOILS.values()), ids=list(SPOILS))
@pytest.mark.parametrize("place", PLACES)
def test_a_file_that_cannot_be_read_is_named(place, spoil, tmp_path):
    folder = folder_with(tmp_path)
    spoil(folder / place)
    with pytest.raises(ExerciseError, match=place):
        read_exercise(folder)


def test_what_editors_leave_behind_changes_nothing(tmp_path):
    version = read_exercise(folder_with(tmp_path)).version
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "data.old").mkdir()
    (tmp_path / ".starter.py.swp").write_bytes(b"\xff")
    assert read_exercise(tmp_path).version == version


def test_a_byte_order_mark_and_other_line_ends_are_taken(tmp_path):
    toml = folder_with(tmp_path) / "exercise.toml"
    toml.write_bytes(b"\xef\xbb\xbf" + toml.read_bytes().replace(b"\n", b"\r\n"))
    assert len(read_exercise(tmp_path).tests) == 3


WITH_A_LESSON = {  # in the exercise on Adam: what stands there instead, and what the check says
    "a shape that torch refuses": ("param = [1.0, -2.0]", "param = [1.0, -2.0, 3.0]", "PyTorch does not take"),
    "a rate in words": ("lr = 0.1", 'lr = "fast"', "exercise.toml"),
    "a negative rate": ("lr = 0.1", "lr = -1.0", "exercise.toml"),
    "betas that are one": ("betas = [0.8, 0.9]", "betas = 0.8", "exercise.toml"),
    "no gradient": ("grads = [[0.5, -3.0], [0.1, 1.0], [-4.0, 2.0]]", "grads = []", "a list with one gradient"),
    "a gradient that is a number": ("grads = [[0.5, -3.0], [0.1, 1.0], [-4.0, 2.0]]", "grads = 1.0", "grads is 1.0"),
    "rates that run out": ("lr = 0.1", "lr = [0.1]", "a number, or a list of one for each of the"),
    "an argument that torch lacks": ("eps = 0.1", "eps = { none = true }", "exercise.toml"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(WITH_A_LESSON.values()), ids=list(WITH_A_LESSON))
def test_what_torch_does_not_take_is_told(case, tmp_path):
    old, new, says = case
    assert old in ADAM
    try:
        adam_in(tmp_path, ADAM.replace(old, new))
    except ExerciseError as error:
        assert says in str(error)
        return
    faults = check_folder(tmp_path, shared_pool()).faults
    assert any(says in fault for fault in faults), faults
    given = grade(read_exercise(tmp_path), "x = 1")
    assert not given.counted and says in given.problem


@pytest.mark.parametrize("command", [["check", "{}"], ["grade", "{}", "{}/solution.py"], ["batch", "{}", "{}"]])
def test_no_command_ends_in_a_traceback(command, tmp_path, capsys):
    folder_with(tmp_path / "power", "exercise.toml", "points = 2", "points = nan")
    code = main([word.format(tmp_path / "power") for word in command])
    told = "".join(capsys.readouterr())
    assert code == (1 if command[0] == "check" else 3) and "tests[3].points is nan" in told


def test_without_a_sandbox_the_check_says_that_it_could_not_be_made(tmp_path, monkeypatch, capsys):
    def fails(*_):
        raise SandboxFailed("no worker starts")

    folder_with(tmp_path / "power")
    monkeypatch.setattr("lib.grading.author.check.truth_of", fails)
    assert main(["check", "--exercises", str(tmp_path)]) == 3
    assert "no worker starts" in capsys.readouterr().err
