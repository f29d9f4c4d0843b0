"""What `check` refuses: one folder made for each kind, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lib.exercises import EXERCISES, read_exercise
from lib.grading.__main__ import main
from lib.grading.author.check import check
from lib.sandbox.pool import shared_pool

TOML = """title = "Power"
path = "losses"
order = 1
level = 1
function = "power"
answer = "value"
hints = ["Go."]
[[tests]]
name = "three numbers"
args = { x = [1.0, -2.0, 4.0], p = 3.0 }
[[tests]]
name = "by default"
args = { x = [0.5, 3.0] }
[[tests]]
name = "random"
hidden = true
points = 2
seed = 1
args = { x = { random = "normal", shape = [5] }, p = 2.5 }
"""
HEAD = "import numpy as np\n\n\ndef power(x, *, p=2.0):\n"
BODY = "    return (np.abs(x) ** p).mean()\n"
MISTAKE = f'"""You added up."""\n\n{HEAD}    return (np.abs(x) ** p).sum()\n'
FILES = {
    "exercise.toml": TOML,
    "statement.md": "Power.\n",
    "starter.py": f"{HEAD}    ...\n",
    "solution.py": HEAD + BODY,
    "mistakes/adds_up.py": MISTAKE,
}
TIGHT = "seed = 1\nrtol = {}\natol = {}\n"

# What is changed in which file, and what is said of it; nothing where the folder is still right.
REFUSED = {
    "nothing": ("exercise.toml", "", "", ""),
    "an argument that never differs": (
        "exercise.toml", "[0.5, 3.0] }", "[0.5, 3.0], p = 3.0 }", "ignores p and always takes that of 'three numbers'",
        ("p = 2.5", "p = 3.0")),
    "always the default": (
        "exercise.toml", "p = 3.0", "p = 2.0", "ignores p and always takes its default (2.0)", ("p = 2.5", "p = 2.0")),
    "an argument without effect": (
        "solution.py", "** p", "** (3.0 + 0 * p)", "ignores p and always takes its default (2.0) loses no point"),
    "no tolerance": ("exercise.toml", "seed = 1\n", TIGHT.format(0.0, 0.0), "rtol 0 and atol 0 allow 0 at result"),
    "less than the last digit": ("exercise.toml", "seed = 1\n", TIGHT.format(1e-16, 0.0), "from rounding alone"),
    "a tolerance of an honest kind": ("exercise.toml", "seed = 1\n", TIGHT.format(1e-12, 0.0), ""),
    "double precision asked of single": (
        "exercise.toml",
        "{ x = [1.0, -2.0, 4.0], p = 3.0 }",
        '{ x = { array = [1.1, -2.0, 4.0], dtype = "float32" }, p = 3.0 }\nrtol = 1e-12\natol = 0.0',
        "'three numbers': rtol 1e-12 and atol 0 allow"),
    "zero is near enough": ("exercise.toml", "seed = 1\n", TIGHT.format(1e-6, 1e3), "atol 1000 let 0 pass"),
    "half is near enough": ("exercise.toml", "seed = 1\n", TIGHT.format(0.6, 0.0), "let half of the answer pass"),
    "another test's answer is near enough": (
        "exercise.toml", "x = [0.5, 3.0]", "x = [4.9]", ""),
    "a mistake is near enough": (
        "mistakes/adds_up.py", ".sum()", ".mean() * 1.01", "No test catches this mistake", ("rtol = 0.02\n",)),
    "a mistake is near enough in one test": (
        "mistakes/adds_up.py", ".sum()", ".mean() * (1.01 if len(x) == 5 else 2)", "let the mistake adds_up pass",
        ("seed = 1\n", "seed = 1\nrtol = 0.02\n")),
    "another default in the solution": ("solution.py", "p=2.0", "p=3.0", "starter.py has p=2.0, solution.py p=3.0"),
    "the same default otherwise": ("solution.py", "p=2.0", "p=4 / 2", ""),
    "points for nothing": ("exercise.toml", "points = 2", "points = 0", "No hidden test is worth points"),
    "no points at all": (
        "exercise.toml", "\nargs", "\npoints = 0\nargs", "All tests together are worth 0 points", ("points = 2\n", "")),
    "zeros": ("exercise.toml", "x = [1.0, -2.0, 4.0]", "x = [0.0, 0.0]", "", ("points = 2\n", "points = 9\n")),
    "mostly zeros": ("exercise.toml", "x = [1.0, -2.0, 4.0]", "x = [0.0, 0.0]", "always returns zeros earns 50%",
        ("[0.5, 3.0] }", "[0.0] }")),
    "mostly nothing": ("solution.py", ".mean()", "[:0]", "always returns an empty array earns 100%"),
    "the starter's constant": ("starter.py", "...", "return 4.625", "starter.py earns 1 points at 'by default'"),
    "None": ("solution.py", "return", "x =", "None came back; expected numbers"),
    "text": ("solution.py", "(np.abs(x) ** p).mean()", "'big'", "str 'big' came back; expected numbers"),
    "raises": ("solution.py", "return", "return 1 / 0 +", "ZeroDivisionError"),
    "exits": ("solution.py", "return", "exit()", "at 'three numbers': exited"),
    "by chance": ("solution.py", "return", "return np.random.rand() +", "differently in another order of the tests"),
    "prints": ("solution.py", "return", "print('x' * 2000)\n    return", ""),
    "never ends": (
        "solution.py", "    return", "    while True: ...\n    return", "out of time",
        ("hints", "limits = { cpu_seconds = 0.2, wall_seconds = 0.4 }\nhints")),
}  # fmt: skip


def folder_with(path, file="", old="", new="", also=()):
    """The folder of the exercise, with something changed in one file, and perhaps in exercise.toml too."""
    files = dict(FILES)
    if len(also) == 1:  # a key for all tests
        also = ("level = 1\n", f"level = 1\n{also[0]}")
    for name, before, after in ((file, old, new), ("exercise.toml", *also) if also else ("", "", "")):
        if name:
            assert before in files[name]
            files[name] = files[name].replace(before, after)
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


@pytest.mark.parametrize("case", list(REFUSED.values()), ids=list(REFUSED))
def test_what_the_check_refuses(case, tmp_path):
    file, old, new, says, *also = case
    faults = check(read_exercise(folder_with(tmp_path, file, old, new, *also)), shared_pool()).faults
    assert any(says in fault for fault in faults) if says else not faults, faults


def test_an_empty_statement_and_entries_that_no_state_has_are_refused(tmp_path):
    folder = folder_with(tmp_path / "power")
    (folder / "statement.md").write_text(" \n")
    assert any(one.startswith("statement.md is empty") for one in check(read_exercise(folder), shared_pool()).faults)
    update = replace(EXERCISES["sgd_step"], buffers=("nope",))
    assert any("has 'nope', which the right state" in one for one in check(update, shared_pool()).faults)


def test_torchs_default_counts_too(tmp_path):
    """Of two files that agree with each other and not with torch."""
    head = 'import numpy as np\n\n\ndef f(input, target, *, delta=2.0, reduction="mean"):\n'
    toml = TOML.split("[[tests]]")[0].replace('"power"', '"f"') + (
        'lesson = "huber_loss"\n[[tests]]\nname = "a"\nargs = { input = [1.0, 5.0], target = [1.5, 2.0] }\n'
    )
    for name, text in {
        "exercise.toml": toml,
        "starter.py": f"{head}    ...\n",
        "solution.py": f"{head}    ...\n",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "statement.md").write_text("F\n")
    faults = check(read_exercise(tmp_path), shared_pool()).faults
    assert any("starter.py and solution.py have delta=2.0, PyTorch delta=1.0" in fault for fault in faults), faults


def test_a_broken_folder_is_a_fault_that_the_check_found_and_others_are_checked(tmp_path, capsys):
    folder_with(tmp_path / "power")
    folder_with(tmp_path / "broken", "exercise.toml", "level = 1", "level = 9")
    assert main(["check", "--exercises", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "broken: broken/exercise.toml: level is 9; expected one of" in told.replace(f"{tmp_path.name}/", "")
    assert "power" in told and "ok" in told
    assert main(["check", "power", "--exercises", str(tmp_path)]) == 0


ENDS = {
    "no such exercise": (["check", "nowhere"], 2),
    "no such folder": (["check", "--exercises", "nowhere"], 2),
}


@pytest.mark.parametrize(("call", "code"), list(ENDS.values()), ids=list(ENDS))
def test_how_a_check_ends_that_was_called_wrongly(call, code, capsys):
    assert main(call) == code
    assert "nowhere" in capsys.readouterr().err
