"""The programs that a lesson gives away: each is run, in a fresh namespace, and compared with the lesson itself."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys

import numpy as np
import pytest

from lib.catalog import LESSONS
from lib.lesson import run
from lib.lesson.code import source
from lib.lesson.code.loss import notebook, numpy_program, pytorch_lines, result_variable

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
EXAMPLES = [
    pytest.param(lesson, example.values, id=f"{slug}-{example.title}")
    for slug, lesson in LESSONS.items()
    for example in lesson.examples
    if not example.rejected
]
FIRST = [pytest.param(lesson, lesson.examples[0].values, id=slug) for slug, lesson in LESSONS.items()]
CROSS_ENTROPY = LESSONS["cross_entropy_loss"]


def executed(text, namespace=None):
    """The names that a program leaves behind, and what it printed."""
    namespace, printed = {} if namespace is None else namespace, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "<program>", "exec"), namespace)
    return namespace, printed.getvalue()


def assert_same(got, expected, rtol=1e-12):
    np.testing.assert_allclose(np.asarray(got), np.asarray(expected), rtol=rtol, atol=1e-15, equal_nan=True)


@pytest.mark.parametrize(("lesson", "values"), EXAMPLES)
def test_pytorch_lines_give_torchs_result_and_gradients(lesson, values):
    names, printed = executed(pytorch_lines(lesson, values))
    expected, grads = run.by_torch(lesson, values)
    assert_same(names[result_variable(lesson)].detach(), expected)
    assert printed.count("tensor(") >= 1
    for name, grad in grads.items():
        got = names[name].grad
        assert_same(np.zeros_like(grad) if got is None else got, grad)


@pytest.mark.parametrize(("lesson", "values"), EXAMPLES)
def test_numpy_program_gives_every_step(lesson, values):
    names, printed = executed(numpy_program(lesson, values))
    for name, step in run.by_hand(lesson, values).items():
        assert_same(names["steps"][name], step.value)
        assert f"{name} = " in printed
    for name, grad in run.grad_by_hand(lesson, values).items():
        assert_same(names["gradient_steps"].get(f"d_{name}", np.zeros_like(grad)), grad)


@pytest.mark.parametrize(("lesson", "values"), FIRST)
def test_numpy_program_needs_numpy_only(lesson, values):
    text = numpy_program(lesson, values)
    imported = {
        line.split()[1].partition(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))
    }
    assert imported <= {"numpy", "__future__"} | set(sys.stdlib_module_names)


def test_numpy_program_runs_as_a_script_of_its_own(tmp_path):
    script = tmp_path / "by_hand.py"
    script.write_text(numpy_program(CROSS_ENTROPY, CROSS_ENTROPY.examples[0].values), encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", script], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "loss = 1.18" in done.stdout


@pytest.mark.parametrize(("lesson", "values"), EXAMPLES)
def test_notebook_runs_from_top_to_bottom(lesson, values):
    text = notebook(lesson, values)
    assert text == notebook(lesson, values)
    cells = json.loads(text)["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    namespace: dict[str, object] = {}
    printed = ""
    for cell in cells:
        if cell["cell_type"] == "code":
            printed = executed("".join(cell["source"]), namespace)[1]
    assert "agree" in printed


@pytest.mark.parametrize(("lesson", "values"), FIRST)
def test_notebook_in_the_precision_of_the_page(lesson, values):
    """The page's fields give float32; torch then has fewer digits than the hand calculation."""
    given = run.given_values(lesson, values, np.float32)
    cells = json.loads(notebook(lesson, {name: given[name] for name in values}))["cells"]
    namespace: dict[str, object] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            executed("".join(cell["source"]), namespace)
    assert "dtype=torch.float64" not in "".join(cells[1]["source"])


SPECIAL = {
    "infinite and NaN": ({"input": [[np.inf, np.nan], [-np.inf, 1e-300]], "target": [0, 1]}, "torch.inf"),
    "float32": ({"input": np.array([[0.1, 0.2]], np.float32), "target": np.array([1])}, "tensor([[0.1, 0.2]], req"),
    "no samples": ({"input": np.zeros((0, 3)), "target": np.zeros(0, np.int64)}, "torch.zeros((0, 3)"),
    "bytes": ({"input": [[1, 2]], "target": np.array([1], np.uint8)}, "dtype=torch.uint8"),
    "no batch": ({"input": [1, 2], "target": np.array(1)}, "torch.tensor(1)"),
    "kept losses": ({"input": [[1, 2], [3, 4]], "target": [1, 0], "reduction": "none"}, "loss.sum().backward()"),
    "long": ({"input": np.arange(80.0).reshape(1, 80) / 7, "target": [1], "weight": np.ones(80)}, "\n"),
}


@pytest.mark.parametrize(("values", "written"), SPECIAL.values(), ids=SPECIAL)
def test_special_values_survive_as_text(values, written):
    text = pytorch_lines(CROSS_ENTROPY, values)
    assert written in text
    expected, grads = run.by_torch(CROSS_ENTROPY, values)
    names, _ = executed(text)
    assert_same(names["loss"].detach(), expected)
    assert_same(names["input"].grad, grads["input"])
    steps = executed(numpy_program(CROSS_ENTROPY, values))[0]["steps"]
    assert_same(steps["loss"], run.by_hand(CROSS_ENTROPY, values)["loss"].value)
    assert max(map(len, text.splitlines())) <= 130


def test_defaults_are_left_out_of_the_call():
    text = pytorch_lines(CROSS_ENTROPY, {**CROSS_ENTROPY.examples[0].values, "reduction": "mean"})
    assert "loss_fn = nn.CrossEntropyLoss()\nloss = loss_fn(input, target)\nprint(loss)\n" in text


def test_values_that_torch_refuses_still_give_lines():
    text = pytorch_lines(CROSS_ENTROPY, {"input": [[1, 2]], "target": [7]})
    with pytest.raises(IndexError):
        executed(text)


def test_local_parts_are_the_function_with_its_own_files_parts():
    text = source.local_parts(CROSS_ENTROPY.by_hand)
    assert "def by_hand(" in text and "def with_indices(" in text
    assert "def log_softmax(" not in text, "shared parts are left to the whole program"
    assert "def pull_of_targets(" in source.local_parts(CROSS_ENTROPY.grad_by_hand)


def test_a_program_has_no_more_of_a_step_than_it_needs():
    text = numpy_program(CROSS_ENTROPY, CROSS_ENTROPY.examples[0].values)
    assert "class Step:" in text and "average of gradients" not in text and "def label" not in text


def test_two_definitions_of_one_name_are_refused():
    collected = source.standalone([source.local_parts])
    with pytest.raises(ValueError, match="Both"):
        source._collect("lib.lesson.run", "_cell", collected)
        collected.homes["by_hand"] = ("lib.elsewhere", "by_hand")
        source._collect("lib.lesson.run", "by_hand", collected)


def test_lines_of_a_plain_function_hold_its_source_without_checks():
    lesson = LESSONS["entropy"]
    text = pytorch_lines(lesson, lesson.examples[0].values)
    assert f"def {lesson.torch.__name__}(" in text
    assert "check(" not in text
