"""A loss as a program to take away: PyTorch lines, a NumPy program, and a notebook with both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget, OverBudget, Stopped
from lib.lesson import run
from lib.lesson.code.driver import STEPS_DRIVER
from lib.lesson.code.literals import array_of, called, differs, in_numpy, in_torch, own_function, torch_tensor
from lib.lesson.code.notebook import cell, description, notebook_of
from lib.lesson.code.plain import Function
from lib.lesson.code.source import standalone
from lib.lesson.spec import Lesson, Tensor

TOLERANCE = {"float16": 2e-2, "float32": 1e-4, "float64": 1e-9}


# PyTorch


def pytorch_lines(lesson: Lesson, values: Mapping[str, Any], *, budget: Budget = UNBOUNDED) -> str:
    """The lines that reproduce PyTorch's number and gradients; parameters that keep torch's default are left out."""
    tensors = {t.name: array_of(t, values) for t in lesson.tensors}
    leaves = [t.name for t in lesson.tensors if t.differentiable and _holds_floats(tensors[t.name])]
    made = [
        f"{name} = {torch_tensor(array, grad=name in leaves)}" for name, array in tensors.items() if array is not None
    ]
    blocks = [
        *_head(lesson, values),
        "\n".join(made),
        _call(lesson, values, tensors),
        _gradient_lines(lesson, values, leaves, budget),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def result_variable(lesson: Lesson) -> str:
    """What the result is called in the code."""
    return "result" if lesson.group == "entropy" else "loss"


def _holds_floats(array: np.ndarray | None) -> bool:
    return array is not None and array.dtype.kind in "fc"


def _head(lesson: Lesson, values: Mapping[str, Any]) -> list[str]:
    """Imports, and the source of functions that are not torch's own."""
    functions = [] if isinstance(lesson.torch, type) else [lesson.torch]
    functions += [chosen for p in lesson.parameters if (chosen := own_function(p, values)) is not None]
    if not functions:
        return ["import torch\nfrom torch import nn"]
    collected = standalone(functions, leave_out=[lesson.check.__name__])
    collected.imports |= {("torch", ""), *([("torch", "nn")] if isinstance(lesson.torch, type) else [])}
    return [collected.text()]


def _call(lesson: Lesson, values: Mapping[str, Any], tensors: Mapping[str, Any]) -> str:
    result = result_variable(lesson)
    names = [name if array is not None else "None" for name, array in tensors.items()]
    while names and names[-1] == "None":
        names.pop()
    settings = [f"{p.name}={in_torch(p, values)}" for p in lesson.parameters if differs(p, values)]
    if isinstance(lesson.torch, type):
        build = called(f"loss_fn = {lesson.torch_name}", settings)
        return f"{build}\n{result} = loss_fn({', '.join(names)})\nprint({result})"
    return f"{called(f'{result} = {lesson.torch.__name__}', [*names, *settings])}\nprint({result})"


def _gradient_lines(lesson: Lesson, values: Mapping[str, Any], leaves: list[str], budget: Budget) -> str:
    if not leaves:
        return ""
    result = result_variable(lesson)
    total = result if _is_one_number(lesson, values, budget) else f"{result}.sum()"
    return "\n".join([f"{total}.backward()", *(f"print({name}.grad)" for name in leaves)])


def _is_one_number(lesson: Lesson, values: Mapping[str, Any], budget: Budget) -> bool:
    try:
        return np.ndim(list(run.by_hand(lesson, values, budget=budget).values())[-1].value) == 0
    except (OverBudget, Stopped):
        raise
    except ValueError:
        return True  # refused by torch too: the lines end before the gradient


# NumPy


def numpy_source(lesson: Lesson) -> str:
    """The hand calculation of result and gradient with all that it uses, runnable without PyTorch."""
    collected = standalone([lesson.by_hand, lesson.grad_by_hand])
    collected.imports.add(("numpy as np", ""))
    title = f'"""{lesson.title} by hand: every step of the result and of its gradient."""\n\n'
    return f"{title}{collected.text()}\n{STEPS_DRIVER}"


def numpy_program(lesson: Lesson, values: Mapping[str, Any]) -> str:
    """The same, with these values, printing every step."""
    return f"{numpy_source(lesson)}\n\n{_given(lesson, values)}\n{_run(lesson)}"


def _given(lesson: Lesson, values: Mapping[str, Any]) -> str:
    given = run.given_values(lesson, values)
    lines = "".join(f'    "{name}": {in_numpy(value)},\n' for name, value in given.items())
    return f"given = {{\n{lines}}}\n"


def _run(lesson: Lesson) -> str:
    return (
        'with np.errstate(all="ignore"):\n'
        f"    steps = drive({lesson.by_hand.__name__}(**given))\n"
        f"    gradient_steps = drive({lesson.grad_by_hand.__name__}(steps, **given))\n\n"
        "for name, value in {**steps, **gradient_steps}.items():\n"
        '    print(f"{name} = {value}")\n'
    )


# Notebook


def notebook(
    lesson: Lesson, values: Mapping[str, Any], function: Function | None = None, *, budget: Budget = UNBOUNDED
) -> str:
    """A notebook (nbformat 4) that runs top to bottom: what it is, PyTorch, NumPy, and that they agree.

    With a `function` that takes these values NumPy is that function alone; else every step of the hand calculation.
    """
    if function is not None and function.takes(lesson, values):
        return notebook_of(_short_cells(lesson, values, function, budget))
    cells = [
        cell("what", "markdown", description(lesson)),
        cell("pytorch", "code", pytorch_lines(lesson, values, budget=budget)),
        cell("by-hand", "code", numpy_program(lesson, values).replace("from __future__ import annotations\n\n", "")),
        cell("compare", "code", _comparison(lesson, values, budget)),
    ]
    return notebook_of(cells)


def _short_cells(lesson: Lesson, values: Mapping[str, Any], function: Function, budget: Budget) -> list[dict[str, Any]]:
    call = f"by_hand = {function.called(run.given_values(lesson, values))}\nprint(by_hand)"
    tolerance = TOLERANCE[_precision(lesson, values)]
    agree = (
        f"by_torch = {result_variable(lesson)}.detach().numpy()\n"
        f"same = np.allclose(by_hand, by_torch, rtol={tolerance}, atol={tolerance / 1000}, equal_nan=True)\n"
        'print("PyTorch and the function agree." if same else "PyTorch and the function give different numbers.")'
    )
    return [
        cell("what", "markdown", description(lesson)),
        cell("pytorch", "code", pytorch_lines(lesson, values, budget=budget)),
        cell("function", "code", function.code),
        cell("by-hand", "code", call),
        cell("compare", "code", agree),
    ]


def _comparison(lesson: Lesson, values: Mapping[str, Any], budget: Budget) -> str:
    """Asserts that both agree; where the precision that was typed is too coarse for that, prints both instead."""
    pairs = _pairs(lesson, values, budget)
    tolerance = TOLERANCE[_precision(lesson, values)]
    if not _agree(lesson, values, tolerance, budget):
        lines = [f"print({ours}, {torchs})" for ours, torchs in pairs]
        return "# PyTorch computed in a lower precision than NumPy, and here that shows.\n" + "\n".join(lines)
    lines = [f"np.testing.assert_allclose({a}, {b}, rtol={tolerance}, atol={tolerance / 1000})" for a, b in pairs]
    return "\n".join([*lines, 'print("PyTorch and the hand calculation agree.")'])


def _pairs(lesson: Lesson, values: Mapping[str, Any], budget: Budget) -> list[tuple[str, str]]:
    """The NumPy name and the PyTorch name of each number that both computed."""
    case = run.Case.of(lesson, values, budget=budget)
    steps = case.gradient.steps
    names = run.differentiable(lesson, case.given)
    grads = [(f'gradient_steps["d_{name}"]', f"{name}.grad") for name in names if f"d_{name}" in steps]
    return [("list(steps.values())[-1]", f"{result_variable(lesson)}.detach()"), *grads]


def _precision(lesson: Lesson, values: Mapping[str, Any]) -> str:
    """The coarsest float among the tensors: torch's result is no better."""
    arrays: Iterable[np.ndarray | None] = (array_of(t, values) for t in lesson.fields if isinstance(t, Tensor))
    names = [a.dtype.name for a in arrays if a is not None and a.dtype.name in TOLERANCE]
    return min(names, key=list(TOLERANCE).index, default="float32")


def _agree(lesson: Lesson, values: Mapping[str, Any], tolerance: float, budget: Budget) -> bool:
    value, grads = run.by_torch(lesson, values, budget=budget)
    ours = run.grad_by_hand(lesson, values, budget=budget)
    last = list(run.by_hand(lesson, values, budget=budget).values())[-1]
    pairs = [(last.value, value), *((ours[n], grads[n]) for n in grads)]
    return all(np.allclose(a, b, rtol=tolerance, atol=tolerance / 1000, equal_nan=True) for a, b in pairs)
