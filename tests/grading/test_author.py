"""What whoever writes exercises is told: `check` and `new`."""

from __future__ import annotations

import shutil
from functools import cache

import pytest

from lib.catalog import TOPICS
from lib.exercises import FOLDER, read_exercise
from lib.grading.__main__ import main
from lib.grading.author.check import check
from lib.grading.author.new import NewError, write_new
from lib.grading.author.own_names import with_own_names
from lib.grading.grade import grade
from lib.sandbox.pool import shared_pool

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
args = { param = [1.0, -2.0], grads = { random = "normal", shape = [4, 2] }, lr = 0.2, eps = 0.3, betas = [0.7, 0.95] }
"""
ADAM_HEAD = "def adam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):\n"
ADAM_BODY = """    step = state.get("step", 0) + 1
    m = betas[0] * state.get("exp_avg", 0) + (1 - betas[0]) * grad
    v = betas[1] * state.get("exp_avg_sq", 0) + (1 - betas[1]) * grad**2
    m_hat, v_hat = m / (1 - betas[0] ** step), v / (1 - betas[1] ** step)
    return param - lr * m_hat / (np.sqrt(v_hat) + eps), {"step": step, "exp_avg": m, "exp_avg_sq": v}
"""
ADAM_SOLUTION = f'"""Adam."""\nimport numpy as np\n{ADAM_HEAD}{ADAM_BODY}'


def adam_in(folder, toml):
    """One update of Adam, judged against torch over several."""
    for name, text in {
        "exercise.toml": toml,
        "statement.md": "Adam\n",
        "starter.py": f"{ADAM_HEAD}    ...\n",
        "solution.py": ADAM_SOLUTION,
    }.items():
        (folder / name).write_text(text)
    return read_exercise(folder)


@pytest.fixture(scope="module")
def adam(tmp_path_factory):
    return adam_in(tmp_path_factory.mktemp("adam_step"), ADAM)


@pytest.fixture(scope="module")
def faults_of_adam(tmp_path_factory):
    """What the check says of Adam with another exercise.toml: tried once, however many cases look at it."""

    @cache
    def faults(toml):
        return "\n".join(check(adam_in(tmp_path_factory.mktemp("weak"), toml), shared_pool()).faults)

    return faults


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
    "epsilon that cannot be seen": (
        lambda t: t.replace("eps = 0.1", "eps = 1e-12").replace("eps = 0.3", "eps = 1e-12"),
        "epsilon is left out",
    ),
    "epsilon in the root": (
        lambda t: t.replace("eps = 0.1", "eps = 1e-12").replace("eps = 0.3", "eps = 1e-12"),
        "epsilon is inside the root",
    ),
    "epsilon too soon": (
        lambda t: t.replace("eps = 0.1", "eps = 1e-12").replace("eps = 0.3", "eps = 1e-12"),
        "added before the bias correction",
    ),
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


HUBER = """'In other words.'
import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    each = EACH
    return {"mean": np.mean, "sum": np.sum, "none": lambda v: v}[reduction](each)
"""
BARE_SQUARE = "np.where(size < delta, size**2, delta * (size - 0.5 * delta))"
NAMESAKES = {  # a file under a name of the lesson's, what it computes, and what the check says of it
    "another slip": ("square_without_half", "size - 0.5", "answers 'near and far' differently; give it a name of its"),
    "the same slip again": ("square_without_half", BARE_SQUARE, "answers every test as this mistake does"),
    "the same slip, the lesson's left out": ("square_without_half", BARE_SQUARE, ""),
}


@pytest.mark.parametrize(("name", "each", "says"), list(NAMESAKES.values()), ids=list(NAMESAKES))
def test_a_file_under_a_name_of_the_lessons_has_to_be_that_mistake(name, each, says, tmp_path):
    folder = shutil.copytree(FOLDER / "huber_loss", tmp_path / "huber_loss")
    (folder / "mistakes" / f"{name}.py").write_text(HUBER.replace("EACH", each))
    if not says:
        toml = folder / "exercise.toml"
        toml.write_text(toml.read_text().replace("[[tests]]", f'[leave_out]\n{name} = "In mistakes/."\n[[tests]]', 1))
    faults = [fault for fault in check(read_exercise(folder), shared_pool()).faults if name in fault]
    assert bool(faults) == bool(says)
    assert says in "".join(faults)


@pytest.mark.parametrize(("weaken", "says"), list(WEAK.values()), ids=list(WEAK))
def test_the_check_finds_what_lets_mistakes_through(faults_of_adam, weaken, says):
    assert says in faults_of_adam(weaken(ADAM))


SOME_LESSONS = ("", "mse_loss", "huber_loss", "nll_loss", "kl_divergence", "adam", "step_lr", "reduce_lr_on_plateau")


@pytest.mark.parametrize("lesson", [pytest.param(slug, id=slug or "none") for slug in SOME_LESSONS])
def test_a_new_exercise_passes_the_check(tmp_path, lesson):
    folder = write_new("my_exercise", lesson, tmp_path)
    assert not check(read_exercise(folder), shared_pool()).faults
    assert len(list(folder.glob("mistakes/*.py"))) == 1
    assert len((folder / "solution.py").read_text().splitlines()) < 80


def test_a_calculation_is_put_as_a_person_would_write_it(tmp_path):
    solution = (write_new("my_huber", "huber_loss", tmp_path) / "solution.py").read_text()
    assert solution.splitlines()[5:] == [
        "def my_huber(input, target, *, reduction='mean', delta=1.0):",
        f'    """{TOPICS["huber_loss"].purpose}"""',
        "    x, y = np.broadcast_arrays(input, target)",
        "    error = x - y",
        "    size = np.abs(error)",
        "    each = np.where(size < delta, 0.5 * size * size, delta * (size - 0.5 * delta))",
        "    if reduction == 'none':",
        "        return each",
        "    if reduction == 'sum':",
        "        return each.sum()",
        "    count = each.size",
        "    divide_by = np.asarray(count, dtype=each.dtype)",
        "    return each.sum() / divide_by",
    ]


def test_solutions_of_several_new_exercises_stand_in_one_file(tmp_path):
    made = [
        read_exercise(write_new(f"my_{lesson}", lesson, tmp_path)) for lesson in ("constant_lr", "reduce_lr_on_plateau")
    ]
    for order in (made, made[::-1]):
        text = "\n\n".join(exercise.solution for exercise in order)
        assert all(grade(exercise, text).passed for exercise in made)


OWN_NAMES = {  # a source, and the same with names that begin with f
    "a call": ("def g(): ...\ndef f(): return g()", "def f_g(): ...\ndef f(): return f_g()"),
    "a constant": ("_K = 1  # one\ndef f(): return _K", "f_K = 1  # one\ndef f(): return f_K"),
    "a class": ("class C: x = 1\ndef f(): return C.x", "class f_C: x = 1\ndef f(): return f_C.x"),
    "an attribute and a keyword": (
        "def g(): ...\ndef f(a): return a.g(g=g)",
        "def f_g(): ...\ndef f(a): return a.g(g=f_g)",
    ),
    "a name of its own": ("def g(): ...\ndef f(g): return g", "def f_g(): ...\ndef f(g): return g"),
    "letters beyond ASCII": ("def g(): ...\ndef f(): return 'ü', g()", "def f_g(): ...\ndef f(): return 'ü', f_g()"),
    "a method of this name": (
        "def g(): ...\nclass C:\n  def g(self): ...",
        "def f_g(): ...\nclass f_C:\n  def g(self): ...",
    ),
}


@pytest.mark.parametrize(("source", "named"), list(OWN_NAMES.values()), ids=list(OWN_NAMES))
def test_what_a_solution_defines_is_named_after_its_function(source, named):
    assert with_own_names(source, "f") == named


def test_a_new_exercise_comes_with_its_handout(tmp_path, capsys):
    assert main(["new", "my_l1", "--lesson", "l1_loss", "--in", str(tmp_path), "--handout"]) == 0
    written = sorted(path.suffix for path in (tmp_path / "my_l1_handout").iterdir())
    assert written == [".ipynb", ".py"]
    assert "my_l1_handout" in capsys.readouterr().out


LONG_SOLUTIONS = {"ctc_loss": 300, "cyclic_lr": 300, "triplet_margin_with_distance_loss": 800}
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
    assert len(list(folder.glob("mistakes/*.py"))) == 1
    assert len((folder / "solution.py").read_text().splitlines()) < LONG_SOLUTIONS.get(lesson, 90)


@pytest.mark.parametrize(("lesson", "says"), list(NO_EXERCISE.items()), ids=list(NO_EXERCISE))
def test_why_there_is_no_new_exercise_on_a_lesson(tmp_path, lesson, says):
    with pytest.raises(NewError, match=says):
        write_new("my_exercise", lesson, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_fault_that_the_check_finds_ends_with_1(tmp_path, capsys):
    adam_in(tmp_path, ADAM.replace("hidden = true\n", ""))
    assert main(["check", str(tmp_path)]) == 1
    assert "No hidden test is worth points" in capsys.readouterr().out
